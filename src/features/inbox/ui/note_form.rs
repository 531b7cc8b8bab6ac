//! Where notes are written. What is typed is kept in this browser, apart from the answer's draft; `@` offers people.

use super::desk::Desk;
use super::session::Session;
use super::shelf::{fits, use_shelf};
use super::writing::{Mode, WritingState};
use crate::features::inbox::api;
use crate::features::inbox::types::{NoteView, PersonView};
use crate::features::inbox::work::{check_note, name_being_typed, still_mentioned};
use crate::shared::commands::Command;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::{ChatId, NoteId};
use crate::shared::page::Viewer;
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::json;
use crate::ui::text_area::TextArea;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

/// The id of the field.
pub const NOTE_FIELD: &str = "note-text";
const LIST: &str = "note-people";
/// So many people are offered at a time.
const MOST_OFFERED: usize = 8;

/// A note that has been begun, as this browser keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    body: String,
    mentions: Vec<PersonView>,
}

/// Where this browser keeps the note of a chat that has been begun.
fn place(viewer: Option<&Viewer>, chat: ChatId) -> Option<String> {
    viewer.map(|viewer| format!("agentiq.note.{}.{}.{chat}", viewer.workspace, viewer.user))
}

/// What is being written, and whom it speaks to.
#[derive(Clone)]
struct Form {
    session: Session,
    locale: Locale,
    place: Option<String>,
    field: NodeRef<html::Textarea>,
    text: ArcRwSignal<String>,
    chosen: ArcRwSignal<Vec<PersonView>>,
    /// Stays while saving is tried again, so that it becomes one note.
    id: ArcRwSignal<NoteId>,
    is_busy: ArcRwSignal<bool>,
    error: ArcRwSignal<Option<AppError>>,
    /// The name that is being typed.
    search: ArcRwSignal<Option<String>>,
    /// Who of the offered is marked.
    marked: ArcRwSignal<usize>,
    people: ArcRwSignal<Vec<PersonView>>,
}

impl Form {
    fn writing(&self) -> &WritingState {
        &self.session.writing
    }

    /// Whom the list offers.
    fn offered(&self) -> Vec<PersonView> {
        let Some(typed) = self.search.get() else { return Vec::new() };
        let fitting = |people: &Vec<PersonView>| {
            let found = people.iter().filter(|it| fits(&it.name, &typed) && it.name != typed.trim_end());
            found.take(MOST_OFFERED).cloned().collect()
        };
        self.people.with(fitting)
    }

    /// What stands before the caret.
    fn before_caret(&self) -> String {
        let text = self.text.get_untracked();
        let caret = self.field.get_untracked().and_then(|field| field.selection_start().ok().flatten());
        match caret {
            // Browsers count in units of UTF-16.
            Some(caret) => {
                let units: Vec<u16> = text.encode_utf16().take(caret as usize).collect();
                String::from_utf16_lossy(&units)
            }
            None => text,
        }
    }

    fn look_for_name(&self) {
        let before = self.before_caret();
        let typed = name_being_typed(&before).map(str::to_owned);
        if self.search.with_untracked(|search| *search != typed) {
            self.marked.set(0);
            self.search.set(typed);
        }
    }

    /// Puts a name in the place of what was typed of it.
    fn choose(&self, person: PersonView) {
        let (text, before) = (self.text.get_untracked(), self.before_caret());
        let Some(typed) = name_being_typed(&before) else { return };
        let kept = before.get(..before.len() - typed.len()).unwrap_or_default();
        let begun = format!("{kept}{} ", person.name);
        let rest = text.get(before.len()..).unwrap_or_default();
        let caret = begun.encode_utf16().count() as u32;
        self.chosen.update(|chosen| chosen.push(person));
        self.type_in(format!("{begun}{}", rest.strip_prefix(' ').unwrap_or(rest)));
        self.search.set(None);
        let field = self.field;
        request_animation_frame(move || {
            if let Some(field) = field.get_untracked() {
                _ = field.focus();
                // A field without a selection keeps its caret at the end.
                _ = field.set_selection_range(caret, caret);
            }
        });
    }

    fn type_in(&self, text: String) {
        self.text.set(text);
        self.keep();
    }

