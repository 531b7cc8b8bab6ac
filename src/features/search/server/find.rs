//! Finding messages by their words, newest first.
//!
//! Rare words are found by the index of words: all messages that hold them are read and put in order. Of a word that
//! stands in every third message that would be millions; there the newest messages are read until a page is full. Which
//! words are common is known from `count`; where that is wrong, the answer comes later but is the same.

use super::super::types::{
    ChatName, HITS_PER_PAGE, MAX_TEXT, MessageHit, NoteHit, SearchCursor, SearchPage, SearchQuery,
};
use super::meant::{self, Asked};
use super::{notes, numbers, snippet};
use crate::context::Ask;
use crate::features::inbox::types::Author;
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// A word in no more messages than this is rare.
const RARE: i64 = 5_000;
/// Of the newest messages no more are read for common words; before that many, putting all that hold the words in order
/// takes less time.
const LONGEST_WALK: i64 = 60_000;
/// With fewer messages than this on the first page, other words that may have been meant are looked for too.
const FEW: usize = 5;
/// Most groups in a query.
const MAX_GROUPS: usize = 12;
/// Most stems in a group.
const MAX_STEMS: usize = 20;

/// A page of what was found.
///
/// # Errors
/// When the database refuses.
pub async fn find(ask: &Ask, query: &SearchQuery, after: Option<SearchCursor>) -> Outcome<SearchPage> {
    let workspace = ask.workspace();
    let text: String = query.text.chars().filter(|c| *c != '\0').take(MAX_TEXT).collect();
    let mut conn = ask.conn().await?;
    if let Some(after) = after {
        let groups = after.groups.clone();
        let walk = walk(&mut conn, workspace, &groups).await?;
        let search = Search { workspace, seller: query.seller, groups, walk };
        return search.page(&mut conn, Some(&after)).await;
    }
    let chats = numbers::chats(&mut conn, workspace, query.seller, &text).await?;
    let asked = meant::asked(&mut conn, workspace, &text).await?;
    if asked.words.is_empty() {
        let only_common_words = !text.trim().is_empty() && text.chars().any(char::is_alphanumeric);
        return Ok(SearchPage { chats, only_common_words, ..SearchPage::empty() });
    }
    let groups = asked.groups();
    let walk = walk(&mut conn, workspace, &groups).await?;
    let search = Search { workspace, seller: query.seller, groups, walk };
    let exact = search.page(&mut conn, None).await?;
    let found = match exact.messages.len() < FEW {
        true => widened(&mut conn, &search, &asked).await?.unwrap_or(exact),
        false => exact,
    };
    let notes = search.notes(&mut conn).await?;
    Ok(SearchPage { chats, notes, ..found })
}

/// The same with words that may have been meant; `None` when that finds nothing more.
async fn widened(
    conn: &mut AsyncPgConnection,
    search: &Search,
    asked: &Asked,
) -> Outcome<Option<SearchPage>> {
    let Some((groups, corrections)) = meant::meant(conn, search.workspace, asked).await? else {
        return Ok(None);
    };
    let walk = walk(conn, search.workspace, &groups).await?;
    let wider = Search { groups, walk, ..*search };
    let found = wider.page(conn, None).await?;
    Ok((!found.messages.is_empty()).then_some(SearchPage { corrections, ..found }))
}

#[derive(diesel::QueryableByName)]
struct LeastRow {
    #[diesel(sql_type = BigInt)]
    least: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many of the newest messages are likely to hold a page of those that are looked for; `None` when that is not worth
/// reading.
async fn walk(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    groups: &[Vec<String>],
) -> Outcome<Option<i64>> {
    let words =
        groups.iter().enumerate().flat_map(|(place, group)| group.iter().map(move |word| (place, word)));
    let (places, words): (Vec<i32>, Vec<&str>) =
        words.map(|(place, word)| (i32::try_from(place).unwrap_or(i32::MAX), word.as_str())).unzip();
    let LeastRow { least, total } = diesel::sql_query(
        "SELECT coalesce(min(g.messages), 0)::bigint AS least, \
                coalesce((SELECT messages FROM search_marks WHERE workspace_id = $1), 0) AS total \
         FROM (SELECT sum(coalesce(w.messages, 0)) AS messages FROM unnest($2, $3) t (place, word) \
               LEFT JOIN search_words w ON w.workspace_id = $1 AND w.word = t.word GROUP BY t.place) g",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<Integer>, _>(places)
    .bind::<Array<Text>, _>(words)
    .get_result(conn)
    .await?;
    Ok(length(least, total))
}

/// Twice as many messages as hold a page on average, of words that are in `least` of `total` messages.
fn length(least: i64, total: i64) -> Option<i64> {
    if least <= RARE {
        return None;
    }
    let length = total.saturating_mul(2 * HITS_PER_PAGE as i64) / least;
    (length <= LONGEST_WALK).then_some(length.max(RARE))
}

/// What is looked for, once it is understood.
struct Search {
    workspace: WorkspaceId,
    seller: Option<SellerId>,
    groups: Vec<Vec<String>>,
    /// How many of the newest messages are read before the index is asked.
    walk: Option<i64>,
}

#[derive(diesel::QueryableByName)]
struct HitRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Timestamptz)]
    sent_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    author: Author,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Array<Text>)]
    tokens: Vec<String>,
    #[diesel(sql_type = Text)]
    chat_external_id: String,
    #[diesel(sql_type = Text)]
    marketplace: Marketplace,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    order_number: Option<String>,
}

