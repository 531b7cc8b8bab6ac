//! Files beside a text: chosen, dropped or pasted, uploaded at once, sent or kept with the text. Those of an answer stay with
//! their chat while the person looks at another one.

use super::upload::{self, Picked};
use crate::features::files::types::{self, FileView, MAX_AT_ONCE};
use crate::shared::address::encode;
use crate::shared::commands::Command;
use crate::shared::error::{AppError, Refusal};
use crate::shared::i18n::Locale;
use crate::shared::ids::{ChatId, FileId};
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos::{ev, html};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The files of all chats that this page has opened. Cheap to clone.
#[derive(Clone)]
pub struct Trays {
    /// The id of the field that has the focus after a file was chosen.
    home: &'static str,
    all: Arc<Mutex<HashMap<ChatId, Tray>>>,
}

impl Trays {
    /// No chat was opened yet.
    pub fn new(home: &'static str) -> Self {
        Trays { home, all: Arc::default() }
    }

    /// The files beside the answer of a chat.
    pub fn of(&self, chat: ChatId) -> Tray {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(chat).or_insert_with(|| Tray::new(Place::Chat(chat), self.home)).clone()
    }
}

/// What the files are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An answer in this chat.
    Chat(ChatId),
    /// A quick reply.
    QuickReply,
}

impl Place {
    fn upload_address(self, file: FileId, name: &str) -> String {
        let name = encode(name);
        match self {
            Place::Chat(chat) => format!("/upload/{chat}/{file}?name={name}"),
            Place::QuickReply => format!("/upload/quick-reply/{file}?name={name}"),
        }
    }
}

/// How far a chosen file has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It cannot be sent; nothing was uploaded.
    Refused(Refusal),
    /// On its way, in percent.
    Uploading(u8),
    Ready(FileView),
    /// The upload did not work.
    Failed(AppError),
}

/// A chosen file.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub id: FileId,
    pub name: String,
    pub size: u64,
    preview: Option<String>,
    progress: ArcRwSignal<Progress>,
}

impl Chosen {
    /// A file that is on the server already.
    fn ready(name: String, view: FileView) -> Self {
        Chosen {
            id: view.id,
            name,
            size: view.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            preview: None,
            progress: ArcRwSignal::new(Progress::Ready(view)),
        }
    }
}

/// What is to be said of all files together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrayNote {
    TooMany,
    /// The answer waits for an upload.
    Uploading,
    /// The answer waits for a decision.
    HasProblems,
}

/// The files beside one text. Cheap to clone.
#[derive(Clone)]
pub struct Tray {
    place: Place,
    home: &'static str,
    files: ArcRwSignal<Vec<Chosen>>,
    note: ArcRwSignal<Option<TrayNote>>,
}

impl Tray {
    /// Without files.
    pub fn new(place: Place, home: &'static str) -> Self {
        Tray { place, home, files: ArcRwSignal::new(Vec::new()), note: ArcRwSignal::new(None) }
    }

    /// Takes files in, in their order, and begins to upload those that can be sent.
    pub fn add(&self, picked: Vec<Picked>) {
        self.note.set(None);
        for picked in picked {
            if self.files.with_untracked(Vec::len) >= MAX_AT_ONCE {
                upload::forget(picked.id);
                self.note.set(Some(TrayNote::TooMany));
                continue;
            }
            let (name, progress) = begin(&picked);
            let is_good = matches!(progress, Progress::Uploading(_));
            let chosen = Chosen {
                id: picked.id,
                name,
                size: picked.size,
                preview: picked.preview,
                progress: ArcRwSignal::new(progress),
            };
            self.files.update(|files| files.push(chosen.clone()));
            if is_good {
                self.upload(&chosen);
            }
        }
    }

    /// Puts a file back that was taken back before it was sent.
    pub fn put_back(&self, name: String, view: FileView) {
        self.files.update(|files| files.insert(0, Chosen::ready(name, view)));
    }

    /// Puts files behind the others that are on the server already.
    pub fn put(&self, ready: Vec<(String, FileView)>) {
        for (name, view) in ready {
            if self.files.with_untracked(Vec::len) >= MAX_AT_ONCE {
                self.note.set(Some(TrayNote::TooMany));
                return;
            }
            self.files.update(|files| files.push(Chosen::ready(name, view)));
        }
    }

