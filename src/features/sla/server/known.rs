//! What the clocks of chats depend on, read for many chats at once: one question for each kind of fact.

use crate::features::orders::types::{Posting, order_value};
use crate::features::sla::policy::Facts;
use crate::features::sla::priority::of_urgency;
use crate::features::understanding::server::keep::Fresh;
use crate::features::understanding::turn as understanding;
use crate::features::understanding::types::{By, Category, Given, Sentiment, Told, Understood, Urgency};
use crate::platform::fault::Outcome;
use crate::shared::chat::{ChatKind, Priority};
use crate::shared::ids::{ActivityId, ChatId, PromiseId, SellerId, TagId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::ClockKind;
use crate::shared::sla::story::{Deed, DeedAt, Known, Promise, Story, Utterance, Voice};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// A chat as policies see it, and what it carries of its nearest deadline and of its newest turn.
#[derive(QueryableByName, Clone, Debug)]
pub struct ChatFacts {
    #[diesel(sql_type = SqlUuid)]
    pub id: ChatId,
    #[diesel(sql_type = SqlUuid)]
    pub seller_id: SellerId,
    #[diesel(sql_type = Text)]
    pub marketplace: Marketplace,
    #[diesel(sql_type = Timestamptz)]
    pub clock_from: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub kind: ChatKind,
    #[diesel(sql_type = Bool)]
    pub waits: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub due_kind: Option<ClockKind>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub is_highlighted: bool,
    #[diesel(embed)]
    carried: Carried,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub promised_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub promised_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    free_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    postings: Option<serde_json::Value>,
    #[diesel(sql_type = Array<SqlUuid>)]
    tags: Vec<TagId>,
    #[diesel(sql_type = Nullable<Text>)]
    by_hand: Option<Priority>,
}

/// Chats `$2` of workspace `$1` that can have clocks: something was said in them since their seller's clocks run, or promised. What the ladder has made
/// of a priority is nobody's choice. One writer per chat: they are locked, in the order in which everybody does. Public so that a test can look at its plan.
pub const FACTS_SQL: &str = "SELECT c.id, c.seller_id, s.marketplace, s.clock_from, c.kind, c.unanswered_since IS NOT NULL AS waits, \
            c.due_at, c.due_kind, c.due_since, c.is_highlighted, c.category, c.urgency, c.sentiment, c.understood_by, \
            c.promised_at, c.promised_until, \
            CASE WHEN c.window_reason IN ('until_delivery', 'after_delivery') THEN c.window_until END AS free_until, o.postings, \
            ARRAY(SELECT t.tag_id FROM chat_tags t WHERE t.workspace_id = c.workspace_id AND t.chat_id = c.id \
                  ORDER BY t.tag_id) AS tags, \
            (SELECT a.details->>'priority' FROM activities a \
             WHERE a.workspace_id = c.workspace_id AND a.chat_id = c.id AND a.kind = 'priority_set' \
               AND a.actor_id IS NOT NULL ORDER BY a.at DESC, a.id DESC LIMIT 1) AS by_hand \
     FROM chats c \
     JOIN sellers s ON s.workspace_id = c.workspace_id AND s.id = c.seller_id \
     LEFT JOIN orders o ON o.workspace_id = c.workspace_id AND o.seller_id = c.seller_id AND o.order_number = c.order_number \
     WHERE c.workspace_id = $1 AND c.id = ANY($2) AND s.state <> 'removed' \
       AND (c.last_message_at >= s.clock_from \
            OR EXISTS (SELECT 1 FROM promises p WHERE p.workspace_id = c.workspace_id AND p.chat_id = c.id)) \
     ORDER BY c.id FOR NO KEY UPDATE OF c";

impl ChatFacts {
    /// What it carries of its newest turn.
    pub fn understood(&self) -> Option<Understood> {
        let Carried { category, urgency, sentiment, understood_by } = self.carried;
        Some(Understood { category: category?, urgency: urgency?, sentiment: sentiment?, by: understood_by? })
    }

    /// What a policy is looked for by, for a turn in which the buyer has said this, of which that is known.
    pub fn of_turn(&self, turn: Vec<String>, told: &[Told], minute_of_day: u16) -> Facts {
        let held = understanding::holds(told);
        let postings: Vec<Posting> = self
            .postings
            .as_ref()
            .and_then(|postings| serde_json::from_value(postings.clone()).ok())
            .unwrap_or_default();
        Facts {
            seller: self.seller_id,
            marketplace: self.marketplace,
            kind: self.kind,
            scheme: postings.as_slice().first().map(|posting| posting.scheme),
            tags: self.tags.clone(),
            priority: self.by_hand.or(understanding::given(told).urgency.map(of_urgency)),
            category: held.map(|it| it.category),
            sentiment: held.map(|it| it.sentiment),
            turn,
            minute_of_day,
            order_value: order_value(&postings),
            product_rating: None,
            review_stars: None,
            model: understanding::urgency_by_model(told).map(of_urgency),
        }
    }
}

/// What a chat carries of its newest turn.
#[derive(QueryableByName, Clone, Copy, Debug)]
struct Carried {
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<Category>,
    #[diesel(sql_type = Nullable<Text>)]
    urgency: Option<Urgency>,
    #[diesel(sql_type = Nullable<Text>)]
    sentiment: Option<Sentiment>,
    #[diesel(sql_type = Nullable<Text>)]
    understood_by: Option<By>,
}

/// Everything that is known of some chats.
pub struct KnownChats {
    pub workspace: WorkspaceId,
    pub facts: Vec<ChatFacts>,
    stories: HashMap<ChatId, Story>,
    /// Who wrote a message here.
    authors: HashMap<(ChatId, String), UserId>,
    /// What is understood of the buyers' messages.
    told: HashMap<(ChatId, String), Told>,
    /// What nobody has understood before, to be kept.
    pub fresh: Vec<Fresh>,
    /// When the earliest message was sent that a promise was made after.
    promised_after: HashMap<ChatId, DateTime<Utc>>,
}

impl KnownChats {
    /// Reads it. Chats that cannot have clocks are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(
        conn: &mut AsyncPgConnection,
        workspace: WorkspaceId,
        chats: &[ChatId],
    ) -> Outcome<Self> {
        let facts: Vec<ChatFacts> = diesel::sql_query(FACTS_SQL)
            .bind::<SqlUuid, _>(workspace)
            .bind::<Array<SqlUuid>, _>(chats)
            .load(conn)
            .await?;
        let story = |it: &ChatFacts| {
            let story = Story { free_until: it.free_until, ..Story::new(it.clock_from) };
            (it.id, story)
        };
        let mut known = KnownChats {
            workspace,
            stories: facts.iter().map(story).collect(),
            facts,
            authors: HashMap::new(),
            promised_after: HashMap::new(),
            told: HashMap::new(),
            fresh: Vec::new(),
        };
        if !known.facts.is_empty() {
            known.learn_deeds(conn, workspace).await?;
            known.learn_promises(conn, workspace).await?;
            known.learn_messages(conn, workspace).await?;
        }
        Ok(known)
    }

    /// What happened in a chat.
    pub fn story(&self, chat: ChatId) -> Option<&Story> {
        self.stories.get(&chat)
    }

    /// What is understood of messages of a chat, in their order.
    pub fn told(&self, chat: ChatId, messages: &[String]) -> Vec<Told> {
        messages.iter().filter_map(|id| self.told.get(&(chat, id.clone())).copied()).collect()
    }

    /// Who wrote an answer, when it was written here.
    pub fn author(&self, chat: ChatId, at: DateTime<Utc>) -> Option<UserId> {
        let said = self.story(chat)?.utterances.iter();
        let mut answers = said.filter(|(_, it)| it.at == at && it.voice == Voice::Person && !it.is_withdrawn);
        answers.find_map(|(id, _)| self.authors.get(&(chat, id.clone())).copied())
    }

    async fn learn_deeds(&mut self, conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<()> {
        let rows: Vec<DeedRow> = diesel::sql_query(DEEDS_SQL)
            .bind::<SqlUuid, _>(workspace)
            .bind::<Array<SqlUuid>, _>(self.facts.iter().map(|it| it.id).collect::<Vec<_>>())
            .load(conn)
            .await?;
        for row in rows {
            let (chat, deed) = (row.chat_id, row.deed());
            if let (Some(story), Some(known)) = (self.stories.get_mut(&chat), deed) {
                story.learn(known);
            }
        }
        Ok(())
    }

    /// From when on every message matters: before it no clock began, and nothing was done or promised with less in sight.
    fn horizon(&self, chat: ChatId, story: &Story) -> DateTime<Utc> {
        let seen = story.deeds.values().filter_map(|did| did.seen_up_to);
        let promised = self.promised_after.get(&chat).copied();
        seen.chain(promised).fold(story.clock_from, DateTime::min)
    }

    async fn learn_promises(&mut self, conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<()> {
        let rows: Vec<PromiseRow> = diesel::sql_query(PROMISES_SQL)
            .bind::<SqlUuid, _>(workspace)
            .bind::<Array<SqlUuid>, _>(self.facts.iter().map(|it| it.id).collect::<Vec<_>>())
            .load(conn)
            .await?;
        for row in rows {
            if let Some(said_at) = row.said_at {
                let earliest = self.promised_after.entry(row.chat_id).or_insert(said_at);
                *earliest = said_at.min(*earliest);
            }
            if let Some(story) = self.stories.get_mut(&row.chat_id) {
                story.learn(row.known());
            }
        }
        Ok(())
    }

    async fn learn_messages(&mut self, conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<()> {
        let (chats, since): (Vec<ChatId>, Vec<DateTime<Utc>>) =
            self.stories.iter().map(|(chat, story)| (*chat, self.horizon(*chat, story))).unzip();
        let rows: Vec<SaidRow> = diesel::sql_query(SAID_SQL)
            .bind::<SqlUuid, _>(workspace)
            .bind::<Array<SqlUuid>, _>(chats)
            .bind::<Array<Timestamptz>, _>(since)
            .load(conn)
            .await?;
        for row in rows {
            if let Some(author) = row.author_id {
                self.authors.insert((row.chat_id, row.external_id.clone()), author);
            }
            self.understand(workspace, &row);
            if let Some(story) = self.stories.get_mut(&row.chat_id) {
                story.learn(row.known());
            }
        }
        Ok(())
    }
}

impl KnownChats {
    /// Imported history is not understood: it asks for nothing any more.
    fn understand(&mut self, workspace: WorkspaceId, row: &SaidRow) {
        let is_counted = |story: &Story| row.author == "buyer" && row.sent_at >= story.clock_from;
        if !self.stories.get(&row.chat_id).is_some_and(is_counted) {
            return;
        }
        let before = row.told();
        let fresh =
            row.news.as_ref().zip(row.text_hash).map(|(text, text_hash)| {
                Fresh::of(workspace, row.chat_id, &row.external_id, text, text_hash)
            });
        let told = fresh.as_ref().map(|fresh| fresh.told(before)).or(before);
        if let Some(told) = told {
            self.told.insert((row.chat_id, row.external_id.clone()), told);
        }
        self.fresh.extend(fresh);
    }
}

/// What was promised in the chats `$2`, and with which message: our reply that was on its way then, once the marketplace shows it, or
/// the newest message that was known. Public so that a test can look at its plan.
pub const PROMISES_SQL: &str = "SELECT p.chat_id, p.id, p.made_at, p.until, p.withdrawn_at, \
            CASE WHEN m.external_id IS NOT NULL THEN m.external_id \
                 WHEN r.state IN ('queued', 'sending', 'sent') THEN r.id::text ELSE p.after_message END AS said_in, \
            coalesce(m.sent_at, a.sent_at) AS said_at \
     FROM promises p \
     LEFT JOIN replies r ON r.workspace_id = p.workspace_id AND r.id = p.reply_id \
     LEFT JOIN messages m ON m.workspace_id = p.workspace_id AND m.reply_id = p.reply_id \
     LEFT JOIN messages a ON a.workspace_id = p.workspace_id AND a.chat_id = p.chat_id AND a.external_id = p.after_message \
     WHERE p.workspace_id = $1 AND p.chat_id = ANY($2)";

#[derive(diesel::QueryableByName)]
struct PromiseRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = SqlUuid)]
    id: PromiseId,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    until: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    withdrawn_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    said_in: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    said_at: Option<DateTime<Utc>>,
}

