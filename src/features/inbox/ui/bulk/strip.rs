//! How far jobs have got: a line for each below the list, there until its author has seen how it ended.

use super::super::desk::Desk;
use super::jobs::Jobs;
use super::words;
use crate::features::inbox::bulk::BulkState;
use crate::shared::ids::BulkJobId;
use crate::ui::button::IconButton;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// All of them.
#[component]
pub fn Strips(desk: Desk, jobs: Jobs) -> impl IntoView {
    let ids = {
        let all = jobs.all.clone();
        Memo::new(move |_| all.with(|all| all.iter().map(|job| job.id).collect::<Vec<_>>()))
    };
    let strip = move |id: BulkJobId| view! { <Strip desk=desk.clone() jobs=jobs.clone() id/> };
    view! { <For each=move || ids.get() key=|id| *id children=strip/> }
}

#[component]
fn Strip(desk: Desk, jobs: Jobs, id: BulkJobId) -> impl IntoView {
    let (locale, now) = (desk.locale, desk.now);
    let job = {
        let jobs = jobs.clone();
        Memo::new(move |_| jobs.find(id))
    };
    let said = move || job.get().map(|job| words::progress(locale, &job));
    let rest = move || job.get().map(|job| words::rest(locale, &job)).filter(|rest| !rest.is_empty());
    let state = Memo::new(move |_| job.with(|job| job.as_ref().map(|job| job.state)));
    // Readers hear how it ended, not every step.
    let ended = move || match state.get() {
        Some(state) if !state.is_going_on() => said(),
        _ => None,
    };
    let bar = move || {
        let job = job.get().filter(|job| job.state.is_going_on())?;
        let (value, max) = if job.state == BulkState::Undoing {
            (job.counts.taken_back(), job.counts.done)
        } else {
            (job.counts.reached(), job.counts.chats)
        };
        Some(view! {
            <progress
                class="bulk-bar-line"
                aria-label=locale.bulk_progress()
                value=value.to_string()
                max=max.max(1).to_string()
            ></progress>
        })
    };
    let (stopping, undoing, reporting, leaving) = (jobs.clone(), jobs.clone(), jobs.clone(), jobs);
    let buttons = move || {
        let is_going_on = state.get()?.is_going_on();
        let may_stop = state.get() == Some(BulkState::Running);
        let may_undo = job.with(|job| job.as_ref().is_some_and(|job| job.may_undo(now.get_untracked())));
        let (stopping, undoing, reporting, leaving) =
            (stopping.clone(), undoing.clone(), reporting.clone(), leaving.clone());
        Some(view! {
            {may_stop
                .then(|| view! { <StripButton words=locale.bulk_stop() on_press=move |()| stopping.stop(id)/> })}
            {may_undo
                .then(|| view! { <StripButton words=locale.bulk_undo() on_press=move |()| undoing.undo(id)/> })}
            {(!is_going_on)
                .then(|| {
                    let report = move |()| reporting.reported.set(Some(id));
                    view! {
                        <StripButton words=locale.bulk_details() on_press=report/>
                        <IconButton
                            icon=Icon::Close
                            label=locale.bulk_dismiss().to_owned()
                            on_press=move |()| leaving.dismiss(id)
                        />
                    }
                })}
        })
    };
    view! {
        <div
            class="bulk-strip"
            role="group"
            data-testid="bulk-strip"
            data-state=move || state.get().map(BulkState::as_str)
            aria-label=locale.bulk_progress()
        >
            <p class="bulk-said">
                <span data-testid="bulk-said">{said}</span>
                {move || rest().map(|rest| view! { <span class="bulk-rest">{rest}</span> })}
            </p>
            {bar}
            <div class="bulk-strip-actions">{buttons}</div>
            <p class="reader-only" role="status">{ended}</p>
        </div>
    }
}

#[component]
fn StripButton(words: &'static str, #[prop(into)] on_press: Callback<()>) -> impl IntoView {
    view! {
        <button type="button" class="text-action" on:click=move |_| on_press.run(())>
            {words}
        </button>
    }
}
