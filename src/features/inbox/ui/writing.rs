//! Whether an answer to the buyer or a note for ours is being written. The two never share a field, a colour or a
//! button, so that neither goes where the other belongs.

use super::composer::{COMPOSER, Composer};
use super::desk::Desk;
use super::note_form::{NOTE_FIELD, NoteForm};
use super::session::Session;
use crate::features::inbox::types::NoteView;
use crate::shared::commands::Command;
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// What is being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Answer,
    Note,
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Mode::Answer => "answer",
            Mode::Note => "note",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Mode::Answer => COMPOSER,
            Mode::Note => NOTE_FIELD,
        }
    }
}

/// What is being written in a window. Cheap to clone.
#[derive(Clone, Default)]
pub struct WritingState {
    pub mode: ArcRwSignal<Mode>,
    /// The note that is being changed; a new one is written without it.
    pub changing: ArcRwSignal<Option<NoteView>>,
}

impl WritingState {
    /// Turns to a field and brings the focus there.
    pub fn turn_to(&self, mode: Mode) {
        self.mode.set(mode);
        // What is typed at once arrives where the field is in sight already.
        browser::focus(mode.field());
        // A field that is out of sight takes no focus: it comes into sight with the next drawing.
        request_animation_frame(move || browser::focus(mode.field()));
    }

    /// Whether this chat is open and this is being written in it: only then are the keys of the field meant.
    pub fn is_writing(&self, is_here: Signal<bool>, mode: Mode) -> Signal<bool> {
        let now = self.mode.clone();
        Signal::derive(move || is_here.get() && now.get() == mode)
    }

    /// Takes a note up again.
    pub fn change(&self, note: NoteView) {
        self.changing.set(Some(note));
        self.turn_to(Mode::Note);
    }
}

/// The fields, and what turns from one to the other. Who may only look has neither.
#[component]
pub fn Writing(desk: Desk, session: Session, takes_focus: bool) -> impl IntoView {
    if !desk.may_answer() {
        return view! { <Composer desk session takes_focus/> }.into_any();
    }
    let locale = desk.locale;
    let state = session.writing.clone();
    offer_turns(&desk, &session);
    let (mode, commands) = (state.mode.clone(), use_commands());
    let tab = {
        let state = state.clone();
        move |of: Mode, icon: Icon, words: &'static str, hint: &'static str| {
            let (chosen, pressed) = (state.mode.clone(), state.clone());
            view! {
                <button
                    type="button"
                    class="writing-mode"
                    data-mode=of.as_str()
                    aria-pressed=move || (chosen.get() == of).to_string()
                    title=move || commands.hint(hint, Command::AnswerOrNote)
                    aria-keyshortcuts=move || commands.keys_for_readers(Command::AnswerOrNote)
                    on:click=move |_| pressed.turn_to(of)
                >
                    <Glyph icon/>
                    <span>{words}</span>
                </button>
            }
        }
    };
    view! {
        <div class="writing" data-testid="writing" data-mode=move || mode.get().as_str()>
            <div class="writing-modes" role="group" aria-label=locale.writing_mode()>
                {tab(Mode::Answer, Icon::Chat, locale.write_to_buyer(), locale.write_to_buyer_hint())}
                {tab(Mode::Note, Icon::Note, locale.write_note(), locale.write_note_hint())}
                <span class="writing-whom">{locale.note_only_for_us()}</span>
            </div>
            <div class="writing-answer">
                <Composer desk=desk.clone() session=session.clone() takes_focus/>
            </div>
            <div class="writing-note">
                <NoteForm desk session/>
            </div>
        </div>
    }
    .into_any()
}

/// Turning from one to the other, and beginning the one or the other.
fn offer_turns(desk: &Desk, session: &Session) {
    let (commands, is_here) = (use_commands(), desk.is_at(session.chat));
    let offer = |command, turn: fn(&WritingState)| {
        let state = session.writing.clone();
        commands.offer_while(command, is_here, move || turn(&state));
    };
    offer(Command::Reply, |state| state.turn_to(Mode::Answer));
    offer(Command::Note, |state| state.turn_to(Mode::Note));
    offer(Command::AnswerOrNote, |state| {
        state.turn_to(match state.mode.get_untracked() {
            Mode::Answer => Mode::Note,
            Mode::Note => Mode::Answer,
        });
    });
}
