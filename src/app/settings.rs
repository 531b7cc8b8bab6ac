//! The frame around the pages where people arrange their work: what is theirs, and what all of the workspace share.

use crate::shared::i18n::Locale;
use crate::ui::context::use_locale;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::{A, Outlet};

/// A page of the settings: its address and its name.
type Place = (&'static str, fn(Locale) -> &'static str);

/// The pages, in the order of the menu.
const PLACES: &[Place] = &[
    ("/settings/quick-replies", Locale::quick_replies),
    ("/settings/tags", Locale::tags_page),
    ("/settings/filters", Locale::filters_saved),
    ("/settings/wording", Locale::wording_rules),
    ("/settings/deadlines", Locale::deadlines),
    ("/settings/calendars", Locale::calendars),
    ("/settings/knowledge", Locale::knowledge),
    ("/settings/models", Locale::models_page),
    ("/settings/notices", Locale::notice_settings),
    ("/settings/keys", Locale::keys),
    ("/settings/people", Locale::people_page),
    ("/settings/workspace", Locale::workspace_page),
];

/// The menu of the settings and, beside it, one of their pages.
#[component]
pub fn SettingsFrame() -> impl IntoView {
    let locale = use_locale();
    let places = PLACES
        .iter()
        .map(|(href, name)| view! { <A href=*href attr:class="settings-place">{name(locale)}</A> })
        .collect_view();
    view! {
        <div class="page settings">
            <nav class="settings-places" aria-label=locale.settings()>{places}</nav>
            <div class="settings-page">
                <Outlet/>
            </div>
        </div>
    }
}

/// What stands beside the menu before a page is chosen.
#[component]
pub fn SettingsIndex() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Title text=locale.tab_title(locale.settings())/>
        <h1>{locale.settings()}</h1>
        <p class="quiet">{locale.settings_choose()}</p>
    }
}