    /// Forgets all files and takes these.
    pub fn begin_with(&self, ready: Vec<(String, FileView)>) {
        self.take();
        self.put(ready);
    }

    /// The ids of the uploaded files, in their order.
    pub fn ready(&self) -> Vec<FileId> {
        self.files.with_untracked(|files| files.iter().map(|file| file.id).collect())
    }

    /// Takes a file away.
    pub fn remove(&self, id: FileId) {
        upload::forget(id);
        self.note.set(None);
        self.files.update(|files| files.retain(|file| file.id != id));
    }

    /// Uploads a file once more.
    pub fn retry(&self, id: FileId) {
        self.note.set(None);
        let found = self.files.with_untracked(|files| files.iter().find(|file| file.id == id).cloned());
        if let Some(file) = found {
            file.progress.set(Progress::Uploading(0));
            self.upload(&file);
        }
    }

    /// Why the answer cannot be sent yet.
    pub fn blocked(&self) -> Option<TrayNote> {
        self.files.with(|files| {
            let any = |is: fn(&Progress) -> bool| files.iter().any(|file| file.progress.with(is));
            if any(|progress| matches!(progress, Progress::Uploading(_))) {
                Some(TrayNote::Uploading)
            } else if any(|progress| matches!(progress, Progress::Refused(_) | Progress::Failed(_))) {
                Some(TrayNote::HasProblems)
            } else {
                None
            }
        })
    }

    /// Says what the answer waits for.
    pub fn say(&self, note: TrayNote) {
        self.note.set(Some(note));
    }

    /// Hands the uploaded files over, in their order, and is empty.
    pub fn take(&self) -> Vec<(String, FileView)> {
        let files = self.files.try_update(std::mem::take).unwrap_or_default();
        self.note.set(None);
        files
            .into_iter()
            .filter_map(|file| {
                upload::forget(file.id);
                match file.progress.get_untracked() {
                    Progress::Ready(view) => Some((file.name, view)),
                    _ => None,
                }
            })
            .collect()
    }

    fn upload(&self, file: &Chosen) {
        let address = self.place.upload_address(file.id, &file.name);
        let (going, ended) = (file.progress.clone(), file.progress.clone());
        upload::send(
            file.id,
            &address,
            move |percent| going.set(Progress::Uploading(percent.min(99))),
            move |outcome| ended.set(outcome.map_or_else(failed, Progress::Ready)),
        );
    }
}

/// The name a file will have, and whether it can be uploaded at all.
fn begin(picked: &Picked) -> (String, Progress) {
    match types::check_choice(&picked.name, picked.size) {
        Ok((name, _)) => (name, Progress::Uploading(0)),
        Err(refusal) => (types::clean_name(&picked.name), Progress::Refused(refusal)),
    }
}

/// What the server refuses by a rule would be refused again.
fn failed(error: AppError) -> Progress {
    match error {
        AppError::Refused(refusal) => Progress::Refused(refusal),
        error => Progress::Failed(error),
    }
}

/// The button that opens the browser's file picker.
#[component]
pub fn AttachButton(
    tray: Tray,
    locale: Locale,
    #[prop(into)] disabled: Signal<bool>,
    /// Whether its key is meant for this chat now.
    is_ready: Signal<bool>,
) -> impl IntoView {
    let (field, commands) = (NodeRef::<html::Input>::new(), use_commands());
    let open = move || {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    commands.offer_while(Command::Attach, is_ready, open);
    view! {
        <button
            type="button"
            class="composer-attach"
            data-testid="attach"
            aria-label=locale.attach_files()
            title=move || commands.hint(locale.attach_hint(), Command::Attach)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::Attach)
            disabled=move || disabled.get()
            on:click=move |_| open()
        >
            <Glyph icon=Icon::Clip/>
        </button>
        <input
            node_ref=field
            type="file"
            hidden
            multiple
            accept=types::ACCEPTED
            data-testid="attach-input"
            aria-label=locale.attach_files()
            on:change=move |event| {
                tray.add(upload::of_input(&event));
                browser::focus(tray.home);
            }
        />
    }
}

