//! Which sentence belongs to what is done with chats. The sentences themselves are in `shared::i18n`.

use crate::features::inbox::types::{ActivityView, Deed, Priority, TagColor, WorkState};
use crate::features::inbox::work::Later;
use crate::features::understanding::types::Given;
use crate::features::understanding::words as understood;
use crate::shared::i18n::Locale;
use crate::shared::time::Zone;
use chrono::{DateTime, Utc};

/// How urgent.
pub fn priority(locale: Locale, priority: Priority) -> &'static str {
    match priority {
        Priority::Low => locale.priority_low(),
        Priority::Normal => locale.priority_normal(),
        Priority::High => locale.priority_high(),
        Priority::Urgent => locale.priority_urgent(),
    }
}

/// What a colour is called.
pub fn color(locale: Locale, color: TagColor) -> &'static str {
    match color {
        TagColor::Gray => locale.color_gray(),
        TagColor::Red => locale.color_red(),
        TagColor::Orange => locale.color_orange(),
        TagColor::Yellow => locale.color_yellow(),
        TagColor::Green => locale.color_green(),
        TagColor::Teal => locale.color_teal(),
        TagColor::Blue => locale.color_blue(),
        TagColor::Violet => locale.color_violet(),
    }
}

/// What a moment is called.
pub fn later(locale: Locale, later: Later) -> &'static str {
    match later {
        Later::InAnHour => locale.snooze_in_an_hour(),
        Later::ThisEvening => locale.snooze_this_evening(),
        Later::Tomorrow => locale.snooze_tomorrow(),
        Later::Monday => locale.snooze_monday(),
    }
}

/// What has become of a chat; nothing while it is to be worked on.
pub fn state(
    locale: Locale,
    work: WorkState,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    zone: Zone,
) -> Option<String> {
    match (work, until) {
        (WorkState::Snoozed, Some(until)) => Some(locale.state_snoozed(until, now, zone)),
        (WorkState::Open | WorkState::Snoozed, _) => None,
        (WorkState::Closed, _) => Some(locale.state_closed().to_owned()),
        (WorkState::Spam, _) => Some(locale.state_spam().to_owned()),
    }
}

/// What was done, and by whom.
pub fn deed(locale: Locale, zone: Zone, activity: &ActivityView) -> String {
    let what = match &activity.deed {
        Deed::Assigned { to: None } => locale.deed_nobody().to_owned(),
        Deed::Assigned { to: Some(to) } if activity.actor.as_ref().is_some_and(|actor| actor.id == to.id) => {
            locale.deed_taken().to_owned()
        }
        Deed::Assigned { to: Some(to) } => locale.deed_assigned(&to.name),
        Deed::TagAdded(tag) => locale.deed_tag_added(&tag.name),
        Deed::TagRemoved(tag) => locale.deed_tag_removed(&tag.name),
        Deed::PrioritySet { priority: it } => locale.deed_priority(priority(locale, *it)),
        Deed::Understood(given) => said(locale, given),
        Deed::Closed => locale.deed_closed().to_owned(),
        Deed::Snoozed { until } => locale.deed_snoozed(*until, zone),
        Deed::MarkedSpam => locale.deed_spam().to_owned(),
        Deed::UnmarkedSpam => locale.deed_not_spam().to_owned(),
        Deed::Reopened => locale.deed_reopened().to_owned(),
        Deed::Woke => locale.deed_woke().to_owned(),
        Deed::BuyerReturned => locale.deed_buyer_returned().to_owned(),
        Deed::Promised { until } => locale.deed_promised(*until, zone),
        Deed::PromiseMoved { until } => locale.deed_promise_moved(*until, zone),
        Deed::PromiseDropped => locale.deed_promise_dropped().to_owned(),
    };
    locale.deed_by(&what, activity.actor.as_ref().map(|actor| actor.name.as_str()))
}

/// `Тема: возврат, настроение: негатив`.
fn said(locale: Locale, given: &Given) -> String {
    let part = |about: &str, word: Option<&str>| word.map(|word| format!("{about}: {}", word.to_lowercase()));
    let parts = [
        part(locale.understood_category(), given.category.map(|it| understood::category(locale, it))),
        part(locale.understood_urgency(), given.urgency.map(|it| understood::urgency(locale, it))),
        part(locale.understood_sentiment(), given.sentiment.map(|it| understood::sentiment(locale, it))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::{PersonView, TagView};
    use crate::shared::ids::{ActivityId, TagId, UserId};

    const MOSCOW: Zone = Zone::fixed(180);

    fn line(deed: Deed, by: Option<(u128, &str)>) -> String {
        let at = DateTime::UNIX_EPOCH;
        let actor = by.map(|(id, name)| person(id, name));
        super::deed(Locale::Ru, MOSCOW, &ActivityView { id: ActivityId::new(), at, actor, deed })
    }

    fn person(id: u128, name: &str) -> PersonView {
        PersonView { id: UserId(uuid::Uuid::from_u128(id)), name: name.to_owned() }
    }

    #[test]
    fn lines_name_nobodys_sex() {
        let anna = Some((1, "Anna"));
        let to = |id, name| Deed::Assigned { to: Some(person(id, name)) };
        assert_eq!(line(to(2, "Boris"), anna), format!("{} · Anna", Locale::Ru.deed_assigned("Boris")));
        assert_eq!(line(to(1, "Anna"), anna), format!("{} · Anna", Locale::Ru.deed_taken()));
        assert_eq!(line(Deed::BuyerReturned, None), Locale::Ru.deed_buyer_returned());
        let tag = TagView { id: TagId::new(), name: "X".to_owned(), color: TagColor::Red };
        assert_eq!(line(Deed::TagAdded(tag), anna), format!("{} · Anna", Locale::Ru.deed_tag_added("X")));
    }
}
