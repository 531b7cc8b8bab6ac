//! What a chat must be to stand in a list, in SQL. Every part is either true or false, never unknown, so that `NOT`
//! means what it says. `c` is the chat.

use super::bucket::Bucket;
use super::statement::{Statement, Values};
use crate::context::Ask;
use crate::features::inbox::types::{
    Condition, Days, DeadlineState, Filter, Holder, ListQuery, Priority, Sort, View, WindowState,
};
use crate::platform::fault::Outcome;
use crate::platform::time_zone;
use crate::shared::error::Refusal;
use crate::shared::ids::{ChatId, UserId, WorkspaceId};
use chrono::{DateTime, Days as Distance, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// A deadline nearer than this is soon.
const SOON: TimeDelta = TimeDelta::minutes(15);
/// A send window that ends within this is ending.
const ENDING: TimeDelta = TimeDelta::hours(6);

/// Who looks at a list, when and where.
#[derive(Clone, Copy, Debug)]
pub struct Looker {
    pub workspace: WorkspaceId,
    pub person: UserId,
    pub now: DateTime<Utc>,
    /// The workspace's zone: what a day is.
    pub zone: Tz,
}

impl Looker {
    /// Whoever asks.
    pub fn of(ask: &Ask) -> Self {
        Looker {
            workspace: ask.workspace(),
            person: ask.user.id,
            now: ask.now,
            zone: time_zone::named(&ask.user.time_zone),
        }
    }
}

/// Refuses what nobody builds by hand.
///
/// # Errors
/// When the filter is deeper or larger than is taken.
pub fn check(query: &ListQuery) -> Outcome<()> {
    if query.filter.as_ref().is_some_and(|filter| !filter.is_reasonable()) {
        return Err(Refusal::FilterTooLarge.into());
    }
    Ok(())
}

/// The conditions of a list, put together once for a statement. The values that all need stand first: `$1` is the
/// workspace, `$2` the person.
pub struct Conditions {
    pub values: Values,
    /// The parts of the list, without those that its filter rules out.
    pub buckets: Vec<Bucket>,
    /// What must hold beside the bucket; begins with the workspace.
    pub rest: String,
    /// The same, part by part.
    parts: Vec<(Lead, String)>,
    has_filter: bool,
}

/// How an index of the lists leads through the chats that pass a part; of the first three, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    Priority,
    Person,
    Seller,
    /// In the order of newest messages, between two of them.
    Newest,
    /// In the order of deadlines, between two of them.
    Due,
    Nothing,
}

/// What a walk in the order of the list meets, and which of these it keeps.
pub struct Along {
    /// Told by the index that is walked along, and by nothing else.
    pub met: String,
    /// The planner does not see into it: it would be tempted to find the chats by it and sort them.
    pub kept: String,
}

impl Conditions {
    /// Those of a list.
    pub fn of(looker: &Looker, query: &ListQuery) -> Self {
        let mut values = Values::default();
        let workspace = values.id(looker.workspace.0);
        let person = values.id(looker.person.0);
        let mut parts = Vec::new();
        match query.view {
            View::Mine => parts.push((Lead::Person, format!("c.assignee_id = {person}"))),
            View::Starred => parts.push((
                Lead::Nothing,
                format!("c.id IN (SELECT k.chat_id FROM chat_stars k WHERE k.workspace_id = {workspace} AND k.user_id = {person})")
            )),
            View::Waiting | View::Unassigned | View::Open | View::Snoozed | View::Closed | View::Spam | View::All => {}
        }
        if let Some(seller) = query.seller {
            parts.push((Lead::Seller, format!("c.seller_id = {}", values.id(seller.0))));
        }
        let mut buckets = Bucket::of(query.view);
        let mut soonest = None;
        if let Some(filter) = &query.filter {
            buckets.retain(|bucket| bucket.may_pass(filter));
            let mut writer = Writer { looker, values: &mut values };
            for part in Filter::parts(Some(filter)) {
                parts.push((Lead::of(part), writer.filter(part)));
            }
            soonest = writer.not_before(filter);
        }
        let texts = parts.iter().map(|(_, text)| text.clone());
        let rest: Vec<String> =
            std::iter::once(format!("c.workspace_id = {workspace}")).chain(texts).collect();
        parts.extend(soonest.map(|soonest| (Lead::Newest, soonest)));
        Conditions { values, buckets, rest: rest.join(" AND "), parts, has_filter: query.filter.is_some() }
    }

