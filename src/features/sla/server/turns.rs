//! Times that a buyer waited: from the first message that nobody had answered to the first answer of a person. Found in the
//! messages as they are, by their own indexes and never beyond the period that is asked for.

use super::rules::Rules;
use crate::features::orders::types::{Posting, order_value};
use crate::features::sla::figures::Wait;
use crate::features::sla::policy::{Facts, Goals};
use crate::features::sla::priority::of_urgency;
use crate::features::understanding::turn as understanding;
use crate::features::understanding::types::Told;
use crate::platform::fault::Outcome;
use crate::shared::chat::{ChatKind, Priority};
use crate::shared::ids::{ChatId, PolicyId, SellerId, TagId, UserId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::Goal;
use crate::shared::sla::count::deadline;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// So many are looked at.
pub const LOOKED_AT: i64 = 20_000;

/// Which turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that began in the period.
    Begun,
    /// Those of open chats whose buyer waits, as far as they began in the period.
    Waiting,
}

impl Which {
    /// The statement: workspace, from, to, how many.
    pub fn sql(self) -> String {
        let starts = match self {
            Which::Begun => BEGUN,
            Which::Waiting => WAITING,
        };
        format!("WITH t AS ({starts}) {REST}")
    }
}

/// A message of the buyer begins a turn when what was said before it, if anything, was an answer. What was written before the seller
/// was connected is imported history. The limit of one keeps it from reading all chats to know their sellers.
const BEGUN: &str = "SELECT m.chat_id, m.external_id, m.sent_at, m.sort_key FROM messages m \
         CROSS JOIN LATERAL ( \
             SELECT s.clock_from FROM chats k JOIN sellers s ON s.workspace_id = k.workspace_id AND s.id = k.seller_id \
             WHERE k.workspace_id = m.workspace_id AND k.id = m.chat_id LIMIT 1) l \
         WHERE m.workspace_id = $1 AND m.sent_at >= $2 AND m.sent_at < $3 AND m.author = 'buyer' \
           AND m.sent_at >= l.clock_from \
           AND coalesce(( \
               SELECT p.author = 'buyer' AND p.sent_at >= l.clock_from FROM messages p \
               WHERE p.workspace_id = m.workspace_id AND p.chat_id = m.chat_id \
                 AND (p.sent_at, p.sort_key) < (m.sent_at, m.sort_key) \
                 AND (p.author = 'buyer' OR p.author IN ('operator', 'seller_elsewhere') AND p.moderation <> 'rejected') \
               ORDER BY p.sent_at DESC, p.sort_key DESC LIMIT 1), false) = false \
         ORDER BY m.sent_at, m.chat_id LIMIT $4";

const WAITING: &str = "SELECT k.id AS chat_id, f.external_id, f.sent_at, f.sort_key FROM chats k \
         JOIN sellers l ON l.workspace_id = k.workspace_id AND l.id = k.seller_id \
         CROSS JOIN LATERAL ( \
             SELECT m.external_id, m.sent_at, m.sort_key FROM messages m \
             WHERE m.workspace_id = k.workspace_id AND m.chat_id = k.id AND m.author = 'buyer' \
               AND m.sent_at >= greatest(k.unanswered_since, l.clock_from) \
             ORDER BY m.sent_at, m.sort_key LIMIT 1) f \
         WHERE k.workspace_id = $1 AND k.bucket IN (2, 3) AND k.unanswered_since IS NOT NULL AND f.sent_at >= $2 AND f.sent_at < $3 \
         ORDER BY f.sent_at, k.id LIMIT $4";

