//! Where answers are written.

use super::desk::Desk;
use super::held::{CancelledNote, UndoBar};
use super::keys;
use super::later::SendLater;
use super::quick::{EmojiPicker, QuickReplies};
use super::send_window::{self, WindowNote};
use super::session::Session;
use super::together::{HeldByOthers, HeldNote};
use super::words;
use super::writing::Mode;
use crate::features::files::ui::tray::{AttachButton, ChosenFiles, DropTarget};
use crate::features::files::ui::upload;
use crate::features::inbox::send_window::SendWindow;
use crate::features::inbox::types::{Departure, SendHow, check_text};
use crate::features::quick_replies::variables;
use crate::features::suggestions::ui::SuggestionPanel;
use crate::features::wording::types::{Hit, RuleId, Severity, verdict};
use crate::features::wording::ui::Findings;
use crate::shared::commands::Command;
use crate::shared::error::{AppError, Refusal};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;
use crate::ui::caret;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::use_toasts;
use crate::ui::text_area::TextArea;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{ClipboardEvent, KeyboardEvent};

/// The id of the field.
pub const COMPOSER: &str = "composer-text";
/// From this share of the limit the counter is shown clearly, in percent.
const NEARLY_FULL_PERCENT: usize = 90;

/// The composer, or a sentence for people who may only look.
#[component]
pub fn Composer(desk: Desk, session: Session, takes_focus: bool) -> impl IntoView {
    if desk.may_answer() {
        view! { <AnswerForm desk session takes_focus/> }.into_any()
    } else {
        view! { <p class="composer-closed">{desk.locale.viewer_cannot_answer()}</p> }.into_any()
    }
}

/// What the person wants to happen with what is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wish {
    departure: Departure,
    closes_chat: bool,
    /// Also when the rule says that it is too late.
    anyway: bool,
}

const SEND: Wish = Wish { departure: Departure::AfterPause, closes_chat: false, anyway: false };
const SEND_AND_CLOSE: Wish = Wish { closes_chat: true, ..SEND };

/// What stands between what is typed and its way out.
#[derive(Clone)]
struct Gate {
    session: Session,
    marketplace: Marketplace,
    field: NodeRef<html::Textarea>,
    is_closed: Signal<bool>,
    window: Memo<SendWindow>,
    hits: Memo<Vec<Hit>>,
    /// Who else answers this chat.
    others: HeldByOthers,
    refusal: ArcRwSignal<Option<Refusal>>,
    /// The person wanted to send after the time was over.
    came_late: RwSignal<bool>,
    /// Rules whose warnings have been shown to a person who wanted to send; sending once more means that it is meant.
    warned: RwSignal<Vec<RuleId>>,
}

impl Gate {
    /// Does what the person wants, or says why not. The text stays where it is then. Says whether it was done.
    fn attempt(&self, wish: Wish) -> bool {
        if self.is_closed.get_untracked() {
            return false;
        }
        let is_late = !wish.anyway && self.window.with_untracked(SendWindow::is_closed);
        self.came_late.set(is_late);
        if is_late || !wish.anyway && self.others.holds_up() {
            return false;
        }
        self.others.came_second.set(false);
        if let Some(note) = untrack(|| self.session.tray.blocked()) {
            self.session.tray.say(note);
            return false;
        }
        let is_done = match self.checked() {
            Ok((text, accepted)) => {
                let how = SendHow { accepted, ..how_without_text(wish) };
                // The chat is closed with the last of what is sent.
                self.session.send_files(&SendHow { closes_chat: false, ..how.clone() });
                self.session.send(text, how);
                self.clear();
                true
            }
            // Files need no text beside them.
            Err(Refusal::EmptyText) if self.session.send_files(&how_without_text(wish)) => {
                self.clear();
                true
            }
            Err(why) => {
                self.refuse(why);
                false
            }
        };
        if let Some(field) = self.field.get_untracked() {
            // The next message may follow at once.
            _ = field.focus();
        }
        is_done
    }

    /// The text as it is sent, and the warnings that it is sent over.
    fn checked(&self) -> Result<(String, Vec<RuleId>), Refusal> {
        let text = self.session.text.with_untracked(|text| check_text(text, self.marketplace))?;
        if let Some(place) = variables::unfilled(&text).into_iter().next() {
            return Err(Refusal::VariableUnfilled { name: text[place].to_owned() });
        }
        let accepted = self.warned.get_untracked();
        self.hits.with_untracked(|hits| verdict(hits, &accepted))?;
        Ok((text, accepted))
    }

