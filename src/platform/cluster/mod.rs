//! The private Postgres cluster: what the product runs on when nobody names a database.
//!
//! The cluster lives in the data directory (`pg15/` for Postgres 15), listens on a Unix socket only and trusts whoever
//! may enter its directory, which is its owner alone. One process owns it at a time; a Postgres that outlived its killed
//! owner is adopted by the next one. Nothing here deletes data: what is in the way is named, or moved aside.

mod binaries;
mod database;
mod owner;
mod throwaway;

pub use binaries::OLDEST_MAJOR;
pub use database::{create_database, drop_database};
pub use throwaway::run_with_throwaway;

use crate::platform::http::percent_encode;
use binaries::{Binaries, ExistingCluster};
use owner::Owner;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

/// Database and role of the product inside the cluster.
const NAME: &str = "agentiq";
/// A Unix socket's path has at most 107 bytes; `/.s.PGSQL.5432` takes 15 of them.
const LONGEST_SOCKET_DIR: usize = 107 - 15;
/// How long `pg_ctl` waits for a start (crash recovery included) or a stop, in seconds.
const PATIENCE_SECONDS: &str = "90";
/// Pause between two looks at a Postgres that is starting, and how often to look: 30 s in all.
const PAUSE: Duration = Duration::from_millis(100);
const STARTING_TRIES: u32 = 300;
/// How often the lock of a data directory is looked at: 1 s in all.
const LOCK_LOOKS: u32 = 10;
/// How much of a log a sentence quotes, in lines.
const TAIL_LINES: usize = 12;