    /// For a walk through chats that all wait, or all do not. An index leads by one of priority, person and seller, never by
    /// two: what the second lets through would have to be looked for, and nobody knows how far. Of those that wait, the few
    /// of a priority or a person are sorted; everything else is walked in order.
    pub fn along(&self, sort: Sort, waits: bool) -> Along {
        let is_newest = sort == Sort::Newest || !waits;
        let narrowest = self.parts.iter().map(|(lead, _)| *lead).min();
        let mut taken = false;
        let mut is_met = |lead: Lead| match lead {
            Lead::Priority | Lead::Person | Lead::Seller => {
                Some(lead) == narrowest && !std::mem::replace(&mut taken, true)
            }
            Lead::Newest => is_newest,
            Lead::Due => waits && sort == Sort::Deadline,
            Lead::Nothing => false,
        };
        let (met, kept): (Vec<_>, Vec<_>) = self.parts.iter().partition(|(lead, _)| is_met(*lead));
        let joined = |parts: Vec<&(Lead, String)>| {
            let texts: Vec<&str> = parts.into_iter().map(|(_, text)| text.as_str()).collect();
            if texts.is_empty() { "TRUE".to_owned() } else { texts.join(" AND ") }
        };
        Along { met: format!("c.workspace_id = $1 AND {}", joined(met)), kept: hidden(&joined(kept)) }
    }

    /// Whether more than the view and the seller decide.
    pub fn has_filter(&self) -> bool {
        self.has_filter
    }

    /// One more condition.
    pub fn plain(&mut self, looker: &Looker, filter: &Filter) -> String {
        Writer { looker, values: &mut self.values }.filter(filter)
    }

    /// One more condition, of which the planner makes nothing.
    pub fn opaque(&mut self, looker: &Looker, filter: &Filter) -> String {
        hidden(&self.plain(looker, filter))
    }

    /// A question for the ids of chats with one of these tags.
    pub fn tagged(&mut self, tags: Vec<Uuid>) -> String {
        let tag = is_one_of(&mut self.values, "p.tag_id", tags);
        format!("SELECT p.chat_id FROM chat_tags p WHERE p.workspace_id = $1 AND {tag}")
    }

    /// Everything, of chats that have been found already. The planner is not told how many they are.
    pub fn found(&mut self, chats: &[ChatId]) -> String {
        let chats = self.values.ids(chats.iter().map(|chat| chat.0).collect());
        format!(
            "c.id = ANY(ARRAY(SELECT unnest({chats}))) AND c.workspace_id = $1 AND {}",
            hidden(&self.whole())
        )
    }

    /// The statement that a text makes with these conditions.
    pub fn ask(self, text: String) -> Statement {
        // There are as many filters as people like; everything else takes few forms.
        Statement { text, values: self.values, is_lasting: !self.has_filter }
    }

    /// Everything in one condition.
    pub fn whole(&self) -> String {
        if self.buckets.len() == Bucket::all().count() {
            return self.rest.clone();
        }
        let codes: Vec<String> = self.buckets.iter().map(|bucket| bucket.code().to_string()).collect();
        format!("{} AND c.bucket = ANY('{{{}}}'::smallint[])", self.rest, codes.join(","))
    }
}

/// A condition that the planner does not see into: it expects every other chat to pass.
fn hidden(condition: &str) -> String {
    format!("CASE WHEN {condition} THEN TRUE ELSE FALSE END")
}

