//! What would change if the rules were saved.

use super::draft::Draft;
use crate::features::sla::api;
use crate::features::sla::types::{PolicyCount, Preview};
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::PolicyId;
use crate::ui::button::Button;
use crate::ui::context::use_locale;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Counts on demand; what was counted goes when the rules are edited further.
#[component]
pub fn PreviewPanel(draft: Draft) -> impl IntoView {
    let locale = use_locale();
    let shown = RwSignal::new(None::<Preview>);
    let error = RwSignal::new(None::<AppError>);
    let is_busy = RwSignal::new(false);
    Effect::new(move |_| {
        draft.book.track();
        shown.set(None);
    });
    let count = Callback::new(move |()| {
        let book = draft.book.get_untracked();
        if let Err(fault) = book.check() {
            error.set(Some(fault.into()));
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let answer = api::preview(book.clone()).await;
            _ = is_busy.try_set(false);
            // What was counted for other rules says nothing of these.
            if draft.book.try_with_untracked(|now| *now == book) != Some(true) {
                return;
            }
            match answer {
                Ok(preview) => {
                    shown.set(Some(preview));
                    error.set(None);
                }
                Err(why) => error.set(Some(why)),
            }
        });
    });
    let name = move |policy: Option<PolicyId>| match policy {
        None => locale.preview_none().to_owned(),
        Some(id) => draft.book.with_untracked(|book| {
            let found = book.policies.iter().find(|policy| policy.id == id);
            found.map(|policy| policy.name.clone()).unwrap_or_default()
        }),
    };
    view! {
        <section class="card" aria-labelledby="preview">
            <h2 id="preview">{locale.preview()}</h2>
            <p class="quiet">{locale.preview_text()}</p>
            <div class="actions">
                <Button busy=is_busy on_press=count>{locale.preview_run()}</Button>
            </div>
            <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
            <div role="status">{move || shown.get().map(|preview| table(locale, &preview, &name))}</div>
        </section>
    }
}

fn table(
    locale: Locale,
    preview: &Preview,
    name: &dyn Fn(Option<PolicyId>) -> String,
) -> impl IntoView + use<> {
    let none = PolicyCount::default();
    let lines = preview.counts.iter().map(|(policy, count)| {
        let now = preview.now.iter().find(|(other, _)| other == policy).map_or(&none, |(_, count)| count);
        let cells = [
            (now.open, count.open),
            (now.overdue, count.overdue),
            (now.week, count.week),
            (now.late, count.late),
        ];
        let cells = cells.map(|(now, then)| view! { <td class="number">{locale.from_to(now, then)}</td> });
        let key = policy.map_or_else(|| "none".to_owned(), |id| id.to_string());
        view! {
            <tr data-testid="preview-line" data-policy=key>
                <th scope="row">{name(*policy)}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    let columns =
        [locale.preview_open(), locale.preview_overdue(), locale.preview_week(), locale.preview_late()];
    let columns = columns.map(|column| view! { <th scope="col" class="number">{column}</th> });
    view! {
        <div class="table-box" role="group" aria-labelledby="preview" tabindex="0">
            <table class="figures">
                <thead>
                    <tr>
                        <th scope="col">{locale.preview_policy()}</th>
                        {columns.collect_view()}
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
        {preview.is_cut.then(|| view! { <p class="quiet">{locale.preview_cut()}</p> })}
    }
}
