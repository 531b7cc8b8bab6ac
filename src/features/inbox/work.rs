//! What people do with chats beside answering, and what they write to each other: the words of both sides, and the
//! rules that need no database.

use super::types::{PersonView, Priority, TagView, WorkState};
use crate::features::understanding::types::Given;
use crate::shared::error::Refusal;
use crate::shared::ids::{ActivityId, ChatId, NoteId, UserId};
use crate::shared::time::Zone;
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

/// The longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 10_000;
/// The longest name of a tag, in characters.
pub const MAX_TAG_CHARS: usize = 40;
/// More tags than this nobody tells apart.
pub const MAX_TAGS: usize = 500;

/// What was done to a chat. Names stand as they were then, so that the line is readable after a tag or a name has
/// changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "details", rename_all = "snake_case")]
pub enum Deed {
    /// Somebody became responsible, or nobody is any more.
    Assigned {
        to: Option<PersonView>,
    },
    TagAdded(TagView),
    TagRemoved(TagView),
    PrioritySet {
        priority: Priority,
    },
    /// Somebody said what the buyer's message is about.
    Understood(Given),
    Closed,
    Snoozed {
        until: DateTime<Utc>,
    },
    MarkedSpam,
    /// A person opened it again.
    Reopened,
    /// A person took the mark of spam away.
    UnmarkedSpam,
    /// The moment it was put off to has come.
    Woke,
    /// The buyer wrote.
    BuyerReturned,
    /// The buyer was promised an answer.
    Promised {
        until: DateTime<Utc>,
    },
    /// What was promised is to be kept by another time.
    PromiseMoved {
        until: DateTime<Utc>,
    },
    PromiseDropped,
}

/// A line about what was done to a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityView {
    pub id: ActivityId,
    pub at: DateTime<Utc>,
    /// `None` when nobody did it.
    pub actor: Option<PersonView>,
    pub deed: Deed,
}

/// What somebody of ours has written beside a chat, for ours alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    pub id: NoteId,
    pub author: PersonView,
    pub body: String,
    /// Whom it speaks to.
    pub mentions: Vec<PersonView>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
}

/// What stands between the messages of a chat and is none of the marketplace's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    Note(NoteView),
    Activity(ActivityView),
}

impl Beside {
    /// When it was written or done.
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Beside::Note(note) => note.created_at,
            Beside::Activity(activity) => activity.at,
        }
    }

    /// The order of what stands between messages.
    pub fn place(&self) -> (DateTime<Utc>, uuid::Uuid) {
        match self {
            Beside::Note(note) => (note.created_at, note.id.0),
            Beside::Activity(activity) => (activity.at, activity.id.0),
        }
    }
}

/// Another chat about the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherChat {
    pub id: ChatId,
    pub external_id: String,
    pub preview: String,
    pub last_message_at: DateTime<Utc>,
    pub work: WorkState,
}

/// A tag and how many chats wear it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagUse {
    pub tag: TagView,
    pub chats: i64,
}

/// Checks what somebody wants to note down.
///
/// # Errors
/// Why it cannot be noted.
pub fn check_note(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::EmptyText);
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Refusal::ControlCharacters);
    }
    let actual = text.chars().count();
    if actual > MAX_NOTE_CHARS {
        return Err(Refusal::TextTooLong { max: MAX_NOTE_CHARS as u32, actual: actual as u32 });
    }
    Ok(text.to_owned())
}

/// Checks the name of a tag: one line, without what nobody sees.
///
/// # Errors
/// Why it cannot be the name.
pub fn check_tag_name(name: &str) -> Result<String, Refusal> {
    if name.chars().any(char::is_control) {
        return Err(Refusal::ControlCharacters);
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(Refusal::TagNameMissing);
    }
    let actual = name.chars().count();
    if actual > MAX_TAG_CHARS {
        return Err(Refusal::TextTooLong { max: MAX_TAG_CHARS as u32, actual: actual as u32 });
    }
    Ok(name)
}

