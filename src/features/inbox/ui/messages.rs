//! The messages of the open chat. The newest stand at the lower edge, and what is read stays where it is: the scroller
//! is laid out from its end, so older pages above change nothing below.

use super::bubble::MessageBubble;
use super::deeds::DeedLines;
use super::desk::Desk;
use super::note::NoteCard;
use super::session::Session;
use super::thread::Line;
use super::travel::Reveal;
use super::viewer::{PictureDialog, provide_pictures};
use crate::features::inbox::types::HistoryState;
use crate::shared::i18n::Locale;
use crate::shared::time::day_name;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use chrono::NaiveDate;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlDivElement};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Within this distance of the end the window follows new messages, in pixels.
const NEAR_END: i32 = 60;
/// Within this distance of the beginning older messages are asked for, in pixels.
const NEAR_BEGINNING: i32 = 600;
/// More lines than this are drawn only where they are near.
const LONG: usize = 250;
/// The longest part of a message that is read out when it arrives, in characters.
const READ_OUT: usize = 200;

/// Where the scroller stands.
#[derive(Clone)]
struct Place {
    scroller: NodeRef<html::Div>,
    is_at_end: ArcRwSignal<bool>,
    /// The buyer's messages that have come below what is read.
    unread_below: ArcRwSignal<bool>,
    /// Whether newer messages than the window has are still to be asked for.
    has_newer: ArcRwSignal<bool>,
    /// Whether a line is watched until the next frame.
    is_holding: Arc<AtomicBool>,
}

/// Which ends of what the window has are near.
struct Near {
    beginning: bool,
    end: bool,
}

impl Place {
    fn new(session: &Session) -> Self {
        Place {
            scroller: NodeRef::new(),
            is_at_end: session.is_at_end.clone(),
            unread_below: ArcRwSignal::new(false),
            has_newer: session.travel.has_newer.clone(),
            is_holding: Arc::default(),
        }
    }

    /// What scrolls. Answers to what the window has asked may come when it has gone already.
    fn element(&self) -> Option<HtmlDivElement> {
        self.scroller.try_get_untracked().flatten()
    }

    /// Notes a scroll. Says which ends are near.
    fn scrolled(&self) -> Near {
        let Some(element) = self.element() else {
            return Near { beginning: false, end: false };
        };
        // Laid out from its end, a scroller counts upwards from zero with a minus.
        let from_end = -element.scroll_top();
        let is_at_end = from_end <= NEAR_END && !self.has_newer.get_untracked();
        if self.is_at_end.get_untracked() != is_at_end {
            self.is_at_end.set(is_at_end);
        }
        if is_at_end && self.unread_below.get_untracked() {
            self.unread_below.set(false);
        }
        let from_beginning = element.scroll_height() - element.client_height() - from_end;
        Near { beginning: from_beginning < NEAR_BEGINNING, end: from_end < NEAR_BEGINNING }
    }

    fn to_end(&self) {
        if let Some(element) = self.element() {
            element.set_scroll_top(0);
        }
        self.unread_below.set(false);
    }

    /// Keeps what is read where it is while something changes below it. Runs before the change. A line is watched, not the
    /// height of everything: an older page may come above at the same time, and the person may go on scrolling.
    fn hold(&self) {
        let Some(element) = self.element() else { return };
        if self.is_at_end.get_untracked() && !self.has_newer.get_untracked() {
            return;
        }
        let Some(line) = line_in_sight(&element) else { return };
        let from_end = move |element: &Element, line: &Element| {
            browser::room_of(line).top + f64::from(element.scroll_top())
        };
        if self.is_holding.swap(true, Ordering::Relaxed) {
            // Everything that changes within a frame moves the line once.
            return;
        }
        let before = from_end(&element, &line);
        let is_holding = Arc::clone(&self.is_holding);
        request_animation_frame(move || {
            is_holding.store(false, Ordering::Relaxed);
            if !line.is_connected() {
                return;
            }
            let moved = (from_end(&element, &line) - before).round() as i32;
            if moved != 0 {
                element.set_scroll_top(element.scroll_top() + moved);
            }
        });
    }
}

