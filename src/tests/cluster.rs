//! The private Postgres, started for real: as whoever runs the tests, and for root also as a plain user.

use agentiq::platform::cluster::{Cluster, ClusterError, ClusterOptions, create_database, drop_database};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A data directory that its own test removes.
struct DataDir(PathBuf);

impl DataDir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("agentiq-test-{name}-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir(&dir).expect("a directory for the test");
        // A root caller's Postgres runs as somebody else, who has to pass through.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        fs::set_permissions(&dir, open).expect("permissions of our own directory");
        Self(dir)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn options() -> ClusterOptions {
    ClusterOptions { fast: true, ..ClusterOptions::from_variables(|name| std::env::var_os(name)) }
}

async fn start(data: &DataDir) -> Cluster {
    Cluster::start(data.path(), options()).await.expect("a cluster")
}

async fn ask(url: &str, question: &str) -> String {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client.query_one(question, &[]).await.expect("an answer").get(0)
}

fn is_root(ours: &DataDir) -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(ours.path()).expect("our directory")) == 0
}

/// What `PG_VERSION` says of the cluster in a data directory.
fn version_file(data: &DataDir) -> PathBuf {
    let mut entries = fs::read_dir(data.path()).expect("the data directory").filter_map(Result::ok);
    let cluster =
        entries.find(|entry| entry.file_name().to_string_lossy().starts_with("pg")).expect("a cluster");
    cluster.path().join("PG_VERSION")
}

#[tokio::test]
async fn a_new_cluster_searches_russian_and_keeps_its_data_over_a_restart() {
    let data = DataDir::new("restart");
    let cluster = start(&data).await;
    assert_eq!(ask(&cluster.url(), "SELECT current_database()::text").await, "agentiq");
    assert_eq!(ask(&cluster.url(), "SELECT lower('ЗАКАЗ Ё')").await, "заказ ё");
    assert_eq!(ask(&cluster.url(), "SHOW server_encoding").await, "UTF8");
    assert_eq!(ask(&cluster.url(), "SHOW data_checksums").await, "on");
    assert_eq!(ask(&cluster.url(), "SHOW listen_addresses").await, "", "no network port is opened");
    ask(&cluster.url(), "WITH t AS (SELECT 1) SELECT set_config('a.b', 'c', false) FROM t").await;
    let second = create_database(&cluster.url(), "second").await.expect("another database");
    assert_eq!(ask(&second, "SELECT current_database()::text").await, "second");
    cluster.stop().await.expect("a stop");

    let cluster = start(&data).await;
    assert!(!cluster.was_adopted());
    assert_eq!(ask(&second, "SELECT current_database()::text").await, "second");
    drop_database(&cluster.url(), "second").await.expect("it is gone");
    cluster.stop().await.expect("a stop");
}

#[tokio::test]
async fn a_second_start_is_told_who_is_there() {
    let data = DataDir::new("second");
    let cluster = start(&data).await;
    let refused = Cluster::start(data.path(), options()).await.expect_err("one owner at a time");
    let ClusterError::InUse { pid, .. } = &refused else { panic!("{refused}") };
    assert_eq!(*pid, Some(std::process::id()));
    assert!(refused.to_string().contains("DATABASE_URL"), "{refused}");
    cluster.stop().await.expect("a stop");
}

#[tokio::test]
async fn a_postgres_that_outlived_its_owner_is_adopted() {
    let data = DataDir::new("adopt");
    // Without `fast` a dropped handle leaves Postgres running, as a killed process would.
    let killed =
        Cluster::start(data.path(), ClusterOptions { fast: false, ..options() }).await.expect("a cluster");
    let before = ask(&killed.url(), "SELECT pg_postmaster_start_time()::text").await;
    drop(killed);

    let cluster = start(&data).await;
    assert!(cluster.was_adopted());
    assert_eq!(
        ask(&cluster.url(), "SELECT pg_postmaster_start_time()::text").await,
        before,
        "it was not restarted"
    );
    cluster.stop().await.expect("whoever adopts it may stop it");
}

#[tokio::test]
async fn a_killed_postgres_with_a_stale_pid_file_starts_again() {
    let data = DataDir::new("stale");
    let cluster = start(&data).await;
    let pid_file = cluster.pgdata().join("postmaster.pid");
    let text = fs::read_to_string(&pid_file).expect("a pid file");
    cluster.stop().await.expect("a stop");

    // The number now belongs to another living program, as after a reboot or in a container.
    let rest = text.split_once('\n').expect("more lines").1;
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).expect("the stale file");
    let cluster = start(&data).await;
    assert!(!cluster.was_adopted());
    assert_eq!(ask(&cluster.url(), "SELECT 'up'").await, "up");
    cluster.stop().await.expect("a stop");

    // The number belongs to nobody.
    fs::write(&pid_file, format!("4194303\n{rest}")).expect("the stale file");
    let cluster = start(&data).await;
    cluster.stop().await.expect("a stop");
}

#[tokio::test]
async fn data_of_another_major_version_are_refused_and_left_alone() {
    let data = DataDir::new("version");
    start(&data).await.stop().await.expect("a stop");
    let here = version_file(&data);
    let ours: u32 = fs::read_to_string(&here).expect("a version").trim().parse().expect("a number");

    // Inside a directory of the right name.
    fs::write(&here, "9\n").expect("another version");
    let refused = Cluster::start(data.path(), options()).await.expect_err("version 9");
    assert!(matches!(refused, ClusterError::OtherVersion { data_major: 9, .. }), "{refused}");
    assert_eq!(fs::read_to_string(&here).expect("still there"), "9\n");
    fs::write(&here, format!("{ours}\n")).expect("our version");

    // A directory of a version that is not installed.
    let newer = data.path().join("pg99");
    fs::create_dir(&newer).expect("a directory");
    fs::write(newer.join("PG_VERSION"), "99\n").expect("a version");
    let refused = Cluster::start(data.path(), options()).await.expect_err("version 99");
    assert!(refused.to_string().contains("written by Postgres 99"), "{refused}");
    assert!(newer.join("PG_VERSION").exists());
}

