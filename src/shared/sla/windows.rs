//! The clocks of the time in which a marketplace takes messages.

use super::clocks::{Applied, Clock, ClockKind, End, EndKind, Start, in_force};
use super::story::{Deed, Step, Story, Voice};
use chrono::{DateTime, Utc};

/// The marketplace's windows: one for each time in which it goes on taking messages while the buyer waits.
pub(super) fn clocks(story: &Story, applied: &[Applied<'_>]) -> Vec<Clock> {
    let mut done = Vec::new();
    let mut open: Option<Clock> = None;
    let mut is_spam = false;
    for (at, step) in story.in_order() {
        match step {
            Step::Said(id, said) if said.voice == Voice::Buyer && at >= story.clock_from => {
                done.extend(open.take().and_then(|before| overtaken(before, at)));
                open = window(story, applied, at, id);
                if let Some(window) = open.as_mut().filter(|_| is_spam) {
                    window.end = Some(End { at, kind: EndKind::Spam });
                }
            }
            Step::Said(_, said) if said.voice == Voice::Person && !said.is_withdrawn => {
                if let Some(mut window) = open.take() {
                    if window.end.is_none_or(|end| end.kind != EndKind::Expired) {
                        window.end = Some(End { at, kind: EndKind::Answered });
                    }
                    done.push(window);
                }
            }
            Step::Said(..) => {}
            Step::Did(deed) => {
                is_spam = deed == Deed::MarkedSpam;
                let kind = match deed {
                    Deed::Opened | Deed::Snoozed { .. } => None,
                    Deed::Closed => Some(EndKind::Closed),
                    Deed::MarkedSpam => Some(EndKind::Spam),
                };
                if let Some(window) = &mut open {
                    window.end = match (window.end, kind) {
                        (Some(end), _) if end.kind == EndKind::Expired => Some(end),
                        (None, Some(_)) if window.is_over(at) => window.expired(),
                        (end, Some(kind)) => Some(end.unwrap_or(End { at, kind })),
                        (_, None) => None,
                    };
                }
            }
        }
    }
    done.extend(open);
    done.retain(|window| window.end != Some(End { at: window.start.at, kind: EndKind::Spam }));
    done
}

/// The window that a buyer's message opens.
fn window(story: &Story, applied: &[Applied<'_>], at: DateTime<Utc>, id: &str) -> Option<Clock> {
    // A window goes by the rule of its beginning: the marketplace's rules change for messages to come.
    let terms = in_force(applied, at, Some(End { at, kind: EndKind::Expired }))?;
    let after_buyer = at.checked_add_signed(terms.terms.window?.length());
    Some(Clock {
        kind: ClockKind::Window,
        start: Start { at, id: id.to_owned() },
        target: None,
        version: Some(terms.version),
        pauses: Vec::new(),
        due_at: after_buyer.max(story.free_until),
        end: None,
    })
}

/// A window that a newer message of the buyer has replaced; only one that had closed by then, or was over, was one of
/// its own.
fn overtaken(mut window: Clock, at: DateTime<Utc>) -> Option<Clock> {
    if window.end.is_none() {
        if !window.is_over(at) {
            return None;
        }
        window.end = window.expired();
    }
    Some(window)
}
