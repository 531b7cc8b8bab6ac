//! What has become of a job: which chats were skipped or left as they are, and why.

use super::super::desk::Desk;
use super::jobs::Jobs;
use super::words;
use crate::features::inbox::api;
use crate::features::inbox::bulk::{BulkGroup, BulkOutcome, BulkReport};
use crate::shared::error::AppError;
use crate::ui::dialog::Dialog;
use crate::ui::notice::ErrorNote;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The dialog; open while a job's report is asked for.
#[component]
pub fn ReportDialog(desk: Desk, jobs: Jobs) -> impl IntoView {
    let locale = desk.locale;
    let open = RwSignal::new(false);
    let report = RwSignal::new(None::<Result<BulkReport, AppError>>);
    let wanted = jobs.reported.clone();
    Effect::new(move |_| {
        let Some(id) = wanted.get() else { return };
        report.set(None);
        open.set(true);
        let wanted = wanted.clone();
        spawn_local(async move {
            let answer = api::report_bulk(id).await;
            if wanted.try_get_untracked() == Some(Some(id)) {
                _ = report.try_set(Some(answer));
            }
        });
    });
    let closed = jobs.reported;
    Effect::watch(
        move || open.get(),
        move |is_open, was_open, _| {
            if was_open == Some(&true) && !is_open {
                closed.set(None);
            }
        },
        false,
    );
    let says = move || match report.get()? {
        Ok(report) => Some(view! { <Report desk=desk.clone() report open/> }.into_any()),
        Err(error) => Some(view! { <ErrorNote error on_retry=None/> }.into_any()),
    };
    view! {
        <Dialog id="bulk-report" open title=locale.bulk_report()>
            <div class="bulk-report" data-testid="bulk-report">{says}</div>
        </Dialog>
    }
}

#[component]
fn Report(desk: Desk, report: BulkReport, open: RwSignal<bool>) -> impl IntoView {
    let locale = desk.locale;
    let (said, rest) = (words::progress(locale, &report.job), words::rest(locale, &report.job));
    let went_well = report.groups.is_empty().then(|| view! { <p>{locale.bulk_all_went_well()}</p> });
    let groups: Vec<_> =
        report.groups.into_iter().map(|group| view! { <Group desk=desk.clone() group open/> }).collect();
    view! {
        <p class="bulk-report-sum">{said}</p>
        {(!rest.is_empty()).then(|| view! { <p>{rest}</p> })}
        {went_well}
        {groups}
    }
}

/// Chats of one reason, as links to them.
#[component]
fn Group(desk: Desk, group: BulkGroup, open: RwSignal<bool>) -> impl IntoView {
    let (locale, address) = (desk.locale, desk.address);
    let reason = group.reason.map_or(locale.bulk_reason_broke(), |reason| words::reason(locale, reason));
    let more = group.chats - group.first.len() as i64;
    let links: Vec<_> = group
        .first
        .into_iter()
        .map(|chat| {
            let href = address.with_untracked(|here| here.with_chat(Some(chat.id)).href());
            let name = locale.chat_called(chat.short_name());
            view! { <li><a href=href on:click=move |_| open.set(false)>{name}</a></li> }
        })
        .collect();
    let is_failure = (group.outcome == BulkOutcome::Failed).then_some("true");
    view! {
        <section class="bulk-group" data-failed=is_failure>
            <h3 class="bulk-subtitle">{locale.bulk_group(reason, group.chats)}</h3>
            <ul class="bulk-links">
                {links}
                {(more > 0).then(|| view! { <li>{locale.bulk_and_more(more)}</li> })}
            </ul>
        </section>
    }
}
