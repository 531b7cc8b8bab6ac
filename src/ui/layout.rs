//! The frame around every page for people who are logged in: where to go, how it looks, who is here.

use super::browser;
use super::context::{use_density, use_locale, use_page, use_workspace_name};
use super::icon::{Glyph, Icon};
use crate::shared::i18n::Locale;
use crate::shared::page::{Density, Theme, Viewer};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

/// The rail with the places of the product and, beside it, the page.
///
/// The page stands in the only `<main>`, which is as high as the window leaves it: a page scrolls inside
/// `<div class="page">`, or fills the place with panes that scroll by themselves.
#[component]
pub fn Frame(
    /// What stands above the page, whatever page it is.
    #[prop(into)]
    banner: ViewFn,
    /// What tells of news, at the foot of the rail.
    #[prop(into)]
    bell: ViewFn,
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <a class="skip-link" href="#main">{locale.skip_to_content()}</a>
        <div class="frame">
            <header class="rail">
                <nav class="rail-places" aria-label=locale.main_navigation()>
                    <Place href="/inbox" icon=Icon::Inbox name=locale.inbox()/>
                    <Place href="/sellers" icon=Icon::Store name=locale.sellers()/>
                    <Place href="/reports/deadlines" icon=Icon::Clock name=locale.reports()/>
                    <Place href="/settings" icon=Icon::Gear name=locale.settings()/>
                </nav>
                <div class="rail-foot">
                    {bell.run()}
                    <Preferences/>
                    <LogOut/>
                </div>
            </header>
            <div class="frame-content">
                {banner.run()}
                <main id="main" class="frame-main" tabindex="-1">
                    {children()}
                </main>
            </div>
        </div>
    }
}

/// One place of the product.
#[component]
fn Place(href: &'static str, icon: Icon, name: &'static str) -> impl IntoView {
    view! {
        <A href=href attr:class="rail-item">
            <Glyph icon/>
            <span class="rail-name">{name}</span>
        </A>
    }
}

/// Who is here, and how they want the screen: theme and language. Plain forms, so that they work before and without
/// the program.
#[component]
fn Preferences() -> impl IntoView {
    let page = use_page();
    let locale = page.locale;
    view! {
        <button type="button" class="rail-item" popovertarget="preferences">
            <Glyph icon=Icon::Sliders/>
            <span class="rail-name">{locale.preferences()}</span>
        </button>
        <div id="preferences" class="menu rail-menu" popover="auto">
            {page.viewer.map(|viewer| view! { <Person viewer/> })}
            <PreferenceForms/>
        </div>
    }
}

/// Who is logged in.
#[component]
fn Person(viewer: Viewer) -> impl IntoView {
    let (locale, workspace) = (use_locale(), use_workspace_name());
    view! {
        <div class="menu-person">
            <strong>{viewer.user_name}</strong>
            <span class="quiet">{locale.role(viewer.role)} " · " {move || workspace.get()}</span>
        </div>
    }
}

/// Theme, density and language as plain forms; also at the foot of the pages for people who are not logged in.
#[component]
pub fn PreferenceForms() -> impl IntoView {
    let page = use_page();
    let (locale, theme) = (page.locale, page.theme);
    let themes = [
        (Theme::System, Icon::Monitor, locale.theme_system()),
        (Theme::Light, Icon::Sun, locale.theme_light()),
        (Theme::Dark, Icon::Moon, locale.theme_dark()),
    ];
    let densities = [
        (Density::Compact, locale.density_compact()),
        (Density::Usual, locale.density_usual()),
        (Density::Roomy, locale.density_roomy()),
    ];
    let density = use_density();
    let languages = [Locale::Ru, Locale::En];
    view! {
        <form method="post" action="/preferences" class="choice" aria-label=locale.theme()>
            <NextPage/>
            {themes
                .map(|(value, icon, name)| {
                    view! {
                        <button
                            class="choice-item"
                            name="theme"
                            value=value.as_str()
                            aria-pressed=(value == theme).to_string()
                        >
                            <Glyph icon/>
                            <span>{name}</span>
                        </button>
                    }
                })
                .collect_view()}
        </form>
        <form method="post" action="/preferences" class="choice" aria-label=locale.density()>
            <NextPage/>
            {densities
                .map(|(value, name)| {
                    view! {
                        <button
                            class="choice-item"
                            name="density"
                            value=value.as_str()
                            aria-pressed=move || (value == density.get()).to_string()
                            on:click=move |event| {
                                // Nothing but the list changes, so the page stays.
                                event.prevent_default();
                                take_density(density, value);
                            }
                        >
                            <span>{name}</span>
                        </button>
                    }
                })
                .collect_view()}
        </form>
        <form method="post" action="/preferences" class="choice" aria-label=locale.language()>
            <NextPage/>
            {languages
                .map(|value| {
                    view! {
                        <button
                            class="choice-item"
                            name="locale"
                            value=value.tag()
                            lang=value.tag()
                            aria-pressed=(value == locale).to_string()
                        >
                            <span>{value.own_name()}</span>
                        </button>
                    }
                })
                .collect_view()}
        </form>
    }
}

/// Lets the list take more room or less, now and on the pages to come.
fn take_density(density: RwSignal<Density>, value: Density) {
    browser::set_root_attribute("data-density", value.as_str());
    browser::beacon_form("/preferences", &format!("density={value}"));
    density.set(value);
}

/// Where a form leads back to: the page that is open.
#[component]
fn NextPage() -> impl IntoView {
    let location = use_location();
    let here = move || {
        let (path, query) = (location.pathname.get(), location.search.get());
        let query = query.trim_start_matches('?');
        if query.is_empty() { path } else { format!("{path}?{query}") }
    };
    view! { <input type="hidden" name="next" value=here/> }
}

/// Leaves.
#[component]
fn LogOut() -> impl IntoView {
    let locale = use_locale();
    view! {
        <form method="post" action="/logout" class="rail-form">
            <button class="rail-item">
                <Glyph icon=Icon::LogOut/>
                <span class="rail-name">{locale.log_out()}</span>
            </button>
        </form>
    }
}

/// What stands where there is no page. The server answers 404 for it.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Title text=locale.tab_title(locale.page_not_found())/>
        <main class="plain-page">
            <h1>{locale.page_not_found()}</h1>
            <p>{locale.page_not_found_text()}</p>
            <a class="button button-primary" href="/inbox">{locale.to_inbox()}</a>
        </main>
    }
}

/// The frame of the pages for people who are not logged in: one card in the middle.
#[component]
pub fn DoorFrame(
    /// What the page is for.
    title: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <main class="door">
            <div class="door-card">
                <p class="word-mark">"AGENT"<b>"IQ"</b></p>
                <h1>{title}</h1>
                {children()}
            </div>
            <div class="door-foot">
                <PreferenceForms/>
            </div>
        </main>
    }
}
