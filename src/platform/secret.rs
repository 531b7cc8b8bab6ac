//! Secrets: a type that cannot be printed, and sealing for what has to be stored.
//!
//! A sealed blob is `version · key id · wrapped data key · ciphertext`. Each blob has its own data key, wrapped by a key
//! of the ring, so that rotation re-wraps 32 bytes and never touches the content. The associated data names the row
//! the secret belongs to: a ciphertext moved to another row does not open.

use orion::hazardous::aead::xchacha20poly1305::{Nonce, SecretKey, XChaCha20Poly1305};

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
