//! A server that speaks Ozon's Seller API with state: chats, orders, pushes.
//!
//! Accounts that are always there; all of them have the key [`DEMO_API_KEY`]:
//!
//! | Client-Id | what is the matter with it |
//! |---|---|
//! | `100200` | nothing: «Север Маркет», Premium Plus, all chat methods |
//! | `100201` | the key's roles do not include the chat methods |
//! | `100202` | no Premium Plus |
//! | `100203` | the key is deactivated |
//! | `100204` | the key is bound to other networks |
//! | `100205` | the offer is not signed |
//! | `100206` | the key's roles include the chat methods and nothing else: no orders, no pushes |
//! | `100299` | nothing; it has 317 000 chats, which are computed when somebody asks ([`giant`]) |
//!
//! The demo account begins with three chats of the marketplace's own (support, notifications, updates of the API),
//! which stand first in the list, as on Ozon. Buyers' chats are made by [`super::buyers`], by tests through
//! [`SandboxState`], or over HTTP through the control plane ([`control`]).

mod api;
mod calls;
mod control;
mod faults;
mod giant;
mod line;
mod notifications;
mod order_api;
mod orders;
mod pictures;
mod pushes;
mod state;
mod store;
mod world;

pub use calls::AccountCalls;
pub use faults::Faults;
pub use giant::{GIANT_CHATS, GIANT_CLIENT_ID};
pub use orders::{Item, NewOrder, Order, Posting, ReturnRecord, Scheme};
pub use pushes::{OddPush, PushPace, PushRecord};
pub use state::{ChatSummary, SandboxState};
pub use world::{
    ALL_METHODS, Account, Endpoint, FileFacts, MessageRecord, Moderated, NewChat, Part, Role, SendRecord,
    Sender,
};

pub(super) use world::{Chat, World};

use super::buyers::{self, BuyerPace};
use super::models::{self, ModelState};
use super::telegram::{self, TelegramState};
use crate::platform::clock;
use crate::platform::http::Outbound;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use chrono::{DateTime, TimeDelta, Utc};
use line::{CuttingListener, Line};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The demo account.
pub const DEMO_CLIENT_ID: &str = "100200";
/// Key of the demo account and of those with a defect.
pub const DEMO_API_KEY: &str = "5e7e7200-4d1c-4f00-9a11-0a2f6c3b8d41";
/// Name of the demo account's shop.
pub const DEMO_SHOP: &str = "Север Маркет";

/// Larger than the largest upload in base64.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
/// Longest wait for the answer to a push, unless the pace of pushes says otherwise.
const PUSH_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a shutdown waits for calls that are being answered.
const DRAIN: Duration = Duration::from_secs(2);

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// A loopback address; port 0 takes any free port.
    pub addr: SocketAddr,
    /// Where the chats are kept between starts; `None` forgets them.
    pub state_file: Option<PathBuf>,
    /// Makes ids, faults and buyers repeatable.
    pub seed: u64,
    /// Simulated buyers; `None` for silence.
    pub buyers: Option<BuyerPace>,
    /// Calls per second that an account may make; 0 for any number.
    pub requests_per_second: usize,
    pub ids: IdStyle,
    /// Chats of the account that has very many.
    pub giant_chats: u64,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state_file: None,
            seed: 1,
            buyers: None,
            requests_per_second: 50,
            ids: IdStyle::Mixed,
            giant_chats: GIANT_CHATS,
        }
    }
}

/// How message ids are spelt. Ozon has changed its mind before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdStyle {
    /// Numbers in the list (text in the marketplace's own chats), text in the history.
    #[default]
    Mixed,
    Text,
    Numbers,
}

/// A running sandbox. Dropping it stops it; [`OzonSandbox::shutdown`] also waits and writes the last snapshot.
#[derive(Debug)]
pub struct OzonSandbox {
    addr: SocketAddr,
    state: SandboxState,
    models: ModelState,
    telegram: TelegramState,
    tasks: Vec<JoinHandle<()>>,
    /// Ends after the others, so that it sees their last changes.
    keeper: Option<(DropGuard, JoinHandle<()>)>,
    stop: DropGuard,
}

impl OzonSandbox {
    /// Starts the server; has to be called within a tokio runtime.
    ///
    /// # Errors
    /// The address is not a loopback address or is taken, or the state file is unusable.
    pub fn start(options: SandboxOptions) -> io::Result<OzonSandbox> {
        if !options.addr.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the sandbox listens on loopback addresses only",
            ));
        }
        let listener = std::net::TcpListener::bind(options.addr)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let listener = CuttingListener(TcpListener::from_std(listener)?);

        let stored = options.state_file.as_deref().map(store::load).transpose()?.flatten();
        let mut world = stored.unwrap_or_else(|| new_world(&options));
        bring_up_to_date(&mut world, options.seed);
        world.giant.resize(options.giant_chats);
        let http = Outbound::new(PUSH_TIMEOUT).map_err(io::Error::other)?.client;
        let (state, ends) = SandboxState::new(world, &options, format!("http://{addr}"), http);
        let stop = CancellationToken::new();
        let (models, telegram) = (ModelState::default(), TelegramState::default());
        let mut tasks = vec![
            tokio::spawn(serve(listener, state.clone(), (models.clone(), telegram.clone()), stop.clone())),
            tokio::spawn(pushes::deliver(state.clone(), ends.pushes, stop.clone())),
        ];
        if let Some(pace) = options.buyers {
            tasks.push(tokio::spawn(buyers::live(state.clone(), pace, ends.ears, stop.clone())));
        }
        let keeper = options.state_file.map(|file| {
            let stop = CancellationToken::new();
            let keeping = tokio::spawn(store::keep(state.clone(), file, stop.clone()));
            (stop.drop_guard(), keeping)
        });
        Ok(OzonSandbox { addr, state, models, telegram, tasks, keeper, stop: stop.drop_guard() })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Base URL for a connector.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What it knows; tests look at it and change it.
    pub fn state(&self) -> &SandboxState {
        &self.state
    }

    /// The language models that it has as well.
    pub fn models(&self) -> &ModelState {
        &self.models
    }

    /// The Telegram that it has as well.
    pub fn telegram(&self) -> &TelegramState {
        &self.telegram
    }

    /// Stops: finishes calls for two seconds, cuts what is left, writes the snapshot.
    pub async fn shutdown(self) {
        drop(self.stop);
        for mut task in self.tasks {
            if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
                task.abort();
            }
        }
        if let Some((stop, keeper)) = self.keeper {
            drop(stop);
            let _ = keeper.await;
        }
    }
}

