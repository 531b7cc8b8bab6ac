//! Sellers for the screen.

use super::push;
use crate::context::Ask;
use crate::features::sellers::types::{Ability, BreakerView, PushView, SellerState, SellerView, SyncProblem};
use crate::platform::fault::Outcome;
use crate::platform::pace::Breaker;
use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

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

/// All sellers of the workspace, removed ones last.
///
/// # Errors
/// When the database refuses.
pub async fn list(ask: &Ask) -> Outcome<Vec<SellerView>> {
    let mut conn = ask.conn().await?;
    let rows: Vec<SellerRow> = diesel::sql_query(
        "SELECT s.*, c.chats, c.waiting FROM sellers s, LATERAL ( \
             SELECT count(*) AS chats, count(unanswered_since) AS waiting FROM chats \
             WHERE chats.workspace_id = s.workspace_id AND chats.seller_id = s.id) c \
         WHERE s.workspace_id = $1 ORDER BY s.state = 'removed', s.created_at, s.id",
    )
    .bind::<SqlUuid, _>(ask.workspace())
    .load(&mut conn)
    .await?;
    let mut pushes = push::views(&mut conn, ask.workspace(), ask.now).await?;
    drop(conn);
    let off = push::off(&ask.app);
    let lines: Vec<_> =
        rows.iter().map(|row| ask.app.line(row.marketplace, &row.external_account_id)).collect();
    let breakers = ask.app.outbound.pace.breakers(&lines).await?;
    let sellers = rows.into_iter().zip(breakers).map(|(row, breaker)| {
        let pushes = pushes.remove(&row.id).unwrap_or_else(|| off.clone());
        view(row, breaker, pushes)
    });
    Ok(sellers.collect())
}

fn view(row: SellerRow, breaker: Option<Breaker>, pushes: PushView) -> SellerView {
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