#[tokio::test]
async fn something_else_in_the_way_is_left_alone() {
    let data = DataDir::new("way");
    let cluster = start(&data).await;
    let pgdata = cluster.pgdata().to_owned();
    cluster.stop().await.expect("a stop");
    fs::rename(&pgdata, data.path().join("aside")).expect("moved");
    fs::create_dir(&pgdata).expect("a directory");
    fs::write(pgdata.join("holiday.txt"), "do not delete").expect("a file");
    let refused = Cluster::start(data.path(), options()).await.expect_err("not a cluster");
    assert!(matches!(refused, ClusterError::NotACluster { .. }), "{refused}");
    assert!(pgdata.join("holiday.txt").exists());
}

#[tokio::test]
async fn a_damaged_cluster_is_told_with_the_words_of_postgres() {
    let data = DataDir::new("damaged");
    let cluster = start(&data).await;
    let settings = cluster.pgdata().join("postgresql.conf");
    cluster.stop().await.expect("a stop");
    let mut text = fs::read_to_string(&settings).expect("settings");
    text.push_str("\nno_such_setting = 1\n");
    fs::write(&settings, text).expect("settings");
    let refused = Cluster::start(data.path(), options()).await.expect_err("a bad setting").to_string();
    assert!(refused.contains("no_such_setting"), "{refused}");
}

#[tokio::test]
async fn a_missing_postgres_is_told_with_what_to_do() {
    let data = DataDir::new("none");
    let named = ClusterOptions { postgres_bin: Some("/nowhere".into()), ..options() };
    let refused = Cluster::start(data.path(), named).await.expect_err("nothing there").to_string();
    assert!(refused.contains("AGENTIQ_POSTGRES_BIN=/nowhere"), "{refused}");
}

#[tokio::test]
async fn a_long_path_and_odd_characters_do_not_matter() {
    let data = DataDir::new("odd");
    let deep = data.path().join("данные и, пробелы").join("x".repeat(100));
    let mut parent = data.path().to_owned();
    for part in deep.strip_prefix(data.path()).expect("below").components() {
        parent.push(part);
        fs::create_dir(&parent).expect("a directory");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        fs::set_permissions(&parent, open).expect("permissions");
    }
    let cluster = Cluster::start(&deep, options()).await.expect("a cluster");
    assert_eq!(ask(&cluster.url(), "SELECT 'up'").await, "up");
    let socket = ask(&cluster.url(), "SHOW unix_socket_directories").await;
    cluster.stop().await.expect("a stop");
    assert!(socket.starts_with("/tmp/agentiq-") || !socket.starts_with("/tmp"), "{socket}");
    fs::remove_dir(socket).expect("Postgres has taken its socket away");
}

#[tokio::test]
async fn roots_closed_data_directory_sends_the_cluster_elsewhere() {
    let data = DataDir::new("closed");
    if !is_root(&data) {
        return;
    }
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(data.path(), closed).expect("permissions");
    let cluster = start(&data).await;
    let pgdata = cluster.pgdata().to_owned();
    assert!(pgdata.starts_with("/var/lib/agentiq"), "{pgdata:?}");
    cluster.stop().await.expect("a stop");

    let cluster = start(&data).await;
    assert_eq!(cluster.pgdata(), pgdata, "the next start finds it again");
    cluster.stop().await.expect("a stop");
    fs::remove_dir_all(pgdata.parent().expect("our own directory")).expect("removed");
}

/// The program that runs the tests may not be readable for others, so a copy is run.
#[test]
fn a_command_gets_a_throw_away_database_and_its_exit_code_comes_back() {
    let home = DataDir::new("run");
    let program = home.path().join("agentiq");
    // Copied by another process: a file that this one has open for writing, and a parallel test's child with it, is
    // "busy" and cannot be run.
    let copied =
        Command::new("cp").arg(env!("CARGO_BIN_EXE_agentiq")).arg(&program).status().expect("cp runs");
    assert!(copied.success());
    let script =
        "test \"$DATABASE_URL\" = \"$AGENTIQ_TEST_DATABASE_URL\" && test -n \"$DATABASE_URL\" && exit 7";
    let run = |user: Option<u32>| {
        let mut command = Command::new(&program);
        command.args(["postgres", "run", "--", "sh", "-c", script]).current_dir("/").env("TMPDIR", "/tmp");
        if let Some(user) = user {
            use std::os::unix::process::CommandExt;
            command
                .uid(user)
                .gid(user)
                .env_remove("HOME")
                .env_remove("XDG_CACHE_HOME")
                .env_remove("XDG_RUNTIME_DIR");
        }
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(None);
    assert_eq!(code, Some(7), "{said}");

    let is_root =
        std::os::unix::fs::MetadataExt::uid(&fs::metadata(home.path()).expect("our directory")) == 0;
    if is_root {
        const NOBODY: u32 = 65534;
        let (code, said) = run(Some(NOBODY));
        assert_eq!(code, Some(7), "{said}");
    }
}
