//! The turns of a chat, and the clocks that follow when each turn goes by terms of its own. Pure: what is stored is this function
//! of everything that happened, in whatever order it became known.

use super::policy::Match;
use crate::shared::sla::calendar::Calendar;
use crate::shared::sla::clocks::{Applied, Clock, End, Goal, Start, Terms, clocks};
use crate::shared::sla::count::Target;
use crate::shared::sla::story::{Story, Utterance, Voice};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a buyer has written since somebody of ours last answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub start: Start,
    pub end: Option<End>,
    /// The buyer's messages in it, oldest first, by their ids at the marketplace.
    pub heard: Vec<String>,
}

/// What a turn goes by, as it is kept with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnTerms {
    /// The policy that holds; without one only the marketplace's own rules do.
    pub found: Option<Match>,
}

/// A turn's terms, ready to be counted with.
#[derive(Clone, Copy, Debug)]
pub struct Ready<'a> {
    pub version: i32,
    pub terms: &'a Terms,
    pub calendar: &'a Calendar,
}

/// The turns of a story, oldest first.
pub fn turns(story: &Story) -> Vec<Turn> {
    // Where a turn begins and ends does not depend on how soon it is to be answered.
    let any = || Some(Goal { target: Target::wall(1), paused_by: Vec::new() });
    let terms = Terms { first_reply: any(), next_reply: any(), ..Terms::default() };
    let calendar = Calendar::always();
    let replies = clocks(story, &[applied(DateTime::<Utc>::MIN_UTC, 0, &terms, &calendar)]);
    let mut said: Vec<(&String, &Utterance)> =
        story.utterances.iter().filter(|(_, it)| it.voice == Voice::Buyer).collect();
    said.sort_by_key(|(id, it)| (it.at, &it.sort_key, *id));
    let place = |start: &Start| said.iter().position(|(id, _)| **id == start.id).unwrap_or(said.len());
    let begins = replies.iter().map(|reply| place(&reply.start)).collect::<Vec<_>>();
    let ends = begins.iter().copied().skip(1).chain([said.len()]);
    replies
        .iter()
        .zip(begins.iter().copied().zip(ends))
        .map(|(reply, (from, to))| {
            let of_turn = said.get(from..to).unwrap_or_default().iter();
            let of_turn = of_turn.filter(|(_, it)| reply.end.is_none_or(|end| it.at <= end.at));
            Turn {
                start: reply.start.clone(),
                end: reply.end,
                heard: of_turn.map(|(id, _)| (*id).clone()).collect(),
            }
        })
        .collect()
}

/// The clocks of a story whose turns go by the given terms; `otherwise` holds where there is no turn.
pub fn clocks_of(story: &Story, turns: &[(&Turn, Ready<'_>)], otherwise: Ready<'_>) -> Vec<Clock> {
    let base = applied(DateTime::<Utc>::MIN_UTC, otherwise.version, otherwise.terms, otherwise.calendar);
    let of_turns = turns.iter().map(|(turn, it)| applied(turn.start.at, it.version, it.terms, it.calendar));
    let all: Vec<Applied<'_>> = [base].into_iter().chain(of_turns).collect();
    clocks(story, &all)
}

fn applied<'a>(at: DateTime<Utc>, version: i32, terms: &'a Terms, calendar: &'a Calendar) -> Applied<'a> {
    Applied { at, version, reaches_running: false, terms, calendar }
}

/// The turn whose terms a clock goes by; a promise is watched over by those of the turn in which it was made.
pub fn turn_of<'a>(turns: &'a [Turn], clock: &Clock) -> Option<&'a Turn> {
    turns.iter().rfind(|turn| turn.start.at <= clock.start.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::sla::clocks::ClockKind;
    use crate::shared::sla::story::{Deed, DeedAt, Known};
    use chrono::TimeDelta;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn story(said: &[(&str, i64, Voice)]) -> Story {
        let mut story = Story::new(at(0));
        for (id, minute, voice) in said {
            let utterance =
                Utterance { at: at(*minute), sort_key: (*id).to_owned(), voice: *voice, is_withdrawn: false };
            story.learn(Known::Said { id: (*id).to_owned(), utterance });
        }
        story
    }

    fn heard(story: &Story) -> Vec<Vec<String>> {
        turns(story).into_iter().map(|turn| turn.heard).collect()
    }

    #[test]
    fn a_turn_is_what_was_written_since_the_last_answer() {
        use Voice::*;
        let said = [("a", 1, Buyer), ("b", 2, Buyer), ("c", 3, Person), ("d", 4, Person), ("e", 5, Buyer)];
        let story = story(&said);
        assert_eq!(heard(&story), [vec!["a", "b"], vec!["e"]]);
        let ends: Vec<_> = turns(&story).iter().map(|turn| turn.end.map(|end| end.at)).collect();
        assert_eq!(ends, [Some(at(3)), None]);
    }

    #[test]
    fn closing_ends_a_turn_and_imported_history_has_none() {
        use Voice::*;
        let mut story = story(&[("a", -5, Buyer), ("b", 1, Buyer), ("c", 9, Buyer)]);
        let deed = DeedAt { at: at(5), deed: Deed::Closed, seen_up_to: Some(at(1)) };
        story.learn(Known::Did { id: "x".to_owned(), deed });
        assert_eq!(heard(&story), [["b"], ["c"]]);
    }

    #[test]
    fn each_turn_goes_by_its_own_terms() {
        use Voice::*;
        let story = story(&[("a", 1, Buyer), ("b", 3, Person), ("c", 5, Buyer)]);
        let of = |minutes| Terms {
            first_reply: Some(Goal { target: Target::wall(minutes), paused_by: Vec::new() }),
            next_reply: Some(Goal { target: Target::wall(minutes), paused_by: Vec::new() }),
            ..Terms::default()
        };
        let (one, other, none) = (of(10), of(20), Terms::default());
        let calendar = Calendar::always();
        let ready = |version, terms| Ready { version, terms, calendar: &calendar };
        let turns = turns(&story);
        let with = [(&turns[0], ready(1, &one)), (&turns[1], ready(2, &other))];
        let clocks = clocks_of(&story, &with, ready(0, &none));
        let told: Vec<_> = clocks.iter().map(|clock| (clock.kind, clock.version, clock.due_at)).collect();
        assert_eq!(
            told,
            [(ClockKind::FirstReply, Some(1), Some(at(11))), (ClockKind::NextReply, Some(2), Some(at(25))),]
        );
        assert_eq!(turn_of(&turns, &clocks[1]).map(|turn| turn.start.id.as_str()), Some("c"));
    }
}
