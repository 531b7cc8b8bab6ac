//! Puts a shape into the database: people and sellers one by one, chats and messages by COPY in one transaction. What
//! only finds rows is taken away before and made again after, which is several times faster than keeping it up to date.

use super::columns::Rows;
use super::shape::{Chat, PEOPLE, Shape};
use crate::connectors::sandbox::archive;
use crate::context::App;
use crate::features::inbox::server::list::counts;
use crate::features::inbox::server::wake;
use crate::features::inbox::types::WorkState;
use crate::features::search::server::count;
use crate::features::sellers::server::accounts::seal_key;
use crate::features::sellers::types::SellerState;
use crate::features::users::server::accounts::{self, NewUser};
use crate::platform::clock;
use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{chats, sellers, tags};
use crate::platform::secret::{self, Secret};
use crate::server::StartError;
use crate::shared::ids::{ChatId, SellerId, TagId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::role::Role;
use crate::shared::sla::clocks::ClockKind;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Chats sent at a time.
const TOGETHER: u64 = 2_000;
/// Batches that are being made at once.
const AT_ONCE: usize = 2;
/// Tables that are loaded, in this order: each refers to earlier ones only.
const TABLES: [(&str, &str); 5] = [
    (
        "chats",
        "workspace_id, id, seller_id, kind, external_id, status, order_number, sku, created_at, last_message_at, \
         last_message_preview, last_message_author, unanswered_since, due_at, head_id, tail_id, tail_done, remote_last_id, \
         listed_last_id, listed_last_key, window_until, window_reason, work_state, set_aside_at, snoozed_until, \
         assignee_id, priority, due_kind, due_since",
    ),
    ("messages", "workspace_id, chat_id, external_id, sort_key, author, body, sent_at, received_at, is_read"),
    ("chat_tags", "workspace_id, chat_id, tag_id, added_at"),
    ("chat_stars", "workspace_id, user_id, chat_id, starred_at"),
    ("chat_seen", "workspace_id, user_id, chat_id, up_to"),
];
/// How much of a message the list shows, as `recompute` cuts it.
const PREVIEW_CHARS: usize = 160;

/// What was done.
pub struct Filled {
    pub chats: u64,
    pub messages: u64,
    pub took: Duration,
    pub email: String,
    pub password: String,
}

/// The ids that the database has given to a workspace and its people.
struct Place {
    workspace: WorkspaceId,
    people: Vec<UserId>,
}

/// Fills an empty database.
///
/// # Errors
/// When something is in it, or it refuses.
pub async fn fill(app: &App, shape: Shape) -> Result<Filled, StartError> {
    let began = Instant::now();
    let other = |fault: Fault| StartError::Other(fault.to_string());
    let mut conn = app.db.get().await.map_err(other)?;
    if accounts::is_set_up(&mut conn).await.map_err(other)? {
        return Err(StartError::Other(
            "this database is in use; seed fills an empty one, e.g. with another AGENTIQ_DATA_DIR".into(),
        ));
    }
    drop(conn);
    let password = secret::random::<9>()?.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut places = Vec::new();
    for number in 0..shape.args.workspaces as usize {
        places.push(workspace(app, &shape, number, &password).await?);
    }
    let messages = load(&app.db, shape, Arc::new(places)).await.map_err(other)?;
    set_alarms(&app.db).await.map_err(other)?;
    melt_numbers(&app.db).await.map_err(other)?;
    count_words(&app.db).await.map_err(other)?;
    let email = email(0, 0);
    Ok(Filled { chats: shape.args.chats, messages, took: began.elapsed(), email, password })
}

fn email(workspace: usize, person: usize) -> String {
    format!("p{person}.w{workspace}@seed.example")
}

/// Makes a workspace with its people, sellers and tags.
async fn workspace(app: &App, shape: &Shape, number: usize, password: &str) -> Result<Place, StartError> {
    let refused = |error: accounts::AccountError| StartError::Other(error.to_string());
    let person = |at: usize| NewUser {
        email: email(number, at),
        name: archive::PEOPLE[at].to_owned(),
        role: match at {
            0 => Role::Owner,
            1 => Role::Admin,
            _ => Role::Operator,
        },
        password: password.to_owned(),
    };
    let (workspace, owner) =
        accounts::add_workspace(&app.db, &archive::shop(number), person(0)).await.map_err(refused)?;
    let mut people = vec![owner];
    for at in 1..PEOPLE {
        people.push(accounts::add_user_to(&app.db, workspace, person(at)).await.map_err(refused)?);
    }
    let made = async {
        let mut conn = app.db.get().await?;
        for at in 0..shape.args.sellers as usize {
            let id = SellerId(shape.seller_id(number, at));
            // Nobody has this key; the seller is paused, so nothing is ever asked with it.
            let key = seal_key(&app.keys, &Secret::new("seeded".to_owned()), workspace, id)?;
            diesel::insert_into(sellers::table)
                .values((
                    sellers::workspace_id.eq(workspace),
                    sellers::id.eq(id),
                    sellers::marketplace.eq(Marketplace::Ozon),
                    sellers::external_account_id.eq(format!("seed-{number}-{at}")),
                    sellers::name.eq(archive::shop(number + at)),
                    sellers::state.eq(SellerState::Paused),
                    sellers::credentials.eq(Some(key)),
                    sellers::connected_at.eq(shape.clock_from()),
                    sellers::clock_from.eq(shape.clock_from()),
                    sellers::created_at.eq(shape.clock_from()),
                ))
                .execute(&mut conn)
                .await?;
        }
        for (at, name) in archive::TAGS.iter().enumerate() {
            diesel::insert_into(tags::table)
                .values((
                    tags::workspace_id.eq(workspace),
                    tags::id.eq(TagId(shape.tag_id(number, at))),
                    tags::name.eq(name),
                    tags::color.eq(COLORS[at % COLORS.len()]),
                    tags::created_at.eq(shape.clock_from()),
                ))
                .execute(&mut conn)
                .await?;
        }
        Ok::<_, Fault>(())
    };
    made.await.map_err(|fault| StartError::Other(fault.to_string()))?;
    Ok(Place { workspace, people })
}

const COLORS: [&str; 4] = ["blue", "orange", "red", "gray"];

/// Loads all chats with what belongs to them; how many messages there are.
async fn load(db: &Db, shape: Shape, places: Arc<Vec<Place>>) -> Outcome<u64> {
    let mut bulk = db.bulk().await?;
    bulk.run("BEGIN; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off").await?;
    let names = TABLES.map(|(table, _)| format!("'{table}'")).join(", ");
    // What is unique or a key stays: it proves that what is loaded is right.
    let indexes = bulk
        .pairs(&format!(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i \
             WHERE indrelid = ANY(ARRAY[{names}]::regclass[]) \
               AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1"
        ))
        .await?;
    for (name, _) in &indexes {
        bulk.run(&format!("DROP INDEX {name}")).await?;
    }
    let starts = (0..shape.args.chats).step_by(TOGETHER as usize);
    let batches = futures::stream::iter(starts).map(|start| {
        let places = places.clone();
        async move {
            let end = (start + TOGETHER).min(shape.args.chats);
            tokio::task::spawn_blocking(move || batch(&shape, &places, start..end)).await
        }
    });
    let mut batches = std::pin::pin!(batches.buffered(AT_ONCE));
    let mut messages = 0;
    while let Some(batch) = batches.try_next().await? {
        for ((table, columns), rows) in TABLES.iter().zip(batch.rows) {
            bulk.copy(&format!("COPY {table} ({columns}) FROM STDIN"), rows.into_bytes()).await?;
        }
        messages += batch.messages;
        if batch.end.is_multiple_of(TOGETHER * 25) {
            tracing::info!(chats = batch.end, messages, "loaded");
        }
    }
    for (name, definition) in &indexes {
        let began = Instant::now();
        bulk.run(definition).await?;
        tracing::info!(index = name, seconds = began.elapsed().as_secs(), "built");
    }
    bulk.run("COMMIT").await?;
    // What has just been loaded is measured at once: planner and index-only scans must know it.
    bulk.run("VACUUM ANALYZE").await?;
    Ok(messages)
}

struct Batch {
    /// Of each table, in their order.
    rows: [Rows; TABLES.len()],
    messages: u64,
    /// The chat after the last one.
    end: u64,
}

fn batch(shape: &Shape, places: &[Place], numbers: std::ops::Range<u64>) -> Batch {
    let mut batch = Batch { rows: Default::default(), messages: 0, end: numbers.end };
    for number in numbers {
        let chat = shape.chat(number);
        let place = &places[chat.workspace];
        batch.messages += chat.messages.len() as u64;
        write(shape, place, &chat, &mut batch.rows);
    }
    batch
}

fn write(shape: &Shape, place: &Place, chat: &Chat, rows: &mut [Rows; TABLES.len()]) {
    let [chats, messages, tags, stars, seen] = rows;
    let said = chat.messages.as_slice();
    let (Some(first), Some(last)) = (said.first(), said.last()) else { return };
    let preview: String =
        last.body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREVIEW_CHARS).collect();
    let person = |at: usize| place.people[at];
    chats
        .row()
        .plain(place.workspace)
        .plain(chat.id)
        .plain(shape.seller_id(chat.workspace, chat.seller))
        .plain("dialog")
        .plain(&chat.external_id)
        .plain(chat.status)
        .maybe(chat.order_number.as_ref())
        .maybe(chat.sku)
        .at(first.at)
        .at(last.at)
        .text(&preview)
        .plain(last.author)
        .maybe_at(chat.unanswered_since)
        .maybe_at(chat.due_at)
        .plain(last.id)
        .plain(first.id)
        .plain(true)
        .plain(last.id)
        .plain(last.id)
        .plain(sort_key(last.id))
        .maybe_at(chat.window.until)
        .plain(chat.window.reason)
        .plain(chat.work)
        .maybe_at((chat.work != WorkState::Open).then_some(last.at))
        .maybe_at(chat.snoozed_until)
        .maybe(chat.assignee.map(person))
        .plain(chat.priority)
        .maybe(chat.due_at.map(|_| ClockKind::Rating))
        .maybe_at(chat.unanswered_since.filter(|_| chat.due_at.is_some()));
    for said in &chat.messages {
        messages
            .row()
            .plain(place.workspace)
            .plain(chat.id)
            .plain(said.id)
            .plain(sort_key(said.id))
            .plain(said.author)
            .text(&said.body)
            .at(said.at)
            .at(said.at)
            .plain(true);
    }
    for tag in &chat.tags {
        tags.row()
            .plain(place.workspace)
            .plain(chat.id)
            .plain(shape.tag_id(chat.workspace, *tag))
            .at(last.at);
    }
    if let Some(at) = chat.starred_by {
        stars.row().plain(place.workspace).plain(person(at)).plain(chat.id).at(last.at);
    }
    if let Some(at) = chat.seen_by {
        seen.row().plain(place.workspace).plain(person(at)).plain(chat.id).at(last.at);
    }
}

/// Orders messages as the connector does.
fn sort_key(id: u64) -> String {
    format!("{id:0>20}")
}

/// A search has to know which words are common.
async fn count_words(db: &Db) -> Outcome<()> {
    let mut conn = db.get().await?;
    while count::count(&mut conn, clock::now()).await? {}
    Ok(())
}

/// Snoozed chats come back by themselves.
async fn set_alarms(db: &Db) -> Outcome<()> {
    let mut conn = db.get().await?;
    let snoozed: Vec<(WorkspaceId, ChatId, Option<DateTime<Utc>>)> = chats::table
        .filter(chats::work_state.eq(WorkState::Snoozed))
        .select((chats::workspace_id, chats::id, chats::snoozed_until))
        .load(&mut conn)
        .await?;
    for (workspace, chat, until) in snoozed {
        if let Some(until) = until {
            wake::enqueue(&mut conn, workspace, chat, until).await?;
        }
    }
    Ok(())
}

/// The numbers over the lists as a running server keeps them.
async fn melt_numbers(db: &Db) -> Outcome<()> {
    let mut conn = db.get().await?;
    while counts::melt(&mut conn).await? {}
    Ok(())
}