impl PromiseRow {
    fn known(self) -> Known {
        let promise = Promise {
            at: self.made_at,
            until: self.until,
            said_in: self.said_in,
            withdrawn_at: self.withdrawn_at,
        };
        Known::Promised { id: self.id.to_string(), promise }
    }
}

/// What people did to the chats `$2` that moves clocks. Public so that a test can look at its plan.
pub const DEEDS_SQL: &str = "SELECT a.chat_id, a.id, a.at, a.kind, a.details, a.seen_up_to FROM activities a \
     WHERE a.workspace_id = $1 AND a.chat_id = ANY($2) \
       AND a.kind IN ('closed', 'snoozed', 'marked_spam', 'reopened', 'unmarked_spam')";

#[derive(QueryableByName)]
struct DeedRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = SqlUuid)]
    id: ActivityId,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    details: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    seen_up_to: Option<DateTime<Utc>>,
}

impl DeedRow {
    fn deed(self) -> Option<Known> {
        let deed = match self.kind.as_str() {
            "closed" => Deed::Closed,
            "marked_spam" => Deed::MarkedSpam,
            "reopened" | "unmarked_spam" => Deed::Opened,
            "snoozed" => {
                let until = self.details?.get("until")?.as_str()?.parse().ok()?;
                Deed::Snoozed { until }
            }
            _ => return None,
        };
        let deed = DeedAt { at: self.at, deed, seen_up_to: self.seen_up_to };
        Some(Known::Did { id: self.id.to_string(), deed })
    }
}

