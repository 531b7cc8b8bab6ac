//! A cluster for the time of one command: `agentiq postgres run -- CMD…`.

use super::{Cluster, ClusterError, ClusterOptions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

/// Starts a fast cluster in a directory of its own, runs the command with `DATABASE_URL` and
/// `AGENTIQ_TEST_DATABASE_URL` naming it, stops the cluster, removes what it made, and returns the command's exit code.
/// What goes wrong around the command is told on standard error, with code 1.
pub async fn run_with_throwaway(options: ClusterOptions, command: Vec<String>) -> i32 {
    match run(options, &command).await {
        Ok(code) => code,
        Err(cause) => {
            eprintln!("{cause}");
            1
        }
    }
}

async fn run(options: ClusterOptions, command: &[String]) -> Result<i32, ClusterError> {
    let [program, arguments @ ..] = command else {
        eprintln!("Say which command to run: agentiq postgres run -- CMD…");
        return Ok(2);
    };
    let home = Home::make()?;
    let cluster = Cluster::start(&home.dir, ClusterOptions { fast: true, ..options }).await?;
    let pgdata = cluster.pgdata().to_owned();
    let url = cluster.url();
    let child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", &url)
        .env("AGENTIQ_TEST_DATABASE_URL", &url)
        .spawn();
    let code = match child {
        Ok(child) => wait(child).await,
        Err(cause) => {
            eprintln!("{program} cannot be run: {cause}");
            127
        }
    };
    let stopped = cluster.stop().await;
    home.remove(&pgdata);
    stopped.map(|()| code)
}

/// Waits for the command. A signal that asks us to end is passed on, so that the cluster is stopped after it.
async fn wait(mut child: Child) -> i32 {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return code(child.wait().await);
    };
    let pid = child.id();
    loop {
        tokio::select! {
            status = child.wait() => return code(status),
            // A terminal has sent it to the command too.
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {
                if let Some(pid) = pid {
                    // The command may have ended meanwhile; then there is nobody to tell.
                    let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
                }
            }
        }
    }
}

/// The exit code as a shell would report it.
fn code(status: std::io::Result<std::process::ExitStatus>) -> i32 {
    match status {
        Ok(status) => status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()),
        Err(cause) => {
            eprintln!("the command got lost: {cause}");
            1
        }
    }
}

/// The directory of a throw-away cluster, removed when the run is over, however it ends.
struct Home {
    dir: PathBuf,
}

impl Home {
    fn make() -> Result<Self, ClusterError> {
        let dir = std::env::temp_dir().join(format!("agentiq-{}", uuid::Uuid::new_v4().simple()));
        let failed = |cause: std::io::Error| super::no_access(&dir, &cause);
        std::fs::DirBuilder::new().mode(0o711).create(&dir).map_err(failed)?;
        // Postgres may run as another user, who has to pass through; the umask may have forbidden it.
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o711)).map_err(failed)?;
        Ok(Self { dir })
    }

    /// Removes the cluster first: a root caller's may lie elsewhere.
    fn remove(self, pgdata: &Path) {
        if pgdata.starts_with(&self.dir) {
            return;
        }
        let _ = std::fs::remove_dir_all(pgdata);
        if let Some(parent) = pgdata.parent() {
            // Only when nothing else is in it.
            let _ = std::fs::remove_dir(parent);
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(cause) = std::fs::remove_dir_all(&self.dir) {
            eprintln!("{} could not be removed: {cause}", self.dir.display());
        }
    }
}
