//! The workspace's tags.

use crate::context::Ask;
use crate::features::inbox::types::{TagColor, TagUse, TagView};
use crate::features::inbox::work::{MAX_TAGS, check_tag_name};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::tags;
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{TagId, WorkspaceId};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// All tags by name.
///
/// # Errors
/// When the database refuses.
pub async fn all(ask: &Ask) -> Outcome<Vec<TagView>> {
    Ok(load(ask, "0::bigint").await?.into_iter().map(|it| it.tag).collect())
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: TagId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    color: TagColor,
    #[diesel(sql_type = BigInt)]
    chats: i64,
}

/// All tags by name, with the number of chats that wear each.
///
/// # Errors
/// When the database refuses.
pub async fn in_use(ask: &Ask) -> Outcome<Vec<TagUse>> {
    load(ask, "(SELECT count(*) FROM chat_tags p WHERE p.workspace_id = g.workspace_id AND p.tag_id = g.id)")
        .await
}

async fn load(ask: &Ask, chats: &str) -> Outcome<Vec<TagUse>> {
    let mut conn = ask.conn().await?;
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT g.id, g.name, g.color, {chats} AS chats FROM tags g WHERE g.workspace_id = $1 \
         ORDER BY lower(g.name), g.id"
    ))
    .bind::<SqlUuid, _>(ask.workspace())
    .load(&mut conn)
    .await?;
    let view = |row: Row| {
        let tag = TagView { id: row.id, name: row.name, color: row.color };
        TagUse { tag, chats: row.chats }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A tag.
///
/// # Errors
/// `NotFound` when the workspace has no such tag.
pub async fn find(conn: &mut AsyncPgConnection, workspace: WorkspaceId, tag: TagId) -> Outcome<TagView> {
    let row: Option<(String, TagColor)> =
        tags::table.find((workspace, tag)).select((tags::name, tags::color)).first(conn).await.optional()?;
    let (name, color) = row.ok_or_else(Fault::not_found)?;
    Ok(TagView { id: tag, name, color })
}

/// Makes a tag. The same id twice is the same tag.
///
/// # Errors
/// A refusal when the name cannot be one, or is another tag's.
pub async fn make(ask: &Ask, tag: TagId, name: &str, color: TagColor) -> Outcome<()> {
    let workspace = ask.workspace();
    let name = check_tag_name(name)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let known: i64 =
            tags::table.filter(tags::workspace_id.eq(workspace)).count().get_result(conn).await?;
        if known >= MAX_TAGS as i64 {
            return Err(Refusal::TooManyTags { max: MAX_TAGS as u32 }.into());
        }
        let made = diesel::insert_into(tags::table)
            .values((
                tags::workspace_id.eq(workspace),
                tags::id.eq(tag),
                tags::name.eq(&name),
                tags::color.eq(color),
                tags::created_at.eq(ask.now),
            ))
            .on_conflict((tags::workspace_id, tags::id))
            .do_nothing()
            .execute(conn)
            .await
            .map_err(name_taken)?;
        if made == 0 {
            return Ok(());
        }
        live::append(conn, workspace, &[Change::Tags]).await
    })
    .await
}

/// Gives a tag another name or colour.
///
/// # Errors
/// `NotFound` when the workspace has no such tag; a refusal when the name cannot be one, or is another tag's.
pub async fn change(ask: &Ask, tag: TagId, name: &str, color: TagColor) -> Outcome<()> {
    let workspace = ask.workspace();
    let name = check_tag_name(name)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let before = find(conn, workspace, tag).await?;
        if (before.name.as_str(), before.color) == (name.as_str(), color) {
            return Ok(());
        }
        diesel::update(tags::table.find((workspace, tag)))
            .set((tags::name.eq(&name), tags::color.eq(color)))
            .execute(conn)
            .await
            .map_err(name_taken)?;
        live::append(conn, workspace, &[Change::Tags]).await
    })
    .await
}

/// Deletes a tag; chats lose it. Lines about it stay readable.
///
/// # Errors
/// `NotFound` when the workspace has no such tag.
pub async fn delete(ask: &Ask, tag: TagId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        if diesel::delete(tags::table.find((workspace, tag))).execute(conn).await? == 0 {
            return Err(Fault::not_found());
        }
        live::append(conn, workspace, &[Change::Tags]).await
    })
    .await
}

fn name_taken(error: Error) -> Fault {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Refusal::TagNameTaken.into(),
        other => other.into(),
    }
}
