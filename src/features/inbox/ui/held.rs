//! Replies that have not left yet: how they are taken back, and what became of those that were to leave later.

use super::composer::COMPOSER;
use super::desk::Desk;
use super::session::{Drawn, Session};
use crate::features::inbox::types::{FailureReason, ReplyState};
use crate::shared::commands::Command;
use crate::shared::ids::ReplyId;
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// For a few seconds after a reply was sent: the way to take it back. It stands in the foot of the composer, so nothing
/// moves when it comes and goes.
#[component]
pub fn UndoBar(desk: Desk, session: Session) -> impl IntoView {
    let (locale, now, commands) = (desk.locale, desk.now, use_commands());
    let held = session.held.clone();
    let seconds = Memo::new(move |_| {
        let at = held.with(|held| held.last().map(|(_, at)| *at))?;
        let left = (at - now.get()).num_milliseconds();
        (left > 0).then_some((left + 999) / 1000)
    });
    let is_open = Memo::new(move |_| seconds.get().is_some());
    let bar = move || {
        let session = session.clone();
        is_open.get().then(|| {
            view! {
                // The seconds are for the eye; a reader hears once that there is a way back.
                <span aria-hidden="true">{move || seconds.get().map(|left| locale.leaves_in(left))}</span>
                <button
                    type="button"
                    class="message-action"
                    data-testid="undo"
                    title=move || commands.hint(locale.undo_hint(), Command::Undo)
                    on:click=move |_| session.undo()
                >
                    <Glyph icon=Icon::Back/>
                    <span>{locale.undo_send()}</span>
                </button>
            }
        })
    };
    view! { <div class="undo-bar" role="status">{bar}</div> }
}

/// That a reply which was to leave later has not, because the buyer has written.
#[component]
pub fn CancelledNote(desk: Desk, session: Session) -> impl IntoView {
    let locale = desk.locale;
    let cancelled = session.cancelled.clone();
    let note = move || {
        let session = session.clone();
        cancelled.get().map(|reply| {
            view! {
                <p class="plan-cancelled" data-testid="plan-cancelled">
                    <Glyph icon=Icon::Info/>
                    <span>{locale.plan_cancelled()}</span>
                    <TakeBack session reply words=locale.edit_again()/>
                </p>
            }
        })
    };
    view! { <div role="status">{note}</div> }
}

/// What can be done with a reply that waits for its time, or has missed it.
#[component]
pub fn PlannedActions(desk: Desk, session: Session, drawn: ArcRwSignal<Drawn>) -> impl IntoView {
    let (locale, may_answer) = (desk.locale, desk.may_answer());
    let planned = Memo::new(move |_| {
        drawn.with(|it| {
            let delivery = it.view.delivery.as_ref().filter(|_| may_answer)?;
            let is_cancelled = delivery.reason == Some(FailureReason::BuyerWroteFirst);
            let is_planned = delivery.state == ReplyState::Scheduled;
            (is_planned || is_cancelled).then_some((delivery.reply?, is_planned))
        })
    });
    move || {
        let (reply, is_planned) = planned.get()?;
        let leaving = session.clone();
        let send_now = is_planned.then(|| {
            view! {
                <button type="button" class="message-action" on:click=move |_| leaving.send_now(reply)>
                    <Glyph icon=Icon::Send/>
                    <span>{locale.send_now()}</span>
                </button>
            }
        });
        Some(view! {
            <div class="message-actions">
                {send_now}
                <TakeBack session=session.clone() reply words=locale.edit_again()/>
            </div>
        })
    }
}

/// Takes a reply back into the composer.
#[component]
fn TakeBack(session: Session, reply: ReplyId, words: &'static str) -> impl IntoView {
    let press = move |_| {
        session.take_back(reply);
        browser::focus(COMPOSER);
    };
    view! {
        <button type="button" class="message-action" data-action="take-back" on:click=press>
            <Glyph icon=Icon::Pencil/>
            <span>{words}</span>
        </button>
    }
}
