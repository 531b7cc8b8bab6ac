//! The numbers over the lists. They are sums over a ledger, `chat_counts`, to which every statement that changes chats
//! adds entries (a trigger does), so that no list is ever counted and nobody waits for a number to be written.

use super::bucket::Bucket;
use super::statement::{Statement, Values};
use crate::features::inbox::types::{Counts, View};
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::{SellerId, UserId, WorkspaceId};
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// Entries melted at a time.
const TOGETHER: i64 = 20_000;

/// A sum of the ledger: those of the buckets, of everybody or of the person who looks.
fn sum(name: &str, buckets: impl IntoIterator<Item = Bucket>, is_mine: bool) -> String {
    let codes: Vec<String> = buckets.into_iter().map(|bucket| bucket.code().to_string()).collect();
    let mine = if is_mine { "AND n.assignee_id = $2" } else { "" };
    format!(
        "coalesce(sum(n.amount) FILTER (WHERE n.bucket IN ({}) {mine}), 0)::bigint AS {name}",
        codes.join(", ")
    )
}

fn waiting_of(view: View) -> impl Iterator<Item = Bucket> {
    Bucket::of(view).into_iter().filter(|bucket| bucket.waits)
}

/// The statement behind the numbers. Public so that a test can look at its plan.
pub fn statement(workspace: WorkspaceId, person: UserId, seller: Option<SellerId>) -> Statement {
    let mut values = Values::default();
    values.id(workspace.0);
    values.id(person.0);
    let (of_seller, starred) = match seller.map(|seller| values.id(seller.0)) {
        None => (String::new(), String::new()),
        Some(seller) => (
            format!("AND n.seller_id = {seller}"),
            format!(
                "AND (SELECT c.seller_id FROM chats c WHERE c.workspace_id = $1 AND c.id = k.chat_id) = {seller}"
            ),
        ),
    };
    let sums = [
        sum("waiting", Bucket::of(View::Waiting), false),
        sum("mine", Bucket::of(View::Mine), true),
        sum("mine_waiting", waiting_of(View::Mine), true),
        sum("unassigned", Bucket::of(View::Unassigned), false),
        sum("unassigned_waiting", waiting_of(View::Unassigned), false),
        sum("open", Bucket::of(View::Open), false),
        sum("snoozed", Bucket::of(View::Snoozed), false),
        sum("closed", Bucket::of(View::Closed), false),
        sum("spam", Bucket::of(View::Spam), false),
        sum("all_chats", Bucket::of(View::All), false),
    ];
    let text = format!(
        "SELECT {}, \
                (SELECT count(*) FROM chat_stars k WHERE k.workspace_id = $1 AND k.user_id = $2 {starred}) AS starred, \
                (SELECT count(*) FROM sellers s WHERE s.workspace_id = $1 AND s.state <> 'removed') AS sellers \
         FROM chat_counts n WHERE n.workspace_id = $1 {of_seller}",
        sums.join(", ")
    );
    Statement { text, values, is_lasting: true }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    mine: i64,
    #[diesel(sql_type = BigInt)]
    mine_waiting: i64,
    #[diesel(sql_type = BigInt)]
    unassigned: i64,
    #[diesel(sql_type = BigInt)]
    unassigned_waiting: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    starred: i64,
    #[diesel(sql_type = BigInt)]
    snoozed: i64,
    #[diesel(sql_type = BigInt)]
    closed: i64,
    #[diesel(sql_type = BigInt)]
    spam: i64,
    #[diesel(sql_type = BigInt)]
    all_chats: i64,
    #[diesel(sql_type = BigInt)]
    sellers: i64,
}

/// The sizes of all lists, of one seller or of all.
///
/// # Errors
/// When the database refuses.
pub async fn read(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    person: UserId,
    seller: Option<SellerId>,
) -> Outcome<Counts> {
    let rows: Vec<Row> = statement(workspace, person, seller).load(conn).await?;
    let row = rows.into_iter().next().ok_or_else(|| Fault::broke("a sum is always one row"))?;
    Ok(Counts {
        waiting: row.waiting,
        mine: row.mine,
        mine_waiting: row.mine_waiting,
        unassigned: row.unassigned,
        unassigned_waiting: row.unassigned_waiting,
        open: row.open,
        starred: row.starred,
        snoozed: row.snoozed,
        closed: row.closed,
        spam: row.spam,
        all: row.all_chats,
        sellers: row.sellers,
    })
}

/// One at a time melts: two at once would each leave a sum of the same kind.
const LOCK_SQL: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('chat_counts', 0)) AS is_ours";

/// Melts new entries of the ledger into the sums of their kinds; whatever is chosen, no sum changes.
const MELT_SQL: &str = "WITH fresh AS ( \
         SELECT n.workspace_id, n.id, n.seller_id, n.assignee_id, n.bucket FROM chat_counts n WHERE NOT n.is_melted \
         ORDER BY n.workspace_id, n.id LIMIT $1), \
     melted AS ( \
         SELECT n.workspace_id, n.id FROM chat_counts n WHERE n.is_melted AND EXISTS ( \
             SELECT 1 FROM fresh f \
             WHERE f.workspace_id = n.workspace_id AND f.seller_id = n.seller_id AND f.bucket = n.bucket \
               AND f.assignee_id IS NOT DISTINCT FROM n.assignee_id)), \
     gone AS ( \
         DELETE FROM chat_counts n USING ( \
             SELECT workspace_id, id FROM fresh UNION ALL SELECT workspace_id, id FROM melted) old \
         WHERE n.workspace_id = old.workspace_id AND n.id = old.id RETURNING n.*) \
     INSERT INTO chat_counts (workspace_id, seller_id, assignee_id, bucket, amount, is_melted) \
     SELECT workspace_id, seller_id, assignee_id, bucket, sum(amount), true FROM gone \
     GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0";

#[derive(diesel::QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    is_ours: bool,
}

/// Keeps the ledger short, unless somebody else is at it. Returns whether it wrote sums: then more may be left, of which
/// so much is melted at a time.
///
/// # Errors
/// When the database refuses.
pub async fn melt(conn: &mut AsyncPgConnection) -> Outcome<bool> {
    conn.transaction(async |conn| {
        let lock: Lock = diesel::sql_query(LOCK_SQL).get_result(conn).await?;
        if !lock.is_ours {
            return Ok(false);
        }
        // A statement of its own, which sees what the one before us has left.
        let sums = diesel::sql_query(MELT_SQL).bind::<BigInt, _>(TOGETHER).execute(conn).await?;
        Ok(sums > 0)
    })
    .await
}