/// Where files may be dropped: anywhere on the page while the chat takes answers. A file that is dropped beside a field
/// would otherwise take the place of the page.
#[component]
pub fn DropTarget(tray: Tray, locale: Locale, #[prop(into)] disabled: Signal<bool>) -> impl IntoView {
    let is_over = ArcRwSignal::new(false);
    let shown = is_over.clone();
    Effect::new(move |_| {
        let (tray, over) = (tray.clone(), is_over.clone());
        let entered = over.clone();
        let mut handles = vec![window_event_listener(ev::dragover, move |event| {
            if upload::drags_files(&event) {
                event.prevent_default();
                if !entered.get_untracked() {
                    entered.set(true);
                }
            }
        })];
        let left = over.clone();
        handles.push(window_event_listener(ev::dragleave, move |event| {
            if upload::has_left(&event) {
                left.set(false);
            }
        }));
        handles.push(window_event_listener(ev::drop, move |event| {
            over.set(false);
            if !upload::drags_files(&event) {
                return;
            }
            event.prevent_default();
            if !disabled.get_untracked() {
                tray.add(upload::of_drop(&event));
                browser::focus(tray.home);
            }
        }));
        on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    });
    move || {
        (shown.get() && !disabled.get()).then(|| {
            view! {
                <div class="drop-target" data-testid="drop-target">
                    <Glyph icon=Icon::Clip/>
                    <span>{locale.drop_files_here()}</span>
                </div>
            }
        })
    }
}

/// The chosen files, in the order in which they will be sent.
#[component]
pub fn ChosenFiles(tray: Tray, locale: Locale) -> impl IntoView {
    let files = tray.files.clone();
    let is_empty = Memo::new(move |_| files.with(Vec::is_empty));
    let note = tray.note.clone();
    let words = move || note.get().map(|note| note_words(note, locale));
    move || {
        (!is_empty.get()).then(|| {
            let (each, rows, words) = (tray.files.clone(), tray.clone(), words.clone());
            view! {
                <div class="chosen">
                    <ul class="chosen-files" aria-label=locale.chosen_files()>
                        <For
                            each=move || each.get()
                            key=|file| file.id
                            children=move |file| view! { <ChosenFile tray=rows.clone() file locale/> }
                        />
                    </ul>
                    <p class="chosen-order">{locale.files_go_first()}</p>
                    <p class="composer-problem" role="alert">{words}</p>
                </div>
            }
        })
    }
}

fn note_words(note: TrayNote, locale: Locale) -> String {
    match note {
        TrayNote::TooMany => locale.too_many_files(MAX_AT_ONCE as i64),
        TrayNote::Uploading => locale.wait_for_upload().to_owned(),
        TrayNote::HasProblems => locale.settle_files_first().to_owned(),
    }
}

/// One chosen file: what it is, how far it has got, and the way back.
#[component]
fn ChosenFile(tray: Tray, file: Chosen, locale: Locale) -> impl IntoView {
    let Chosen { id, name, size, preview, progress } = file;
    let picture = match preview {
        Some(address) => view! { <img class="chosen-preview" src=address alt=""/> }.into_any(),
        None => view! { <span class="chosen-preview"><Glyph icon=Icon::File/></span> }.into_any(),
    };
    let (word, bar, state, again) = (progress.clone(), progress.clone(), progress.clone(), progress);
    let words = move || {
        word.with(|progress| match progress {
            Progress::Uploading(_) => locale.file_uploading().to_owned(),
            Progress::Ready(_) => locale.file_ready().to_owned(),
            Progress::Refused(refusal) => locale.refusal(refusal),
            Progress::Failed(error) => error.sentence(locale),
        })
    };
    let percent = move || {
        bar.with(|progress| match progress {
            Progress::Uploading(percent) => Some(*percent),
            _ => None,
        })
    };
    let is_uploading = {
        let percent = percent.clone();
        Memo::new(move |_| percent().is_some())
    };
    let label = name.clone();
    let bar = move || {
        let (percent, label) = (percent.clone(), label.clone());
        is_uploading.get().then(|| {
            view! {
                <progress class="chosen-bar" max="100" value=move || percent().unwrap_or(100).to_string() aria-label=label></progress>
            }
        })
    };
    let state = move || state.with(state_word);
    let can_retry = Memo::new(move |_| again.with(|progress| matches!(progress, Progress::Failed(_))));
    let (retrying, retry_name) = (tray.clone(), name.clone());
    let retry = move || {
        let (tray, name) = (retrying.clone(), retry_name.clone());
        can_retry.get().then(|| {
            view! {
                <button
                    type="button"
                    class="chosen-action"
                    aria-label=locale.upload_again(&name)
                    title=locale.upload_again(&name)
                    on:click=move |_| tray.retry(id)
                >
                    <Glyph icon=Icon::Retry/>
                </button>
            }
        })
    };
    view! {
        <li class="chosen-file" data-testid="chosen-file" data-state=state>
            {picture}
            <span class="chosen-what">
                <span class="chosen-name" title=name.clone()>{name.clone()}</span>
                <span class="chosen-size">{locale.file_size(size as i64)}</span>
                <span class="chosen-words" role="status">{words}</span>
                {bar}
            </span>
            {retry}
            <button
                type="button"
                class="chosen-action"
                aria-label=locale.remove_file(&name)
                title=locale.remove_file(&name)
                on:click=move |_| {
                    tray.remove(id);
                    browser::focus(tray.home);
                }
            >
                <Glyph icon=Icon::Close/>
            </button>
        </li>
    }
}

