//! Waiting for something to become true, never for time to pass.

use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longer than anything here takes on a slow machine that does other things too.
const DEADLINE: Duration = Duration::from_secs(90);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks again and again until there is something to see, and gives it back.
///
/// # Panics
/// When there is nothing to see until the deadline; `what` says what was missing.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "still not: {what}");
        sleep(PAUSE).await;
    }
}

/// The same for something that is true or not.
///
/// # Panics
/// When it is not true until the deadline.
pub async fn until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    eventually(what, async || is_true().await.then_some(())).await;
}
