//! Lines about what was done to the chat. Several in a row are folded, so that they never push the conversation away.

use super::desk::Desk;
use super::session::Session;
use super::work_words;
use crate::features::inbox::types::ActivityView;
use crate::shared::ids::ActivityId;
use leptos::prelude::*;

/// So many lines in a row are shown as they are.
const MOST_SHOWN: usize = 3;

/// What was done with nothing between: the last line is always seen.
#[component]
pub fn DeedLines(desk: Desk, session: Session, ids: Vec<ActivityId>) -> impl IntoView {
    let locale = desk.locale;
    let mut deeds = session.deeds(&ids);
    let last = deeds.pop();
    let folded = deeds.len() >= MOST_SHOWN;
    let count = deeds.len() as i64;
    let before =
        deeds.into_iter().map(|it| view! { <DeedLine desk=desk.clone() activity=it/> }).collect_view();
    let before = if folded {
        view! {
            <details class="deed-fold">
                <summary>{locale.more_deeds(count)}</summary>
                {before}
            </details>
        }
        .into_any()
    } else {
        before.into_any()
    };
    view! {
        <li class="deeds" data-testid="deeds">
            {before} {last.map(|activity| view! { <DeedLine desk activity/> })}
        </li>
    }
}

#[component]
fn DeedLine(desk: Desk, activity: ActivityView) -> impl IntoView {
    let (locale, zone, at) = (desk.locale, desk.zone, activity.at);
    view! {
        <p class="deed" data-testid="deed">
            <span>{work_words::deed(locale, zone, &activity)}</span>
            " "
            <time datetime=at.to_rfc3339() title=locale.date_time(at, zone)>{zone.clock(at)}</time>
        </p>
    }
}
