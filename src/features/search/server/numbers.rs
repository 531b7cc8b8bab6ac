//! Chats by what else people have at hand: the number of an order or a parcel, the chat's id, a product's number, the
//! name of a tag. Numbers are found with dashes or without, and by their beginning.

use super::super::types::{ChatHit, ChatName, MAX_CHATS, Why};
use crate::platform::fault::Outcome;
use crate::shared::i18n::letters::folded;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashSet;

/// A shorter beginning of a number is the beginning of too many.
const SHORTEST: usize = 4;
/// Numbers looked for at once.
const MAX_NUMBERS: usize = 5;
/// A parcel's number is its order's and so many letters more, without the dash.
const PARCEL_TAIL: usize = 3;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    marketplace: Marketplace,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    order_number: Option<String>,
    #[diesel(sql_type = Text)]
    why: Why,
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = Timestamptz)]
    last_message_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    preview: String,
}

/// The statement behind it. `$2` beginnings of numbers, `$3` numbers a parcel's order may have, `$4` what was typed, word
/// by word, `$5` all of it, `$6` seller, `$7` how many. Beginnings are ranges, because `LIKE` finds an index for fixed texts
/// only; they are put in order, because a planner that knows no number would read all chats for twenty. Public so that a test can look at its plan.
pub const CHATS_SQL: &str = "WITH found AS ( \
         (SELECT f.id, 'chat' AS why, f.external_id AS what FROM unnest($2) n (number) CROSS JOIN LATERAL ( \
              SELECT c.id, c.external_id FROM chats c WHERE c.workspace_id = $1 \
                AND replace(lower(c.external_id), '-', '') ~>=~ n.number \
                AND replace(lower(c.external_id), '-', '') ~<~ (n.number || U&'\\+10FFFF') \
              ORDER BY replace(lower(c.external_id), '-', '') USING ~<~ LIMIT $7) f LIMIT $7) \
         UNION ALL \
         (SELECT f.id, 'order', f.order_number FROM unnest($2) n (number) CROSS JOIN LATERAL ( \
              SELECT c.id, c.order_number FROM chats c WHERE c.workspace_id = $1 AND c.order_number IS NOT NULL \
                AND replace(c.order_number, '-', '') ~>=~ n.number \
                AND replace(c.order_number, '-', '') ~<~ (n.number || U&'\\+10FFFF') \
              ORDER BY replace(c.order_number, '-', '') USING ~<~ LIMIT $7) f LIMIT $7) \
         UNION ALL \
         (SELECT c.id, 'order', c.order_number FROM chats c \
          WHERE c.workspace_id = $1 AND c.order_number IS NOT NULL AND replace(c.order_number, '-', '') = ANY($3) LIMIT $7) \
         UNION ALL \
         (SELECT c.id, 'product', c.sku FROM chats c WHERE c.workspace_id = $1 AND c.sku = ANY($4) \
          ORDER BY c.id DESC LIMIT $7) \
         UNION ALL \
         (SELECT c.id, 'product', p.offer_id FROM products p JOIN chats c \
            ON c.workspace_id = p.workspace_id AND c.seller_id = p.seller_id AND c.sku = p.sku \
          WHERE p.workspace_id = $1 AND lower(p.offer_id) = ANY($4 || $5) ORDER BY c.id DESC LIMIT $7) \
         UNION ALL \
         (SELECT t.chat_id, 'tag', g.name FROM tags g CROSS JOIN LATERAL ( \
              SELECT k.chat_id FROM chat_tags k WHERE k.workspace_id = g.workspace_id AND k.tag_id = g.id \
              ORDER BY k.chat_id DESC LIMIT $7) t \
          WHERE g.workspace_id = $1 AND translate(lower(g.name), U&'\\0451', U&'\\0435') = $5 LIMIT $7)) \
     SELECT c.id, c.external_id, s.marketplace, s.name AS seller_name, c.order_number, f.why, f.what, c.last_message_at, \
            c.last_message_preview AS preview \
     FROM found f \
     JOIN chats c ON c.workspace_id = $1 AND c.id = f.id \
     JOIN sellers s ON s.workspace_id = $1 AND s.id = c.seller_id \
     WHERE $6::uuid IS NULL OR c.seller_id = $6 \
     ORDER BY c.last_message_at DESC, c.id DESC, f.why LIMIT $7 * 2";

/// Chats whose number or tag was typed, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn chats(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: Option<SellerId>,
    text: &str,
) -> Outcome<Vec<ChatHit>> {
    let text = folded(text.trim());
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let numbers: Vec<String> = words.iter().filter_map(|word| number(word)).take(MAX_NUMBERS).collect();
    let orders: Vec<&str> = numbers.iter().flat_map(|number| orders_of_parcel(number)).collect();
    let rows: Vec<Row> = diesel::sql_query(CHATS_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Array<Text>, _>(&numbers)
        .bind::<Array<Text>, _>(orders)
        .bind::<Array<Text>, _>(&words)
        .bind::<Text, _>(&text)
        .bind::<Nullable<SqlUuid>, _>(seller)
        .bind::<BigInt, _>(MAX_CHATS as i64)
        .load(conn)
        .await?;
    let mut known = HashSet::new();
    Ok(rows.into_iter().filter(|row| known.insert(row.id)).take(MAX_CHATS).map(ChatHit::from).collect())
}

/// A word as a number of something: letters of a chat's id or digits, without dashes. `None` for other words.
fn number(word: &str) -> Option<String> {
    let bare: String = word.trim_start_matches(['#', '№']).chars().filter(|c| *c != '-').collect();
    let is_number = bare.chars().all(|c| c.is_ascii_hexdigit()) && bare.chars().any(|c| c.is_ascii_digit());
    (is_number && bare.len() >= SHORTEST).then_some(bare)
}

/// What is left of a parcel's number when its own part goes.
fn orders_of_parcel(number: &str) -> impl Iterator<Item = &str> {
    (1..=PARCEL_TAIL)
        .filter_map(|tail| number.get(..number.len().checked_sub(tail)?))
        .filter(|it| it.len() >= 8)
}

impl From<Row> for ChatHit {
    fn from(row: Row) -> Self {
        ChatHit {
            chat: ChatName {
                id: row.id,
                external_id: row.external_id,
                marketplace: row.marketplace,
                seller_name: row.seller_name,
                order_number: row.order_number,
            },
            why: row.why,
            what: row.what,
            last_message_at: row.last_message_at,
            preview: row.preview,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{number, orders_of_parcel};

    #[test]
    fn a_number_is_told_from_a_word() {
        assert_eq!(number("12345678-0001-1").as_deref(), Some("1234567800011"));
        assert_eq!(number("№12345").as_deref(), Some("12345"));
        assert_eq!(number("8f3c-11").as_deref(), Some("8f3c11"));
        assert_eq!(number("123"), None);
        assert_eq!(number("deadbeef"), None, "a word may look like this");
        assert_eq!(number("размер44"), None);
    }

    #[test]
    fn a_parcel_leads_to_its_order() {
        assert_eq!(
            orders_of_parcel("1234567800011").collect::<Vec<_>>(),
            ["123456780001", "12345678000", "1234567800"]
        );
        assert_eq!(orders_of_parcel("1234").count(), 0);
    }
}
