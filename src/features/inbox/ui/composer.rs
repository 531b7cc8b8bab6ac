//! Where answers are written.

use super::attach::{AttachButton, ChosenFiles, DropTarget};
use super::desk::Desk;
use super::keys;
use super::send_window::{self, WindowNote};
use super::session::Session;
use super::text_area::TextArea;
use super::together::{Held, HeldNote};
use super::{upload, words};
use crate::features::inbox::send_window::SendWindow;
use crate::features::inbox::types::check_text;
use crate::shared::error::{AppError, Refusal};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;
use crate::ui::icon::{Glyph, Icon};
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

/// The field, its counter and the button. It stays after sending: a second message may follow.
#[component]
fn AnswerForm(desk: Desk, session: Session, takes_focus: bool) -> impl IntoView {
    let locale = desk.locale;
    let marketplace = session.row.with_untracked(|row| row.marketplace);
    let field = NodeRef::<html::Textarea>::new();
    let refusal = ArcRwSignal::new(None::<Refusal>);
    let is_closed = {
        let closed = session.closed_because.clone();
        Signal::derive(move || closed.with(Option::is_some))
    };
    let window = send_window::watch(&desk, &session);
    let held = Held::watch(&desk, &session);
    follow_overtaken(&session, &refusal);
    // The person wanted to send after the time was over.
    let came_late = RwSignal::new(false);
    let send_now = {
        let (session, refusal) = (session.clone(), refusal.clone());
        move || {
            if is_closed.get_untracked() {
                return;
            }
            came_late.set(false);
            held.came_second.set(false);
            if let Some(note) = untrack(|| session.tray.blocked()) {
                session.tray.say(note);
                return;
            }
            match session.text.with_untracked(|text| check_text(text, marketplace)) {
                Ok(text) => {
                    refusal.set(None);
                    session.send_files();
                    session.send(text);
                }
                // Files need no text beside them.
                Err(Refusal::EmptyText) if session.send_files() => refusal.set(None),
                Err(why) => refusal.set(Some(why)),
            }
            if let Some(field) = field.get_untracked() {
                // The next message may follow at once.
                _ = field.focus();
            }
        }
    };
    let on_anyway = Callback::new({
        let send_now = send_now.clone();
        move |()| send_now()
    });
    // The text stays, and the note says what is possible.
    let send = move || {
        let is_late = window.with_untracked(SendWindow::is_closed);
        came_late.set(is_late);
        if !is_late && !held.holds_up() {
            send_now();
        }
    };
    let typed = {
        let (session, refusal) = (session.clone(), refusal.clone());
        Callback::new(move |text: String| {
            session.typed(&text);
            refusal.set(None);
            came_late.set(false);
        })
    };
    if takes_focus {
        focus_when_there(field);
    }
    let by_key = send.clone();
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
        let refusal = refusal.clone();
        Signal::derive(move || refusal.with(Option::is_some))
    };
    let text = session.text.clone();
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            on:keydown=move |event| handle_key(&event, &by_key)
            on:paste=paste
        >
            <DropTarget tray=tray.clone() locale disabled=is_closed/>
            <ClosedNote session=session.clone() locale marketplace/>
            <HeldNote desk=desk.clone() held/>
            <WindowNote desk session=session.clone() window on_anyway/>
            <ChosenFiles tray=tray.clone() locale/>
            <div class="composer-field">
                <AttachButton tray locale disabled=is_closed/>
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
                    title=locale.send_hint()
                    disabled=move || is_closed.get() || is_waiting.get()
                >
                    <Glyph icon=Icon::Send/>
                    <span class="composer-send-word">{locale.send()}</span>
                </button>
            </div>
            <div class="composer-foot">
                <RefusalNote refusal came_late held locale/>
                <Counter text locale marketplace/>
            </div>
        </form>
    }
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

/// Ctrl+Enter (or Cmd+Enter) sends, Enter begins a new line, Esc gives the focus back to the list.
fn handle_key(event: &KeyboardEvent, send: &impl Fn()) {
    if event.is_composing() {
        return;
    }
    match event.code().as_str() {
        "Enter" | "NumpadEnter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            send();
        }
        "Escape" => keys::focus_list(),
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
    held: Held,
    locale: Locale,
) -> impl IntoView {
    let words = move || match refusal.get() {
        Some(why) => Some(AppError::Refused(why).sentence(locale)),
        None if came_late.get() => Some(locale.window_kept_text().to_owned()),
        None => held.came_second.get().then(|| locale.answered_by_others(&held.names())),
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
