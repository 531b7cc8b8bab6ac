//! How far the import of a shop has come. The shop is workable all the while, and that is said.

use crate::features::sellers::types::ImportView;
use crate::ui::context::use_locale;
use leptos::prelude::*;

/// Progress of an import, until it is through.
#[component]
pub fn ImportProgress(import: Option<ImportView>) -> impl IntoView {
    let locale = use_locale();
    let import = import.filter(|import| import.finished_at.is_none())?;
    let known_end = import.is_list_done && import.histories_total > 0;
    let (title, numbers) = if import.is_list_done {
        (
            locale.import_histories(),
            locale.import_histories_done(import.histories_done, import.histories_total),
        )
    } else {
        (locale.import_list(), locale.chats(import.chats))
    };
    let bar = if known_end {
        let (max, value) = (import.histories_total.to_string(), import.histories_done.to_string());
        view! { <progress max=max value=value aria-label=title></progress> }.into_any()
    } else {
        // Without a value the bar says that it goes on, not how far.
        view! { <progress aria-label=title></progress> }.into_any()
    };
    let speed = (import.per_second >= 1.0)
        .then(|| view! { <span>{locale.import_speed(import.per_second, import.is_list_done)}</span> });
    let rest = import.remaining_seconds.map(
        |seconds| view! { <span data-testid="import-remaining">{locale.import_remaining(seconds)}</span> },
    );
    Some(view! {
        <div class="seller-import" data-testid="seller-import" data-phase=if import.is_list_done { "histories" } else { "list" }>
            <p class="seller-import-title">{title}</p>
            {bar}
            <p class="seller-import-facts">
                <span data-testid="import-numbers">{numbers}</span>
                {speed}
                {rest}
            </p>
            <p class="quiet">{locale.import_workable()}</p>
        </div>
    })
}
