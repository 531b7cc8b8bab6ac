use super::super::calendar::Calendar;
use super::super::clocks::{Clock, ClockKind, End, EndKind, Start};
use super::super::count::{Pause, PauseReason, Target, deadline, next_open};
use super::super::ladder::{Step, StepAction, StepTime, next_step, steps};
use super::{at, day, moscow, office};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn clock(start: &str, target: Target, pauses: Vec<Pause>, calendar: &Calendar) -> Clock {
    Clock {
        kind: ClockKind::FirstReply,
        start: Start { at: at(start), id: "m".to_owned() },
        target: Some(target),
        version: Some(1),
        due_at: deadline(at(start), target, calendar, &pauses),
        pauses,
        end: None,
    }
}

fn ladder() -> Vec<Step> {
    let step = |id, time, action| Step { id, time, action, clocks: Vec::new() };
    vec![
        step(4, StepTime::After { minutes: 30 }, StepAction::Reassign),
        step(1, StepTime::Used { percent: 50 }, StepAction::Highlight),
        step(2, StepTime::Before { minutes: 15 }, StepAction::NotifyOperator),
        step(3, StepTime::After { minutes: 0 }, StepAction::NotifyLead),
    ]
}

fn told(clock: &Clock, calendar: &Calendar, loud: Option<&Calendar>) -> Vec<(u16, String)> {
    let steps = steps(&ladder(), clock, calendar, loud);
    steps.iter().map(|due| (due.step, due.at.format("%d %H:%M").to_string())).collect()
}

fn rungs(list: &[(u16, &str)]) -> Vec<(u16, String)> {
    list.iter().map(|(step, at)| (*step, (*at).to_owned())).collect()
}

#[test]
fn steps_stand_at_their_instants() {
    // Friday, 17:00 in Moscow; two hours of work end on Monday at 10:00.
    let clock = clock("2026-11-20T14:00:00Z", Target::working(120), vec![], &office());
    assert_eq!(
        told(&clock, &office(), None),
        rungs(&[(1, "20 15:00"), (2, "23 06:45"), (3, "23 07:00"), (4, "23 07:30")])
    );
}

#[test]
fn nobody_is_told_in_quiet_hours_except_of_a_window() {
    let loud = Calendar::new(moscow(), std::array::from_fn(|_| day("10:00-22:00")), BTreeMap::new());
    let mut late = clock("2026-11-20T18:00:00Z", Target::wall(120), vec![], &office());
    // 21:00 to 23:00 in Moscow.
    assert_eq!(
        told(&late, &office(), Some(&loud)),
        rungs(&[(1, "20 19:00"), (4, "20 20:30"), (2, "21 07:00"), (3, "21 07:00")])
    );
    late.kind = ClockKind::Window;
    assert_eq!(told(&late, &office(), Some(&loud)), told(&late, &office(), None));
}

#[test]
fn what_was_answered_needs_no_step_and_what_was_paused_keeps_those_it_has_reached() {
    let mut answered = clock("2026-11-20T08:00:00Z", Target::wall(60), vec![], &office());
    answered.end = Some(End { at: at("2026-11-20T08:45:00Z"), kind: EndKind::Answered });
    assert_eq!(told(&answered, &office(), None), rungs(&[(1, "20 08:30")]));
    let from = at("2026-11-20T08:40:00Z");
    let paused = vec![Pause { from, to: None, reason: PauseReason::ByHand }];
    let paused = clock("2026-11-20T08:00:00Z", Target::wall(60), paused, &office());
    assert_eq!(told(&paused, &office(), None), rungs(&[(1, "20 08:30")]));
}

#[test]
fn a_short_target_warns_at_its_start_and_a_deadline_without_target_is_shared_out() {
    let mut short = clock("2026-11-20T08:00:00Z", Target::wall(5), vec![], &office());
    assert_eq!(told(&short, &office(), None)[0], (2, "20 08:00".to_owned()));
    short.target = None;
    short.due_at = Some(at("2026-11-20T10:00:00Z"));
    assert_eq!(told(&short, &office(), None)[0], (1, "20 09:00".to_owned()));
}

#[test]
fn a_step_is_taken_once_and_only_for_its_clocks() {
    let clock = clock("2026-11-20T08:00:00Z", Target::wall(60), vec![], &office());
    let mut ladder = ladder();
    let all = steps(&ladder, &clock, &office(), None);
    assert_eq!(next_step(&all, &[]).map(|due| due.step), Some(1));
    assert_eq!(next_step(&all, &[1, 3]).map(|due| due.step), Some(2));
    assert_eq!(next_step(&all, &[1, 2, 3, 4]), None);
    ladder[1].clocks = vec![ClockKind::Window];
    assert_eq!(steps(&ladder, &clock, &office(), None).len(), 3);
}

#[test]
fn the_next_opening_is_found() {
    // Saturday; and Friday at noon.
    assert_eq!(next_open(at("2026-11-21T09:00:00Z"), &office()), Some(at("2026-11-23T06:00:00Z")));
    assert_eq!(next_open(at("2026-11-20T09:00:00Z"), &office()), Some(at("2026-11-20T09:00:00Z")));
    assert_eq!(
        next_open(at("2026-11-20T09:00:00Z"), &Calendar::new(moscow(), Default::default(), BTreeMap::new())),
        None
    );
}

proptest! {
    #[test]
    fn shares_of_a_target_come_in_order_and_the_whole_is_the_deadline(
        minutes in 100u32..5_000, first in 1u8..=100, second in 1u8..=100, is_wall in any::<bool>(),
    ) {
        let target = if is_wall { Target::wall(minutes) } else { Target::working(minutes) };
        let clock = clock("2026-11-20T08:00:00Z", target, vec![], &office());
        let reached = |percent| {
            let time = StepTime::Used { percent };
            let step = Step { id: 1, time, action: StepAction::Highlight, clocks: Vec::new() };
            steps(&[step], &clock, &office(), None)[0].at
        };
        prop_assert_eq!(reached(first.min(second)) <= reached(first.max(second)), true);
        prop_assert_eq!(Some(reached(100)), clock.due_at);
        prop_assert!(reached(first) > clock.start.at);
    }
}
