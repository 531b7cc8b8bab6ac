//! Which lines of the list are drawn: those in sight, some around them, and the ones that somebody works with. Ten thousand
//! chats cost as much as forty.

use super::keys::Step;
use super::lines::{Heights, Line, Lines};
use crate::features::inbox::types::CHATS_PER_PAGE;
use crate::shared::ids::ChatId;
use crate::ui::context::use_density;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many lines are drawn beyond the edges.
const AROUND: usize = 12;
/// The edges move by so many lines at a time.
const STEP: usize = 6;
/// What a style sheet says unless it says otherwise.
const USUAL: Heights = Heights { chat: 79, heading: 28 };

/// What is drawn of a list. Cheap to clone.
#[derive(Clone)]
pub struct Sight {
    scroller: NodeRef<html::Div>,
    lines: ArcRwSignal<Lines>,
    /// First line drawn, and the one after the last.
    edges: ArcRwSignal<(usize, usize)>,
    /// The chat that has the focus.
    focused: ArcRwSignal<Option<ChatId>>,
    /// Where the list stood when somebody looked last, and how high lines were.
    stood: Arc<Mutex<(i32, Heights)>>,
}

impl Sight {
    /// Begins at the top.
    pub fn new(scroller: NodeRef<html::Div>, lines: ArcRwSignal<Lines>) -> Self {
        let edges = ArcRwSignal::new((0, CHATS_PER_PAGE + AROUND));
        let stood = Arc::new(Mutex::new((0, USUAL)));
        let sight = Sight { scroller, lines, edges, focused: ArcRwSignal::new(None), stood };
        sight.follow_density();
        sight
    }

    /// The lines to draw; `open` is the chat in the window.
    pub fn drawn(&self, open: impl Fn() -> Option<ChatId> + Send + Sync + 'static) -> Memo<Vec<Line>> {
        let this = self.clone();
        Memo::new(move |_| {
            let (first, last) = this.edges.get();
            let kept: Vec<ChatId> = this.focused.get().into_iter().chain(open()).collect();
            this.lines.with(|lines| lines.between(first, last, &kept))
        })
    }

    /// Where a line stands.
    pub fn style(&self, line: Line) -> String {
        self.lines.with(|lines| {
            lines.place(line).map(|place| format!("top: {}", lines.above(place).css())).unwrap_or_default()
        })
    }

    /// Which line of the list it is, counted from 1; readers cannot count what is not drawn.
    pub fn number(&self, line: Line) -> Option<String> {
        self.lines.with(|lines| lines.place(line).map(|place| (place + 1).to_string()))
    }

    /// How many lines there are.
    pub fn count(&self) -> String {
        self.lines.with(|lines| lines.len().to_string())
    }

    /// How much room all lines take.
    pub fn room(&self) -> String {
        self.lines.with(|lines| format!("height: {}", lines.above(lines.len()).css()))
    }

    /// Follows the scrolling.
    pub fn look(&self) {
        let Some(element) = self.scroller.get_untracked() else { return };
        let (top, bottom) = (element.scroll_top(), element.scroll_top() + element.client_height());
        let heights = self.heights(&element);
        *self.stood() = (top, heights);
        let (first, last) =
            self.lines.with_untracked(|lines| (lines.at(top, heights), lines.at(bottom, heights)));
        let first = first.saturating_sub(AROUND) / STEP * STEP;
        let last = (last + AROUND).next_multiple_of(STEP);
        if self.edges.get_untracked() != (first, last) {
            self.edges.set((first, last));
        }
    }

    /// Keeps the line at the upper edge there when lines become higher or lower.
    fn follow_density(&self) {
        let (this, density) = (self.clone(), use_density());
        Effect::watch(move || density.get(), move |_, _, _| this.stay(), false);
    }

    fn stay(&self) {
        let Some(element) = self.scroller.get_untracked() else { return };
        // What the browser says now may be less: the list has become shorter.
        let (top, before) = *self.stood();
        let now = self.heights(&element);
        let moved = self.lines.with_untracked(|lines| lines.moved(top, before, now));
        element.set_scroll_top(moved);
        self.look();
    }

    fn stood(&self) -> MutexGuard<'_, (i32, Heights)> {
        self.stood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes to the top.
    pub fn to_top(&self) {
        if let Some(element) = self.scroller.get_untracked() {
            element.set_scroll_top(0);
        }
        self.look();
    }

    /// Notes which row has the focus, so that it is not taken away when it is scrolled out of sight.
    pub fn note_focus(&self, element: Option<Element>) {
        let chat = element.as_ref().and_then(chat_of);
        if self.focused.get_untracked() != chat {
            self.focused.set(chat);
        }
    }

    /// The chat to which a step leads; without a chat to step from, the first one.
    pub fn neighbour(&self, from: Option<ChatId>, step: Step) -> Option<ChatId> {
        self.lines.with_untracked(|lines| match (from, step) {
            (Some(chat), Step::Next) => lines.next(chat),
            (Some(chat), Step::Previous) => lines.previous(chat),
            (None, Step::Next | Step::Previous) | (_, Step::First) => lines.chats().next(),
            (_, Step::Last) => lines.chats().next_back(),
        })
    }

    /// Brings a chat into sight and gives it the focus.
    pub fn focus(&self, chat: ChatId) {
        self.reveal(chat);
        self.focused.set(Some(chat));
        let Some(list) = self.scroller.get_untracked() else { return };
        if !focus_row(&list, chat) {
            // Far away: it is being drawn.
            request_animation_frame(move || _ = focus_row(&list, chat));
        }
    }

    fn reveal(&self, chat: ChatId) {
        let Some(element) = self.scroller.get_untracked() else { return };
        let heights = self.heights(&element);
        let reach = self
            .lines
            .with_untracked(|lines| lines.place(Line::Chat(chat)).map(|place| lines.reach(place, heights)));
        let Some((top, bottom)) = reach else { return };
        let (from, height) = (element.scroll_top(), element.client_height());
        if top < from {
            element.set_scroll_top(top);
        } else if bottom > from + height {
            element.set_scroll_top(bottom - height);
        }
        self.look();
    }

    /// How high lines are; the style sheet decides.
    fn heights(&self, list: &HtmlElement) -> Heights {
        let height = |selector: &str| {
            let element = list.query_selector(selector).ok().flatten()?;
            Some(element.dyn_ref::<HtmlElement>()?.offset_height()).filter(|height| *height > 0)
        };
        Heights {
            chat: height(".row-place").unwrap_or(USUAL.chat),
            heading: height(".row-heading").unwrap_or(USUAL.heading),
        }
    }
}

/// The chat of a row.
pub fn chat_of(row: &Element) -> Option<ChatId> {
    row.get_attribute("data-chat-id")?.parse().ok()
}

fn focus_row(list: &HtmlElement, chat: ChatId) -> bool {
    let row = list.query_selector(&format!(".chat-row[data-chat-id=\"{chat}\"]")).ok().flatten();
    let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { return false };
    row.focus().is_ok()
}