/// The line in the middle of what is seen: the first one that ends below it. Lines stand one below the other, so half of them
/// are passed over with each look.
fn line_in_sight(scroller: &Element) -> Option<Element> {
    let lines = scroller.query_selector(".message-list").ok()??.children();
    let frame = browser::room_of(scroller);
    let middle = frame.top + frame.height / 2.0;
    let ends_above = |place: u32| {
        lines.item(place).is_some_and(|line| {
            let room = browser::room_of(&line);
            room.top + room.height <= middle
        })
    };
    let (mut first, mut after) = (0, lines.length());
    while first < after {
        let place = first + (after - first) / 2;
        if ends_above(place) {
            first = place + 1;
        } else {
            after = place;
        }
    }
    lines.item(first)
}

/// The conversation.
#[component]
pub fn Messages(desk: Desk, session: Session) -> impl IntoView {
    let locale = desk.locale;
    let place = Place::new(&session);
    let pictures = provide_pictures(&session);
    follow_new_messages(&session, &place);
    follow_wishes(&session, &place);
    let on_scroll = {
        let (place, session) = (place.clone(), session.clone());
        move |_| {
            let near = place.scrolled();
            if near.beginning && session.older_problem.with_untracked(Option::is_none) {
                session.load_older();
            }
            if near.end {
                session.load_newer();
            }
        }
    };
    let lines = session.lines.clone();
    // Browsers lay out and paint only what is near when there is much.
    let is_long = {
        let lines = session.lines.clone();
        Memo::new(move |_| lines.with(|lines| lines.len() > LONG))
    };
    let scroller = place.scroller;
    let draw = {
        let (desk, session) = (desk.clone(), session.clone());
        move |line: Line| match line {
            Line::Day { day, .. } => view! { <DayLine desk=desk.clone() day/> }.into_any(),
            Line::Unseen { .. } => view! { <UnseenLine locale/> }.into_any(),
            Line::Message { id } => {
                view! { <MessageBubble desk=desk.clone() session=session.clone() id/> }.into_any()
            }
            Line::Note { id } => {
                view! { <NoteCard desk=desk.clone() session=session.clone() id/> }.into_any()
            }
            Line::Deeds { ids } => {
                view! { <DeedLines desk=desk.clone() session=session.clone() ids/> }.into_any()
            }
        }
    };
    view! {
        <div class="messages">
            // Reachable by keyboard, so that it can be scrolled without a mouse.
            <div
                class="messages-scroll"
                node_ref=scroller
                on:scroll=on_scroll
                tabindex="0"
                role="group"
                aria-label=locale.message_list()
            >
                <div class="messages-content">
                    <Older session=session.clone() locale/>
                    <ol class="message-list" data-long=move || is_long.get().then_some("true")>
                        <For each=move || lines.get() key=Line::clone children=draw/>
                    </ol>
                    <NoMessages session=session.clone() locale/>
                </div>
            </div>
            <ToNewest place session=session.clone() locale/>
            <PictureDialog pictures/>
            <ReadOut session locale/>
        </div>
    }
}

/// New messages scroll down only where the person reads the end; otherwise a button says that they are there.
fn follow_new_messages(session: &Session, place: &Place) {
    let (arrived, held) = (session.arrived.clone(), place.clone());
    Effect::watch(
        move || arrived.get(),
        move |_, _, _| {
            if !held.is_at_end.get_untracked() {
                held.unread_below.set(true);
            }
        },
        false,
    );
    let (sent_here, ended) = (session.sent_here.clone(), place.clone());
    let here = session.clone();
    let ended = move || {
        ended.to_end();
        here.go_to_newest();
    };
    Effect::watch(move || sent_here.get(), move |_, _, _| ended(), false);
    let place = place.clone();
    session.before_draw(move || place.hold());
}

/// Brings before the eyes what is wished for, once it is drawn.
fn follow_wishes(session: &Session, place: &Place) {
    let (wish, marked, place) = (session.travel.reveal.clone(), session.travel.marked.clone(), place.clone());
    Effect::new(move |_| {
        let (_, wish) = wish.get();
        let Some(wish) = wish else { return };
        let (place, marked) = (place.clone(), marked.clone());
        // What was drawn for it is in the page by then, and nothing of it has been painted yet.
        request_animation_frame(move || {
            let Some(scroller) = place.element() else { return };
            let shown = match &wish {
                Reveal::Newest => {
                    place.to_end();
                    None
                }
                Reveal::Unseen => scroller.query_selector(".unseen-line").ok().flatten(),
                Reveal::Message(id) => line_of(&scroller, id),
            };
            mark(&scroller, marked.get_untracked().as_deref());
            if let Some(line) = shown {
                bring_to_middle(&scroller, &line);
            }
            place.scrolled();
        });
    });
}