const REST: &str = "SELECT c.id AS chat, c.external_id AS name, c.seller_id AS seller, s.name AS seller_name, s.marketplace, \
            c.kind, c.bucket IN (2, 3, 6) AND c.unanswered_since IS NOT NULL AS is_waiting, t.sent_at AS since, a.sent_at AS answered_at, \
            clock.kind IS NOT NULL AS is_counted, clock.due_at, clock.policy_id AS policy, \
            rated.sent_at AS rated_at, u.id AS person, u.name AS person_name, o.postings, \
            ( \
                SELECT v.details->>'priority' FROM activities v \
                WHERE v.workspace_id = $1 AND v.chat_id = t.chat_id AND v.kind = 'priority_set' AND v.actor_id IS NOT NULL \
                  AND v.at <= coalesce(a.sent_at, 'infinity') \
                ORDER BY v.at DESC, v.id DESC LIMIT 1) AS by_hand, \
            coalesce(x.texts, '{}') AS texts, coalesce(x.told, '[]') AS told, coalesce(g.tags, '{}') AS tags, \
            NOT EXISTS ( \
                SELECT 1 FROM messages m \
                WHERE m.workspace_id = $1 AND m.chat_id = t.chat_id AND m.author IN ('operator', 'seller_elsewhere') \
                  AND m.moderation <> 'rejected' AND (m.sent_at, m.sort_key) < (t.sent_at, t.sort_key)) AS is_first \
         FROM t \
         JOIN chats c ON c.workspace_id = $1 AND c.id = t.chat_id \
         JOIN sellers s ON s.workspace_id = $1 AND s.id = c.seller_id \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at, m.sort_key, m.reply_id FROM messages m \
             WHERE m.workspace_id = $1 AND m.chat_id = t.chat_id AND m.author IN ('operator', 'seller_elsewhere') \
               AND m.moderation <> 'rejected' AND (m.sent_at, m.sort_key) > (t.sent_at, t.sort_key) \
             ORDER BY m.sent_at, m.sort_key LIMIT 1) a ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT m.sent_at FROM messages m \
             WHERE m.workspace_id = $1 AND m.chat_id = t.chat_id AND m.author IN ('operator', 'seller_elsewhere', 'bot') \
               AND m.moderation <> 'rejected' AND (m.sent_at, m.sort_key) > (t.sent_at, t.sort_key) \
             ORDER BY m.sent_at, m.sort_key LIMIT 1) rated ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT k.kind, k.due_at, k.policy_id FROM clocks k \
             WHERE k.workspace_id = $1 AND k.chat_id = t.chat_id AND k.kind IN ('first_reply', 'next_reply') \
               AND k.start_id = t.external_id LIMIT 1) clock ON TRUE \
         LEFT JOIN replies r ON r.workspace_id = $1 AND r.id = a.reply_id \
         LEFT JOIN users u ON u.workspace_id = $1 AND u.id = r.author_id \
         LEFT JOIN orders o ON o.workspace_id = $1 AND o.seller_id = c.seller_id AND o.order_number = c.order_number \
         LEFT JOIN LATERAL ( \
             SELECT array_agg(b.body ORDER BY b.sent_at, b.sort_key) AS texts, \
                 jsonb_agg(b.told ORDER BY b.sent_at, b.sort_key) AS told FROM ( \
                 SELECT m.body, m.sent_at, m.sort_key, ( \
                     SELECT CASE WHEN w.model_category IS NOT NULL AND w.model_hash = hashtextextended(m.body, 0) \
                             THEN jsonb_build_object('category', w.model_category, 'urgency', w.model_urgency, \
                                                     'sentiment', w.model_sentiment, 'by', 'model') \
                             ELSE jsonb_build_object('category', w.category, 'urgency', w.urgency, \
                                                     'sentiment', w.sentiment, 'by', 'rules') END \
                         || jsonb_build_object('given', jsonb_build_object('category', w.given_category, 'urgency', w.given_urgency, \
                                                     'sentiment', w.given_sentiment)) \
                     FROM understandings w \
                     WHERE w.workspace_id = $1 AND w.chat_id = t.chat_id AND w.message_id = m.external_id) AS told \
                 FROM messages m \
                 WHERE m.workspace_id = $1 AND m.chat_id = t.chat_id AND m.author = 'buyer' \
                   AND (m.sent_at, m.sort_key) >= (t.sent_at, t.sort_key) \
                   AND (a.sent_at IS NULL OR (m.sent_at, m.sort_key) < (a.sent_at, a.sort_key)) \
                 ORDER BY m.sent_at, m.sort_key LIMIT 20) b) x ON TRUE \
         LEFT JOIN LATERAL ( \
             SELECT array_agg(ct.tag_id) AS tags FROM chat_tags ct \
             WHERE ct.workspace_id = $1 AND ct.chat_id = t.chat_id) g ON TRUE \
         ORDER BY t.sent_at, t.chat_id";

