//! Keeping lists, and everything that is done with those that are kept. What is a person's own is theirs alone; what is
//! everybody's is changed by those who run the workspace.

use crate::context::Ask;
use crate::features::inbox::saved_filter::{KeptFor, MAX_NAME_CHARS, MAX_SAVED, SavedPlace};
use crate::features::inbox::types::{Condition, Filter, ListQuery};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::saved_filters;
use crate::shared::change::Change;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{SavedFilterId, UserId};
use crate::shared::role::Permission;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Keeps a list, or changes what is kept under this id.
///
/// # Errors
/// A refusal when the name is missing or something is too large; `Forbidden` for a list of everybody's from somebody who
/// may not; `NotFound` when the id is another person's.
pub async fn save(
    ask: &Ask,
    saved: SavedFilterId,
    name: &str,
    query: &ListQuery,
    kept: KeptFor,
) -> Outcome<()> {
    let name = checked_name(name)?;
    let query = serde_json::to_value(checked_query(query)?)?;
    let owner = owner_of(ask, kept)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let owner = match holder(conn, ask, saved).await? {
            Some(owner) => {
                diesel::update(saved_filters::table.find((ask.workspace(), saved)))
                    .set((saved_filters::name.eq(&name), saved_filters::query.eq(&query)))
                    .execute(conn)
                    .await?;
                owner
            }
            None => {
                insert(conn, ask, saved, &name, &query, owner).await?;
                owner
            }
        };
        tell(conn, ask, &[owner]).await
    })
    .await
}

/// Gives a list another name.
///
/// # Errors
/// A refusal when the name is missing or too long; `NotFound` or `Forbidden` when the list is not theirs to change.
pub async fn rename(ask: &Ask, saved: SavedFilterId, name: &str) -> Outcome<()> {
    let name = checked_name(name)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let owner = holder(conn, ask, saved).await?.ok_or_else(Fault::not_found)?;
        diesel::update(saved_filters::table.find((ask.workspace(), saved)))
            .set(saved_filters::name.eq(&name))
            .execute(conn)
            .await?;
        tell(conn, ask, &[owner]).await
    })
    .await
}

/// Puts a list over the chats, or takes it from there.
///
/// # Errors
/// `NotFound` or `Forbidden` when the list is not theirs to change.
pub async fn pin(ask: &Ask, saved: SavedFilterId, place: SavedPlace) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let owner = holder(conn, ask, saved).await?.ok_or_else(Fault::not_found)?;
        diesel::update(saved_filters::table.find((ask.workspace(), saved)))
            .set(saved_filters::is_pinned.eq(place == SavedPlace::Pinned))
            .execute(conn)
            .await?;
        tell(conn, ask, &[owner]).await
    })
    .await
}

/// Brings lists into this order.
///
/// # Errors
/// `NotFound` when one of them is not theirs to change.
pub async fn arrange(ask: &Ask, order: &[SavedFilterId]) -> Outcome<()> {
    if order.len() > 2 * MAX_SAVED {
        return Err(AppError::BadRequest.into());
    }
    let ids: Vec<uuid::Uuid> = order.iter().map(|saved| saved.0).collect();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let moved = diesel::sql_query(
            "UPDATE saved_filters f SET position = o.place::int \
             FROM unnest($3) WITH ORDINALITY o (id, place) \
             WHERE f.workspace_id = $1 AND f.id = o.id AND (f.owner_id = $2 OR f.owner_id IS NULL AND $4)",
        )
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<SqlUuid, _>(ask.user.id)
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Bool, _>(ask.user.role.may(Permission::ManageShared))
        .execute(conn)
        .await?;
        if moved < ids.len() {
            return Err(Fault::not_found());
        }
        tell(conn, ask, &[None, Some(ask.user.id)]).await
    })
    .await
}

/// Makes an own list everybody's, or one of everybody's the person's own.
///
/// # Errors
/// `NotFound` when it is another person's.
pub async fn share(ask: &Ask, saved: SavedFilterId, kept: KeptFor) -> Outcome<()> {
    let owner = owner_of(ask, kept)?;
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let before = holder(conn, ask, saved).await?.ok_or_else(Fault::not_found)?;
        if before == owner {
            return Ok(());
        }
        let position = room_for_one(conn, ask, owner).await?;
        diesel::update(saved_filters::table.find((ask.workspace(), saved)))
            .set((saved_filters::owner_id.eq(owner), saved_filters::position.eq(position)))
            .execute(conn)
            .await?;
        tell(conn, ask, &[before, owner]).await
    })
    .await
}

