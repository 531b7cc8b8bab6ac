//! The question before something is done to many chats: what exactly, to how many, and what it means.

use super::super::desk::Desk;
use super::ask::Asking;
use super::words;
use crate::features::inbox::bulk::{BulkPlan, BulkWork, ReplyPreview};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dialog::Dialog;
use crate::ui::notice::ErrorNote;
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn Confirm(desk: Desk, asking: Asking) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let (open, plan, error) = (asking.open, asking.plan, asking.error);
    let title = Signal::derive(move || {
        plan.with(|plan| match plan {
            Some(BulkPlan { job, preview }) => {
                let chats = preview.as_ref().map_or(job.counts.chats, |preview| preview.sends);
                words::question(locale, zone, now.get_untracked(), &job.work, chats)
            }
            None if error.with(Option::is_some) => locale.bulk_bar().to_owned(),
            None => locale.bulk_planning().to_owned(),
        })
    });
    let says = {
        let desk = desk.clone();
        move || plan.get().map(|plan| view! { <Plan desk=desk.clone() plan/> })
    };
    let problem = move || error.get().map(|error| view! { <ErrorNote error on_retry=None/> });
    let verb = move || plan.with(|plan| plan.as_ref().map(|plan| words::verb(locale, &plan.job.work)));
    let nothing = Signal::derive(move || {
        plan.with(|plan| match plan {
            Some(BulkPlan { preview: Some(preview), .. }) => preview.sends == 0,
            Some(_) => false,
            None => true,
        })
    });
    let busy = asking.is_starting;
    let confirm = Callback::new(move |()| asking.confirm());
    view! {
        <Dialog id="bulk-confirm" open title>
            <div class="bulk-question" aria-busy=move || (plan.with(Option::is_none) && error.with(Option::is_none)).then_some("true")>
                {says}
                {problem}
            </div>
            <div class="actions">
                <Button kind=ButtonKind::Primary disabled=nothing busy=busy on_press=confirm>
                    {move || verb().unwrap_or(locale.bulk_do())}
                </Button>
                <Button on_press=Callback::new(move |()| open.set(false))>{locale.cancel()}</Button>
            </div>
        </Dialog>
    }
}

#[component]
fn Plan(desk: Desk, plan: BulkPlan) -> impl IntoView {
    let locale = desk.locale;
    let notes = words::notes(locale, &plan.job.work);
    let files = match &plan.job.work {
        BulkWork::Reply(text) if !text.files.is_empty() => {
            let names: Vec<&str> = text.files.iter().map(|file| file.name.as_str()).collect();
            Some(locale.bulk_with_files(&names))
        }
        _ => None,
    };
    view! {
        {plan.preview.map(|preview| view! { <Preview desk preview/> })}
        {files.map(|files| view! { <p class="bulk-note" data-testid="bulk-files">{files}</p> })}
        {notes.into_iter().map(|note| view! { <p class="bulk-note">{note}</p> }).collect_view()}
    }
}

/// What buyers would read, and who would get nothing.
#[component]
fn Preview(desk: Desk, preview: ReplyPreview) -> impl IntoView {
    let locale = desk.locale;
    let sample = match preview.sample {
        Some(sample) => {
            let name = locale.chat_called(sample.chat.short_name());
            view! {
                <figure class="bulk-sample">
                    <figcaption>{format!("{} ({name})", locale.bulk_sample())}</figcaption>
                    <blockquote data-testid="bulk-sample">{sample.text}</blockquote>
                </figure>
            }
            .into_any()
        }
        None => view! { <p class="bulk-note">{locale.bulk_nobody_gets_it()}</p> }.into_any(),
    };
    let skips: Vec<_> = preview
        .skips
        .into_iter()
        .map(|(reason, chats)| {
            view! { <li>{locale.bulk_group(words::reason(locale, reason), chats)}</li> }
        })
        .collect();
    view! {
        {sample}
        {(!skips.is_empty())
            .then(|| {
                view! {
                    <h3 class="bulk-subtitle">{locale.bulk_skips()}</h3>
                    <ul class="bulk-skips">{skips}</ul>
                }
            })}
    }
}