impl Lead {
    fn of(filter: &Filter) -> Lead {
        let Filter::Is(condition) = filter else { return Lead::Nothing };
        match condition {
            Condition::Seller(sellers) if sellers.len() == 1 => Lead::Seller,
            Condition::Assignee(holders) if matches!(holders[..], [Holder::Me | Holder::Person(_)]) => {
                Lead::Person
            }
            Condition::Priority(given)
                if matches!(given[..], [Priority::Low | Priority::High | Priority::Urgent]) =>
            {
                Lead::Priority
            }
            Condition::Deadline(_) => Lead::Due,
            Condition::LastMessage(_) => Lead::Newest,
            _ => Lead::Nothing,
        }
    }
}

/// Whether an index of the lists leads through the chats that pass, in the order of the list.
pub fn leads_along(filter: &Filter, sort: Sort) -> bool {
    match Lead::of(filter) {
        Lead::Priority | Lead::Person | Lead::Seller | Lead::Newest => true,
        Lead::Due => sort == Sort::Deadline,
        Lead::Nothing => false,
    }
}

fn is_one_of(values: &mut Values, column: &str, ids: Vec<Uuid>) -> String {
    // Of one value an index leads through its chats in order; of several it does not.
    match ids[..] {
        [id] => format!("{column} = {}", values.id(id)),
        _ => format!("{column} = ANY({})", values.ids(ids)),
    }
}

struct Writer<'a> {
    looker: &'a Looker,
    values: &'a mut Values,
}

