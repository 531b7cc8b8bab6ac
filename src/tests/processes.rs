//! The program as a process of its own: started, spoken to over HTTP, killed. The sandbox lives in the test, so that it
//! survives every kill.

use agentiq::connectors::sandbox::ozon::{DEMO_API_KEY, DEMO_CLIENT_ID, OzonSandbox, SandboxOptions};
use agentiq::platform::cluster::{create_database, drop_database};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const EMAIL: &str = "owner@shop.example";
const PASSWORD: &str = "correct horse battery";

/// A database, a data directory and a sandbox that several servers may share.
pub struct Installation {
    pub database_url: String,
    pub sandbox: OzonSandbox,
    data_dir: PathBuf,
    /// The server and the name of the database to drop at the end; `None` when the test brought its own.
    to_drop: Option<(String, String)>,
}

impl Installation {
    /// A new database on the tests' Postgres.
    pub async fn new() -> Self {
        let server = std::env::var("AGENTIQ_TEST_DATABASE_URL")
            .expect("AGENTIQ_TEST_DATABASE_URL is missing: run the tests with `make test`, or `agentiq postgres run -- cargo test`");
        let name = format!("process_{}", uuid::Uuid::new_v4().simple());
        let url = create_database(&server, &name).await.expect("a database for the test");
        Self { to_drop: Some((server, name)), ..Self::on(url).await }
    }

    /// On a database of the test's own.
    pub async fn on(database_url: String) -> Self {
        let data_dir =
            std::env::temp_dir().join(format!("agentiq-process-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&data_dir).expect("a data directory");
        let sandbox =
            OzonSandbox::start(SandboxOptions { requests_per_second: 1000, ..SandboxOptions::default() });
        let installation =
            Self { database_url, sandbox: sandbox.expect("a sandbox"), data_dir, to_drop: None };
        let owner = ["user", "add", "--email", EMAIL, "--name", "Owner", "--role", "owner"];
        installation.command(&owner, PASSWORD).await;
        installation
    }

    /// Connects the sandbox's shop.
    pub async fn connect_seller(&self) {
        let seller = ["seller", "add", "--marketplace", "ozon", "--client-id", DEMO_CLIENT_ID];
        self.command(&seller, DEMO_API_KEY).await;
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_agentiq"));
        program
            .env("DATABASE_URL", &self.database_url)
            .env("AGENTIQ_DATA_DIR", &self.data_dir)
            .env("AGENTIQ_ADDR", "127.0.0.1:0")
            .env("AGENTIQ_OZON_URL", self.sandbox.url())
            .env("AGENTIQ_POLL_INTERVAL", "500ms")
            .env("AGENTIQ_URGENT_POLL_INTERVAL", "500ms")
            .env("AGENTIQ_SEND_TIMEOUT", "400ms")
            .env("RUST_LOG", "warn")
            .kill_on_drop(true);
        program
    }

    /// Runs a command of the program with a line on standard input.
    pub async fn command(&self, arguments: &[&str], line: &str) {
        let mut child = self
            .program()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        let mut input = std::fs::File::from(
            child.stdin.take().expect("its input").into_owned_fd().expect("a descriptor"),
        );
        input.write_all(format!("{line}\n").as_bytes()).expect("the line is read");
        drop(input);
        let status = child.wait().await.expect("it ends");
        assert!(status.success(), "{arguments:?}: {status}");
    }

    /// Starts a server and waits until it listens.
    pub async fn serve(&self) -> Server {
        let mut child = self.program().arg("serve").stdout(Stdio::piped()).spawn().expect("the server");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await.expect("its output is text") {
                if let Some(url) = line.strip_prefix("listening on ") {
                    return url.to_owned();
                }
            }
            panic!("the server ended before it listened");
        };
        let url = tokio::time::timeout(Duration::from_secs(30), listening).await.expect("it listens in time");
        Server { child: Some(child), url, http: http(), cookie: String::new() }
    }

    /// Removes what the installation has made.
    pub async fn close(self) {
        self.sandbox.shutdown().await;
        let _ = std::fs::remove_dir_all(&self.data_dir);
        if let Some((server, name)) = &self.to_drop {
            drop_database(server, name).await.expect("the database goes");
        }
    }
}

fn http() -> reqwest::Client {
    agentiq::platform::http::Outbound::new(Duration::from_secs(5)).expect("an HTTP client").client
}

/// A running server and somebody's session on it.
pub struct Server {
    /// `None` when somebody else has started it.
    child: Option<Child>,
    pub url: String,
    http: reqwest::Client,
    cookie: String,
}

/// What a server answered.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("not JSON ({}): {}", self.status, self.text))
    }
}

impl Server {
    /// A server that somebody else has started and will end.
    pub fn at(url: &str, cookie: &str) -> Self {
        Server { child: None, url: url.to_owned(), http: http(), cookie: cookie.to_owned() }
    }

    /// Logs the owner in; the session is good on every server of the installation.
    pub async fn log_in(&mut self) -> String {
        let response = self
            .http
            .post(format!("{}/login", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+")))
            .send()
            .await
            .expect("an answer");
        let cookie =
            response.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a pair");
        self.cookie = cookie.to_owned();
        self.cookie.clone()
    }

    /// Goes on with a session.
    pub fn with_session(mut self, cookie: &str) -> Self {
        self.cookie = cookie.to_owned();
        self
    }

    /// Calls a server function; `None` when the server did not answer.
    pub async fn ask(&self, function: &str, arguments: Value) -> Option<Answer> {
        let request = self
            .http
            .post(format!("{}/api/{function}", self.url))
            .header("cookie", &self.cookie)
            .json(&arguments)
            .timeout(Duration::from_secs(10));
        Self::read(request).await
    }

    /// Gets a page; `None` when the server did not answer.
    pub async fn get(&self, path: &str) -> Option<Answer> {
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        Self::read(request.timeout(Duration::from_secs(10))).await
    }

    /// Opens the live stream.
    pub async fn live(&self, after: i64) -> reqwest::Response {
        self.open_live(after).await.expect("a stream")
    }

    /// The same, where the server may be away; `None` when there is no stream.
    pub async fn try_live(&self, after: i64) -> Option<reqwest::Response> {
        self.open_live(after).await.ok().filter(|response| response.status().is_success())
    }

    async fn open_live(&self, after: i64) -> Result<reqwest::Response, reqwest::Error> {
        let request =
            self.http.get(format!("{}/live?after={after}", self.url)).header("cookie", &self.cookie);
        request.timeout(Duration::from_secs(120)).send().await
    }

    async fn read(request: reqwest::RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some(Answer { status, text: response.text().await.ok()? })
    }

    fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("a server of our own")
    }

    /// Ends the process without a word.
    pub async fn kill(mut self) {
        self.child().kill().await.expect("it was running");
    }

    /// Asks the process to stop; gives the time it took.
    pub async fn terminate(mut self) -> Duration {
        let began = Instant::now();
        let pid = self.child().id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill");
        assert!(told.success());
        let status = self.child().wait().await.expect("it ends");
        assert!(status.success(), "an orderly end: {status}");
        began.elapsed()
    }
}

/// Waits until something holds; fails with its name when it does not in time.
pub async fn until(what: &str, patience: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !holds().await {
        assert!(Instant::now() < deadline, "waited too long: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
