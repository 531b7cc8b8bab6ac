//! Secrets: a type that cannot be printed, and sealing for what has to be stored.
//!
//! A sealed blob is `version · key id · wrapped data key · ciphertext`. Each blob has its own data key, wrapped by a key
//! of the ring, so that rotation re-wraps 32 bytes and never touches the content. The associated data names the row
//! the secret belongs to: a ciphertext moved to another row does not open.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use orion::hazardous::aead::xchacha20poly1305::{Nonce, SecretKey, XChaCha20Poly1305};
use std::path::Path;
use std::sync::Arc;

/// A value that never shows itself: no `Display`, no `Serialize`, and `Debug` prints dots.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one call that needs it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

/// Why a secret cannot be sealed or opened. Never says what was inside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("AGENTIQ_KEYS (or keyring in the data dir) is not a list like 2:base64,1:base64 of 32-byte keys")]
    BadRing,
    #[error("the key ring has no key {0}: restore the old AGENTIQ_KEYS, or connect the sellers anew")]
    UnknownKey(u32),
    #[error(
        "a sealed value does not open: the key ring is not the one it was sealed with, or the value was moved"
    )]
    DoesNotOpen,
    #[error("the machine gives no random bytes")]
    NoRandomness,
    #[error("the key ring file cannot be used: {0}")]
    File(String),
}

const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;
const KEY: usize = 32;
const WRAPPED: usize = NONCE + KEY + TAG;

/// The installation's keys. The first one seals, all of them open.
#[derive(Clone)]
pub struct KeyRing(Arc<Vec<(u32, [u8; KEY])>>);

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl KeyRing {
    /// Reads `2:base64,1:base64`.
    ///
    /// # Errors
    /// When the text is not a non-empty list of numbered 32-byte keys.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let keys =
            text.trim().split(',').map(parse_key).collect::<Option<Vec<_>>>().ok_or(SecretError::BadRing)?;
        let mut ids: Vec<u32> = keys.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != keys.len() {
            return Err(SecretError::BadRing);
        }
        Ok(Self(Arc::new(keys)))
    }

    /// The ring of a data dir; made at the first start, readable by its owner only.
    ///
    /// # Errors
    /// When the file cannot be read, written or understood.
    pub fn of_data_dir(data_dir: &Path) -> Result<Self, SecretError> {
        let path = data_dir.join("keyring");
        let file_error = |error: std::io::Error| SecretError::File(format!("{}: {error}", path.display()));
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::create_dir_all(data_dir).map_err(file_error)?;
                let text = format!("1:{}", STANDARD.encode(random::<KEY>()?));
                write_private(&path, &text).map_err(file_error)?;
                tracing::warn!(
                    path = %path.display(),
                    "made a new key ring; keep a copy of it: without it the sellers' keys cannot be read"
                );
                Self::parse(&text)
            }
            Err(error) => Err(file_error(error)),
        }
    }

    /// Seals `plain` for the place that `place` names.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub fn seal(&self, plain: &[u8], place: &str) -> Result<Vec<u8>, SecretError> {
        let (key_id, key) = self.0.first().ok_or(SecretError::BadRing)?;
        let data_key = random::<KEY>()?;
        let mut blob = vec![VERSION];
        blob.extend(key_id.to_be_bytes());
        blob.extend(encrypt(key, &data_key, &wrap_place(place, *key_id))?);
        blob.extend(encrypt(&data_key, plain, place.as_bytes())?);
        Ok(blob)
    }

    /// Opens what `seal` made for the same place.
    ///
    /// # Errors
    /// When the ring lacks the key, or the blob is damaged or belongs to another place.
    pub fn open(&self, blob: &[u8], place: &str) -> Result<Secret<Vec<u8>>, SecretError> {
        let (head, rest) = blob.split_at_checked(5).ok_or(SecretError::DoesNotOpen)?;
        let (wrapped, sealed) = rest.split_at_checked(WRAPPED).ok_or(SecretError::DoesNotOpen)?;
        let [version, id @ ..] = head else { return Err(SecretError::DoesNotOpen) };
        if *version != VERSION {
            return Err(SecretError::DoesNotOpen);
        }
        let key_id = u32::from_be_bytes(id.try_into().map_err(|_| SecretError::DoesNotOpen)?);
        let (_, key) = self.0.iter().find(|(id, _)| *id == key_id).ok_or(SecretError::UnknownKey(key_id))?;
        let data_key = decrypt(key, wrapped, &wrap_place(place, key_id))?;
        Ok(Secret::new(decrypt(&data_key, sealed, place.as_bytes())?))
    }
}

