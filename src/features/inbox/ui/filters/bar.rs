//! What stands over the list: saved lists with their counters, quick filters, and the present filter in words.

use super::save::SaveButtons;
use super::words;
use crate::features::inbox::saved_filter::{COUNT_CAP, SavedPlace, SavedView};
use crate::features::inbox::types::{Condition, DeadlineState, Filter, Holder, Priority, WindowState};
use crate::features::inbox::ui::address::{Source, Trouble};
use crate::features::inbox::ui::desk::use_desk;
use crate::features::inbox::ui::late::{LateTool, Tool};
use crate::shared::commands::Command;
use crate::shared::i18n::Locale;
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use leptos::html;
use leptos::prelude::*;

/// Where the focus goes when what had it is taken away.
const OPEN_BUTTON: &str = "filter-open";

/// The head of the list as far as it filters.
#[component]
pub fn FilterBar() -> impl IntoView {
    let (building, saving) = (RwSignal::new(false), RwSignal::new(false));
    use_commands().offer(Command::Filter, move || building.set(true));
    view! {
        <div class="filter-bar" data-testid="filter-bar">
            <SavedTabs/>
            <QuickFilters building/>
            <Applied saving/>
        </div>
        <LateTool tool=Tool::Builder wanted=building/>
        <LateTool tool=Tool::Save wanted=saving/>
    }
}