/// Messages of the chats `$2`, each from its instant of `$3` on, with what is understood of them; of what was said before only whether
/// the buyer was there and who spoke last, because no clock began there. Texts come only when they have not been understood yet.
/// Public so that a test can look at its plan.
pub const SAID_SQL: &str = "SELECT k.chat_id, m.external_id, m.sent_at, m.sort_key, m.author, m.is_withdrawn, r.author_id, \
         CASE WHEN u.text_hash IS DISTINCT FROM hashtextextended(m.body, 0) THEN m.body END AS news, \
         hashtextextended(m.body, 0) AS text_hash, \
         u.category, u.urgency, u.sentiment, u.given_category, u.given_urgency, u.given_sentiment, \
         CASE WHEN u.model_hash = hashtextextended(m.body, 0) THEN u.model_category END AS model_category, \
         CASE WHEN u.model_hash = hashtextextended(m.body, 0) THEN u.model_urgency END AS model_urgency, \
         CASE WHEN u.model_hash = hashtextextended(m.body, 0) THEN u.model_sentiment END AS model_sentiment \
     FROM unnest($2, $3) AS k (chat_id, since) \
     CROSS JOIN LATERAL ( \
         SELECT m.external_id, m.sent_at, m.sort_key, m.author, m.moderation = 'rejected' AS is_withdrawn, m.reply_id, \
                CASE WHEN m.author = 'buyer' THEN m.body END AS body \
         FROM messages m WHERE m.workspace_id = $1 AND m.chat_id = k.chat_id AND m.sent_at >= k.since \
         UNION ALL ( \
             SELECT m.external_id, m.sent_at, m.sort_key, m.author, m.moderation = 'rejected', m.reply_id, NULL \
             FROM messages m WHERE m.workspace_id = $1 AND m.chat_id = k.chat_id AND m.sent_at < k.since \
               AND m.author = 'buyer' ORDER BY m.sent_at, m.sort_key LIMIT 1) \
         UNION ALL ( \
             SELECT m.external_id, m.sent_at, m.sort_key, m.author, false, m.reply_id, NULL \
             FROM messages m WHERE m.workspace_id = $1 AND m.chat_id = k.chat_id AND m.sent_at < k.since \
               AND m.author IN ('operator', 'seller_elsewhere') AND m.moderation <> 'rejected' \
             ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1) \
         UNION ALL ( \
             SELECT m.external_id, m.sent_at, m.sort_key, m.author, false, m.reply_id, NULL \
             FROM messages m WHERE m.workspace_id = $1 AND m.chat_id = k.chat_id AND m.sent_at < k.since \
               AND m.author = 'bot' AND m.moderation <> 'rejected' \
             ORDER BY m.sent_at DESC, m.sort_key DESC LIMIT 1)) m \
     LEFT JOIN replies r ON r.workspace_id = $1 AND r.id = m.reply_id \
     LEFT JOIN understandings u ON u.workspace_id = $1 AND u.chat_id = k.chat_id AND u.message_id = m.external_id";