/// The people of a list whom a text still speaks to: names can be deleted again after they were chosen.
pub fn still_mentioned(text: &str, chosen: &[PersonView]) -> Vec<UserId> {
    let mut ids: Vec<UserId> =
        chosen.iter().filter(|person| text.contains(&format!("@{}", person.name))).map(|it| it.id).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// What is being typed after the last `@` before the caret: a name that is looked for. Names have spaces; a second one
/// in a row, a new line or another sign ends the search.
pub fn name_being_typed(before_caret: &str) -> Option<&str> {
    const LONGEST: usize = 40;
    let (before, typed) = before_caret.rsplit_once('@')?;
    let begins_word = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let is_name = !typed.starts_with(' ')
        && !typed.contains("  ")
        && typed.chars().count() <= LONGEST
        && typed.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | '\''));
    (begins_word && is_name).then_some(typed)
}

/// Moments people put chats off to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    InAnHour,
    ThisEvening,
    Tomorrow,
    Monday,
}

/// When an evening begins.
const EVENING: (u32, u32) = (18, 0);
/// When a working day begins.
const MORNING: (u32, u32) = (9, 0);
/// An evening nearer than this is not worth waiting for.
const SOONEST: Duration = Duration::minutes(30);

/// The moments offered at `now`, in the workspace's zone; each lies ahead, none stands twice.
pub fn moments(now: DateTime<Utc>, zone: Zone) -> Vec<(Later, DateTime<Utc>)> {
    let today = zone.day(now);
    let evening = moment(today, EVENING, zone).filter(|at| *at - now >= SOONEST);
    let tomorrow = today.checked_add_days(Days::new(1)).and_then(|day| moment(day, MORNING, zone));
    let to_monday = 7 - u64::from(today.weekday().num_days_from_monday());
    let monday = today.checked_add_days(Days::new(to_monday)).filter(|_| to_monday > 1);
    let monday = monday.and_then(|day| moment(day, MORNING, zone));
    [
        (Later::InAnHour, Some(now + Duration::hours(1))),
        (Later::ThisEvening, evening),
        (Later::Tomorrow, tomorrow),
        (Later::Monday, monday),
    ]
    .into_iter()
    .filter_map(|(later, at)| Some((later, at?)))
    .collect()
}

/// The longest time that an answer can be promised within.
pub const LONGEST_PROMISE: Duration = Duration::days(31);
/// When what was promised "before noon" is due.
const NOON: (u32, u32) = (12, 0);

/// The times offered for a promise at `now`, in the workspace's zone; each lies ahead, the nearest first.
pub fn promise_times(now: DateTime<Utc>, zone: Zone) -> Vec<DateTime<Utc>> {
    let today = zone.day(now);
    let tomorrow = today.checked_add_days(Days::new(1));
    let evening = moment(today, EVENING, zone).filter(|at| *at - now >= SOONEST);
    let of_tomorrow = |time| tomorrow.and_then(|day| moment(day, time, zone));
    let mut times: Vec<DateTime<Utc>> =
        [Some(now + Duration::hours(1)), evening, of_tomorrow(NOON), of_tomorrow(EVENING)]
            .into_iter()
            .flatten()
            .collect();
    times.sort();
    times
}

fn moment(day: NaiveDate, (hour, minute): (u32, u32), zone: Zone) -> Option<DateTime<Utc>> {
    let time = NaiveTime::from_hms_opt(hour, minute, 0)?;
    Some(zone.instant(day.and_time(time)))
}

/// Reads what a field for day and time holds: `2026-11-23T09:30`, on the wall clock of the workspace.
pub fn parse_moment(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"));
    local.ok().map(|local| zone.instant(local))
}