/// The line of a message, by its id at the marketplace. Ids may hold anything, so none is put into a selector.
fn line_of(scroller: &Element, external_id: &str) -> Option<Element> {
    let mut line = scroller.query_selector(".message-list").ok()??.first_element_child();
    while let Some(found) = line {
        if found.get_attribute("data-external-id").as_deref() == Some(external_id) {
            return Some(found);
        }
        line = found.next_element_sibling();
    }
    None
}

/// Marks one message and no other.
fn mark(scroller: &Element, external_id: Option<&str>) {
    if let Ok(Some(before)) = scroller.query_selector("[data-marked]") {
        // An attribute that is not there is removed as well.
        _ = before.remove_attribute("data-marked");
    }
    if let Some(line) = external_id.and_then(|id| line_of(scroller, id)) {
        // An attribute of this name cannot be refused.
        _ = line.set_attribute("data-marked", "true");
    }
}

fn bring_to_middle(scroller: &Element, line: &Element) {
    let (frame, place) = (browser::room_of(scroller), browser::room_of(line));
    let room = ((frame.height - place.height) / 2.0).max(0.0);
    let by = place.top - frame.top - room;
    scroller.set_scroll_top(scroller.scroll_top() + by as i32);
}

/// What was not looked at when the chat was opened begins here.
#[component]
fn UnseenLine(locale: Locale) -> impl IntoView {
    view! {
        <li class="unseen-line">
            <span>{locale.unseen_from_here()}</span>
        </li>
    }
}

/// A day begins.
#[component]
fn DayLine(desk: Desk, day: NaiveDate) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let name = Memo::new(move |_| day_name(day, zone.day(now.get())));
    view! {
        <li class="day-line">
            <span>{move || locale.day(name.get())}</span>
        </li>
    }
}

/// What stands above the oldest message we have.
#[component]
fn Older(session: Session, locale: Locale) -> impl IntoView {
    let (has_older, problem) = (session.has_older.clone(), session.older_problem.clone());
    let busy = Signal::from(session.is_loading_older.clone());
    let load = Callback::new(move |()| session.load_older());
    move || {
        let problem = problem.get().map(|error| view! { <ErrorNote error on_retry=Some(load)/> });
        let words = move || if busy.get() { locale.loading_older() } else { locale.older_messages() };
        has_older.get().then(|| {
            view! {
                <div class="messages-older">
                    {problem}
                    <Button kind=ButtonKind::Quiet busy on_press=load>
                        {words}
                    </Button>
                </div>
            }
        })
    }
}

#[component]
fn NoMessages(session: Session, locale: Locale) -> impl IntoView {
    let is_empty = Memo::new(move |_| session.lines.with(Vec::is_empty));
    let row = session.row;
    let words = move || match row.with(|row| row.history) {
        HistoryState::Known => locale.no_messages(),
        HistoryState::Coming => locale.history_coming(),
        HistoryState::Refused => locale.history_refused_text(),
    };
    move || {
        let words = words.clone();
        is_empty.get().then(|| view! { <p class="messages-none">{words}</p> })
    }
}

/// The way to the end, for whoever reads above; it says when something new is there.
#[component]
fn ToNewest(place: Place, session: Session, locale: Locale) -> impl IntoView {
    move || {
        let (place, session) = (place.clone(), session.clone());
        let unread = place.unread_below.clone();
        let words = move || if unread.get() { locale.new_messages_below() } else { locale.to_newest() };
        let is_new = place.unread_below.clone();
        (!place.is_at_end.get() || place.has_newer.get()).then(move || {
            view! {
                <button
                    type="button"
                    class="to-newest"
                    data-new=move || is_new.get().then_some("true")
                    on:click=move |_| {
                        place.unread_below.set(false);
                        session.go_to_newest();
                    }
                >
                    <span>{words}</span>
                    <Glyph icon=Icon::Down/>
                </button>
            }
        })
    }
}

/// Tells readers of the buyer's new messages, politely.
#[component]
fn ReadOut(session: Session, locale: Locale) -> impl IntoView {
    let words = move || {
        session.arrived.with(|arrived| {
            let newest: String = arrived.last()?.body.chars().take(READ_OUT).collect();
            Some(locale.messages_arrived(arrived.len() as i64, &newest))
        })
    };
    view! { <div class="reader-only" role="status" aria-live="polite">{words}</div> }
}
