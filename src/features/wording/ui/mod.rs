//! What rules have found, beside a text; and the page on which rules are changed.

mod book;
mod page;

use crate::features::wording::types::{Hit, Severity};
use crate::shared::i18n::Locale;
use crate::ui::icon::{Glyph, Icon};
pub use book::WordingBook;
use leptos::prelude::*;
pub use page::WordingPage;

/// What was found, the gravest first: rule, words and what to write instead. Appears below what is typed.
#[component]
pub fn Findings(#[prop(into)] hits: Signal<Vec<Hit>>, locale: Locale) -> impl IntoView {
    let draw = move |hit: Hit| {
        let advice = hit.advice.clone().unwrap_or_else(|| locale.wording_advice(hit.kind).to_owned());
        view! {
            <li class="finding" data-severity=hit.severity.as_str() data-rule=hit.rule.0.clone()>
                <Glyph icon=icon(hit.severity)/>
                <span>
                    <strong>{locale.wording_match(&hit.told())}</strong>
                    " "
                    {advice}
                </span>
            </li>
        }
    };
    view! {
        <ul class="findings" aria-label=locale.wording_found() hidden=move || hits.with(Vec::is_empty)>
            <For each=move || hits.get() key=|hit| (hit.rule.clone(), hit.words.clone(), hit.severity) children=draw/>
        </ul>
    }
}

fn icon(severity: Severity) -> Icon {
    match severity {
        Severity::Block => Icon::Close,
        Severity::Warn => Icon::Alert,
        Severity::Hint | Severity::Off => Icon::Info,
    }
}