/// Which messages, by the index of words. `$1` workspace, `$2` words, `$3`–`$5` what the page follows, `$6` seller,
/// `$7` how many. The search is kept apart from the order, so that no planner walks all messages for a rare word.
const BY_INDEX: &str = "WITH found AS MATERIALIZED ( \
         SELECT m.chat_id, m.external_id, m.sent_at FROM messages m \
         WHERE m.workspace_id = $1 AND m.words @@ $2::tsquery AND $8::bigint IS NOT NULL \
           AND (m.sent_at, m.chat_id, m.external_id) \
             < (coalesce($3, 'infinity'), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), coalesce($5, ''))), \
     hits AS ( \
         SELECT f.* FROM found f \
         WHERE $6::uuid IS NULL OR EXISTS ( \
             SELECT 1 FROM chats c WHERE c.workspace_id = $1 AND c.id = f.chat_id AND c.seller_id = $6) \
         ORDER BY f.sent_at DESC, f.chat_id DESC, f.external_id DESC LIMIT $7)";

/// Which messages, among the `$8` newest.
const BY_WALK: &str = "WITH newest AS ( \
         SELECT m.chat_id, m.external_id, m.sent_at, m.words FROM messages m \
         WHERE m.workspace_id = $1 \
           AND (m.sent_at, m.chat_id, m.external_id) \
             < (coalesce($3, 'infinity'), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), coalesce($5, '')) \
         ORDER BY m.sent_at DESC, m.chat_id DESC, m.external_id DESC LIMIT $8), \
     hits AS ( \
         SELECT n.chat_id, n.external_id, n.sent_at FROM newest n \
         WHERE n.words @@ $2::tsquery AND ($6::uuid IS NULL OR EXISTS ( \
             SELECT 1 FROM chats c WHERE c.workspace_id = $1 AND c.id = n.chat_id AND c.seller_id = $6)) \
         ORDER BY n.sent_at DESC, n.chat_id DESC, n.external_id DESC LIMIT $7)";

/// What is shown of them. `$9` are the stems: which words of the text they stand for is asked of Postgres, which has
/// stemmed them.
const SHOWN: &str = "SELECT h.chat_id, h.external_id, h.sent_at, m.author, m.body, \
         ARRAY(SELECT DISTINCT p.token FROM ts_parse('default', translate(lower(left(m.body, 20000)), U&'\\0451', U&'\\0435')) p \
               WHERE p.tokid <> 12 AND tsvector_to_array(to_tsvector('russian', p.token)) && $9) AS tokens, \
         c.external_id AS chat_external_id, s.marketplace, s.name AS seller_name, c.order_number \
     FROM hits h \
     JOIN messages m ON m.workspace_id = $1 AND m.chat_id = h.chat_id AND m.external_id = h.external_id \
     JOIN chats c ON c.workspace_id = $1 AND c.id = h.chat_id \
     JOIN sellers s ON s.workspace_id = $1 AND s.id = c.seller_id \
     ORDER BY h.sent_at DESC, h.chat_id DESC, h.external_id DESC";

/// The statement behind a page: among the newest messages, or by the index of words. Public so that a test can look at
/// its plan.
pub fn sql(by_walk: bool) -> String {
    format!("{} {SHOWN}", if by_walk { BY_WALK } else { BY_INDEX })
}