    fn refuse(&self, why: Refusal) {
        match &why {
            Refusal::VariableUnfilled { .. } => {
                let place =
                    self.session.text.with_untracked(|text| variables::unfilled(text).into_iter().next());
                place.into_iter().for_each(|place| caret::select(self.field, place));
            }
            Refusal::WordingUnaccepted(_) => {
                self.warned.set(self.hits.with_untracked(|hits| warnings(hits)));
            }
            _ => {}
        }
        // What a rule has found is said beside the text already.
        let is_said = matches!(why, Refusal::WordingUnaccepted(_));
        self.refusal.set((!is_said).then_some(why));
    }

    /// Something has been typed: what was said of the text before is no longer true.
    fn clear(&self) {
        self.refusal.set(None);
        self.came_late.set(false);
        self.warned.set(Vec::new());
    }
}

fn how_without_text(wish: Wish) -> SendHow {
    SendHow { departure: wish.departure, closes_chat: wish.closes_chat, ..SendHow::default() }
}

fn warnings(hits: &[Hit]) -> Vec<RuleId> {
    let warned = hits.iter().filter(|hit| hit.severity == Severity::Warn);
    warned.map(|hit| hit.rule.clone()).collect()
}

/// The field, its counter and the button. It stays after sending: a second message may follow.
#[component]
fn AnswerForm(desk: Desk, session: Session, takes_focus: bool) -> impl IntoView {
    let locale = desk.locale;
    let marketplace = session.row.with_untracked(|row| row.marketplace);
    let field = NodeRef::<html::Textarea>::new();
    let is_closed = {
        let closed = session.closed_because.clone();
        Signal::derive(move || closed.with(Option::is_some))
    };
    let window = send_window::watch(&desk, &session);
    let hits = {
        let (text, wording) = (session.text.clone(), desk.wording.clone());
        Memo::new(move |_| text.with(|text| wording.check(text)))
    };
    let gate = Gate {
        session: session.clone(),
        marketplace,
        field,
        is_closed,
        window,
        hits,
        others: HeldByOthers::watch(&desk, &session),
        refusal: ArcRwSignal::new(None),
        came_late: RwSignal::new(false),
        warned: RwSignal::new(Vec::new()),
    };
    follow_overtaken(&session, &gate.refusal);
    let tools = Tools::new();
    offer_commands(&desk, &gate, tools);
    let commands = use_commands();
    let on_anyway = {
        let gate = gate.clone();
        Callback::new(move |()| _ = gate.attempt(Wish { anyway: true, ..SEND }))
    };
    let on_time = {
        let gate = gate.clone();
        Callback::new(move |at| {
            if gate.attempt(Wish { departure: Departure::At(at), anyway: true, ..SEND }) {
                tools.later.set(false);
            }
        })
    };
    let typed = {
        let (session, gate) = (session.clone(), gate.clone());
        Callback::new(move |text: String| {
            session.typed(&text);
            gate.clear();
        })
    };
    let inserted = {
        let text = session.text.clone();
        Callback::new(move |whole: String| {
            text.set(whole.clone());
            typed.run(whole);
        })
    };
    if takes_focus {
        focus_when_there(field);
    }
    let (by_key, by_button) = (gate.clone(), gate.clone());
    let is_taking_files = composing(&desk, &gate);
    let (tray, waiting, pasting) = (session.tray.clone(), session.tray.clone(), session.tray.clone());
    let is_waiting = Memo::new(move |_| waiting.blocked().is_some());
    let paste = move |event: ClipboardEvent| {
        let picked = upload::of_paste(&event);
        if !picked.is_empty() && !is_closed.get_untracked() {
            event.prevent_default();
            pasting.add(picked);
        }
    };
    let is_invalid = {
        let refusal = gate.refusal.clone();
        Signal::derive(move || refusal.with(Option::is_some))
    };
    let buyer_waits = {
        let row = session.row.clone();
        Signal::derive(move || row.with(|row| row.unanswered_since.is_some()))
    };
    let on_suggestion = Callback::new(move |text: String| {
        inserted.run(text);
        if let Some(field) = field.get_untracked() {
            _ = field.focus();
        }
    });
    let text = session.text.clone();
    let (refusal, came_late, warned) = (gate.refusal.clone(), gate.came_late, gate.warned);
    let others = gate.others;
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                by_button.attempt(SEND);
            }
            on:keydown=move |event| handle_key(&event, &by_key, tools)
            on:paste=paste
        >
            <DropTarget tray=tray.clone() locale disabled=is_closed/>
            <ClosedNote session=session.clone() locale marketplace/>
            <HeldNote desk=desk.clone() held=others/>
            <CancelledNote desk=desk.clone() session=session.clone()/>
            <WindowNote desk=desk.clone() session=session.clone() window on_anyway/>
            <SuggestionPanel
                chat=session.chat
                locale
                is_waiting=buyer_waits
                text=text.clone()
                is_composing=is_taking_files
                is_closed
                on_insert=on_suggestion
            />
            <QuickReplies desk=desk.clone() session=session.clone() tray=tray.clone() field open=tools.quick on_inserted=inserted/>
            <EmojiPicker locale field open=tools.emoji on_inserted=inserted/>
            <SendLater desk=desk.clone() session=session.clone() open=tools.later on_choose=on_time/>
            <ChosenFiles tray=tray.clone() locale/>
            <Findings hits locale/>
            <div class="composer-field">
                <AttachButton tray locale disabled=is_closed is_ready=is_taking_files/>
                <TextArea
                    element=field
                    id=COMPOSER
                    testid="composer"
                    label=locale.your_answer()
                    placeholder=locale.answer_placeholder()
                    text=text.clone()
                    on_typed=typed
                    disabled=is_closed
                    invalid=is_invalid
                    described_by="composer-problem composer-count"
                />
                <button
                    type="submit"
                    class="composer-send"
                    data-testid="send"
                    title=move || {
                        let send = commands.hint(locale.send(), Command::Send);
                        format!("{send}\n{}", commands.hint(locale.send_and_close(), Command::SendAndClose))
                    }
                    aria-keyshortcuts=move || commands.keys_for_readers(Command::Send)
                    disabled=move || is_closed.get() || is_waiting.get()
                >
                    <Glyph icon=Icon::Send/>
                    <span class="composer-send-word">{locale.send()}</span>
                </button>
            </div>
            <div class="composer-foot">
                <ToolButtons locale tools disabled=is_closed/>
                <UndoBar desk=desk.clone() session=session.clone()/>
                <RefusalNote refusal came_late warned others locale/>
                <Counter text locale marketplace/>
            </div>
        </form>
    }
}