    /// Keeps what is typed; a note that is being changed is kept by the server already.
    fn keep(&self) {
        self.error.set(None);
        if self.writing().changing.with_untracked(Option::is_some) {
            return;
        }
        let Some(place) = &self.place else { return };
        let kept = Kept { body: self.text.get_untracked(), mentions: self.chosen.get_untracked() };
        if kept.body.trim().is_empty() {
            browser::local_remove(place);
        } else if let Ok(text) = serde_json::to_string(&kept) {
            // A browser that keeps nothing loses only what is typed here.
            _ = browser::local_set(place, &text);
        }
    }

    fn restore(&self) {
        let kept = self.place.as_deref().and_then(browser::local_get);
        let kept: Kept = kept.and_then(|text| json::read(&text).ok()).unwrap_or_default();
        self.chosen.set(kept.mentions);
        self.text.set(kept.body);
    }

    /// Begins to change a note, or goes back to the one that was begun.
    fn take_up(&self, note: Option<NoteView>) {
        self.error.set(None);
        self.search.set(None);
        match note {
            Some(note) => {
                self.chosen.set(note.mentions);
                self.text.set(note.body);
            }
            None => self.restore(),
        }
    }

    fn save(&self) {
        if self.is_busy.get_untracked() {
            return;
        }
        let body = match self.text.with_untracked(|text| check_note(text)) {
            Ok(body) => body,
            Err(why) => return self.error.set(Some(why.into())),
        };
        let mentions = self.chosen.with_untracked(|chosen| still_mentioned(&body, chosen));
        let changing = self.writing().changing.get_untracked().map(|note| note.id);
        self.is_busy.set(true);
        let this = self.clone();
        spawn_local(async move {
            let (chat, id) = (this.session.chat, this.id.get_untracked());
            let answer = match changing {
                Some(note) => api::edit_note(chat, note, body, mentions).await,
                None => api::write_note(chat, id, body, mentions).await,
            };
            this.is_busy.set(false);
            match answer {
                Ok(note) => this.saved(note, changing.is_some()),
                Err(error) => this.error.set(Some(error)),
            }
        });
    }

    fn saved(&self, note: NoteView, was_changed: bool) {
        self.session.confirm_note(note);
        if was_changed {
            self.writing().changing.set(None);
        } else {
            self.id.set(NoteId::new());
            self.chosen.set(Vec::new());
            self.type_in(String::new());
            self.session.sent_here.update(|count| *count += 1);
        }
    }

    fn leave(&self) {
        self.writing().changing.set(None);
        self.writing().turn_to(Mode::Answer);
    }