fn parse_key(text: &str) -> Option<(u32, [u8; KEY])> {
    let (id, key) = text.trim().split_once(':')?;
    Some((id.parse().ok()?, STANDARD.decode(key).ok()?.try_into().ok()?))
}

fn wrap_place(place: &str, key_id: u32) -> Vec<u8> {
    format!("data key|{key_id}|{place}").into_bytes()
}

/// Random bytes from the operating system.
///
/// # Errors
/// When there are none.
pub fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    orion::util::secure_rand_bytes(&mut bytes).map_err(|_| SecretError::NoRandomness)?;
    Ok(bytes)
}

fn encrypt(key: &[u8], plain: &[u8], place: &[u8]) -> Result<Vec<u8>, SecretError> {
    let nonce = random::<NONCE>()?;
    let mut out = vec![0; plain.len() + TAG];
    let key = SecretKey::try_from(key).map_err(|_| SecretError::BadRing)?;
    let sealed_with = Nonce::try_from(nonce.as_slice()).map_err(|_| SecretError::BadRing)?;
    XChaCha20Poly1305::seal(&key, &sealed_with, plain, Some(place), &mut out)
        .map_err(|_| SecretError::BadRing)?;
    let mut sealed = nonce.to_vec();
    sealed.extend(out);
    Ok(sealed)
}

fn decrypt(key: &[u8], sealed: &[u8], place: &[u8]) -> Result<Vec<u8>, SecretError> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE).ok_or(SecretError::DoesNotOpen)?;
    let mut out = vec![0; ciphertext.len().checked_sub(TAG).ok_or(SecretError::DoesNotOpen)?];
    let key = SecretKey::try_from(key).map_err(|_| SecretError::DoesNotOpen)?;
    let nonce = Nonce::try_from(nonce).map_err(|_| SecretError::DoesNotOpen)?;
    XChaCha20Poly1305::open(&key, &nonce, ciphertext, Some(place), &mut out)
        .map_err(|_| SecretError::DoesNotOpen)?;
    Ok(out)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text_ids: &[u32]) -> KeyRing {
        let text: Vec<String> =
            text_ids.iter().map(|id| format!("{id}:{}", STANDARD.encode([*id as u8; 32]))).collect();
        KeyRing::parse(&text.join(",")).expect("a good ring")
    }

    #[test]
    fn a_sealed_value_opens_only_at_its_place() {
        let ring = ring(&[1]);
        let blob = ring.seal(b"key", "workspace a").expect("sealed");
        assert_eq!(ring.open(&blob, "workspace a").expect("opens").reveal(), b"key");
        assert_eq!(ring.open(&blob, "workspace b").expect_err("another place"), SecretError::DoesNotOpen);
    }

    #[test]
    fn a_new_key_in_front_still_opens_what_the_old_one_sealed() {
        let blob = ring(&[1]).seal(b"key", "p").expect("sealed");
        assert_eq!(ring(&[2, 1]).open(&blob, "p").expect("opens").reveal(), b"key");
        assert_eq!(ring(&[2]).open(&blob, "p").expect_err("an unknown key"), SecretError::UnknownKey(1));
    }

    #[test]
    fn damage_anywhere_is_noticed() {
        let ring = ring(&[1]);
        let blob = ring.seal(b"key", "p").expect("sealed");
        for position in 0..blob.len() {
            let mut damaged = blob.clone();
            damaged[position] ^= 1;
            assert!(ring.open(&damaged, "p").is_err(), "byte {position}");
        }
        assert!(ring.open(&[], "p").is_err());
    }

    #[test]
    fn nothing_is_printed() {
        assert_eq!(format!("{:?}", Secret::new("password")), "•••");
        assert!(!format!("{:?}", ring(&[7])).contains("Bw"), "ids only");
    }
}
