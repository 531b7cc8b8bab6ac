//! Filters in words: what is written on their chips, and the words among which the builder lets choose.

use super::draft::Topic;
use super::state::Names;
use crate::features::inbox::types::{
    ChatKind, Condition, Days, DeadlineState, Filter, Holder, ListQuery, Priority, WindowState, WorkState,
};
use crate::features::inbox::ui::words;
use crate::features::understanding::types::{Category, Sentiment, Urgency};
use crate::features::understanding::words as understood;
use crate::shared::i18n::Locale;
use crate::shared::ids::{SellerId, TagId, UserId};
use crate::shared::marketplace::Marketplace;

/// A filter in one line.
pub fn filter(locale: Locale, filter: &Filter, names: &Names) -> String {
    part(locale, filter, names, Place { is_turned: false, is_inside: false })
}

/// Where a part stands.
#[derive(Clone, Copy)]
struct Place {
    is_turned: bool,
    /// Within a group, where a further group needs brackets.
    is_inside: bool,
}

fn part(locale: Locale, filter: &Filter, names: &Names, place: Place) -> String {
    match filter {
        Filter::Is(condition) => self::condition(locale, condition, names, place.is_turned),
        Filter::Not(inner) => part(locale, inner, names, Place { is_turned: !place.is_turned, ..place }),
        Filter::All(parts) => group(locale, parts, names, place, Locale::filter_and),
        Filter::Any(parts) => group(locale, parts, names, place, Locale::filter_or),
    }
}

fn group(
    locale: Locale,
    parts: &[Filter],
    names: &Names,
    place: Place,
    join: fn(Locale, &[String]) -> String,
) -> String {
    let inner = Place { is_turned: false, is_inside: true };
    let is_sentence = !place.is_turned && !place.is_inside;
    let words: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(number, inside)| {
            let words = part(locale, inside, names, inner);
            if is_sentence && number == 0 { words } else { begun_low(&words) }
        })
        .collect();
    let words = if words.is_empty() { locale.filter_none_chosen().to_owned() } else { join(locale, &words) };
    match place {
        Place { is_turned: true, .. } => locale.filter_not(&format!("({words})")),
        Place { is_inside: true, .. } if parts.len() > 1 => format!("({words})"),
        _ => words,
    }
}

/// The words as they stand within a sentence.
fn begun_low(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

/// A condition, or its opposite.
fn condition(locale: Locale, condition: &Condition, names: &Names, is_turned: bool) -> String {
    let values: Vec<String> = match condition {
        Condition::Unanswered(is) if *is != is_turned => return locale.filter_unanswered_yes().to_owned(),
        Condition::Unanswered(_) => return locale.filter_unanswered_no().to_owned(),
        Condition::Unseen(is) if *is != is_turned => return locale.filter_unseen_yes().to_owned(),
        Condition::Unseen(_) => return locale.filter_unseen_no().to_owned(),
        Condition::HasOrder(is) if *is != is_turned => return locale.filter_order_yes().to_owned(),
        Condition::HasOrder(_) => return locale.filter_order_no().to_owned(),
        Condition::Text(text) => return locale.filter_holds_text(text, is_turned),
        Condition::Seller(ids) => ids.iter().map(|id| seller(locale, *id, names)).collect(),
        Condition::Marketplace(all) => all.iter().map(|one| one.name().to_owned()).collect(),
        Condition::Kind(all) => all.iter().map(|one| kind(locale, *one).to_owned()).collect(),
        Condition::Work(all) => all.iter().map(|one| work(locale, *one).to_owned()).collect(),
        Condition::Assignee(all) => all.iter().map(|one| holder(locale, *one, names)).collect(),
        Condition::Tag(ids) => ids.iter().map(|id| tag(locale, *id, names)).collect(),
        Condition::Priority(all) => all.iter().map(|one| priority(locale, *one).to_owned()).collect(),
        Condition::Category(all) => all.iter().map(|one| understood::category(locale, *one).into()).collect(),
        Condition::Urgency(all) => all.iter().map(|one| understood::urgency(locale, *one).into()).collect(),
        Condition::Sentiment(all) => {
            all.iter().map(|one| understood::sentiment(locale, *one).into()).collect()
        }
        Condition::Deadline(state) => vec![deadline(locale, *state).to_owned()],
        Condition::Window(state) => vec![window(locale, *state).to_owned()],
        Condition::LastMessage(days) | Condition::Began(days) => vec![self::days(locale, *days)],
    };
    let words = match (values.is_empty(), is_turned) {
        (true, _) => locale.filter_none_chosen().to_owned(),
        (false, false) => locale.filter_or(&values),
        (false, true) => {
            let turned: Vec<String> = values.iter().map(|value| locale.filter_not(value)).collect();
            locale.filter_and(&turned)
        }
    };
    format!("{}: {words}", topic(locale, Topic::of(condition)))
}

/// A list in words: its view, its order where it is not the usual one, whose chats, and which.
pub fn list(locale: Locale, query: &ListQuery, names: &Names) -> String {
    let mut words = vec![words::view(locale, query.view).to_owned()];
    if query.sort != query.view.usual_sort() {
        words.push(words::sort(locale, query.sort).to_lowercase());
    }
    words.extend(query.seller.map(|id| seller(locale, id, names)));
    words.extend(Filter::parts(query.filter.as_ref()).iter().map(|part| filter(locale, part, names)));
    words.join(" · ")
}

/// What a condition is about.
pub fn topic(locale: Locale, topic: Topic) -> &'static str {
    match topic {
        Topic::Unanswered => locale.filter_about_unanswered(),
        Topic::Unseen => locale.filter_about_unseen(),
        Topic::Deadline => locale.filter_about_deadline(),
        Topic::Assignee => locale.filter_about_assignee(),
        Topic::Tag => locale.filter_about_tag(),
        Topic::Priority => locale.filter_about_priority(),
        Topic::Category => locale.understood_category(),
        Topic::Urgency => locale.understood_urgency(),
        Topic::Sentiment => locale.understood_sentiment(),
        Topic::Work => locale.filter_about_work(),
        Topic::Seller => locale.filter_about_seller(),
        Topic::Marketplace => locale.filter_about_marketplace(),
        Topic::Kind => locale.filter_about_kind(),
        Topic::Window => locale.filter_about_window(),
        Topic::LastMessage => locale.filter_about_last_message(),
        Topic::Began => locale.filter_about_began(),
        Topic::Order => locale.filter_about_order(),
        Topic::Text => locale.filter_about_text(),
    }
}

