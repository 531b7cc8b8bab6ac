//! The bell in the rail: how many notices are unseen, and their list.

use super::book::Book;
use super::ringer::Ringer;
use super::words;
use crate::features::notices::types::{Centre, NoticeView};
use crate::shared::commands::Command;
use crate::shared::i18n::Locale;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::commands::use_commands;
use crate::ui::context::{use_locale, use_now, use_viewer};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::menu;
use crate::ui::signals;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use std::sync::Arc;

/// The id of the list.
const LIST: &str = "notices";
/// A badge counts no further.
const MOST: i64 = 99;

/// Makes the person's notices available below; `App` calls it once for people who are logged in.
pub fn provide_notices() {
    provide_context(Book::new(Ringer::new()));
}

/// Puts the number of unseen notices before the title of every page, and a dot on its icon.
#[component]
pub fn UnseenTitle() -> impl IntoView {
    let unseen = use_context::<Book>().map(|book| book.unseen);
    let icon = unseen.clone();
    Effect::new(move |_| signals::mark_icon(icon.as_ref().is_some_and(|unseen| unseen.get() > 0)));
    let formatter = move |title: String| match unseen.as_ref().map_or(0, |unseen| unseen.get()) {
        0 => title,
        n => format!("({}) {title}", badge(n)),
    };
    view! { <Title formatter/> }
}

/// The bell and its list.
#[component]
pub fn NoticeBell() -> impl IntoView {
    let locale = use_locale();
    let book = use_context::<Book>()?;
    let (name, number) = (book.unseen.clone(), book.unseen.clone());
    let name = move || locale.notices_unseen(name.get());
    let badge = move || {
        let unseen = number.get();
        (unseen > 0).then(|| view! { <span class="rail-badge" aria-hidden="true">{badge(unseen)}</span> })
    };
    let panel = NodeRef::<html::Div>::new();
    let commands = use_commands();
    commands.offer(Command::Notices, || menu::toggle(LIST));
    Some(view! {
        <button
            type="button"
            id=menu::button_id(LIST)
            class="rail-item"
            popovertarget=LIST
            data-testid="bell"
            title=move || commands.hint(locale.notices(), Command::Notices)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::Notices)
        >
            <Glyph icon=Icon::Bell/>
            {badge}
            <span class="rail-name">{name}</span>
        </button>
        <div
            node_ref=panel
            id=LIST
            class="menu rail-menu notices"
            popover="auto"
            role="group"
            aria-label=locale.notices()
            on:toggle=move |_| menu::take_focus(panel)
            on:keydown=move |event| menu::move_between_items(panel, &event)
        >
            <div class="notices-head">
                <strong>{locale.notices()}</strong>
                <AllSeen book=book.clone()/>
                <A href="/settings/notices" on:click=move |_| signals::hide_popover(LIST)>
                    {locale.notices_arrange()}
                </A>
            </div>
            <NoticeList book/>
        </div>
    })
}

fn badge(unseen: i64) -> String {
    if unseen > MOST { format!("{MOST}+") } else { unseen.to_string() }
}

/// The button that marks everything, while there is anything.
#[component]
fn AllSeen(book: Book) -> impl IntoView {
    let locale = use_locale();
    let unseen = book.unseen.clone();
    let press = Callback::new(move |()| book.mark_seen(None));
    let disabled = Signal::derive(move || unseen.get() == 0);
    view! { <Button kind=ButtonKind::Quiet disabled on_press=press>{locale.notices_all_seen()}</Button> }
}

/// The notices that the person wants to see, the newest first.
#[component]
fn NoticeList(book: Book) -> impl IntoView {
    let locale = use_locale();
    let centre = book.centre.clone();
    move || {
        let shown = centre.with(|centre| centre.as_ref().map(shown).unwrap_or_default());
        if shown.is_empty() {
            return view! { <p class="quiet notices-empty">{locale.notices_empty()}</p> }.into_any();
        }
        let items =
            shown.into_iter().map(|notice| view! { <Item book=book.clone() notice locale/> }).collect_view();
        view! { <ul class="notices-list">{items}</ul> }.into_any()
    }
}

fn shown(centre: &Arc<Centre>) -> Vec<NoticeView> {
    let wanted = |notice: &&NoticeView| centre.settings.of(notice.kind).centre;
    centre.notices.iter().filter(wanted).cloned().collect()
}

/// One notice as a link to what it is about.
#[component]
fn Item(book: Book, notice: NoticeView, locale: Locale) -> impl IntoView {
    let (zone, now) = (use_viewer().map(|viewer| viewer.zone), use_now());
    let (id, at, is_seen) = (notice.id, notice.at, notice.is_seen);
    let when = Memo::new(move |_| zone.map(|zone| locale.short_time(at, now.get(), zone)));
    let place =
        words::place(locale, &notice).map(|place| view! { <span class="notice-place">{place}</span> });
    let preview = notice
        .preview
        .clone()
        .filter(|text| !text.is_empty())
        .map(|text| view! { <span class="notice-preview">{text}</span> });
    let unseen = (!is_seen).then(|| view! { <span class="reader-only">{locale.notice_unseen()}</span> });
    let open = move |_| {
        if !is_seen {
            book.mark_seen(Some(id));
        }
        signals::hide_popover(LIST);
    };
    view! {
        <li>
            <a
                class="notice-item"
                href=notice.href()
                data-testid="notice"
                data-menu-item=""
                data-kind=notice.kind.as_str()
                data-unseen=(!is_seen).then_some("true")
                on:click=open
            >
                <span class="notice-line">
                    <span class="notice-title">{words::title(locale, &notice)}</span>
                    <span class="notice-time">{move || when.get()}</span>
                </span>
                {place}
                {preview}
                {unseen}
            </a>
        </li>
    }
}
