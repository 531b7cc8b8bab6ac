//! Sellers for the screen.

use super::push;
use crate::context::Ask;
use crate::features::sellers::types::{
    Ability, BreakerView, ImportView, PushView, SellerState, SellerView, SyncProblem,
};
use crate::platform::fault::Outcome;
use crate::platform::pace::Breaker;
use crate::platform::schema::walks;
use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::RunQueryDsl;
use std::collections::HashMap;

#[derive(diesel::QueryableByName)]
struct SellerRow {
    #[diesel(sql_type = SqlUuid)]
    id: SellerId,
    #[diesel(sql_type = Text)]
    marketplace: Marketplace,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    external_account_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    shop_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    subscription: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    key_expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    state: SellerState,
    #[diesel(sql_type = Array<Text>)]
    methods: Vec<String>,
    #[diesel(sql_type = Timestamptz)]
    connected_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_sync_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_sync_took_ms: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    last_error_detail: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_error_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    chats: i64,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

/// The import of a seller as `sync` counts it.
#[derive(HasQuery)]
#[diesel(table_name = walks)]
struct ImportRow {
    seller_id: SellerId,
    chats: i64,
    listed_at: Option<DateTime<Utc>>,
    histories_total: i64,
    histories_done: i64,
    window_at: DateTime<Utc>,
    window_count: i64,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl ImportRow {
    fn view(self, now: DateTime<Utc>) -> ImportView {
        let is_list_done = self.listed_at.is_some();
        let counted = if is_list_done { self.histories_done } else { self.chats };
        let seconds = (now - self.window_at).as_seconds_f64().max(1.0);
        let per_second = (counted - self.window_count).max(0) as f64 / seconds;
        let left = self.histories_total - self.histories_done;
        ImportView {
            chats: self.chats,
            is_list_done,
            histories_done: self.histories_done,
            histories_total: self.histories_total,
            per_second,
            // Less than one in ten seconds is a pause; nobody can tell how long it lasts.
            remaining_seconds: (is_list_done && per_second >= 0.1)
                .then(|| (left as f64 / per_second).ceil() as i64),
            started_at: self.started_at,
            finished_at: self.finished_at,
        }
    }
}

/// All sellers of the workspace, removed ones last.
///
/// # Errors
/// When the database refuses.
pub async fn list(ask: &Ask) -> Outcome<Vec<SellerView>> {
    let mut conn = ask.conn().await?;
    let rows: Vec<SellerRow> = diesel::sql_query(
        // Counted as over the lists: of the chats to be worked on, those whose buyer waits.
        "SELECT s.*, coalesce(c.chats, 0) AS chats, coalesce(c.waiting, 0) AS waiting FROM sellers s \
         LEFT JOIN ( \
             SELECT seller_id, sum(amount)::bigint AS chats, \
                    (sum(amount) FILTER (WHERE bucket IN (2, 3)))::bigint AS waiting \
             FROM chat_counts WHERE workspace_id = $1 GROUP BY seller_id) c ON c.seller_id = s.id \
         WHERE s.workspace_id = $1 ORDER BY s.state = 'removed', s.created_at, s.id",
    )
    .bind::<SqlUuid, _>(ask.workspace())
    .load(&mut conn)
    .await?;
    let imports: Vec<ImportRow> = ImportRow::query()
        .filter(walks::workspace_id.eq(ask.workspace()))
        .filter(walks::kind.eq("import"))
        .load(&mut conn)
        .await?;
    let mut imports: HashMap<SellerId, ImportView> =
        imports.into_iter().map(|row| (row.seller_id, row.view(ask.now))).collect();
    let mut pushes = push::views(&mut conn, ask.workspace(), ask.now).await?;
    drop(conn);
    let off = push::off(&ask.app);
    let lines: Vec<_> =
        rows.iter().map(|row| ask.app.line(row.marketplace, &row.external_account_id)).collect();
    let breakers = ask.app.outbound.pace.breakers(&lines).await?;
    let sellers = rows.into_iter().zip(breakers).map(|(row, breaker)| {
        let import = imports.remove(&row.id);
        let pushes = pushes.remove(&row.id).unwrap_or_else(|| off.clone());
        view(row, breaker, import, pushes)
    });
    Ok(sellers.collect())
}

fn view(
    row: SellerRow,
    breaker: Option<Breaker>,
    import: Option<ImportView>,
    pushes: PushView,
) -> SellerView {
    SellerView {
        id: row.id,
        marketplace: row.marketplace,
        name: row.name,
        account: row.external_account_id,
        shop_name: row.shop_name,
        subscription: row.subscription,
        key_expires_at: row.key_expires_at,
        state: row.state,
        abilities: Ability::ALL.iter().map(|ability| (*ability, has(&row.methods, *ability))).collect(),
        connected_at: row.connected_at,
        last_sync_at: row.last_sync_at,
        last_sync_took_ms: row.last_sync_took_ms,
        problem: row.last_error.map(|word| word.parse().unwrap_or(SyncProblem::Internal)),
        problem_detail: row.last_error_detail,
        problem_at: row.last_error_at,
        // Nobody calls for a seller that is stopped, so nobody would find out that it answers again.
        breaker: breaker
            .filter(|_| row.state == SellerState::Active)
            .map(|Breaker { failures, since, until }| BreakerView { failures, since, until }),
        chats: row.chats,
        waiting: row.waiting,
        import,
        pushes,
    }
}

/// Whether the key may call the method behind an ability. Versions differ (`/v2/chat/read`, `/v3/chat/list`), the rest
/// of the path does not.
fn has(methods: &[String], ability: Ability) -> bool {
    let tail = match ability {
        Ability::ListChats => "/chat/list",
        Ability::ReadHistory => "/chat/history",
        Ability::SendText => "/chat/send/message",
        Ability::SendFile => "/chat/send/file",
        Ability::MarkRead => "/chat/read",
        Ability::StartChat => "/chat/start",
    };
    methods.iter().any(|method| method.ends_with(tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn import() -> ImportRow {
        let start = DateTime::UNIX_EPOCH;
        ImportRow {
            seller_id: SellerId::new(),
            chats: 4_000,
            listed_at: None,
            histories_total: 4_000,
            histories_done: 0,
            window_at: start,
            window_count: 0,
            started_at: start,
            finished_at: None,
        }
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds_and_the_end_is_told_once_the_list_is_known() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(20);
        let listing = import().view(now);
        assert_eq!((listing.per_second, listing.remaining_seconds), (200.0, None));
        let row = ImportRow { listed_at: Some(now), histories_done: 1_000, window_count: 200, ..import() };
        let reading = row.view(now);
        assert_eq!((reading.per_second, reading.remaining_seconds), (40.0, Some(75)));
        let stuck = ImportRow { listed_at: Some(now), ..import() };
        assert_eq!(stuck.view(now).remaining_seconds, None, "nothing moves");
    }
}