/// A choice of the builder: the word of a value in the text of a filter, and what a person reads.
pub type Choice = (String, String);

/// The values a topic lets choose from; what is chosen and does not exist any more stands at the end.
pub fn choices(locale: Locale, topic: Topic, chosen: &[String], names: &Names) -> Vec<Choice> {
    fn of<T: Copy + std::fmt::Display>(all: &[T], word: impl Fn(T) -> String) -> Vec<Choice> {
        all.iter().map(|one| (one.to_string(), word(*one))).collect()
    }
    let yes_no =
        |yes: &str, no: &str| vec![("yes".to_owned(), yes.to_owned()), ("no".to_owned(), no.to_owned())];
    let mut choices = match topic {
        Topic::Unanswered => yes_no(locale.filter_unanswered_yes(), locale.filter_unanswered_no()),
        Topic::Unseen => yes_no(locale.filter_unseen_yes(), locale.filter_unseen_no()),
        Topic::Order => yes_no(locale.filter_order_yes(), locale.filter_order_no()),
        Topic::Deadline => of(DeadlineState::ALL, |one| deadline(locale, one).to_owned()),
        Topic::Window => of(WindowState::ALL, |one| window(locale, one).to_owned()),
        Topic::Priority => of(Priority::ALL, |one| priority(locale, one).to_owned()),
        Topic::Category => of(Category::ALL, |one| understood::category(locale, one).to_owned()),
        Topic::Urgency => of(Urgency::ALL, |one| understood::urgency(locale, one).to_owned()),
        Topic::Sentiment => of(Sentiment::ALL, |one| understood::sentiment(locale, one).to_owned()),
        Topic::Work => of(WorkState::ALL, |one| work(locale, one).to_owned()),
        Topic::Marketplace => of(Marketplace::ALL, |one| one.name().to_owned()),
        Topic::Kind => of(ChatKind::ALL, |one| kind(locale, one).to_owned()),
        Topic::Seller => names.sellers.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
        Topic::Tag => {
            let tags = names.tags.iter().flatten();
            tags.map(|tag| (tag.id.to_string(), tag.name.clone())).collect()
        }
        Topic::Assignee => {
            let people = names.people.iter().flatten();
            let fixed = [("me", locale.filter_me()), ("nobody", locale.filter_nobody())];
            let fixed = fixed.map(|(value, word)| (value.to_owned(), word.to_owned()));
            fixed.into_iter().chain(people.map(|who| (who.id.to_string(), who.name.clone()))).collect()
        }
        Topic::LastMessage | Topic::Began | Topic::Text => Vec::new(),
    };
    let deleted = match topic {
        Topic::Seller => Some(locale.filter_deleted_seller()),
        Topic::Tag => names.tags.is_some().then(|| locale.filter_deleted_tag()),
        Topic::Assignee => names.people.is_some().then(|| locale.filter_deleted_person()),
        _ => None,
    };
    for value in chosen {
        if let Some(word) = deleted.filter(|_| choices.iter().all(|(known, _)| known != value)) {
            choices.push((value.clone(), word.to_owned()));
        }
    }
    choices
}

