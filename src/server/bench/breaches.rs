//! Deadlines that pass together among many open chats, and what one event costs as there are more of them. Fills an empty database itself:
//! each chat has one message of a buyer and the clocks that follow from it.

use super::Times;
use crate::context::App;
use crate::features::inbox::server::deadlines;
use crate::features::sellers::server::accounts::seal_key;
use crate::features::sellers::types::SellerState;
use crate::features::sla::server::recompute::recompute;
use crate::features::users::server::accounts::{self, NewUser};
use crate::platform::clock::now;
use crate::platform::db::Bulk;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::sellers;
use crate::platform::secret::Secret;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::role::Role;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::ExpressionMethods;
use diesel_async::RunQueryDsl;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How much is measured.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct BreachArgs {
    /// Open chats with clocks
    #[arg(long, default_value_t = 100_000)]
    pub chats: usize,
    /// Chats whose deadline passes within one second
    #[arg(long, default_value_t = 1_000)]
    pub due: usize,
    /// How often the cost of an event is measured at each size
    #[arg(long, default_value_t = 200)]
    pub runs: usize,
}

/// Sizes at which the cost of an event is measured.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Chats that are computed in one transaction while the database is filled.
const TOGETHER: usize = 500;
/// What a marketplace rates: an answer within a day.
const RATED: TimeDelta = TimeDelta::hours(24);
/// Whoever has not noted a deadline by then never will.
const PATIENCE: Duration = Duration::from_secs(60);
/// Instances that are awake.
const AWAKE: usize = 2;

/// Measures in an empty database.
///
/// # Errors
/// When something is in it, or it refuses.
pub async fn measure(app: &App, bulk: &mut Bulk, args: BreachArgs) -> Outcome<()> {
    app.db.migrate().await.map_err(|error| Fault::Broke(error.into()))?;
    if accounts::is_set_up(&mut *app.db.get().await?).await? {
        return Err(Fault::broke("this database is in use; bench breaches fills an empty one"));
    }
    let world = World::make(app).await?;
    println!("| open chats | an event p50 | p95 |");
    println!("|--:|--:|--:|");
    let mut filled = 0;
    let below = SIZES.into_iter().filter(|size| *size < args.chats);
    for size in below.chain([args.chats]) {
        world.fill(app, bulk, filled, size).await?;
        filled = size;
        let chats = world.chats(bulk, args.runs + 1).await?;
        let mut conn = app.db.get().await?;
        let mut next = chats.iter().cycle();
        let times = Times::of(args.runs, async || match next.next() {
            Some(chat) => recompute(&mut conn, world.workspace, &[*chat], now()).await,
            None => Ok(()),
        })
        .await?;
        println!("| {size} | {:.1} ms | {:.1} ms |", times.percentile(50), times.percentile(95));
    }
    world.let_pass(app, bulk, args.due).await
}

/// A workspace whose one seller asks nothing of any marketplace.
struct World {
    workspace: WorkspaceId,
    seller: SellerId,
    /// Since when its clocks run.
    from: DateTime<Utc>,
}

impl World {
    async fn make(app: &App) -> Outcome<Self> {
        let owner = NewUser {
            email: "owner@bench.example".to_owned(),
            name: "Bench".to_owned(),
            role: Role::Owner,
            password: uuid::Uuid::new_v4().to_string(),
        };
        let made = accounts::add_workspace(&app.db, "Bench", owner).await;
        let (workspace, _) = made.map_err(|error| Fault::Broke(error.to_string().into()))?;
        let (seller, from) = (SellerId::new(), now() - TimeDelta::days(30));
        // Nobody has this key, and the seller is paused: nothing is ever asked with it.
        let key = seal_key(&app.keys, &Secret::new("bench".to_owned()), workspace, seller)?;
        diesel::insert_into(sellers::table)
            .values((
                sellers::workspace_id.eq(workspace),
                sellers::id.eq(seller),
                sellers::marketplace.eq(Marketplace::Ozon),
                sellers::external_account_id.eq("bench"),
                sellers::name.eq("Bench"),
                sellers::state.eq(SellerState::Paused),
                sellers::credentials.eq(Some(key)),
                sellers::connected_at.eq(from),
                sellers::clock_from.eq(from),
                sellers::created_at.eq(from),
            ))
            .execute(&mut *app.db.get().await?)
            .await?;
        Ok(World { workspace, seller, from })
    }