/// The panels over the field; at most one is open.
#[derive(Clone, Copy)]
struct Tools {
    quick: RwSignal<bool>,
    emoji: RwSignal<bool>,
    later: RwSignal<bool>,
}

impl Tools {
    fn new() -> Self {
        Tools { quick: RwSignal::new(false), emoji: RwSignal::new(false), later: RwSignal::new(false) }
    }

    /// Opens a panel and closes the others; closes it when it is open.
    fn toggle(self, tool: RwSignal<bool>) {
        let opens = !tool.get_untracked();
        for other in [self.quick, self.emoji, self.later] {
            other.set(opens && other == tool);
        }
    }
}

/// Whether an answer can be written here now.
fn composing(desk: &Desk, gate: &Gate) -> Signal<bool> {
    let is_writing = gate.session.writing.is_writing(desk.is_at(gate.session.chat), Mode::Answer);
    let is_closed = gate.is_closed;
    Signal::derive(move || is_writing.get() && !is_closed.get())
}

/// What keys do while an answer is written.
fn offer_commands(desk: &Desk, gate: &Gate, tools: Tools) {
    let (commands, is_ready, toasts) = (use_commands(), composing(desk, gate), use_toasts());
    for (command, wish) in [(Command::Send, SEND), (Command::SendAndClose, SEND_AND_CLOSE)] {
        let gate = gate.clone();
        commands.offer_while(command, is_ready, move || _ = gate.attempt(wish));
    }
    for (command, tool) in
        [(Command::QuickReply, tools.quick), (Command::Emoji, tools.emoji), (Command::SendLater, tools.later)]
    {
        commands.offer_while(command, is_ready, move || tools.toggle(tool));
    }
    // An answer that has not left is taken back before what was done earlier; what a notice offers was done later.
    let (is_here, held) = (desk.is_at(gate.session.chat), gate.session.held.clone());
    let can_take_back =
        Signal::derive(move || is_here.get() && !held.with(Vec::is_empty) && !toasts.has_action());
    let session = gate.session.clone();
    commands.offer_while(Command::Undo, can_take_back, move || session.undo());
}

/// The buttons that open the panels.
#[component]
fn ToolButtons(locale: Locale, tools: Tools, disabled: Signal<bool>) -> impl IntoView {
    let commands = use_commands();
    let all = [
        (tools.quick, Icon::Slash, locale.quick_reply_insert(), "quick-replies", Command::QuickReply),
        (tools.emoji, Icon::Smile, locale.insert_emoji(), "emoji", Command::Emoji),
        (tools.later, Icon::Clock, locale.send_later(), "send-later", Command::SendLater),
    ];
    let buttons = all.into_iter().map(|(tool, icon, name, panel, command)| {
        view! {
            <button
                type="button"
                class="icon-button"
                aria-label=name
                title=move || commands.hint(name, command)
                aria-keyshortcuts=move || commands.keys_for_readers(command)
                aria-expanded=move || if tool.get() { "true" } else { "false" }
                aria-controls=panel
                disabled=move || disabled.get()
                // Otherwise the panel loses the focus first and closes, and the click opens it again.
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| tools.toggle(tool)
            >
                <Glyph icon/>
            </button>
        }
    });
    view! { <div class="composer-tools" role="group" aria-label=locale.composer_tools()>{buttons.collect_view()}</div> }
}