impl Search {
    async fn page(&self, conn: &mut AsyncPgConnection, after: Option<&SearchCursor>) -> Outcome<SearchPage> {
        let mut rows = Vec::new();
        if let Some(length) = self.walk {
            rows = self.rows(conn, after, Some(length)).await?;
        }
        if rows.len() <= HITS_PER_PAGE {
            rows = self.rows_by_index(conn, after).await?;
        }
        let more = rows.len() > HITS_PER_PAGE;
        rows.truncate(HITS_PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| SearchCursor {
            sent_at: row.sent_at,
            chat: row.chat_id,
            message: row.external_id.clone(),
            groups: self.groups.clone(),
        });
        let messages = rows.into_iter().map(MessageHit::from).collect();
        Ok(SearchPage { messages, next, ..SearchPage::empty() })
    }

    async fn notes(&self, conn: &mut AsyncPgConnection) -> Outcome<Vec<NoteHit>> {
        let stems: Vec<&str> = self.groups.iter().flatten().map(String::as_str).collect();
        notes::notes(conn, self.workspace, self.seller, &tsquery(&self.groups), &stems).await
    }

    /// A planner that expects many messages would rather read all there are; what is common was settled before.
    async fn rows_by_index(
        &self,
        conn: &mut AsyncPgConnection,
        after: Option<&SearchCursor>,
    ) -> Outcome<Vec<HitRow>> {
        conn.transaction(async |conn| {
            conn.batch_execute("SET LOCAL enable_seqscan = off").await?;
            self.rows(conn, after, None).await
        })
        .await
    }

    async fn rows(
        &self,
        conn: &mut AsyncPgConnection,
        after: Option<&SearchCursor>,
        walk: Option<i64>,
    ) -> Outcome<Vec<HitRow>> {
        let stems: Vec<&str> = self.groups.iter().flatten().map(String::as_str).collect();
        Ok(diesel::sql_query(sql(walk.is_some()))
            .bind::<SqlUuid, _>(self.workspace)
            .bind::<Text, _>(tsquery(&self.groups))
            .bind::<Nullable<Timestamptz>, _>(after.map(|after| after.sent_at))
            .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.chat))
            .bind::<Nullable<Text>, _>(after.map(|after| after.message.as_str()))
            .bind::<Nullable<SqlUuid>, _>(self.seller)
            .bind::<BigInt, _>(HITS_PER_PAGE as i64 + 1)
            .bind::<BigInt, _>(walk.unwrap_or(0))
            .bind::<Array<Text>, _>(stems)
            .load(conn)
            .await?)
    }
}

/// Every group, by one of its stems. Stems are quoted: whatever a browser sends, it is nothing but a word.
fn tsquery(groups: &[Vec<String>]) -> String {
    let quoted = |stem: &String| format!("'{}'", stem.replace('\\', "\\\\").replace('\'', "''"));
    let group = |stems: &Vec<String>| {
        let stems: Vec<String> = stems
            .iter()
            .filter(|stem| !stem.trim().is_empty() && !stem.contains('\0'))
            .take(MAX_STEMS)
            .map(quoted)
            .collect();
        (!stems.is_empty()).then(|| format!("({})", stems.join(" | ")))
    };
    let groups: Vec<String> = groups.iter().filter_map(group).take(MAX_GROUPS).collect();
    groups.join(" & ")
}

impl SearchPage {
    fn empty() -> Self {
        SearchPage {
            chats: Vec::new(),
            notes: Vec::new(),
            messages: Vec::new(),
            next: None,
            corrections: Vec::new(),
            only_common_words: false,
        }
    }
}

impl From<HitRow> for MessageHit {
    fn from(row: HitRow) -> Self {
        MessageHit {
            snippet: snippet::snippet(&row.body, &row.tokens),
            chat: ChatName {
                id: row.chat_id,
                external_id: row.chat_external_id,
                marketplace: row.marketplace,
                seller_name: row.seller_name,
                order_number: row.order_number,
            },
            message: row.external_id,
            author: row.author,
            sent_at: row.sent_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_WALK, length, tsquery};

    #[test]
    fn newest_messages_are_read_for_common_words_only() {
        assert_eq!(length(38, 20_000_000), None, "rare");
        assert_eq!(length(6_000, 20_000_000), None, "too far apart");
        assert_eq!(length(5_001, 10_000), Some(5_000));
        assert!(length(2_000_000, 20_000_000).is_some_and(|length| length <= LONGEST_WALK));
        assert_eq!(length(0, 0), None);
    }

    #[test]
    fn every_word_is_quoted_and_every_group_has_to_be_there() {
        let groups = vec![vec!["доставк".into(), "курьер".into()], vec!["o'x\\".into()], vec![" ".into()]];
        assert_eq!(tsquery(&groups), "('доставк' | 'курьер') & ('o''x\\\\')");
    }
}
