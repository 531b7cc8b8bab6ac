//! What holds for a turn: the gravest of what its messages say, unless a person has said it. Pure, so the order in which messages
//! become known cannot matter.

use super::classify::understand;
use super::types::{By, Category, Given, Sentiment, Told, Understood, Urgency};

/// What costs most when it is overlooked comes first: a question beside thanks is to be answered.
const GRAVEST: [Category; 8] = [
    Category::Defect,
    Category::Return,
    Category::Size,
    Category::Delivery,
    Category::Complaint,
    Category::Question,
    Category::Thanks,
    Category::Other,
];

/// What the rules tell of a text.
pub fn told(text: &str) -> Told {
    let understood = understand(text);
    Told {
        category: understood.category,
        urgency: understood.urgency,
        sentiment: understood.sentiment,
        by: By::Rules,
        given: Given::default(),
    }
}

/// What people have said of a turn; its messages from the oldest on. Of each part the newest word holds.
pub fn given(turn: &[Told]) -> Given {
    let newest = || turn.iter().rev().map(|message| message.given);
    Given {
        category: newest().find_map(|given| given.category),
        urgency: newest().find_map(|given| given.urgency),
        sentiment: newest().find_map(|given| given.sentiment),
    }
}

/// How urgent a model holds a turn to be; nothing where none was asked.
pub fn urgency_by_model(turn: &[Told]) -> Option<Urgency> {
    turn.iter().filter(|it| it.by == By::Model).map(|it| it.urgency).max()
}

/// What holds for a turn; nothing for one without messages.
pub fn holds(turn: &[Told]) -> Option<Understood> {
    let place = |category: Category| GRAVEST.iter().position(|it| *it == category);
    let moods = [Sentiment::Negative, Sentiment::Positive];
    let category = turn.iter().map(|it| it.category).min_by_key(|it| place(*it))?;
    let urgency = turn.iter().map(|it| it.urgency).max()?;
    let sentiment = moods.into_iter().find(|mood| turn.iter().any(|it| it.sentiment == *mood));
    let sentiment = sentiment.unwrap_or(Sentiment::Neutral);
    let by = if turn.iter().any(|it| it.by == By::Model) { By::Model } else { By::Rules };
    Some(Understood { category, urgency, sentiment, by }.with(given(turn)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(texts: &[&str]) -> Vec<Told> {
        texts.iter().map(|text| told(text)).collect()
    }

    #[test]
    fn a_turn_is_about_the_gravest_thing_that_was_said_in_it() {
        let turn = said(&["Добрый день", "Спасибо за быструю доставку", "но товар пришёл сломанный"]);
        let held = holds(&turn).expect("a turn");
        assert_eq!(
            (held.category, held.sentiment, held.by),
            (Category::Defect, Sentiment::Negative, By::Rules)
        );
        assert_eq!(held.urgency, Urgency::Urgent);
        let question = holds(&said(&["Спасибо!", "Какой материал?"])).expect("a turn");
        assert_eq!(question.category, Category::Question);
        assert_eq!(holds(&[]), None);
    }

    #[test]
    fn whatever_order_messages_become_known_in_the_same_holds() {
        let mut turn = said(&["Где заказ?", "Спасибо", "Какой размер выбрать?"]);
        let held = holds(&turn);
        turn.reverse();
        assert_eq!(holds(&turn), held);
    }

    #[test]
    fn what_a_model_says_of_a_message_stands_beside_what_the_rules_tell_of_others() {
        let mut turn = said(&["Где заказ?", "Ясно"]);
        turn[1] = Told { category: Category::Defect, by: By::Model, ..turn[1] };
        let held = holds(&turn).expect("a turn");
        assert_eq!((held.category, held.by), (Category::Defect, By::Model));
        assert_eq!(urgency_by_model(&turn), Some(turn[1].urgency));
        assert_eq!(urgency_by_model(&turn[..1]), None);
        turn[0].given.category = Some(Category::Return);
        let held = holds(&turn).expect("a turn");
        assert_eq!((held.category, held.by), (Category::Return, By::Person), "a person knows better");
    }

    #[test]
    fn what_a_person_says_holds_until_the_turn_is_over_part_by_part() {
        let mut turn = said(&["Где заказ?", "И ещё он сломан!"]);
        turn[0].given.category = Some(Category::Return);
        let held = holds(&turn).expect("a turn");
        assert_eq!((held.category, held.urgency, held.by), (Category::Return, Urgency::Urgent, By::Person));
        turn[1].given =
            Given { category: Some(Category::Size), urgency: Some(Urgency::Low), sentiment: None };
        let held = holds(&turn).expect("a turn");
        assert_eq!((held.category, held.urgency), (Category::Size, Urgency::Low), "the newest word");
        assert_eq!(held.sentiment, Sentiment::Negative, "the rules still tell the rest");
    }
}
