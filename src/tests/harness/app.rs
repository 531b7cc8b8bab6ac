//! A server in this process, on a database of its own, with a marketplace at the other end.

use super::database::{Sql, TestDatabase};
use super::person::Person;
use agentiq::connectors::sandbox::ozon::{
    DEMO_API_KEY, DEMO_CLIENT_ID, NewChat, OzonSandbox, SandboxOptions, SandboxState,
};
use agentiq::connectors::sandbox::telegram::TelegramState;
use agentiq::context::{App, session};
use agentiq::features::inbox::types::{ChatListPage, ChatRow, ChatView, ListQuery, MessageView, View};
use agentiq::features::sellers::server::connect::connect_account;
use agentiq::features::sellers::types::ConnectForm;
use agentiq::features::sync::server::{poll, read, walk};
use agentiq::platform::clock::now;
use agentiq::platform::config::Config;
use agentiq::platform::db::Conn;
use agentiq::platform::files::FilesPlace;
use agentiq::platform::jobs::{Run, Verdict};
use agentiq::platform::secret::Secret;
use agentiq::server;
use agentiq::shared::ids::{ChatId, ReplyId, SellerId, UserId, WorkspaceId};
use agentiq::shared::marketplace::Marketplace;
use agentiq::shared::role::Role;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Whether background jobs run by themselves. Without, a test says when.
    pub workers: bool,
    /// No workspace yet: the set-up page is open.
    pub empty: bool,
    pub public_url: Option<&'static str>,
    pub trusted_proxies: usize,
    /// How long a reply can be taken back; half a second when nothing is said.
    pub undo_pause: Option<Duration>,
    /// Where the marketplace is, when not at the sandbox itself.
    pub ozon_url: Option<String>,
}

/// A running server.
pub struct TestApp {
    pub app: App,
    pub url: String,
    /// The first workspace; a made-up one while there is none.
    pub workspace: WorkspaceId,
    pub sandbox: Arc<OzonSandbox>,
    // Last, so that everything else has let go of it.
    pub database: Arc<TestDatabase>,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.cancel.cancel();
    }
}

/// Makes people of different tests and roles different.
static PEOPLE: AtomicU32 = AtomicU32::new(1);

/// What an owner types to connect the sandbox's good account.
pub fn shop_form() -> ConnectForm {
    ConnectForm { name: "Shop".into(), client_id: DEMO_CLIENT_ID.into(), api_key: DEMO_API_KEY.into() }
}

impl TestApp {
    /// A server with one workspace and nobody in it, whose jobs run when the test says so.
    pub async fn start() -> Self {
        Self::with(Setting::default()).await
    }

    /// The same, whose jobs run by themselves.
    pub async fn working() -> Self {
        Self::with(Setting { workers: true, ..Setting::default() }).await
    }

    /// A server with a database and a sandbox of its own.
    pub async fn with(setting: Setting) -> Self {
        let database = Arc::new(TestDatabase::migrated().await);
        let sandbox = Arc::new(OzonSandbox::start(SandboxOptions::default()).expect("a sandbox"));
        let mut app = Self::serve(database, sandbox, WorkspaceId::new(), &setting).await;
        if !setting.empty {
            app.workspace = app.new_workspace("First").await;
        }
        app
    }

    /// Another server on the same database and sandbox, as after a restart or beside the first.
    pub async fn another(&self, setting: Setting) -> Self {
        Self::serve(self.database.clone(), self.sandbox.clone(), self.workspace, &setting).await
    }

    async fn serve(
        database: Arc<TestDatabase>,
        sandbox: Arc<OzonSandbox>,
        workspace: WorkspaceId,
        setting: &Setting,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let config = Config {
            database_url: None,
            data_dir: std::env::temp_dir(),
            addr: listener.local_addr().expect("an address"),
            public_url: setting.public_url.map(str::to_owned),
            keys: Some(Secret::new("1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=".into())),
            ozon_url: setting.ozon_url.clone().unwrap_or_else(|| sandbox.url()),
            ozon_unlimited: false,
            ozon_push_networks: vec!["192.0.2.0/24".parse().expect("a network")],
            poll_interval: Duration::from_secs(60),
            urgent_poll_interval: Duration::from_secs(30),
            send_timeout: Duration::from_millis(500),
            undo_pause: setting.undo_pause.unwrap_or(Duration::from_millis(500)),
            metrics_addr: None,
            trusted_proxies: setting.trusted_proxies,
            postgres_bin: None,
            files: FilesPlace::Folder(database.files()),
            clock_file: None,
            telegram_url: format!("{}/telegram", sandbox.url()),
            models: {
                let mut models = Config::read(|_| None).expect("the defaults").models;
                models.point_to_sandbox(&sandbox.url());
                models
            },
        };
        let app = server::build_app(config, database.db(), false).expect("an app");
        let url = format!("http://{}", app.config.addr);
        let service = server::router::build(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stop = app.cancel.clone().cancelled_owned();
        tokio::spawn(axum::serve(listener, service).with_graceful_shutdown(stop).into_future());
        tokio::spawn(app.hub.clone().listen(app.db.clone(), app.cancel.clone()));
        if setting.workers {
            tokio::spawn(server::jobs::workers(&app).run());
        }
        Self { app, url, workspace, sandbox, database }
    }

    // --- Behind the product's back ---

    /// A connection for looking.
    pub async fn sql(&self) -> Sql {
        self.database.sql().await
    }

    /// A connection of the product.
    pub async fn conn(&self) -> Conn {
        self.app.db.get().await.expect("a connection")
    }

    /// What a supervisor is written to by.
    pub fn telegram(&self) -> &TelegramState {
        self.sandbox.telegram()
    }

    /// The marketplace.
    pub fn ozon(&self) -> &SandboxState {
        self.sandbox.state()
    }

    // --- People ---

    /// A further workspace.
    pub async fn new_workspace(&self, name: &str) -> WorkspaceId {
        let id = WorkspaceId::new();
        self.sql()
            .await
            .run(&format!(
                "INSERT INTO workspaces (id, name, created_at) VALUES ('{id}', '{name}', now()); \
                 INSERT INTO event_counters (workspace_id) VALUES ('{id}')"
            ))
            .await;
        id
    }

    /// Somebody who is not logged in.
    pub fn nobody(&self) -> Person {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(120))
            .build()
            .expect("a client");
        Person {
            url: self.url.clone(),
            client,
            id: UserId::new(),
            email: String::new(),
            cookies: BTreeMap::new(),
        }
    }

