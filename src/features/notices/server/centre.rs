//! A person's notices and how they want to be told.

use crate::context::Ask;
use crate::features::notices::types::{
    Centre, NOTICES_PER_PAGE, NoticeKind, NoticeSettings, NoticeView, Which,
};
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::notice_settings;
use crate::shared::change::Change;
use crate::shared::ids::{ChatId, NoticeId, SellerId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: NoticeId,
    #[diesel(sql_type = Text)]
    kind: NoticeKind,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    chat_id: Option<ChatId>,
    #[diesel(sql_type = Nullable<Text>)]
    chat_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    seller_id: Option<SellerId>,
    #[diesel(sql_type = Nullable<Text>)]
    seller_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    actor_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    message_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    preview: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    rang_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    count: i32,
    #[diesel(sql_type = Bool)]
    is_seen: bool,
}

impl From<Row> for NoticeView {
    fn from(row: Row) -> Self {
        NoticeView {
            id: row.id,
            kind: row.kind,
            chat: row.chat_id,
            chat_name: row.chat_name,
            seller: row.seller_id,
            seller_name: row.seller_name,
            actor_name: row.actor_name,
            message: row.message_id,
            preview: row.preview,
            at: row.at,
            rang_at: row.rang_at,
            count: row.count,
            is_seen: row.is_seen,
        }
    }
}

/// The newest notices of a person. Public so that a test can look at its plan.
pub const PAGE_SQL: &str = "SELECT n.id, n.kind, n.chat_id, c.external_id AS chat_name, n.seller_id, s.name AS seller_name, \
            a.name AS actor_name, c.last_message_preview AS preview, n.message_id, n.at, n.rang_at, n.count, \
            n.seen_at IS NOT NULL AS is_seen \
     FROM (SELECT * FROM notices WHERE workspace_id = $1 AND user_id = $2 ORDER BY at DESC, id DESC LIMIT $3) n \
     LEFT JOIN chats c ON c.workspace_id = n.workspace_id AND c.id = n.chat_id \
     LEFT JOIN sellers s ON s.workspace_id = n.workspace_id AND s.id = coalesce(n.seller_id, c.seller_id) \
     LEFT JOIN users a ON a.workspace_id = n.workspace_id AND a.id = n.actor_id \
     ORDER BY n.at DESC, n.id DESC";

#[derive(diesel::QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    unseen: i64,
}

/// The newest notices of the person, how many are unseen, and how they want to be told.
///
/// # Errors
/// When the database refuses.
pub async fn read(ask: &Ask) -> Outcome<Centre> {
    let (workspace, user) = (ask.workspace(), ask.user.id);
    let mut conn = ask.conn().await?;
    let settings = settings(&mut conn, workspace, user).await?;
    let rows: Vec<Row> = diesel::sql_query(PAGE_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(user)
        .bind::<BigInt, _>(NOTICES_PER_PAGE)
        .load(&mut conn)
        .await?;
    let unseen: CountRow = diesel::sql_query(
        "SELECT count(*) AS unseen FROM notices \
         WHERE workspace_id = $1 AND user_id = $2 AND kind = ANY($3) AND seen_at IS NULL",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(user)
    .bind::<Array<Text>, _>(settings.in_centre())
    .get_result(&mut conn)
    .await?;
    Ok(Centre { notices: rows.into_iter().map(NoticeView::from).collect(), unseen: unseen.unseen, settings })
}

async fn settings(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
) -> Outcome<NoticeSettings> {
    let kept: Option<serde_json::Value> = notice_settings::table
        .find((workspace, user))
        .select(notice_settings::settings)
        .first(conn)
        .await
        .optional()?;
    Ok(read_settings(kept))
}

/// Settings as they are kept; what cannot be read is the usual.
pub fn read_settings(kept: Option<serde_json::Value>) -> NoticeSettings {
    kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
}

/// Notes that the person has seen these notices.
///
/// # Errors
/// When the database refuses.
pub async fn mark_seen(ask: &Ask, notices: &Which) -> Outcome<()> {
    let named = match notices {
        Which::All => None,
        Which::These(notices) => Some(notices),
    };
    let (workspace, user) = (ask.workspace(), ask.user.id);
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let changed = diesel::sql_query(
            "UPDATE notices n SET seen_at = $3 \
             FROM (SELECT id FROM notices \
                   WHERE workspace_id = $1 AND user_id = $2 AND seen_at IS NULL AND ($4 IS NULL OR id = ANY($4)) \
                   ORDER BY kind, subject FOR UPDATE) k \
             WHERE n.workspace_id = $1 AND n.user_id = $2 AND n.id = k.id",
        )
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(user)
        .bind::<Timestamptz, _>(ask.now)
        .bind::<Nullable<Array<SqlUuid>>, _>(named)
        .execute(conn)
        .await?;
        if changed > 0 {
            live::append(conn, workspace, &[Change::Notice { user }]).await?;
        }
        Ok(())
    })
    .await
}

/// Notes that a person has seen what there was to tell about a chat, because they look at it. Returns what has changed.
///
/// # Errors
/// When the database refuses.
pub async fn seen_in_chat(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Outcome<Option<Change>> {
    let changed = diesel::sql_query(
        "UPDATE notices n SET seen_at = $4 \
         FROM (SELECT id FROM notices WHERE workspace_id = $1 AND user_id = $2 AND chat_id = $3 AND seen_at IS NULL \
               ORDER BY kind, subject FOR UPDATE) k \
         WHERE n.workspace_id = $1 AND n.user_id = $2 AND n.id = k.id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(chat)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok((changed > 0).then_some(Change::Notice { user }))
}

/// Keeps how the person wants to be told.
///
/// # Errors
/// When the database refuses.
pub async fn save_settings(ask: &Ask, settings: NoticeSettings) -> Outcome<()> {
    let (workspace, user) = (ask.workspace(), ask.user.id);
    let kept = serde_json::to_value(settings.sane())?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        diesel::insert_into(notice_settings::table)
            .values((
                notice_settings::workspace_id.eq(workspace),
                notice_settings::user_id.eq(user),
                notice_settings::settings.eq(&kept),
                notice_settings::changed_at.eq(ask.now),
            ))
            .on_conflict((notice_settings::workspace_id, notice_settings::user_id))
            .do_update()
            .set((notice_settings::settings.eq(&kept), notice_settings::changed_at.eq(ask.now)))
            .execute(conn)
            .await?;
        live::append(conn, workspace, &[Change::Notice { user }]).await
    })
    .await
}