    /// Fills up with open chats, from so many to so many, each with its clocks.
    async fn fill(&self, app: &App, bulk: &mut Bulk, from: usize, to: usize) -> Outcome<()> {
        bulk.run(&format!(
            "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at, \
                                unanswered_since, last_message_author) \
             SELECT '{w}', gen_random_uuid(), '{s}', 'dialog', 'c' || n, 'open', t.at, t.at, t.at, 'buyer' \
             FROM generate_series({from} + 1, {to}) n, LATERAL (SELECT now() - interval '1 second' * (n % 3600) AS at) t; \
             INSERT INTO messages (workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at) \
             SELECT workspace_id, id, 'm', '1', 'buyer', 'Where is my order?', last_message_at, now() FROM chats c \
             WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id); \
             ANALYZE chats, messages",
            w = self.workspace,
            s = self.seller
        ))
        .await?;
        let sql = format!(
            "SELECT c.id FROM chats c WHERE c.workspace_id = '{w}' \
               AND NOT EXISTS (SELECT 1 FROM clock_wakes k WHERE k.workspace_id = '{w}' AND k.chat_id = c.id)",
            w = self.workspace
        );
        let new = ids(bulk, &sql).await?;
        let mut conn = app.db.get().await?;
        for some in new.chunks(TOGETHER) {
            recompute(&mut conn, self.workspace, some, now()).await?;
        }
        bulk.run("ANALYZE chat_turns, clocks, clock_wakes").await
    }

    async fn chats(&self, bulk: &mut Bulk, count: usize) -> Outcome<Vec<ChatId>> {
        let sql = format!(
            "SELECT id FROM chats WHERE workspace_id = '{}' ORDER BY id LIMIT {count}",
            self.workspace
        );
        ids(bulk, &sql).await
    }

    /// Lets deadlines of some chats pass within a second, while several are awake.
    async fn let_pass(&self, app: &App, bulk: &mut Bulk, due: usize) -> Outcome<()> {
        let chats = self.chats(bulk, due).await?;
        let listed = chats.iter().map(|chat| format!("'{chat}'")).collect::<Vec<_>>().join(",");
        // What else is due by then is dealt with before; the time for it grows with the chats.
        let first = now() + TimeDelta::seconds(20 + due as i64 / 100);
        let wrote = (first - RATED).max(self.from);
        bulk.run(&format!(
            "UPDATE messages m SET sent_at = t.at FROM ( \
                 SELECT id, timestamptz '{wrote}' + interval '1 second' * row_number() OVER (ORDER BY id) / {due} AS at \
                 FROM unnest(ARRAY[{listed}]::uuid[]) id) t \
             WHERE m.workspace_id = '{w}' AND m.chat_id = t.id; \
             UPDATE chats c SET last_message_at = m.sent_at, unanswered_since = m.sent_at, due_at = NULL FROM messages m \
             WHERE c.workspace_id = '{w}' AND c.id = ANY(ARRAY[{listed}]::uuid[]) AND m.workspace_id = '{w}' AND m.chat_id = c.id",
            w = self.workspace
        ))
        .await?;
        let mut conn = app.db.get().await?;
        for some in chats.chunks(TOGETHER) {
            recompute(&mut conn, self.workspace, some, now()).await?;
        }
        while deadlines::round(&mut conn, now(), TOGETHER as i64).await? > 0 {}
        drop(conn);
        let before = number(bulk, "SELECT coalesce(max(seq), 0) FROM events").await?;
        let stop = CancellationToken::new();
        let awake: Vec<_> = (0..AWAKE)
            .map(|_| tokio::spawn(deadlines::run(App { cancel: stop.clone(), ..app.for_work() })))
            .collect();
        let rest = (first + TimeDelta::seconds(1) - now()).to_std().unwrap_or_default();
        tokio::time::sleep(rest).await;
        let (began, mut noted) = (Instant::now(), 0);
        let rated = "FROM clocks WHERE kind = 'rating' AND breached_at = due_at";
        while noted < due as i64 && began.elapsed() < PATIENCE {
            noted = number(bulk, &format!("SELECT count(*) {rated}")).await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let took = began.elapsed();
        stop.cancel();
        for one in awake {
            one.await?;
        }
        let late = format!(
            "SELECT (percentile_disc(0.5) WITHIN GROUP (ORDER BY ms))::bigint::text, max(ms)::bigint::text FROM ( \
                 SELECT extract(epoch FROM noticed_at - due_at) * 1000 AS ms {rated}) l"
        );
        let (median, most) = bulk.pairs(&late).await?.into_iter().next().unwrap_or_default();
        let twice = number(
            bulk,
            &format!(
                "SELECT count(*) FROM (SELECT change->>'chat' FROM events WHERE seq > {before} AND change->>'kind' = 'chat' \
                 GROUP BY 1 HAVING count(*) > 1) twice"
            ),
        )
        .await?;
        println!(
            "{noted} of {due} breaches within one second were recorded {:.0} ms after it, by {AWAKE} instances; noticed {median} ms \
             after their deadline in the middle, {most} ms at most; {twice} chats were told of twice",
            took.as_secs_f64() * 1000.0
        );
        Ok(())
    }
}

async fn ids(bulk: &mut Bulk, sql: &str) -> Outcome<Vec<ChatId>> {
    let rows = bulk.rows(sql).await?;
    Ok(rows.iter().flatten().filter_map(|id| id.parse().ok()).collect())
}

async fn number(bulk: &mut Bulk, sql: &str) -> Outcome<i64> {
    let rows = bulk.rows(sql).await?;
    Ok(rows.iter().flatten().find_map(|number| number.parse().ok()).unwrap_or_default())
}