impl Writer<'_> {
    fn filter(&mut self, filter: &Filter) -> String {
        match filter {
            Filter::All(parts) => self.joined(parts, " AND ", "TRUE"),
            Filter::Any(parts) => self.joined(parts, " OR ", "FALSE"),
            Filter::Not(part) => format!("NOT {}", self.filter(part)),
            Filter::Is(condition) => format!("({})", self.condition(condition)),
        }
    }

    fn joined(&mut self, parts: &[Filter], word: &str, empty: &str) -> String {
        if parts.is_empty() {
            return empty.to_owned();
        }
        let parts: Vec<String> = parts.iter().map(|part| self.filter(part)).collect();
        format!("({})", parts.join(word))
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Seller(sellers) => {
                self.is_one_of("c.seller_id", sellers.iter().map(|id| id.0).collect())
            }
            Condition::Marketplace(marketplaces) => format!(
                "c.seller_id IN (SELECT s.id FROM sellers s WHERE s.workspace_id = $1 AND {})",
                self.is_a_word_of("s.marketplace", marketplaces)
            ),
            Condition::Kind(kinds) => self.is_a_word_of("c.kind", kinds),
            Condition::Work(states) => self.is_a_word_of("c.work_state", states),
            Condition::Unanswered(true) => "c.waits_since IS NOT NULL".to_owned(),
            Condition::Unanswered(false) => "c.waits_since IS NULL".to_owned(),
            Condition::Unseen(true) => UNSEEN.to_owned(),
            Condition::Unseen(false) => format!("NOT {UNSEEN}"),
            Condition::Assignee(holders) => self.assignee(holders),
            // A single value, so that it is looked up chat by chat and not of all chats beforehand.
            Condition::Tag(tags) => format!(
                "(SELECT TRUE FROM chat_tags p WHERE p.workspace_id = c.workspace_id AND p.chat_id = c.id AND {} LIMIT 1) \
                 IS NOT NULL",
                self.is_one_of("p.tag_id", tags.iter().map(|id| id.0).collect())
            ),
            Condition::Priority(priorities) => self.is_a_word_of("c.priority", priorities),
            Condition::Category(given) => self.understood("c.category", given),
            Condition::Urgency(given) => self.understood("c.urgency", given),
            Condition::Sentiment(given) => self.understood("c.sentiment", given),
            Condition::Deadline(state) => self.deadline(*state),
            Condition::Window(state) => self.window(*state),
            Condition::LastMessage(days) => self.days("c.last_message_at", *days),
            Condition::Began(days) => self.days("c.created_at", *days),
            Condition::HasOrder(true) => "c.order_number IS NOT NULL".to_owned(),
            Condition::HasOrder(false) => "c.order_number IS NULL".to_owned(),
            Condition::Text(text) => self.text(text),
        }
    }

    fn is_one_of(&mut self, column: &str, ids: Vec<Uuid>) -> String {
        is_one_of(self.values, column, ids)
    }

    fn is_a_word_of<T: ToString>(&mut self, column: &str, words: &[T]) -> String {
        match words {
            [word] => format!("{column} = {}", self.values.text(word.to_string())),
            _ => format!("{column} = ANY({})", self.values.texts(words.iter().map(T::to_string).collect())),
        }
    }

    /// In the words of the index of what is understood: all of it is known of a chat, or nothing.
    fn understood<T: ToString>(&mut self, column: &str, words: &[T]) -> String {
        format!("c.category IS NOT NULL AND {}", self.is_a_word_of(column, words))
    }

    fn assignee(&mut self, holders: &[Holder]) -> String {
        let people: Vec<Uuid> = holders
            .iter()
            .filter_map(|holder| match holder {
                Holder::Me => Some(self.looker.person.0),
                Holder::Person(person) => Some(person.0),
                Holder::Nobody => None,
            })
            .collect();
        let people = format!("c.assignee_id IS NOT NULL AND {}", self.is_one_of("c.assignee_id", people));
        if holders.contains(&Holder::Nobody) { format!("c.assignee_id IS NULL OR {people}") } else { people }
    }

    /// In the words of the index in the order of deadlines.
    fn deadline(&mut self, state: DeadlineState) -> String {
        const DUE: &str = "coalesce(c.due_at, 'infinity')";
        let now = self.looker.now;
        let mut within = |from: DateTime<Utc>, to: DateTime<Utc>| {
            let (from, to) = (self.values.moment(from), self.values.moment(to));
            format!("{DUE} > {from} AND {DUE} <= {to}")
        };
        match state {
            DeadlineState::Overdue => format!("{DUE} <= {}", self.values.moment(now)),
            DeadlineState::Soon => within(now, now + SOON),
            DeadlineState::Hour => within(now, now + TimeDelta::hours(1)),
            DeadlineState::Set => format!("{DUE} < 'infinity'"),
            DeadlineState::None => format!("{DUE} = 'infinity'"),
        }
    }

    /// The same as `send_window` says of what is stored.
    fn window(&mut self, state: WindowState) -> String {
        let now = self.values.moment(self.looker.now);
        let takes = "coalesce(c.window_reason, '') IN ('buyer_wrote', 'until_delivery', 'after_delivery', 'first_message')";
        let open = format!("{takes} AND (c.window_until IS NULL OR c.window_until > {now})");
        match state {
            WindowState::Open => open,
            WindowState::Ending => {
                let end = self.values.moment(self.looker.now + ENDING);
                format!(
                    "c.window_until IS NOT NULL AND c.window_until > {now} AND c.window_until <= {end} AND {takes}"
                )
            }
            WindowState::Closed => format!("NOT ({open})"),
        }
    }

    fn days(&mut self, column: &str, days: Days) -> String {
        let (from, to) = span(days, self.looker.now.with_timezone(&self.looker.zone).date_naive());
        let mut parts = Vec::new();
        if let Some(from) = from {
            parts.push(format!("{column} >= {}", self.values.moment(midnight(from, self.looker.zone))));
        }
        if let Some(to) = to {
            parts.push(format!("{column} < {}", self.values.moment(midnight(to, self.looker.zone))));
        }
        if parts.is_empty() { "TRUE".to_owned() } else { parts.join(" AND ") }
    }

    /// Nothing is said in a chat before it begins, so its newest message tells where a walk may stop. A day is left for
    /// clocks that differ.
    fn not_before(&mut self, filter: &Filter) -> Option<String> {
        let today = self.looker.now.with_timezone(&self.looker.zone).date_naive();
        let began = |part: &Filter| match part {
            Filter::Is(Condition::Began(days)) => span(*days, today).0,
            _ => None,
        };
        let from = Filter::parts(Some(filter)).iter().filter_map(began).max()?;
        let from = from.checked_sub_days(Distance::new(1))?;
        Some(format!("c.last_message_at >= {}", self.values.moment(midnight(from, self.looker.zone))))
    }

    /// Each part by an index of its own: letters anywhere in the newest message, the beginnings of numbers.
    fn text(&mut self, text: &str) -> String {
        let text = text.replace('\0', "");
        let text = text.trim();
        if text.is_empty() {
            return "TRUE".to_owned();
        }
        let said =
            format!("c.last_message_preview ILIKE {}", self.values.text(format!("%{}%", escaped(text))));
        let number = text.replace('-', "").to_lowercase();
        if number.is_empty() {
            return said;
        }
        let number = self.values.text(format!("{}%", escaped(&number)));
        format!(
            "{said} OR c.order_number IS NOT NULL AND replace(c.order_number, '-', '') LIKE {number} \
             OR replace(lower(c.external_id), '-', '') LIKE {number}"
        )
    }
}