    fn handle_key(&self, event: &KeyboardEvent) {
        if event.is_composing() {
            return;
        }
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        let offered = untrack(|| self.offered());
        let marked = self.marked.get_untracked().min(offered.len().saturating_sub(1));
        match event.code().as_str() {
            "ArrowDown" if !offered.is_empty() => self.marked.set((marked + 1) % offered.len()),
            "ArrowUp" if !offered.is_empty() => {
                self.marked.set((marked + offered.len() - 1) % offered.len());
            }
            "Enter" | "NumpadEnter" | "Tab" if !offered.is_empty() && !has_modifier => {
                if let Some(person) = offered.into_iter().nth(marked) {
                    self.choose(person);
                }
            }
            "Escape" if !offered.is_empty() => self.search.set(None),
            "Escape" => self.leave(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}

/// The form.
#[component]
pub fn NoteForm(desk: Desk, session: Session) -> impl IntoView {
    let locale = desk.locale;
    let shelf = use_shelf();
    let form = Form {
        locale,
        place: place(desk.viewer.as_deref(), session.chat),
        field: NodeRef::new(),
        text: ArcRwSignal::new(String::new()),
        chosen: ArcRwSignal::new(Vec::new()),
        id: ArcRwSignal::new(NoteId::new()),
        is_busy: ArcRwSignal::new(false),
        error: ArcRwSignal::new(None),
        search: ArcRwSignal::new(None),
        marked: ArcRwSignal::new(0),
        people: shelf.people.clone(),
        session,
    };
    follow_changes(&form);
    let on_typed = {
        let form = form.clone();
        Callback::new(move |_| {
            form.keep();
            form.look_for_name();
            if form.search.with_untracked(Option::is_some) {
                shelf.want_people();
            }
        })
    };
    let (keys, moving, saving) = (form.clone(), form.clone(), form.clone());
    let commands = use_commands();
    let is_writing = form.writing().is_writing(desk.is_at(form.session.chat), Mode::Note);
    let sending = form.clone();
    commands.offer_while(Command::Send, is_writing, move || sending.save());
    let (busy, changing) = (form.is_busy.clone(), form.writing().changing.clone());
    let is_invalid = {
        let error = form.error.clone();
        Signal::derive(move || error.with(Option::is_some))
    };
    let error = form.error.clone();
    let sentence = move || error.get().map(|error| error.sentence(locale));
    let stop = {
        let form = form.clone();
        move || {
            let form = form.clone();
            changing.with(Option::is_some).then(move || {
                view! {
                    <button type="button" class="note-action" on:click=move |_| form.leave()>
                        {locale.cancel()}
                    </button>
                }
            })
        }
    };
    view! {
        <form
            class="composer note-form"
            on:submit=move |event| {
                event.prevent_default();
                saving.save();
            }
            on:keydown=move |event| keys.handle_key(&event)
            on:keyup=move |event| {
                if event.code().starts_with("Arrow") {
                    moving.look_for_name();
                }
            }
        >
            <Offer form=form.clone()/>
            <div class="composer-field">
                <TextArea
                    element=form.field
                    id=NOTE_FIELD
                    testid="note-composer"
                    label=locale.your_note()
                    placeholder=locale.note_placeholder()
                    text=form.text.clone()
                    on_typed
                    disabled=Signal::stored(false)
                    invalid=is_invalid
                    described_by="note-problem"
                />
                <button
                    type="submit"
                    class="composer-send note-save"
                    data-testid="save-note"
                    title=move || commands.hint(locale.save_note_hint(), Command::Send)
                    aria-keyshortcuts=move || commands.keys_for_readers(Command::Send)
                    aria-disabled=move || busy.get().then_some("true")
                >
                    <Glyph icon=Icon::Note/>
                    <span class="composer-send-word">{locale.save_note()}</span>
                </button>
            </div>
            <div class="composer-foot">
                <p id="note-problem" class="composer-problem" role="alert">{sentence}</p>
                {stop}
            </div>
        </form>
    }
}

/// Takes up what this browser kept, and notes that are to be changed.
fn follow_changes(form: &Form) {
    let this = form.clone();
    Effect::new(move |has_begun: Option<()>| {
        let note = this.writing().changing.get();
        // What was typed before the program came is newer than what was kept.
        if has_begun.is_some() || this.text.with_untracked(String::is_empty) {
            this.take_up(note);
        }
    });
    let this = form.clone();
    Effect::new(move |_| {
        let Some(field) = this.field.get() else { return };
        let offered = this.offered().len();
        let marked = this.marked.get().min(offered.saturating_sub(1));
        // None of these can be refused.
        _ = field.set_attribute("aria-autocomplete", "list");
        if offered > 0 {
            _ = field.set_attribute("aria-controls", LIST);
            _ = field.set_attribute("aria-activedescendant", &option_id(marked));
        } else {
            _ = field.remove_attribute("aria-controls");
            _ = field.remove_attribute("aria-activedescendant");
        }
    });
}

fn option_id(at: usize) -> String {
    format!("{LIST}-{at}")
}

/// People whose names fit what is typed after `@`.
#[component]
fn Offer(form: Form) -> impl IntoView {
    let locale = form.locale;
    move || {
        let offered = form.offered();
        let form = form.clone();
        (!offered.is_empty()).then(move || {
            let marked = form.marked.clone();
            let rows = offered
                .into_iter()
                .enumerate()
                .map(|(at, person)| {
                    let (form, marked, name) = (form.clone(), marked.clone(), person.name.clone());
                    view! {
                        <li
                            id=option_id(at)
                            role="option"
                            class="menu-item"
                            aria-selected=move || (marked.get() == at).to_string()
                            // The field keeps the focus.
                            on:mousedown=move |event| {
                                event.prevent_default();
                                form.choose(person.clone());
                            }
                        >
                            {name}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <ul id=LIST class="menu note-people" role="listbox" aria-label=locale.people_to_mention()>
                    {rows}
                </ul>
            }
        })
    }
}