/// The same the other way round.
pub fn moment_text(at: DateTime<Utc>, zone: Zone) -> String {
    zone.local(at).format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::TagColor;
    use crate::shared::ids::TagId;

    const MOSCOW: Zone = Zone::fixed(180);

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    fn offered(now: &str) -> Vec<(Later, String)> {
        moments(at(now), MOSCOW).into_iter().map(|(later, at)| (later, moment_text(at, MOSCOW))).collect()
    }

    #[test]
    fn moments_are_those_of_the_workspaces_wall_clock() {
        // Saturday, 12:10 in Moscow.
        assert_eq!(
            offered("2026-11-21T09:10:00Z"),
            [
                (Later::InAnHour, "2026-11-21T13:10".to_owned()),
                (Later::ThisEvening, "2026-11-21T18:00".to_owned()),
                (Later::Tomorrow, "2026-11-22T09:00".to_owned()),
                (Later::Monday, "2026-11-23T09:00".to_owned()),
            ]
        );
        // 23:30 in London is tomorrow in Moscow.
        assert_eq!(offered("2026-11-21T23:30:00Z")[2], (Later::Tomorrow, "2026-11-23T09:00".to_owned()));
    }

    #[test]
    fn no_moment_is_offered_twice_or_when_it_is_over() {
        // Sunday evening: tomorrow is Monday, and the evening has begun.
        let offered: Vec<Later> =
            offered("2026-11-22T15:00:00Z").into_iter().map(|(later, _)| later).collect();
        assert_eq!(offered, [Later::InAnHour, Later::Tomorrow]);
        // On a Monday, «Monday» is the next one.
        assert_eq!(super::moments(at("2026-11-23T09:00:00Z"), MOSCOW)[3].1, at("2026-11-30T06:00:00Z"));
    }

    #[test]
    fn promises_are_for_times_to_come() {
        let offered = |now: &str| -> Vec<String> {
            promise_times(at(now), MOSCOW).into_iter().map(|at| moment_text(at, MOSCOW)).collect()
        };
        assert_eq!(
            offered("2026-11-21T09:10:00Z"),
            ["2026-11-21T13:10", "2026-11-21T18:00", "2026-11-22T12:00", "2026-11-22T18:00"]
        );
        assert_eq!(offered("2026-11-21T14:40:00Z")[0], "2026-11-21T18:40", "the evening is too near");
    }

    #[test]
    fn a_moment_survives_its_field() {
        let moment = at("2026-11-23T06:30:00Z");
        assert_eq!(parse_moment(&moment_text(moment, MOSCOW), MOSCOW), Some(moment));
        assert_eq!(parse_moment("", MOSCOW), None);
        assert_eq!(parse_moment("2026-13-01T09:00", MOSCOW), None);
    }

    #[test]
    fn a_name_is_looked_for_from_its_sign_on() {
        assert_eq!(name_being_typed("Спроси @"), Some(""));
        assert_eq!(name_being_typed("Спроси @Бо"), Some("Бо"));
        assert_eq!(name_being_typed("@Борис Пе"), Some("Борис Пе"));
        assert_eq!(name_being_typed("почта boris@shop"), None, "an address is no name");
        assert_eq!(name_being_typed("@Борис, посмотри"), None);
        assert_eq!(name_being_typed("@Борис\nи"), None);
        assert_eq!(name_being_typed("@ и"), None);
    }

    #[test]
    fn only_people_whose_name_still_stands_there_are_spoken_to() {
        let person =
            |n: u128, name: &str| PersonView { id: UserId(uuid::Uuid::from_u128(n)), name: name.into() };
        let chosen = [person(2, "Борис"), person(1, "Анна"), person(2, "Борис")];
        assert_eq!(still_mentioned("@Борис, глянь", &chosen), [chosen[0].id]);
        assert_eq!(still_mentioned("Борис, глянь", &chosen), []);
        assert_eq!(still_mentioned("@Анна @Борис", &chosen), [chosen[1].id, chosen[0].id]);
    }

    #[test]
    fn names_of_tags_are_one_line() {
        assert_eq!(check_tag_name("  Брак   товара "), Ok("Брак товара".to_owned()));
        assert_eq!(check_tag_name(" "), Err(Refusal::TagNameMissing));
        assert_eq!(check_tag_name("а\nб"), Err(Refusal::ControlCharacters));
        assert_eq!(check_tag_name(&"ы".repeat(41)), Err(Refusal::TextTooLong { max: 40, actual: 41 }));
    }

    #[test]
    fn a_deed_is_read_as_it_was_kept() {
        let tag = TagView { id: TagId::new(), name: "Брак".to_owned(), color: TagColor::Red };
        let promised = Deed::Promised { until: at("2026-11-23T06:30:00Z") };
        for deed in [Deed::TagAdded(tag), Deed::Closed, Deed::Assigned { to: None }, promised] {
            let kept = serde_json::to_value(&deed).expect("JSON");
            assert_eq!(serde_json::from_value::<Deed>(kept).ok(), Some(deed));
        }
    }
}