/// Where to look and how to run. The environment is read by the caller.
#[derive(Clone, Debug, Default)]
pub struct ClusterOptions {
    /// `AGENTIQ_POSTGRES_BIN`: the directory with `initdb`, `pg_ctl` and `postgres`. Nothing else is searched then.
    pub postgres_bin: Option<PathBuf>,
    /// `PATH`.
    pub path: Option<OsString>,
    /// The tools' cache, where `scripts/setup` keeps binaries fetched from npm.
    pub cache_dir: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`: where the socket goes when the data directory's path is too long for one.
    pub runtime_dir: Option<PathBuf>,
    /// For tests: no durability, many connections, and the cluster stops when its handle is dropped.
    pub fast: bool,
}

impl ClusterOptions {
    /// Options from variables, however the caller reads them.
    pub fn from_variables(get: impl Fn(&str) -> Option<OsString>) -> Self {
        let directory = |name: &str| get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache_dir = directory("AGENTIQ_CACHE")
            .or_else(|| directory("XDG_CACHE_HOME").map(|cache| cache.join("agentiq")))
            .or_else(|| directory("HOME").map(|home| home.join(".cache/agentiq")));
        Self {
            postgres_bin: directory("AGENTIQ_POSTGRES_BIN"),
            path: get("PATH"),
            cache_dir,
            runtime_dir: directory("XDG_RUNTIME_DIR"),
            fast: false,
        }
    }
}

/// A running cluster that this process owns.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    owner: Owner,
    /// Postgres' own data directory.
    pgdata: PathBuf,
    socket_dir: PathBuf,
    /// Whether Postgres was running already.
    adopted: bool,
    fast: bool,
    running: bool,
    /// Held for as long as we own the data directory; the kernel lets go of it when we die, however we die.
    _lock: File,
}

impl Cluster {
    /// Finds Postgres, makes the cluster if there is none, starts it or adopts the one that runs, and makes sure that
    /// the database exists.
    ///
    /// # Errors
    /// A sentence for the person who installs the product.
    pub async fn start(data_dir: &Path, options: ClusterOptions) -> Result<Self, ClusterError> {
        make_dir(data_dir)?;
        let data_dir = fs::canonicalize(data_dir).map_err(|cause| no_access(data_dir, &cause))?;
        let lock = lock(&data_dir).await?;
        let owner = Owner::for_this_process().await?;
        let home = owner.home_for(&data_dir).await?;
        let binaries = binaries::choose(&options, &owner, newest_cluster_in(&home).as_ref()).await?;
        let pgdata = home.join(format!("pg{}", binaries.major));
        check_version(&pgdata, &binaries)?;
        let socket_dir = socket_dir(&pgdata, options.runtime_dir.as_deref());

        let mut cluster = Self {
            binaries,
            owner,
            pgdata,
            socket_dir,
            adopted: false,
            fast: options.fast,
            running: false,
            _lock: lock,
        };
        if !cluster.pgdata.join("PG_VERSION").exists() {
            cluster.initdb().await?;
        }
        if !cluster.adopt().await {
            cluster.launch().await?;
        }
        cluster.running = true;
        database::ensure(&cluster.url_of("postgres"), NAME).await?;
        tracing::info!(
            dir = %cluster.pgdata.display(), major = cluster.binaries.major, adopted = cluster.adopted, "private Postgres is up"
        );
        Ok(cluster)
    }

    /// The address of the product's database, as tokio-postgres and libpq both read it.
    pub fn url(&self) -> String {
        self.url_of(NAME)
    }

    /// The address of the database that a running server's cluster serves from this data directory, for commands beside
    /// it; `None` when none runs. Takes no ownership: whoever started the cluster stops it.
    pub async fn running(data_dir: &Path) -> Option<String> {
        let data_dir = fs::canonicalize(data_dir).ok()?;
        let owner = Owner::for_this_process().await.ok()?;
        let home = owner.home_for(&data_dir).await.ok()?;
        let pgdata = newest_cluster_in(&home)?.dir;
        let socket_dir = Postmaster::settled(&pgdata).await.filter(Postmaster::may_be_alive)?.socket_dir?;
        database::serves(&url_in(&socket_dir, "postgres"), &pgdata).await.then(|| url_in(&socket_dir, NAME))
    }

    /// Postgres' own data directory.
    pub fn pgdata(&self) -> &Path {
        &self.pgdata
    }

    /// Whether Postgres was already running, left over by an owner that was killed.
    pub fn was_adopted(&self) -> bool {
        self.adopted
    }

    /// Stops Postgres: open transactions are rolled back, everything committed is on disk.
    ///
    /// # Errors
    /// When Postgres does not end in time; it is left alone then.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        self.running = false;
        let pgdata = self.pgdata.clone();
        let mut command = self.command("pg_ctl");
        command.arg("stop").arg("-D").arg(&pgdata).args(["-m", "fast", "-w", "-s", "-t", PATIENCE_SECONDS]);
        run(command, Step::Stop, &self.pgdata, &self.owner).await
    }

    fn url_of(&self, database: &str) -> String {
        url_in(&self.socket_dir, database)
    }

    /// A command of Postgres, as the user it may run as and without variables that would change what it does.
    fn command(&self, program: &str) -> Command {
        self.owner.command(&self.binaries.dir.join(program))
    }

    /// Makes the cluster beside its place and moves it there when it is whole, so that a start that was cut short
    /// leaves nothing that looks like a cluster.
    async fn initdb(&self) -> Result<(), ClusterError> {
        if !is_empty_or_missing(&self.pgdata)? {
            return Err(ClusterError::NotACluster { dir: self.pgdata.clone() });
        }
        let draft = free_name(&self.pgdata.with_extension("new"));
        self.owner.make_private_dir(&draft)?;
        let mut command = self.command("initdb");
        command
            .arg("-D")
            .arg(&draft)
            .args(["-U", NAME, "-E", "UTF8", "--auth-local=trust", "--auth-host=reject", "--data-checksums"])
            .arg(format!("--locale={}", utf8_locale()));
        if self.fast {
            command.arg("--no-sync");
        }
        run(command, Step::InitDb, &draft, &self.owner).await?;
        fs::rename(&draft, &self.pgdata).map_err(|cause| no_access(&self.pgdata, &cause))
    }

    /// Takes over a Postgres that a killed owner left running on this very directory.
    async fn adopt(&mut self) -> bool {
        let Some(left) = Postmaster::settled(&self.pgdata).await else { return false };
        if !left.may_be_alive() {
            left.move_aside(&self.pgdata);
            return false;
        }
        let ours = self.socket_dir.clone();
        if let Some(socket_dir) = left.socket_dir {
            self.socket_dir = socket_dir;
        }
        self.adopted = database::serves(&self.url_of("postgres"), &self.pgdata).await;
        if !self.adopted {
            self.socket_dir = ours;
        }
        self.adopted
    }

    async fn launch(&self) -> Result<(), ClusterError> {
        if self.socket_dir != self.pgdata {
            self.owner.make_private_dir(&self.socket_dir)?;
        }
        let log = self.pgdata.join("server.log");
        let pgdata = self.pgdata.clone();
        let mut command = self.command("pg_ctl");
        command
            .arg("start")
            .arg("-D")
            .arg(&pgdata)
            .arg("-l")
            .arg(&log)
            .arg("-o")
            .arg(self.settings())
            .args(["-w", "-s", "-t", PATIENCE_SECONDS]);
        run(command, Step::Start { log: log.clone() }, &self.pgdata, &self.owner).await
    }

    /// Settings of the server as `pg_ctl -o` takes them: words for a shell.
    fn settings(&self) -> String {
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.socket_dir.display()),
            "port=5432".to_owned(),
            "log_checkpoints=off".to_owned(),
            "timezone=UTC".to_owned(),
        ];
        let fast = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300"];
        if self.fast {
            settings.extend(fast.map(str::to_owned));
        }
        settings.iter().map(|setting| format!("-c {}", shell_word(setting))).collect::<Vec<_>>().join(" ")
    }
}

/// The address of a database behind a socket.
fn url_in(socket_dir: &Path, database: &str) -> String {
    format!("postgres://{NAME}@{}/{database}", percent_encode(&socket_dir.to_string_lossy(), b""))
}

impl Drop for Cluster {
    /// A test that panicked must not leave a server behind. The real cluster stays: the next owner adopts it.
    fn drop(&mut self) {
        if self.running && self.fast {
            let mut command = self.command("pg_ctl").into_std();
            let stopped =
                command.arg("stop").arg("-D").arg(&self.pgdata).args(["-m", "immediate", "-s"]).status();
            if let Err(cause) = stopped {
                tracing::warn!(%cause, "a throw-away Postgres was left running");
            }
        }
    }
}

/// Why there is no cluster. Each is a sentence with what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Nothing found.
    #[error(
        "No Postgres found (version {OLDEST_MAJOR} or newer). Install one (Debian: apt-get install postgresql), or name its \
         directory in AGENTIQ_POSTGRES_BIN, or name a running database in DATABASE_URL. Looked in: {}.",
        list(looked)
    )]
    NoBinaries { looked: Vec<PathBuf> },
    /// The directory that was named is of no use.
    #[error("AGENTIQ_POSTGRES_BIN={} cannot be used: {why}.", dir.display())]
    UnusableBinaries { dir: PathBuf, why: String },
    /// Postgres refuses to run as root, and there is nobody else to run as.
    #[error(
        "Postgres does not run as root, and this machine has neither a user `postgres` nor `nobody` to run it as. \
         Start AgentIQ as an ordinary user, or name a running database in DATABASE_URL."
    )]
    NoUser,
    /// A second start.
    #[error(
        "The data directory {} is in use by another AgentIQ{}. Stop that one first, or give this one its own \
         AGENTIQ_DATA_DIR. To run several servers on one database, name it in DATABASE_URL for all of them.",
        data_dir.display(),
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse { data_dir: PathBuf, pid: Option<u32> },
    /// The data were written by another major version.
    #[error(
        "{} was written by Postgres {data_major}, but this machine has Postgres {}. Nothing was changed. Either install \
         Postgres {data_major} beside it, or move the data: run `agentiq backup FILE` where Postgres {data_major} is \
         installed, then `agentiq restore FILE` here with an empty AGENTIQ_DATA_DIR.",
        dir.display(),
        numbers(found)
    )]
    OtherVersion { dir: PathBuf, data_major: u32, found: Vec<u32> },
    /// Something else lies in the cluster's place.
    #[error("{} is not empty and not a Postgres cluster. Nothing was changed. Move it away and start again.", dir.display())]
    NotACluster { dir: PathBuf },
    /// No space.
    #[error("No space left on the disk that holds {}. Free some and start again; nothing was lost.\n{tail}", dir.display())]
    DiskFull { dir: PathBuf, tail: String },
    /// Access refused.
    #[error("{who} may not use {}: {cause}. Change its owner or permissions, or choose another AGENTIQ_DATA_DIR.", path.display())]
    NoAccess { path: PathBuf, who: String, cause: String },
    /// A program of Postgres ended badly; the end of what it said is quoted.
    #[error("{what} failed in {}. Nothing was deleted. It said:\n{tail}", dir.display())]
    Failed { what: &'static str, dir: PathBuf, tail: String },
    /// Postgres runs but does not let us in.
    #[error("Postgres is running but refuses a connection: {cause}")]
    NoConnection { cause: String },
}

/// Which program of Postgres a failure is told of.
enum Step {
    InitDb,
    Start { log: PathBuf },
    Stop,
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Step::InitDb => "Making a new Postgres cluster (initdb)",
            Step::Start { .. } => "Starting Postgres (pg_ctl start)",
            Step::Stop => "Stopping Postgres (pg_ctl stop)",
        }
    }
}

/// Runs a program of Postgres to its end and turns a failure into a sentence.
async fn run(mut command: Command, step: Step, dir: &Path, owner: &Owner) -> Result<(), ClusterError> {
    // A log that earlier runs filled says nothing about this one.
    let log_was =
        if let Step::Start { log } = &step { fs::metadata(log).map_or(0, |meta| meta.len()) } else { 0 };
    let output = command.output().await.map_err(|cause| ClusterError::Failed {
        what: step.name(),
        dir: dir.to_owned(),
        tail: cause.to_string(),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    if let Step::Start { log } = &step {
        said.push_str(&read_from(log, log_was));
    }
    Err(explain(&step, dir, owner, &said))
}

fn explain(step: &Step, dir: &Path, owner: &Owner, said: &str) -> ClusterError {
    let tail = tail(said);
    if said.contains("No space left on device") || said.contains("Disk quota exceeded") {
        return ClusterError::DiskFull { dir: dir.to_owned(), tail };
    }
    if said.contains("Permission denied") {
        return ClusterError::NoAccess { path: dir.to_owned(), who: owner.to_string(), cause: tail };
    }
    ClusterError::Failed { what: step.name(), dir: dir.to_owned(), tail }
}

/// What `postmaster.pid` tells of the server that wrote it.
struct Postmaster {
    pid: u32,
    socket_dir: Option<PathBuf>,
    /// It has written that it is still starting.
    is_starting: bool,
}

impl Postmaster {
    /// What the file says once a start that is under way is over.
    async fn settled(pgdata: &Path) -> Option<Self> {
        for _ in 0..STARTING_TRIES {
            let postmaster = Self::read(pgdata)?;
            if !postmaster.is_starting || !postmaster.may_be_alive() {
                return Some(postmaster);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Self::read(pgdata)
    }

    fn read(pgdata: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(pgdata.join("postmaster.pid")).ok()?)
    }

    /// Line 1 is the process id, line 5 the first socket directory, line 8 the status.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let socket_dir = lines.nth(3).map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from);
        let is_starting = lines.nth(2).is_some_and(|status| status.trim() == "starting");
        Some(Self { pid, socket_dir, is_starting })
    }

    /// Whether the process may be a Postgres. After a reboot, and always in containers, the number belongs to another
    /// program; Postgres would refuse to start because of it. What cannot be told counts as alive.
    fn may_be_alive(&self) -> bool {
        let process = PathBuf::from(format!("/proc/{}", self.pid));
        if !Path::new("/proc/self").exists() {
            return true;
        }
        match fs::read_to_string(process.join("comm")) {
            Ok(name) => matches!(name.trim(), "postgres" | "postmaster"),
            Err(_) => process.exists(),
        }
    }

    /// Renames the stale file; Postgres decides for itself about a number that belongs to nobody.
    fn move_aside(&self, pgdata: &Path) {
        let stale = pgdata.join("postmaster.pid");
        let aside = free_name(&pgdata.join("postmaster.pid.stale"));
        match fs::rename(&stale, &aside) {
            Ok(()) => tracing::info!(
                pid = self.pid,
                "Postgres had not ended cleanly; its old pid file was set aside"
            ),
            Err(cause) => tracing::warn!(%cause, "a stale postmaster.pid could not be set aside"),
        }
    }
}

/// Takes the data directory for this process. A child that is just being started holds what we held, until it runs its
/// own program: a lock that was given back a moment ago may need another look.
async fn lock(data_dir: &Path) -> Result<File, ClusterError> {
    let path = data_dir.join("agentiq.lock");
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|cause| no_access(&path, &cause))?;
    for look in 1..=LOCK_LOOKS {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if look < LOCK_LOOKS => tokio::time::sleep(PAUSE).await,
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                return Err(ClusterError::InUse { data_dir: data_dir.to_owned(), pid });
            }
            Err(TryLockError::Error(cause)) => return Err(no_access(&path, &cause)),
        }
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
    written.map_err(|cause| no_access(&path, &cause))?;
    Ok(file)
}

/// The newest among `pg15`, `pg16`, … that hold something.
fn newest_cluster_in(home: &Path) -> Option<ExistingCluster> {
    let entries = fs::read_dir(home).ok()?;
    entries
        .filter_map(|entry| {
            let dir = entry.ok()?.path();
            let major = dir.file_name()?.to_str()?.strip_prefix("pg")?.parse().ok()?;
            matches!(is_empty_or_missing(&dir), Ok(false)).then_some(ExistingCluster { dir, major })
        })
        .max_by_key(|cluster| cluster.major)
}

fn check_version(pgdata: &Path, binaries: &Binaries) -> Result<(), ClusterError> {
    let path = pgdata.join("PG_VERSION");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(no_access(&path, &cause)),
    };
    match text.trim().parse::<u32>() {
        Ok(major) if major == binaries.major => Ok(()),
        Ok(data_major) => Err(ClusterError::OtherVersion {
            dir: pgdata.to_owned(),
            data_major,
            found: vec![binaries.major],
        }),
        Err(_) => Err(ClusterError::NotACluster { dir: pgdata.to_owned() }),
    }
}

/// Where the socket goes: into the cluster, which only its owner may enter, unless the path is too long or holds
/// characters that a list of directories cannot.
fn socket_dir(pgdata: &Path, runtime_dir: Option<&Path>) -> PathBuf {
    let fits = |dir: &Path| {
        dir.to_str().is_some_and(|text| {
            text.len() <= LONGEST_SOCKET_DIR
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
        })
    };
    if fits(pgdata) {
        return pgdata.to_owned();
    }
    let name = format!("agentiq-{}", short_hash(pgdata));
    let beside = runtime_dir.map(|dir| dir.join(&name)).filter(|dir| fits(dir));
    beside.unwrap_or_else(|| Path::new("/tmp").join(name))
}

/// A name that stays the same for a path.
fn short_hash(path: &Path) -> String {
    use sha2::Digest;
    use std::os::unix::ffi::OsStrExt;
    let digest = sha2::Sha256::digest(path.as_os_str().as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// A locale in which Russian can be searched; `C` cannot.
fn utf8_locale() -> &'static str {
    if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" }
}

fn make_dir(dir: &Path) -> Result<(), ClusterError> {
    fs::create_dir_all(dir).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::StorageFull => {
            ClusterError::DiskFull { dir: dir.to_owned(), tail: String::new() }
        }
        _ => no_access(dir, &cause),
    })
}

fn no_access(path: &Path, cause: &std::io::Error) -> ClusterError {
    if cause.kind() == std::io::ErrorKind::StorageFull {
        return ClusterError::DiskFull { dir: path.to_owned(), tail: String::new() };
    }
    ClusterError::NoAccess { path: path.to_owned(), who: "AgentIQ".to_owned(), cause: cause.to_string() }
}

fn is_empty_or_missing(dir: &Path) -> Result<bool, ClusterError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(cause) => Err(no_access(dir, &cause)),
    }
}

/// The path itself, or the first of `path-1`, `path-2`, … that does not exist.
fn free_name(path: &Path) -> PathBuf {
    let numbered = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("-{n}"));
        PathBuf::from(name)
    };
    std::iter::once(path.to_owned())
        .chain((1..).map(numbered))
        .find(|candidate| !candidate.exists())
        .expect("numbers do not end")
}

fn read_from(path: &Path, start: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        file.seek(std::io::SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn list(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return "nowhere".to_owned();
    }
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn numbers(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_lies_in_the_cluster_unless_its_path_is_too_long() {
        let short = Path::new("/srv/agentiq/pg15");
        assert_eq!(socket_dir(short, None), short);

        let long = PathBuf::from(format!("/srv/{}/pg15", "x".repeat(120)));
        let elsewhere = socket_dir(&long, None);
        assert!(elsewhere.starts_with("/tmp"), "{elsewhere:?}");
        assert!(elsewhere.as_os_str().len() <= LONGEST_SOCKET_DIR);
        assert_eq!(socket_dir(&long, None), elsewhere, "the next start must find it again");

        let runtime = socket_dir(&long, Some(Path::new("/run/user/1000")));
        assert!(runtime.starts_with("/run/user/1000"), "{runtime:?}");

        assert!(
            socket_dir(Path::new("/srv/a b,c/pg15"), None).starts_with("/tmp"),
            "a comma separates directories"
        );
    }

    #[test]
    fn an_address_survives_odd_paths() {
        let config: tokio_postgres::Config =
            format!("postgres://agentiq@{}/agentiq", percent_encode("/srv/данные/pg 15", b""))
                .parse()
                .expect("an address");
        let [tokio_postgres::config::Host::Unix(path)] = config.get_hosts() else { panic!("not a socket") };
        assert_eq!(path, Path::new("/srv/данные/pg 15"));
        assert_eq!(config.get_dbname(), Some("agentiq"));
    }

    #[test]
    fn a_pid_file_tells_the_process_and_its_socket() {
        let text = "4242\n/srv/pg15\n1763650000\n5432\n/tmp/agentiq-1\n\n  123 456\nready\n";
        let postmaster = Postmaster::parse(text).expect("a pid file");
        assert_eq!(postmaster.pid, 4242);
        assert_eq!(postmaster.socket_dir.as_deref(), Some(Path::new("/tmp/agentiq-1")));
        assert!(!postmaster.is_starting);
        assert!(Postmaster::parse(&text.replace("ready", "starting")).expect("a pid file").is_starting);
        assert!(Postmaster::parse("").is_none());
        assert!(Postmaster::parse("nonsense\n").is_none());
    }

    #[test]
    fn a_number_that_belongs_to_another_program_is_no_postgres() {
        if Path::new("/proc/self").exists() {
            assert!(
                !Postmaster { pid: std::process::id(), socket_dir: None, is_starting: false }.may_be_alive()
            );
        }
    }

    #[test]
    fn failures_become_sentences() {
        let (dir, owner) = (Path::new("/srv/pg15"), Owner::for_test());
        let full =
            explain(&Step::InitDb, dir, &owner, "initdb: error: could not write: No space left on device");
        assert!(matches!(full, ClusterError::DiskFull { .. }), "{full}");
        let refused =
            explain(&Step::InitDb, dir, &owner, "initdb: error: could not access: Permission denied");
        assert!(matches!(refused, ClusterError::NoAccess { .. }), "{refused}");
        let other = explain(&Step::Stop, dir, &owner, "line 1\n\nline 2\n");
        assert!(other.to_string().ends_with("line 1\nline 2"), "{other}");

        let version = ClusterError::OtherVersion { dir: dir.to_owned(), data_major: 14, found: vec![15, 18] };
        assert!(version.to_string().contains("written by Postgres 14, but this machine has Postgres 15, 18"));
        let busy = ClusterError::InUse { data_dir: dir.to_owned(), pid: Some(7) };
        assert!(busy.to_string().contains("(process 7)"));
    }

    #[test]
    fn settings_are_words_for_a_shell() {
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    #[test]
    fn variables_are_read_in_order() {
        let options = ClusterOptions::from_variables(|name| match name {
            "XDG_CACHE_HOME" => Some("/cache".into()),
            "HOME" => Some("/home/anna".into()),
            "AGENTIQ_POSTGRES_BIN" => Some("".into()),
            _ => None,
        });
        assert_eq!(options.cache_dir.as_deref(), Some(Path::new("/cache/agentiq")));
        assert_eq!(options.postgres_bin, None, "an empty variable is an unset one");
    }
}