/// Keeps a list no longer.
///
/// # Errors
/// `NotFound` or `Forbidden` when the list is not theirs to change.
pub async fn remove(ask: &Ask, saved: SavedFilterId) -> Outcome<()> {
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let owner = holder(conn, ask, saved).await?.ok_or_else(Fault::not_found)?;
        diesel::delete(saved_filters::table.find((ask.workspace(), saved))).execute(conn).await?;
        tell(conn, ask, &[owner]).await
    })
    .await
}

/// Whose list it is, locked; `None` when nobody keeps one under this id. The inner `None` is everybody.
async fn holder(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    saved: SavedFilterId,
) -> Outcome<Option<Option<UserId>>> {
    let owner: Option<Option<UserId>> = saved_filters::table
        .find((ask.workspace(), saved))
        .select(saved_filters::owner_id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    match owner {
        Some(None) if !ask.user.role.may(Permission::ManageShared) => Err(AppError::Forbidden.into()),
        Some(Some(owner)) if owner != ask.user.id => Err(Fault::not_found()),
        other => Ok(other),
    }
}

/// Whose a list is that this person keeps.
fn owner_of(ask: &Ask, kept: KeptFor) -> Outcome<Option<UserId>> {
    match kept {
        KeptFor::Me => Ok(Some(ask.user.id)),
        KeptFor::All if ask.user.role.may(Permission::ManageShared) => Ok(None),
        KeptFor::All => Err(AppError::Forbidden.into()),
    }
}

async fn insert(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    saved: SavedFilterId,
    name: &str,
    query: &serde_json::Value,
    owner: Option<UserId>,
) -> Outcome<()> {
    let position = room_for_one(conn, ask, owner).await?;
    diesel::insert_into(saved_filters::table)
        .values((
            saved_filters::workspace_id.eq(ask.workspace()),
            saved_filters::id.eq(saved),
            saved_filters::owner_id.eq(owner),
            saved_filters::name.eq(name),
            saved_filters::query.eq(query),
            saved_filters::is_pinned.eq(true),
            saved_filters::position.eq(position),
            saved_filters::created_at.eq(ask.now),
        ))
        // Another click of the same hand was a little faster.
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Room {
    #[diesel(sql_type = BigInt)]
    taken: i64,
    #[diesel(sql_type = Integer)]
    last: i32,
}

/// The place behind the last list of an owner.
async fn room_for_one(conn: &mut AsyncPgConnection, ask: &Ask, owner: Option<UserId>) -> Outcome<i32> {
    let room: Room = diesel::sql_query(
        "SELECT count(*) AS taken, coalesce(max(position), 0) AS last FROM saved_filters \
         WHERE workspace_id = $1 AND owner_id IS NOT DISTINCT FROM $2",
    )
    .bind::<SqlUuid, _>(ask.workspace())
    .bind::<Nullable<SqlUuid>, _>(owner)
    .get_result(conn)
    .await?;
    if room.taken >= MAX_SAVED as i64 {
        return Err(Refusal::TooManyFilters { max: MAX_SAVED as u32 }.into());
    }
    Ok(room.last.saturating_add(1))
}

async fn tell(conn: &mut AsyncPgConnection, ask: &Ask, owners: &[Option<UserId>]) -> Outcome<()> {
    let changes: Vec<Change> = owners.iter().map(|owner| Change::SavedFilters { owner: *owner }).collect();
    live::append(conn, ask.workspace(), &changes).await
}

/// A name without control characters and surrounding space.
fn checked_name(text: &str) -> Result<String, Refusal> {
    let name: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    match name.chars().count() {
        0 => Err(Refusal::FilterNameMissing),
        1..=MAX_NAME_CHARS => Ok(name),
        _ => Err(Refusal::FilterNameTooLong { max: MAX_NAME_CHARS as u32 }),
    }
}

fn checked_query(query: &ListQuery) -> Result<&ListQuery, Refusal> {
    let Some(filter) = &query.filter else { return Ok(query) };
    // Postgres holds no NUL; nobody can type one, but anybody can post one.
    let has_nul = |condition: &&Condition| matches!(condition, Condition::Text(text) if text.contains('\0'));
    if filter.conditions().iter().any(has_nul) {
        return Err(Refusal::ControlCharacters);
    }
    if Filter::is_reasonable(filter) { Ok(query) } else { Err(Refusal::FilterTooLarge) }
}
