//! The one place that asks what time it is. Rules take `now` as an argument.
//!
//! A test of the whole program may hold its hand on this clock: the process runs ahead of the world by as many seconds as stand in a
//! file. `Config` takes such a file only where the marketplace is a sandbox on this machine, and no address of ours leads to it.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// By how many seconds this process is ahead of the world.
static AHEAD: AtomicI64 = AtomicI64::new(0);
/// Tells that the clock was moved.
static MOVED: LazyLock<watch::Sender<()>> = LazyLock::new(|| watch::Sender::new(()));
/// How often a test's file is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// The present instant, in the database's precision (microseconds), so that what was stored equals what was said.
#[expect(clippy::disallowed_methods, reason = "this is the place the lint points to")]
pub fn now() -> DateTime<Utc> {
    (Utc::now() + TimeDelta::seconds(AHEAD.load(Ordering::Relaxed))).trunc_subsecs(6)
}

/// Hears of the clock being moved; it never is outside of a test.
pub fn moves() -> watch::Receiver<()> {
    MOVED.subscribe()
}

/// Is ahead of the world by what a test's file says, until cancelled. A file that is not there says nothing.
pub async fn follow(file: PathBuf, cancel: CancellationToken) {
    tracing::warn!(file = %file.display(), "the clock is in the hands of a test");
    while !cancel.is_cancelled() {
        look(&file).await;
        tokio::select! {
            () = cancel.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(file: &Path) {
    let Ok(text) = tokio::fs::read_to_string(file).await else { return };
    let Ok(ahead) = text.trim().parse() else { return };
    if AHEAD.swap(ahead, Ordering::Relaxed) != ahead {
        MOVED.send_replace(());
    }
}