/// A filter that is one press away.
type Quick = (Condition, fn(Locale) -> &'static str);

fn quick_filters() -> [Quick; 8] {
    [
        (Condition::Unanswered(true), Locale::filter_quick_unanswered),
        (Condition::Unseen(true), Locale::filter_quick_unseen),
        (Condition::Assignee(vec![Holder::Me]), Locale::filter_quick_mine),
        (Condition::Deadline(DeadlineState::Overdue), Locale::filter_quick_overdue),
        (Condition::Deadline(DeadlineState::Hour), Locale::filter_quick_hour),
        (Condition::Priority(vec![Priority::High, Priority::Urgent]), Locale::filter_quick_important),
        (Condition::Window(WindowState::Ending), Locale::filter_quick_window),
        (Condition::HasOrder(true), Locale::filter_quick_order),
    ]
}

/// The button of the builder and, beside it, filters that are one press away: links, because the address says it.
#[component]
fn QuickFilters(building: RwSignal<bool>) -> impl IntoView {
    let (desk, commands) = (use_desk(), use_commands());
    let (locale, address) = (desk.locale, desk.address);
    let chips = quick_filters()
        .into_iter()
        .map(|(condition, name)| {
            let part = Filter::Is(condition);
            let same = part.clone();
            let href = move || {
                address
                    .with(|here| here.with_filter(Filter::toggled(here.query.filter.as_ref(), &part)).href())
            };
            let is_on = move || {
                let is_part = address.with(|here| Filter::parts(here.query.filter.as_ref()).contains(&same));
                is_part.then_some("true")
            };
            view! {
                <a class="chip" href=href aria-current=is_on>
                    {name(locale)}
                </a>
            }
        })
        .collect_view();
    view! {
        <div class="quick-filters" role="group" aria-label=locale.filter_quick()>
            <button
                type="button"
                id=OPEN_BUTTON
                class="chip chip-action"
                title=move || commands.hint(locale.filter_build(), Command::Filter)
                aria-keyshortcuts=move || commands.keys_for_readers(Command::Filter)
                on:click=move |_| building.set(true)
            >
                <Glyph icon=Icon::Sliders/>
                <span>{locale.filter()}</span>
            </button>
            {chips}
        </div>
    }
}

/// The present filter: each of its parts in words, to be taken away; what to do with the whole; what is wrong with it.
#[component]
fn Applied(saving: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let (locale, address) = (desk.locale, desk.address);
    let names = desk.filters.names.clone();
    let filter = Memo::new(move |_| address.with(|here| here.query.filter.clone()));
    let is_filtered = Memo::new(move |_| filter.with(Option::is_some));
    let trouble = Memo::new(move |_| address.with(|here| here.trouble));
    want_names_of(filter);
    let chips = move || {
        filter.with(|filter| {
            let parts = Filter::parts(filter.as_ref());
            let chip = |(place, part): (usize, &Filter)| {
                let words = names.with(|names| words::filter(locale, part, names));
                let rest = parts.iter().enumerate().filter(|(other, _)| *other != place);
                let rest = Filter::of_parts(rest.map(|(_, part)| part.clone()).collect());
                let href = address.with(|here| here.with_filter(rest).href());
                view! { <AppliedChip words href/> }
            };
            parts.iter().enumerate().map(chip).collect_view()
        })
    };
    let cleared = move || address.with(|here| here.with_filter(None).href());
    let shown = move || {
        is_filtered.get().then(|| {
            view! {
                <div class="applied-filter" data-testid="applied-filter">
                    <ul class="chips" aria-label=locale.filter_applied()>{chips.clone()}</ul>
                    <div class="applied-actions">
                        <a class="text-action" href=cleared on:click=move |_| browser::focus(OPEN_BUTTON)>
                            {locale.filter_clear()}
                        </a>
                        <SaveButtons saving/>
                    </div>
                </div>
            }
        })
    };
    let said = move || {
        trouble.get().map(|trouble| match trouble {
            Trouble::FilterUnreadable => locale.filter_unreadable(),
            Trouble::SavedUnknown => locale.filter_gone(),
        })
    };
    view! {
        <div role="status" class="filter-trouble">
            {move || {
                said().map(|sentence| {
                    view! {
                        <div class="note note-warning" data-testid="filter-trouble">
                            <Glyph icon=Icon::Alert/>
                            <p class="note-text">{sentence}</p>
                        </div>
                    }
                })
            }}
        </div>
        {shown}
    }
}

/// A part in words; pressing takes it away.
#[component]
fn AppliedChip(words: String, href: String) -> impl IntoView {
    let desk = use_desk();
    let label = desk.locale.filter_take_away(&words);
    view! {
        <li>
            <a
                class="chip chip-applied"
                href=href
                aria-label=label.clone()
                title=label
                on:click=move |_| browser::focus(OPEN_BUTTON)
            >
                <span class="chip-words">{words}</span>
                <Glyph icon=Icon::Close/>
            </a>
        </li>
    }
}

/// Asks for the names that the present filter is told with.
fn want_names_of(filter: Memo<Option<Filter>>) {
    let filters = use_desk().filters;
    Effect::new(move |_| {
        if filter.with(|filter| super::Names::are_needed(filter.as_ref())) {
            filters.want_names();
        }
    });
}

/// Saved lists: pinned ones beside each other with their counters, the others behind a button.
#[component]
fn SavedTabs() -> impl IntoView {
    let desk = use_desk();
    let locale = desk.locale;
    let of = |place: SavedPlace| {
        let saved = desk.filters.saved.clone();
        Memo::new(move |_| {
            let all = saved.get().unwrap_or_default();
            all.into_iter().filter(|view| view.place == place).collect::<Vec<_>>()
        })
    };
    let (pinned, others) = (of(SavedPlace::Pinned), of(SavedPlace::Menu));
    let has_any =
        Memo::new(move |_| pinned.with(|all| !all.is_empty()) || others.with(|all| !all.is_empty()));
    let key = |view: &SavedView| (view.id, view.name.clone());
    move || {
        has_any.get().then(|| {
            view! {
                <nav class="saved-tabs" aria-label=locale.filters_saved()>
                    <ul class="chips">
                        <For each=move || pinned.get() key=key children=move |view| view! { <li><SavedTab view counted=true/></li> }/>
                    </ul>
                    <SavedMenu others/>
                </nav>
            }
        })
    }
}

/// A link to a saved list.
#[component]
fn SavedTab(view: SavedView, counted: bool) -> impl IntoView {
    let desk = use_desk();
    let (locale, address, id) = (desk.locale, desk.address, view.id);
    let filters = desk.filters.clone();
    let name = view.name.clone();
    let href = move || {
        // Its query may have changed since this was drawn; the link only names it.
        address.with(|here| here.with_saved(&view).href())
    };
    let is_here =
        move || address.with(|here| here.saved == Some(id) && here.source == Source::Saved).then_some("page");
    let count = move || {
        let chats = filters.counts.with(|counts| counts.get(&id).copied()).flatten();
        chats.map(|chats| locale.filter_count(chats, i64::from(COUNT_CAP)))
    };
    view! {
        <a class="chip saved-tab" href=href aria-current=is_here data-testid="saved-tab" data-saved=id.to_string()>
            <span class="chip-words">{name}</span>
            {counted.then(|| view! { <span class="list-count saved-count">{count}</span> })}
        </a>
    }
}

/// The saved lists that are not pinned, and the way to arrange them all.
#[component]
fn SavedMenu(others: Memo<Vec<SavedView>>) -> impl IntoView {
    let desk = use_desk();
    let locale = desk.locale;
    let menu = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && menu.get_untracked().is_some_and(|menu| menu.open()) {
            event.prevent_default();
            close();
            browser::focus("saved-more");
        }
    };
    view! {
        <details class="saved-more" node_ref=menu on:keydown=on_key>
            <summary class="chip chip-action" id="saved-more">
                <span>{locale.filters_more()}</span>
                <Glyph icon=Icon::Down/>
            </summary>
            <ul class="menu saved-menu" on:click=move |_| close()>
                <For
                    each=move || others.get()
                    key=|view| (view.id, view.name.clone())
                    children=move |view| view! { <li><SavedTab view counted=false/></li> }
                />
                <li>
                    <a class="text-action" href="/settings/filters">{locale.filters_arrange()}</a>
                </li>
            </ul>
        </details>
    }
}