/// The word for tests and style sheets.
fn state_word(progress: &Progress) -> &'static str {
    match progress {
        Progress::Uploading(_) => "uploading",
        Progress::Ready(_) => "ready",
        Progress::Refused(_) => "refused",
        Progress::Failed(_) => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(name: &str, size: u64) -> Picked {
        Picked { id: FileId::new(), name: name.to_owned(), size, preview: None }
    }

    #[test]
    fn what_cannot_be_sent_is_said_before_anything_is_uploaded() {
        Owner::new().with(|| {
            let tray = Tray::new(Place::QuickReply, "");
            tray.add(vec![picked("a.exe", 10)]);
            assert_eq!(tray.blocked(), Some(TrayNote::HasProblems));
            let id = tray.files.with(|files| files[0].id);
            tray.remove(id);
            assert_eq!(tray.blocked(), None);
        });
    }

    #[test]
    fn an_answer_waits_for_uploads_and_takes_what_is_ready_in_order() {
        Owner::new().with(|| {
            let tray = Trays::new("").of(ChatId::new());
            tray.add(vec![picked("a.png", 10), picked("b.pdf", 10)]);
            assert_eq!(tray.blocked(), Some(TrayNote::Uploading));
            tray.files.with(|files| {
                for file in files {
                    let view = FileView {
                        id: file.id,
                        state: types::FileState::Stored,
                        media_type: None,
                        size: Some(10),
                        width: None,
                        height: None,
                        problem: None,
                    };
                    file.progress.set(Progress::Ready(view));
                }
            });
            assert_eq!(tray.blocked(), None);
            let names: Vec<String> = tray.take().into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["a.png", "b.pdf"]);
            assert!(tray.take().is_empty());
        });
    }

    #[test]
    fn more_files_than_one_answer_takes_are_told() {
        Owner::new().with(|| {
            let tray = Tray::new(Place::QuickReply, "");
            tray.add((0..=MAX_AT_ONCE).map(|_| picked("a.png", 10)).collect());
            assert_eq!(tray.files.with(Vec::len), MAX_AT_ONCE);
            assert_eq!(tray.note.get(), Some(TrayNote::TooMany));
        });
    }

    #[test]
    fn a_chat_keeps_its_files_while_another_is_open() {
        Owner::new().with(|| {
            let (trays, here, there) = (Trays::new(""), ChatId::new(), ChatId::new());
            trays.of(here).add(vec![picked("a.png", 10)]);
            assert_eq!(trays.of(there).blocked(), None);
            assert_eq!(trays.of(here).blocked(), Some(TrayNote::Uploading));
        });
    }

    #[test]
    fn a_name_cannot_change_the_address() {
        let file = FileId(uuid::Uuid::nil());
        for place in [Place::Chat(ChatId(uuid::Uuid::nil())), Place::QuickReply] {
            let address = place.upload_address(file, "а&b=c#?.png");
            assert!(address.ends_with("?name=%D0%B0%26b%3Dc%23%3F.png"), "{address}");
        }
    }
}
