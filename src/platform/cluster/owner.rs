//! As whom Postgres runs. It refuses root, so a root caller lends it another user.

use super::{ClusterError, no_access, short_hash};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Where a root caller's cluster goes when the user that Postgres runs as cannot reach the data directory.
const SYSTEM_HOME: &str = "/var/lib/agentiq";
/// Variables that change what Postgres' programs do.
const MEDDLING: [&str; 12] = [
    "PGDATA",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGOPTIONS",
    "PGSERVICE",
    "PGPASSFILE",
    "PGDATESTYLE",
    "PGCLIENTENCODING",
    "PGTZ",
];

/// The user that Postgres runs as.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    uid: u32,
    /// Set when this process is root and has to become somebody else.
    lent: Option<Lent>,
}

#[derive(Clone, Debug)]
struct Lent {
    name: String,
    gid: u32,
}

impl Owner {
    /// This process' own user, or for root `postgres`, else `nobody`.
    pub async fn for_this_process() -> Result<Self, ClusterError> {
        let uid = effective_uid().await?;
        if uid != 0 {
            return Ok(Self { uid, lent: None });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (name, uid, gid) = ["postgres", "_postgres", "nobody"]
            .into_iter()
            .find_map(|name| find_user(&users, name))
            .ok_or(ClusterError::NoUser)?;
        Ok(Self { uid, lent: Some(Lent { name, gid }) })
    }

    #[cfg(test)]
    pub fn for_test() -> Self {
        Self { uid: 1000, lent: None }
    }

    /// A command that runs as this user, somewhere it may stand, with a locale in which its messages are English.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(std::process::Stdio::null()).env("LC_ALL", "C");
        for name in MEDDLING {
            command.env_remove(name);
        }
        if let Some(lent) = &self.lent {
            // Supplementary groups of root are dropped by the standard library along with the user.
            command.uid(self.uid).gid(lent.gid);
        }
        command
    }

    /// Where this user keeps clusters for a data directory: in it, or in a system directory when root's data directory
    /// is closed to everybody else.
    pub async fn home_for(&self, data_dir: &Path) -> Result<PathBuf, ClusterError> {
        let Some(lent) = &self.lent else { return Ok(data_dir.to_owned()) };
        if self.can_enter(data_dir).await {
            return Ok(data_dir.to_owned());
        }
        let name = data_dir.file_name().and_then(|name| name.to_str()).unwrap_or("data");
        let home = Path::new(SYSTEM_HOME).join(format!("{name}-{}", short_hash(data_dir)));
        fs::create_dir_all(&home).map_err(|cause| no_access(&home, &cause))?;
        if !self.can_enter(&home).await {
            return Err(ClusterError::NoAccess {
                path: home,
                who: self.to_string(),
                cause: "a directory above it is closed".to_owned(),
            });
        }
        tracing::info!(
            user = lent.name, data_dir = %data_dir.display(), home = %home.display(),
            "Postgres cannot run as root, and its user cannot enter the data directory: the cluster is kept elsewhere"
        );
        Ok(home)
    }

    /// Makes a directory that only this user may enter. One that exists must be such a directory already.
    pub fn make_private_dir(&self, dir: &Path) -> Result<(), ClusterError> {
        let refuse = |cause: &str| ClusterError::NoAccess {
            path: dir.to_owned(),
            who: self.to_string(),
            cause: cause.to_owned(),
        };
        match fs::create_dir(dir) {
            Ok(()) => {
                fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
                    .map_err(|cause| no_access(dir, &cause))?;
                if let Some(lent) = &self.lent {
                    std::os::unix::fs::chown(dir, Some(self.uid), Some(lent.gid))
                        .map_err(|cause| no_access(dir, &cause))?;
                }
                Ok(())
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                // In a shared place like /tmp somebody else could have made it, or put a link there.
                let meta = fs::symlink_metadata(dir).map_err(|cause| no_access(dir, &cause))?;
                match () {
                    () if !meta.is_dir() => Err(refuse("it is not a directory")),
                    () if meta.uid() != self.uid => Err(refuse("it belongs to somebody else")),
                    () if meta.mode() & 0o077 != 0 => Err(refuse("others may enter it")),
                    () => Ok(()),
                }
            }
            Err(cause) => Err(no_access(dir, &cause)),
        }
    }

    /// Tries it: permissions may be refined in ways that bits do not show.
    async fn can_enter(&self, dir: &Path) -> bool {
        let mut command = self.command(Path::new("/bin/sh"));
        command.args(["-c", "cd -- \"$0\""]).arg(dir).stderr(std::process::Stdio::null());
        command.status().await.is_ok_and(|status| status.success())
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.lent {
            Some(lent) => write!(f, "The user `{}` (Postgres does not run as root)", lent.name),
            None => f.write_str("This user"),
        }
    }
}

/// The standard library cannot tell, and a call into libc would need `unsafe`.
async fn effective_uid() -> Result<u32, ClusterError> {
    if let Ok(meta) = fs::metadata("/proc/self") {
        return Ok(meta.uid());
    }
    let output = Command::new("id").arg("-u").output().await;
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.trim().parse().map_err(|_| ClusterError::Failed {
        what: "Asking who runs AgentIQ (id -u)",
        dir: PathBuf::from("/"),
        tail: text,
    })
}

/// Name, user id and group id from the lines of `/etc/passwd`.
fn find_user(users: &str, wanted: &str) -> Option<(String, u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((name.to_owned(), uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:a,b:/var:/bin/sh\n";
        assert_eq!(find_user(users, "postgres"), Some(("postgres".to_owned(), 101, 104)));
        assert_eq!(find_user(users, "nobody"), None);
    }
}