fn seller(locale: Locale, id: SellerId, names: &Names) -> String {
    let known = names.sellers.iter().find(|(known, _)| *known == id);
    known.map_or(locale.filter_deleted_seller(), |(_, name)| name.as_str()).to_owned()
}

fn tag(locale: Locale, id: TagId, names: &Names) -> String {
    let Some(tags) = &names.tags else { return "…".to_owned() };
    let known = tags.iter().find(|tag| tag.id == id);
    known.map_or(locale.filter_deleted_tag(), |tag| tag.name.as_str()).to_owned()
}

fn person(locale: Locale, id: UserId, names: &Names) -> String {
    let Some(people) = &names.people else { return "…".to_owned() };
    let known = people.iter().find(|person| person.id == id);
    known.map_or(locale.filter_deleted_person(), |person| person.name.as_str()).to_owned()
}

fn holder(locale: Locale, holder: Holder, names: &Names) -> String {
    match holder {
        Holder::Me => locale.filter_me().to_owned(),
        Holder::Nobody => locale.filter_nobody().to_owned(),
        Holder::Person(id) => person(locale, id, names),
    }
}

fn kind(locale: Locale, kind: ChatKind) -> &'static str {
    match kind {
        ChatKind::Dialog => locale.filter_kind_dialog(),
    }
}

fn work(locale: Locale, work: WorkState) -> &'static str {
    match work {
        WorkState::Open => locale.filter_work_open(),
        WorkState::Snoozed => locale.filter_work_snoozed(),
        WorkState::Closed => locale.filter_work_closed(),
        WorkState::Spam => locale.filter_work_spam(),
    }
}

fn priority(locale: Locale, priority: Priority) -> &'static str {
    match priority {
        Priority::Low => locale.filter_priority_low(),
        Priority::Normal => locale.filter_priority_normal(),
        Priority::High => locale.filter_priority_high(),
        Priority::Urgent => locale.filter_priority_urgent(),
    }
}

fn deadline(locale: Locale, state: DeadlineState) -> &'static str {
    match state {
        DeadlineState::Overdue => locale.filter_deadline_overdue(),
        DeadlineState::Soon => locale.filter_deadline_soon(),
        DeadlineState::Hour => locale.filter_deadline_hour(),
        DeadlineState::Set => locale.filter_deadline_set(),
        DeadlineState::None => locale.filter_deadline_none(),
    }
}

fn window(locale: Locale, state: WindowState) -> &'static str {
    match state {
        WindowState::Open => locale.filter_window_open(),
        WindowState::Ending => locale.filter_window_ending(),
        WindowState::Closed => locale.filter_window_closed(),
    }
}

fn days(locale: Locale, days: Days) -> String {
    match days {
        // Today counts as well.
        Days::Last(before) => locale.filter_last_days(i64::from(before) + 1),
        Days::Before(days) => locale.filter_before_days(i64::from(days)),
        Days::Between(from, to) => locale.filter_between_days(&locale.date(from), &locale.date(to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::types::{TagColor, TagView};

    fn says(text: &str, names: &Names) -> String {
        let read: Filter = text.parse().expect("a filter");
        filter(Locale::En, &read, names).replace('\u{a0}', " ")
    }

    #[test]
    fn a_filter_is_told_in_words() {
        let none = Names::default();
        for (text, words) in [
            ("unanswered:yes", "Wait for an answer"),
            ("!unanswered:yes", "Do not wait for an answer"),
            ("priority:high,urgent", "Priority: high or urgent"),
            ("!priority:high,urgent", "Priority: not high and not urgent"),
            ("any(order:yes;text:box)", "Have an order or has “box”"),
            ("!any(order:yes;unseen:no)", "not (have an order or have no new messages)"),
            (
                "any(order:yes;all(unseen:yes;assignee:me))",
                "Have an order or (have new messages and responsible: me)",
            ),
            ("last_message:last-6", "Newest message: in the last 7 days"),
            ("!!deadline:overdue", "Deadline: overdue"),
            ("category:defect,return", "Subject: Defect or Return"),
            ("tag:", "Tag: nothing chosen"),
        ] {
            assert_eq!(says(text, &none), words, "{text}");
        }
    }

    #[test]
    fn what_was_deleted_is_called_so() {
        let id = TagId::new();
        let text = format!("tag:{id},{}", TagId::new());
        assert_eq!(says(&text, &Names::default()), "Tag: … or …", "nobody knows yet");
        let tag = TagView { id, name: "returns".into(), color: TagColor::Red };
        let names = Names { tags: Some(vec![tag]), ..Names::default() };
        assert_eq!(says(&text, &names), "Tag: returns or deleted tag");
        let gone = TagId::new().to_string();
        let choices = choices(Locale::En, Topic::Tag, std::slice::from_ref(&gone), &names);
        assert_eq!(choices.last(), Some(&(gone, "deleted tag".to_owned())));
    }
}
