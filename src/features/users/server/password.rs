//! Password hashes: argon2id with the crate's parameters (19 MiB, 2 passes, the set OWASP recommends), away from the
//! async threads and never more than two at a time, so that log-ins cannot eat the machine.

use crate::platform::fault::{Fault, Outcome};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A hash of some password nobody has: checked when the e-mail is unknown, so that both answers take as long.
static NOBODY: std::sync::OnceLock<String> = std::sync::OnceLock::new();

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| Fault::Broke(error.into()))?;
    Ok(tokio::task::spawn_blocking(work).await?)
}

fn hash_now(password: &str) -> Result<String, String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

/// Hashes a new password.
///
/// # Errors
/// When the machine gives no random bytes.
pub async fn hash(password: String) -> Outcome<String> {
    off_thread(move || hash_now(&password)).await?.map_err(Fault::broke)
}

/// Whether the password fits the hash. Without a hash (unknown person) it takes as long and says no.
///
/// # Errors
/// When the stored hash is not one.
pub async fn verify(password: String, hash: Option<String>) -> Outcome<bool> {
    off_thread(move || {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => NOBODY.get_or_init(|| hash_now("nobody has this password").unwrap_or_default()).clone(),
        };
        let parsed = PasswordHash::new(&hash).map_err(|error| error.to_string())?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(known && fits)
    })
    .await?
    .map_err(|error: String| Fault::broke(error))
}