/// A buyer's message that the person has not looked at. Most chats are told by their newest message alone: of imported
/// history everything counts as seen.
const UNSEEN: &str = "(c.last_message_at > (SELECT min(s.clock_from) FROM sellers s WHERE s.workspace_id = $1) AND EXISTS ( \
     SELECT 1 FROM sellers s \
     LEFT JOIN chat_seen v ON v.workspace_id = c.workspace_id AND v.user_id = $2 AND v.chat_id = c.id \
     WHERE s.workspace_id = c.workspace_id AND s.id = c.seller_id \
       AND c.last_message_at > greatest(v.up_to, s.clock_from) \
       AND EXISTS (SELECT 1 FROM messages m \
                   WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id AND m.author = 'buyer' \
                     AND m.sent_at > greatest(v.up_to, s.clock_from))))";

/// A text for `ILIKE` that stands for itself.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// From which day, and before which. Days far off stand for no bound at all.
fn span(days: Days, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let ago = |days: u16| today.checked_sub_days(Distance::new(days.into()));
    match days {
        Days::Last(days) => (ago(days), today.succ_opt()),
        Days::Before(days) => (None, ago(days)),
        Days::Between(first, last) => (Some(first), last.succ_opt()),
    }
}

/// When a day begins; where clocks are put forward at midnight, it begins later.
fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    // What Postgres can store, and what anybody means.
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(day);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(day);
    let start = day.clamp(first, last).and_time(NaiveTime::MIN);
    (0..4)
        .find_map(|hours| zone.from_local_datetime(&(start + TimeDelta::hours(hours))).earliest())
        .map_or_else(|| start.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let midnight = |text, zone| midnight(day(text), zone).to_rfc3339();
        assert_eq!(midnight("2026-11-21", chrono_tz::Europe::Moscow), "2026-11-20T21:00:00+00:00");
        // Clocks were put forward from midnight to one.
        assert_eq!(midnight("2018-11-04", chrono_tz::America::Sao_Paulo), "2018-11-04T03:00:00+00:00");
        assert_eq!(midnight("2018-11-05", chrono_tz::America::Sao_Paulo), "2018-11-05T02:00:00+00:00");
    }

    #[test]
    fn spans_take_in_their_ends() {
        let today = day("2026-11-21");
        assert_eq!(span(Days::Last(0), today), (Some(today), Some(day("2026-11-22"))));
        assert_eq!(span(Days::Last(6), today), (Some(day("2026-11-15")), Some(day("2026-11-22"))));
        assert_eq!(span(Days::Before(7), today), (None, Some(day("2026-11-14"))));
        let two = Days::Between(day("2026-11-01"), day("2026-11-02"));
        assert_eq!(span(two, today), (Some(day("2026-11-01")), Some(day("2026-11-03"))));
        assert!(midnight(NaiveDate::MIN, chrono_tz::UTC) < midnight(NaiveDate::MAX, chrono_tz::UTC));
    }

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(escaped(r"50%_\"), r"50\%\_\\");
    }
}