/// A time that a buyer waited.
#[derive(QueryableByName, Clone, Debug)]
pub struct Turn {
    #[diesel(sql_type = SqlUuid)]
    pub chat: ChatId,
    /// The chat, as the marketplace calls it.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = SqlUuid)]
    pub seller: SellerId,
    #[diesel(sql_type = Text)]
    pub seller_name: String,
    #[diesel(sql_type = Text)]
    pub marketplace: Marketplace,
    #[diesel(sql_type = Text)]
    pub kind: ChatKind,
    /// What a person had chosen before the answer.
    #[diesel(sql_type = Nullable<Text>)]
    pub by_hand: Option<Priority>,
    /// Somebody still expects an answer of us.
    #[diesel(sql_type = Bool)]
    pub is_waiting: bool,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub answered_at: Option<DateTime<Utc>>,
    /// A clock of replies is stored of it, with its deadline and the policy it goes by.
    #[diesel(sql_type = Bool)]
    is_counted: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    policy: Option<PolicyId>,
    /// The first answer of anybody, programs included.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub rated_at: Option<DateTime<Utc>>,
    /// Who has answered here; nobody knows who does in the marketplace's cabinet.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub person_name: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub postings: Option<serde_json::Value>,
    #[diesel(sql_type = Array<Text>)]
    pub texts: Vec<String>,
    /// What is understood of them, in their order; null where nobody has understood one yet.
    #[diesel(sql_type = Jsonb)]
    told: serde_json::Value,
    #[diesel(sql_type = Array<SqlUuid>)]
    pub tags: Vec<TagId>,
    /// Nobody of ours had written in the chat before.
    #[diesel(sql_type = Bool)]
    pub is_first: bool,
}

/// Reads turns, the oldest first. There are more of them when there are as many as are looked at.
///
/// # Errors
/// When the database refuses.
pub async fn read(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    which: Which,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Outcome<Vec<Turn>> {
    Ok(diesel::sql_query(which.sql())
        .bind::<SqlUuid, _>(workspace)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<BigInt, _>(LOOKED_AT)
        .load(conn)
        .await?)
}

/// What rules make of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub policy: Option<PolicyId>,
    pub wait: Wait,
}

impl Turn {
    /// Whether it asks for an answer, or did. What was closed without one needed none, as far as we are concerned.
    pub fn is_ours(&self) -> bool {
        self.answered_at.is_some() || self.is_waiting
    }

    /// What its clock tells, pauses and all; nothing where none is stored: the turn is older than the clocks, or has none.
    pub fn counted(&self) -> Option<Judged> {
        let wait = Wait { since: self.since, due_at: self.due_at, answered_at: self.answered_at };
        self.is_counted.then_some(Judged { policy: self.policy, wait })
    }

    /// What rules make of it: which policy, and until when the answer was due.
    pub fn judged(&self, rules: &Rules) -> Judged {
        let found = rules.matcher.find(&self.facts(rules));
        let goal = found.as_ref().and_then(|found| self.goal(&found.goals));
        let due_at = goal.and_then(|goal| {
            let calendar = rules.calendar(found.as_ref().and_then(|found| found.calendar));
            deadline(self.since, goal.target, calendar, &[])
        });
        let wait = Wait { since: self.since, due_at, answered_at: self.answered_at };
        Judged { policy: found.map(|found| found.policy), wait }
    }

    /// How the marketplace sees it.
    pub fn rated(&self, rules: &Rules) -> Option<Wait> {
        let rating = rules.marketplace(self.marketplace)?.rating?;
        let due_at = self.since + chrono::TimeDelta::minutes(rating.within_minutes.get().into());
        Some(Wait { since: self.since, due_at: Some(due_at), answered_at: self.rated_at })
    }

    fn goal<'a>(&self, goals: &'a Goals) -> Option<&'a Goal> {
        if self.is_first { goals.first_reply.as_ref() } else { goals.next_reply.as_ref() }
    }

    /// What is understood of it, with what people have said of it.
    fn told(&self) -> Vec<Told> {
        let known: Vec<Option<Told>> = serde_json::from_value(self.told.clone()).unwrap_or_default();
        let of = |(at, text): (usize, &String)| {
            known.get(at).copied().flatten().unwrap_or_else(|| understanding::told(text))
        };
        self.texts.iter().enumerate().map(of).collect()
    }

    fn facts(&self, rules: &Rules) -> Facts {
        let told = self.told();
        let held = understanding::holds(&told);
        let postings: Vec<Posting> =
            self.postings.clone().and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
        Facts {
            seller: self.seller,
            marketplace: self.marketplace,
            kind: self.kind,
            scheme: postings.as_slice().first().map(|posting| posting.scheme),
            tags: self.tags.clone(),
            priority: self.by_hand.or(understanding::given(&told).urgency.map(of_urgency)),
            category: held.map(|it| it.category),
            sentiment: held.map(|it| it.sentiment),
            turn: self.texts.clone(),
            minute_of_day: rules.minute_of_day(self.since),
            order_value: order_value(&postings),
            product_rating: None,
            review_stars: None,
            model: understanding::urgency_by_model(&told).map(of_urgency),
        }
    }
}
