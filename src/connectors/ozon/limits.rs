//! Keeps below Ozon's limit of 50 requests a second per Client-Id over all methods, and obeys the pauses it asks for.
//!
//! Ozon counts the account, not our objects and processes; so do we (`platform::pace`).

use super::client::Method;
use crate::connectors::ConnectorError;
use crate::platform::http::Outbound;
use crate::platform::pace::{Class, Line, Permit, Rates, Refused, Sign};
use std::time::Duration;

/// Evenly spaced, these fill at most 50 places of any second, even when calls reach Ozon up to 50 ms after their slots.
const RATES: Rates = Rates { reads: 43, sends: 3 };

/// A pause this short is waited for; a longer one is told to the caller, who has better things to do.
const WORTH_WAITING: Duration = Duration::from_secs(2);

/// How long to keep quiet when Ozon says only that there were too many requests.
pub(super) const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// `Circle is open` blocks one method for «some minutes».
pub(super) const METHOD_PAUSE: Duration = Duration::from_secs(180);

/// What the limit is counted for: the server spoken to and the Client-Id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub base_url: String,
    pub client_id: String,
}

impl Key {
    /// The account's line.
    pub fn line(&self) -> Line {
        Line::of(&self.base_url, &self.client_id, RATES)
    }
}

/// Waits for a permit. A send gives up early enough that its caller can still tell that nothing was sent.
///
/// # Errors
/// Certainly nothing was carried out; when to ask again, where that is known.
pub(super) async fn permit(http: &Outbound, key: &Key, method: Method) -> Result<Permit, ConnectorError> {
    if !method.is_send() {
        return wait(http, key, method, Class::Read).await;
    }
    tokio::time::timeout(http.send_timeout / 2, wait(http, key, method, Class::Send))
        .await
        .unwrap_or(Err(ConnectorError::RateLimited { retry_after: Some(SHORT_PAUSE) }))
}

async fn wait(http: &Outbound, key: &Key, method: Method, class: Class) -> Result<Permit, ConnectorError> {
    loop {
        match http.pace.permit(key.line(), class, method.path()).await {
            Ok(permit) => return Ok(permit),
            Err(Refused::Paused(rest)) if rest <= WORTH_WAITING => tokio::time::sleep(rest).await,
            Err(Refused::Paused(rest)) => {
                return Err(ConnectorError::RateLimited { retry_after: Some(rest) });
            }
            Err(Refused::Resting(rest)) => return Err(ConnectorError::Resting { retry_after: rest }),
            Err(Refused::Away) => {
                return Err(ConnectorError::Unreachable("the pace of calls cannot be agreed upon".into()));
            }
        }
    }
}

/// Keeps an account, or one of its methods, quiet for a while.
pub(super) async fn pause(http: &Outbound, key: &Key, method: Option<Method>, length: Duration) {
    http.pace.pause(key.line(), method.map(Method::path), length).await;
}

/// Whether an outcome shows that somebody is there. A refusal in words does, whatever it refuses.
pub(super) fn sign_of<T>(outcome: &Result<T, ConnectorError>) -> Sign {
    match outcome {
        Err(ConnectorError::Unreachable(_) | ConnectorError::Interrupted(_)) => Sign::Silence,
        _ => Sign::Life,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(client_id: &str) -> Key {
        Key { base_url: "http://limits.test".into(), client_id: client_id.into() }
    }

    fn http() -> Outbound {
        Outbound::new(Duration::from_secs(10)).expect("TLS is usable")
    }

    #[tokio::test]
    async fn a_long_pause_is_told_at_once_and_holds_for_its_account_only() {
        let http = http();
        pause(&http, &key("1"), None, Duration::from_secs(60)).await;
        let refused = permit(&http, &key("1"), Method::ChatList).await.expect_err("the account is paused");
        assert!(matches!(
            refused,
            ConnectorError::RateLimited { retry_after: Some(rest) } if rest > Duration::from_secs(50)
        ));
        assert!(permit(&http, &key("2"), Method::ChatList).await.is_ok());
    }

    #[tokio::test]
    async fn a_short_pause_is_waited_for() {
        let (http, begun) = (http(), tokio::time::Instant::now());
        pause(&http, &key("3"), None, SHORT_PAUSE).await;
        assert!(permit(&http, &key("3"), Method::ChatList).await.is_ok());
        assert!(begun.elapsed() >= SHORT_PAUSE);
    }

    #[tokio::test]
    async fn a_blocked_method_leaves_the_others_alone() {
        let http = http();
        pause(&http, &key("4"), Some(Method::ChatHistory), METHOD_PAUSE).await;
        assert!(permit(&http, &key("4"), Method::ChatHistory).await.is_err());
        assert!(permit(&http, &key("4"), Method::SendMessage).await.is_ok());
    }

    #[tokio::test]
    async fn a_send_that_finds_no_slot_in_time_was_certainly_not_carried_out() {
        let http = Outbound::new(Duration::from_secs(1)).expect("TLS is usable");
        let busy = key("5");
        let sends = (0..100).map(|_| permit(&http, &busy, Method::SendMessage));
        let outcomes = futures::future::join_all(sends).await;
        let given = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!((1..=30).contains(&given), "46 a second for half a second: {given}");
        let late = outcomes.into_iter().filter_map(Result::err);
        assert!(late.into_iter().all(|error| matches!(error, ConnectorError::RateLimited { .. })));
    }

    #[test]
    fn a_refusal_in_words_is_a_sign_of_life() {
        let silent = [ConnectorError::Unreachable("x".into()), ConnectorError::Interrupted("x".into())];
        assert!(silent.into_iter().all(|error| sign_of::<()>(&Err(error)) == Sign::Silence));
        assert_eq!(sign_of::<()>(&Err(ConnectorError::RateLimited { retry_after: None })), Sign::Life);
        assert_eq!(sign_of(&Ok(())), Sign::Life);
    }
}