    /// Somebody of the first workspace, logged in.
    pub async fn person(&self, role: Role) -> Person {
        self.person_of(self.workspace, role).await
    }

    /// Somebody of a workspace, logged in. Without a password: hashing one takes longer than most tests.
    pub async fn person_of(&self, workspace: WorkspaceId, role: Role) -> Person {
        self.person_with(workspace, role, "no password").await
    }

    /// Somebody with a stored password hash.
    pub async fn person_with(&self, workspace: WorkspaceId, role: Role, password_hash: &str) -> Person {
        let id = UserId::new();
        let email = format!("{role}-{}@agentiq.example", PEOPLE.fetch_add(1, Ordering::Relaxed));
        self.sql()
            .await
            .run(&format!(
                "INSERT INTO users (workspace_id, id, email, name, role, password_hash, created_at) \
                 VALUES ('{workspace}', '{id}', '{email}', 'Some {role}', '{role}', '{password_hash}', now()); \
                 INSERT INTO sign_in_names (email, workspace_id, user_id) VALUES ('{email}', '{workspace}', '{id}')"
            ))
            .await;
        let token = session::begin(&mut *self.conn().await, workspace, id, now()).await.expect("a session");
        let name = if self.app.config.is_https() { "__Host-agentiq" } else { "agentiq" };
        let cookies = BTreeMap::from([(name.to_owned(), token.cookie_value())]);
        Person { id, email, cookies, ..self.nobody() }
    }

    // --- The shop ---

    /// Connects the sandbox's good account to the first workspace.
    pub async fn connect_shop(&self) -> SellerId {
        self.connect(self.workspace, shop_form()).await
    }

    /// Connects an account to a workspace.
    pub async fn connect(&self, workspace: WorkspaceId, form: ConnectForm) -> SellerId {
        connect_account(&self.app, workspace, Marketplace::Ozon, form).await.expect("a connected account")
    }

    /// Asks the marketplace for news once, as the jobs of a seller of the first workspace do: the scan, then the walk
    /// and the reading that it asks for.
    pub async fn poll(&self, seller: SellerId) -> Verdict {
        let verdict = self.scan(seller).await;
        if verdict == Verdict::Done {
            self.walk(seller).await;
            self.read(seller).await;
        }
        verdict
    }

    /// Scans the unread chats of a seller.
    pub async fn scan(&self, seller: SellerId) -> Verdict {
        poll::run(self.run_of(seller)).await.expect("a scan")
    }

    /// Goes on with the walk through a seller's list, if one has been begun.
    pub async fn walk(&self, seller: SellerId) -> Verdict {
        walk::run(self.run_of(seller)).await.expect("a walk")
    }

    /// Reads what is in a seller's queue.
    pub async fn read(&self, seller: SellerId) -> Verdict {
        read::run(self.run_of(seller)).await.expect("histories")
    }

    /// A run of one of a seller's jobs.
    pub fn run_of(&self, seller: SellerId) -> Run<App> {
        let payload = json!({ "seller": seller });
        Run { app: self.app.for_work(), workspace: self.workspace, payload, attempt: 1 }
    }

    /// A buyer begins a chat; gives its id on the marketplace.
    pub fn buyer_begins(&self, text: &str) -> String {
        let chat = self.ozon().new_chat(NewChat::of_buyer(DEMO_CLIENT_ID));
        self.ozon().buyer_writes(&chat, text).expect("the chat is there");
        chat
    }

    /// A connected shop with one chat that has been polled: the shop, the chat on the marketplace, the chat here.
    pub async fn shop_with_chat(&self, text: &str) -> (SellerId, String, ChatId) {
        let seller = self.connect_shop().await;
        let external = self.buyer_begins(text);
        self.poll(seller).await;
        let chat = self.chat(&external).await;
        (seller, external, chat)
    }

    /// Our id of a chat.
    pub async fn chat(&self, external: &str) -> ChatId {
        let query = format!("SELECT id FROM chats WHERE external_id = '{external}'");
        let found =
            super::eventually("the chat is here", async || self.sql().await.value(&query).await).await;
        found.parse().expect("an id")
    }
}

impl Person {
    /// A list with its counters.
    pub async fn list(&self, view: View) -> ChatListPage {
        self.want("inbox/chats", json!({ "query": ListQuery::of(view), "after": null })).await
    }

    /// The row of a chat.
    pub async fn row(&self, chat: ChatId) -> ChatRow {
        self.open(chat).await.row
    }

    /// A chat.
    pub async fn open(&self, chat: ChatId) -> ChatView {
        self.want("inbox/open", json!({ "chat": chat })).await
    }

    /// Writes to a buyer.
    pub async fn reply(&self, chat: ChatId, text: &str) -> MessageView {
        self.want("inbox/reply", json!({ "chat": chat, "reply": ReplyId::new(), "text": text })).await
    }
}
