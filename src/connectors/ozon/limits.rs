//! Keeps below Ozon's limits: 50 requests a second per Client-Id over all methods, counted for the whole process.
//!
//! Two connectors of one account share one budget, because Ozon counts the account and not our objects.

use super::client::Method;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Steady rate and burst together stay below Ozon's 50 in any one second, with a margin for calls that the network
/// pushes together on their way.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(40).expect("40 is not zero");
const BURST: NonZeroU32 = NonZeroU32::new(5).expect("5 is not zero");

/// A pause this short is waited for; a longer one is told to the caller, who has better things to do.
const WORTH_WAITING: Duration = Duration::from_secs(2);

/// How long to keep quiet when Ozon says only that there were too many requests.
pub(super) const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// `Circle is open` blocks one method for «some minutes».
pub(super) const METHOD_PAUSE: Duration = Duration::from_secs(180);
/// Nobody is obeyed for longer than this: a wrong header must not silence a shop for a day.
const LONGEST_PAUSE: Duration = Duration::from_secs(900);

/// What the budget is counted for: the server spoken to and the Client-Id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub base_url: String,
    pub client_id: String,
}

struct Limits {
    permits: DefaultKeyedRateLimiter<Key>,
    /// Until when a whole account (`None`) or one method of it keeps quiet.
    pauses: Mutex<HashMap<(Key, Option<Method>), Instant>>,
}

static LIMITS: LazyLock<Limits> = LazyLock::new(|| Limits {
    permits: RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(BURST)),
    pauses: Mutex::default(),
});

/// Waits for a permit.
///
/// # Errors
/// The rest of a pause that Ozon asked for, when it is not worth waiting for.
pub(super) async fn permit(key: &Key, method: Method) -> Result<(), Duration> {
    if let Some(rest) = pause_left(key, method) {
        if rest > WORTH_WAITING {
            return Err(rest);
        }
        tokio::time::sleep(rest).await;
    }
    LIMITS.permits.until_key_ready(key).await;
    Ok(())
}

/// Keeps an account, or one of its methods, quiet for a while.
pub(super) fn pause(key: &Key, method: Option<Method>, length: Duration) {
    let until = Instant::now() + length.min(LONGEST_PAUSE);
    let mut pauses = LIMITS.pauses.lock().unwrap_or_else(PoisonError::into_inner);
    let stored = pauses.entry((key.clone(), method)).or_insert(until);
    *stored = until.max(*stored);
}

fn pause_left(key: &Key, method: Method) -> Option<Duration> {
    let now = Instant::now();
    let mut pauses = LIMITS.pauses.lock().unwrap_or_else(PoisonError::into_inner);
    pauses.retain(|_, until| *until > now);
    [None, Some(method)]
        .into_iter()
        .filter_map(|of| pauses.get(&(key.clone(), of)))
        .map(|until| *until - now)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(client_id: &str) -> Key {
        Key { base_url: "http://limits.test".into(), client_id: client_id.into() }
    }

    #[tokio::test]
    async fn a_long_pause_is_told_at_once_and_holds_for_its_account_only() {
        pause(&key("1"), None, Duration::from_secs(60));
        let rest = permit(&key("1"), Method::ChatList).await.expect_err("the account is paused");
        assert!(rest > Duration::from_secs(50));
        assert_eq!(permit(&key("2"), Method::ChatList).await, Ok(()));
    }

    #[tokio::test]
    async fn a_blocked_method_leaves_the_others_alone() {
        pause(&key("3"), Some(Method::ChatHistory), METHOD_PAUSE);
        assert!(permit(&key("3"), Method::ChatHistory).await.is_err());
        assert_eq!(permit(&key("3"), Method::SendMessage).await, Ok(()));
    }

    #[tokio::test]
    async fn an_absurd_pause_is_cut_and_a_shorter_one_does_not_end_a_longer() {
        pause(&key("4"), None, Duration::from_secs(1_000_000));
        pause(&key("4"), None, SHORT_PAUSE);
        let rest = permit(&key("4"), Method::Roles).await.expect_err("the account is paused");
        assert!(rest <= LONGEST_PAUSE && rest > SHORT_PAUSE);
    }
}