#[derive(QueryableByName)]
struct SaidRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Timestamptz)]
    sent_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_key: String,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Bool)]
    is_withdrawn: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    author_id: Option<UserId>,
    /// The text, when it has not been understood yet.
    #[diesel(sql_type = Nullable<Text>)]
    news: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    text_hash: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<Category>,
    #[diesel(sql_type = Nullable<Text>)]
    urgency: Option<Urgency>,
    #[diesel(sql_type = Nullable<Text>)]
    sentiment: Option<Sentiment>,
    #[diesel(sql_type = Nullable<Text>)]
    given_category: Option<Category>,
    #[diesel(sql_type = Nullable<Text>)]
    given_urgency: Option<Urgency>,
    #[diesel(sql_type = Nullable<Text>)]
    given_sentiment: Option<Sentiment>,
    /// What a model says of this very text.
    #[diesel(sql_type = Nullable<Text>)]
    model_category: Option<Category>,
    #[diesel(sql_type = Nullable<Text>)]
    model_urgency: Option<Urgency>,
    #[diesel(sql_type = Nullable<Text>)]
    model_sentiment: Option<Sentiment>,
}

impl SaidRow {
    /// What was understood of it before.
    fn told(&self) -> Option<Told> {
        let given = Given {
            category: self.given_category,
            urgency: self.given_urgency,
            sentiment: self.given_sentiment,
        };
        let by_model = || {
            let (category, urgency) = (self.model_category?, self.model_urgency?);
            Some(Told { category, urgency, sentiment: self.model_sentiment?, by: By::Model, given })
        };
        let by_rules = || {
            let (category, urgency) = (self.category?, self.urgency?);
            Some(Told { category, urgency, sentiment: self.sentiment?, by: By::Rules, given })
        };
        by_model().or_else(by_rules)
    }

    fn known(self) -> Known {
        let voice = match self.author.as_str() {
            "buyer" => Voice::Buyer,
            "operator" | "seller_elsewhere" => Voice::Person,
            "bot" => Voice::Automatic,
            _ => Voice::Marketplace,
        };
        let utterance =
            Utterance { at: self.sent_at, sort_key: self.sort_key, voice, is_withdrawn: self.is_withdrawn };
        Known::Said { id: self.external_id, utterance }
    }
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    body: String,
}

/// The texts of messages, by chat and id.
///
/// # Errors
/// When the database refuses.
pub async fn texts(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    messages: &[(ChatId, &str)],
) -> Outcome<HashMap<(ChatId, String), String>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let (chats, ids): (Vec<ChatId>, Vec<&str>) = messages.iter().copied().unzip();
    let rows: Vec<TextRow> = diesel::sql_query(
        "SELECT m.chat_id, m.external_id, m.body FROM unnest($2, $3) AS k (chat_id, id) \
         JOIN messages m ON m.workspace_id = $1 AND m.chat_id = k.chat_id AND m.external_id = k.id",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<SqlUuid>, _>(chats)
    .bind::<Array<Text>, _>(ids)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.chat_id, row.external_id), row.body)).collect())
}