async fn serve(
    listener: CuttingListener,
    state: SandboxState,
    (models, telegram): (ModelState, TelegramState),
    stop: CancellationToken,
) {
    let router = Router::new()
        .merge(control::routes())
        .merge(models::routes(models))
        .merge(telegram::routes(telegram))
        .fallback(api::answer)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(state);
    let service = router.into_make_service_with_connect_info::<Line>();
    let drained = async {
        stop.cancelled().await;
        // Calls that hang on purpose would keep the listener for ever.
        tokio::time::sleep(DRAIN / 2).await;
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        ended = serving => {
            if let Err(error) = ended {
                tracing::error!(%error, "the sandbox stopped listening");
            }
        }
        () = drained => {}
    }
}

/// The world before anybody has spoken, or with two days of talk behind it when buyers live in it.
fn new_world(options: &SandboxOptions) -> World {
    let now = clock::now();
    let mut world = World::default();
    bring_up_to_date(&mut world, options.seed);
    own_chats(&mut world, now);
    if let Some(pace) = &options.buyers {
        buyers::populate(&mut world, pace, now);
    }
    world
}

/// What every world has, also one from an older version: accounts with all methods, and orders.
fn bring_up_to_date(world: &mut World, seed: u64) {
    if world.orders.is_empty() {
        order_api::stock(world, DEMO_CLIENT_ID, clock::now(), &mut StdRng::seed_from_u64(seed));
    }
    for account in accounts() {
        let known = world.accounts.entry(account.client_id.clone()).or_insert_with(|| account.clone());
        known.roles = account.roles;
    }
}

fn accounts() -> [Account; 8] {
    let account = |client_id: &str, shop: &str| Account::good(client_id, DEMO_API_KEY, shop);
    let chats_only = ALL_METHODS[..world::CHAT_METHODS].iter().map(|path| (*path).to_owned()).collect();
    let orders_only = ["/v1/roles", "/v1/seller/info", "/v3/posting/fbs/get", "/v4/posting/fbs/list"];
    let role = Role { name: "Posting FBS".into(), methods: orders_only.map(str::to_owned).to_vec() };
    [
        account(DEMO_CLIENT_ID, DEMO_SHOP),
        Account { roles: vec![role], ..account("100201", "Ключ без чатов") },
        Account { subscription: "PREMIUM".into(), ..account("100202", "Без Premium Plus") },
        Account { key_is_active: false, ..account("100203", "Отключённый ключ") },
        Account {
            key_is_bound_elsewhere: true, ..account("100204", "Ключ для других адресов")
        },
        Account { offer_is_signed: false, ..account("100205", "Без оферты") },
        Account {
            roles: vec![Role { name: "Chats".into(), methods: chats_only }],
            ..account("100206", "Ключ только для чатов")
        },
        account(GIANT_CLIENT_ID, "Гигант"),
    ]
}

/// Chats in which no buyer waits; on Ozon they fill the first pages.
fn own_chats(world: &mut World, now: DateTime<Utc>) {
    let talks: [(&str, &str, Sender, &[&str]); 3] = [
        (
            "7d0c0e52-0a01-4c11-8f00-000000000001",
            "SELLER_SUPPORT",
            Sender::Support,
            &["Здравствуйте! Ваше обращение № 48210377 решено. Оцените, пожалуйста, работу поддержки."],
        ),
        (
            "7d0c0e52-0a01-4c11-8f00-000000000002",
            "SELLER_NOTIFICATION_LOGISTICS",
            Sender::Notification,
            &[
                "Изменились сроки отгрузки на складе «Хоругвино». Подробнее — в [базе знаний](https://seller-edu.ozon.ru/).",
                "Отчёт о реализации за октябрь готов.",
                "С 1 декабря меняются тарифы на логистику. [Посмотреть тарифы](https://seller-edu.ozon.ru/commissions-tariffs)",
            ],
        ),
        (
            "7d0c0e52-0a01-4c11-8f00-000000000003",
            "SELLER_API_UPDATES",
            Sender::Notification,
            &["В Seller API добавлены новые методы. Старые версии будут отключены через три месяца."],
        ),
    ];
    for (at, (id, chat_type, sender, texts)) in talks.into_iter().enumerate() {
        let begun = now - TimeDelta::days(60 - at as i64 * 9);
        let chat = NewChat { chat_type: chat_type.into(), ..NewChat::of_buyer(DEMO_CLIENT_ID) };
        world.open_chat(id.into(), chat, begun);
        for (day, text) in texts.iter().enumerate() {
            let at = begun + TimeDelta::days(day as i64 * 8);
            world.say(id, sender, Part::Text((*text).into()), at, false);
        }
    }
}