/// Says why an answer has come back into the composer.
fn follow_overtaken(session: &Session, refusal: &ArcRwSignal<Option<Refusal>>) {
    let (overtaken, refusal) = (session.overtaken.clone(), refusal.clone());
    Effect::new(move |_| {
        if let Some(why) = overtaken.get() {
            refusal.set(Some(why));
        }
    });
}

/// What keys mean in the field alone: «/» at the beginning of a word opens the quick replies, Ctrl+Z in the empty field
/// takes back what was just sent, Esc gives the focus back to the list.
fn handle_key(event: &KeyboardEvent, gate: &Gate, tools: Tools) {
    if event.is_composing() || event.default_prevented() {
        return;
    }
    let is_command = event.ctrl_key() || event.meta_key();
    let begins_word = || caret::before_caret(gate.field).is_none_or(char::is_whitespace);
    let is_in_field = || {
        let element = gate.field.get_untracked();
        let focused = document().active_element();
        element.is_some_and(|element| {
            focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(&element)))
        })
    };
    match event.code().as_str() {
        "KeyZ" if is_command && !event.shift_key() => {
            let is_empty = gate.session.text.with_untracked(String::is_empty);
            if is_empty && gate.session.held.with_untracked(|held| !held.is_empty()) {
                event.prevent_default();
                gate.session.undo();
            }
        }
        "Escape" => keys::focus_list(),
        _ if event.key() == "/" && !is_command && !event.alt_key() && is_in_field() && begins_word() => {
            event.prevent_default();
            tools.toggle(tools.quick);
        }
        _ => {}
    }
}

/// The next key after opening a chat begins the answer; not on a phone, where it would bring up the keyboard.
fn focus_when_there(field: NodeRef<html::Textarea>) {
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        request_animation_frame(move || {
            if keys::is_wide() {
                // A field that is closed keeps the focus where it was.
                _ = field.focus();
            }
        });
    });
}

/// Why nothing can be sent.
#[component]
fn ClosedNote(session: Session, locale: Locale, marketplace: Marketplace) -> impl IntoView {
    let reason = session.closed_because.clone();
    move || {
        reason.get().map(|reason| {
            view! {
                <p class="composer-closed" role="status">
                    <Glyph icon=Icon::Info/>
                    <span>{words::failure(locale, reason, marketplace)}</span>
                </p>
            }
        })
    }
}

/// Why the text was not sent, read out when it appears.
#[component]
fn RefusalNote(
    refusal: ArcRwSignal<Option<Refusal>>,
    came_late: RwSignal<bool>,
    warned: RwSignal<Vec<RuleId>>,
    others: HeldByOthers,
    locale: Locale,
) -> impl IntoView {
    let commands = use_commands();
    let words = move || match refusal.get() {
        Some(why) => Some(AppError::Refused(why).sentence(locale)),
        None if came_late.get() => Some(locale.window_kept_text().to_owned()),
        None if others.came_second.get() => Some(locale.answered_by_others(&others.names())),
        None => {
            let is_warned = !warned.with(Vec::is_empty);
            is_warned.then(|| commands.hint(locale.wording_send_over(), Command::Send))
        }
    };
    view! { <p id="composer-problem" class="composer-problem" role="alert">{words}</p> }
}

/// How much of the marketplace's limit is used.
#[component]
fn Counter(text: ArcRwSignal<String>, locale: Locale, marketplace: Marketplace) -> impl IntoView {
    let max = marketplace.max_text_chars();
    let used = Memo::new(move |_| text.with(|text| text.trim().chars().count()));
    let level = move || level(used.get(), max);
    let digits = move || format!("{}/{max}", used.get());
    let in_words = move || match used.get().checked_sub(max) {
        Some(over) if over > 0 => locale.characters_over(over as i64, marketplace),
        _ => locale.characters_used(used.get() as i64, max as i64),
    };
    let over = move || {
        let over = used.get().saturating_sub(max);
        (over > 0).then(|| view! { <span>{locale.characters_over(over as i64, marketplace)}</span> })
    };
    view! {
        <p class="composer-count" data-level=level>
            <span aria-hidden="true">{over} " " {digits}</span>
            <span id="composer-count" class="reader-only">{in_words}</span>
        </p>
    }
}

fn level(used: usize, max: usize) -> &'static str {
    if used > max {
        "over"
    } else if used * 100 >= max * NEARLY_FULL_PERCENT {
        "near"
    } else {
        "fine"
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn the_counter_warns_before_the_limit_and_not_at_it() {
        assert_eq!(level(0, 1000), "fine");
        assert_eq!(level(899, 1000), "fine");
        assert_eq!(level(900, 1000), "near");
        assert_eq!(level(1000, 1000), "near");
        assert_eq!(level(1001, 1000), "over");
    }
}
