//! What the person has begun to write. It is kept in this browser at every key and on the server shortly after, so
//! that neither a closed tab nor another computer loses it. The newer of the two wins.

use crate::features::inbox::api;
use crate::features::inbox::types::Draft;
use crate::shared::ids::ChatId;
use crate::shared::page::Viewer;
use crate::ui::browser;
use crate::ui::json;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A pause in typing after which the server is told.
const PAUSE: Duration = Duration::from_millis(800);
/// How long to wait after the server could not be told.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// What this browser keeps until the server has it. An empty text is kept too: it says that the draft was sent or
/// deleted here, and is newer than what the server still has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    body: String,
    at: DateTime<Utc>,
}

/// The draft of one chat, while its window is open and until the server has the last of it. Cheap to clone.
#[derive(Clone)]
pub struct DraftKeeper(Arc<Inner>);

struct Inner {
    chat: ChatId,
    place: Option<String>,
    /// Server time when the page was drawn.
    drawn_at: DateTime<Utc>,
    /// When the draft was typed that the server had then: whatever is typed here is newer.
    after: Option<DateTime<Utc>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    body: String,
    /// When the person last changed it; `None` as long as the server has it.
    changed_at: Option<DateTime<Utc>>,
    is_saving: bool,
    /// Counts plans to save, so that only the latest is carried out.
    plan: u64,
}

impl DraftKeeper {
    /// The draft of a chat as the server has it, on a page that was drawn at `drawn_at` by the server's clock.
    pub fn new(
        viewer: Option<&Viewer>,
        chat: ChatId,
        server: Option<&Draft>,
        drawn_at: DateTime<Utc>,
    ) -> Self {
        let place = viewer.map(|viewer| format!("agentiq.draft.{}.{}.{chat}", viewer.workspace, viewer.user));
        let body = server.map(|draft| draft.body.clone()).unwrap_or_default();
        let state = State { body, ..State::default() };
        let after = server.map(|draft| draft.updated_at);
        DraftKeeper(Arc::new(Inner { chat, place, drawn_at, after, state: Mutex::new(state) }))
    }

    /// The text to begin with: what this browser kept, if that is newer than what the server told. Only in browsers,
    /// after the page has been taken over.
    pub fn restore(&self, server: Option<&Draft>) -> String {
        let kept = self.0.place.as_deref().and_then(browser::local_get).and_then(|text| parse(&text));
        let (body, unsaved_at) = newer(kept, server);
        {
            let mut state = self.state();
            state.body.clone_from(&body);
            state.changed_at = unsaved_at;
        }
        if unsaved_at.is_some() {
            self.save_after(PAUSE);
        } else {
            self.forget();
        }
        body
    }

    /// Takes over a change of the text.
    pub fn change(&self, body: &str) {
        self.keep(body);
        self.save_after(PAUSE);
    }

    /// The text has been sent: there is no draft any more.
    pub fn clear(&self) {
        self.keep("");
        self.flush();
    }

    /// Tells the server at once, e.g. because the person leaves the chat.
    pub fn flush(&self) {
        self.state().plan += 1;
        self.save();
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        self.state().body.trim().is_empty()
    }

    fn keep(&self, body: &str) {
        let at = self.typed_at();
        {
            let mut state = self.state();
            if state.body == body {
                return;
            }
            body.clone_into(&mut state.body);
            state.changed_at = Some(at);
        }
        if let Some(place) = &self.0.place {
            browser::local_set(place, &write(&Kept { body: body.to_owned(), at }));
        }
    }

    /// The moment of a key, by the server's clock and to the millisecond: drafts of several pages are compared by it.
    fn typed_at(&self) -> DateTime<Utc> {
        let now = self.0.drawn_at + chrono::Duration::milliseconds(browser::page_age_ms() as i64);
        self.0.after.map_or(now, |after| now.max(after + chrono::Duration::milliseconds(1)))
    }

    fn save_after(&self, wait: Duration) {
        let plan = {
            let mut state = self.state();
            state.plan += 1;
            state.plan
        };
        let this = self.clone();
        let save = move || {
            if this.state().plan == plan {
                this.save();
            }
        };
        set_timeout(save, wait);
    }

    /// Tells the server what it does not have; one request at a time, so that an older text cannot arrive last.
    fn save(&self) {
        let (body, typed_at) = {
            let mut state = self.state();
            let Some(typed_at) = state.changed_at.filter(|_| !state.is_saving) else { return };
            state.is_saving = true;
            (state.body.clone(), typed_at)
        };
        let this = self.clone();
        spawn_local(async move {
            let answer = api::save_draft(this.0.chat, body.clone(), typed_at).await;
            this.saved(&body, answer.err().map(|error| error.is_temporary()));
        });
    }

    /// Notes the server's answer: `failed` says whether trying again may help.
    fn saved(&self, body: &str, failed: Option<bool>) {
        let (is_newest, is_tried_again) = {
            let mut state = self.state();
            state.is_saving = false;
            let is_newest = state.body == body;
            if is_newest && failed.is_none() {
                state.changed_at = None;
            }
            (is_newest, failed == Some(true) || !is_newest)
        };
        if is_newest && failed.is_none() {
            // The server has it; what is kept here would only hide a later change from another computer.
            self.forget();
        } else if is_tried_again {
            self.save_after(if failed.is_some() { AFTER_FAILURE } else { PAUSE });
        }
    }

    fn forget(&self) {
        if let Some(place) = &self.0.place {
            browser::local_remove(place);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text to go on with, and since when the server does not have it.
fn newer(kept: Option<Kept>, server: Option<&Draft>) -> (String, Option<DateTime<Utc>>) {
    match (kept, server) {
        (Some(kept), Some(draft)) if kept.at < draft.updated_at => (draft.body.clone(), None),
        (Some(kept), Some(draft)) if kept.body == draft.body => (kept.body, None),
        (Some(kept), None) if kept.body.is_empty() => (kept.body, None),
        (Some(kept), _) => (kept.body, Some(kept.at)),
        (None, Some(draft)) => (draft.body.clone(), None),
        (None, None) => (String::new(), None),
    }
}

fn parse(text: &str) -> Option<Kept> {
    json::read(text).ok()
}

fn write(kept: &Kept) -> String {
    serde_json::to_string(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::Duration::seconds(second)
    }

    fn kept(body: &str, second: i64) -> Option<Kept> {
        Some(Kept { body: body.to_owned(), at: at(second) })
    }

    fn server(body: &str, second: i64) -> Draft {
        Draft { body: body.to_owned(), updated_at: at(second) }
    }

    #[test]
    fn the_newer_draft_wins() {
        assert_eq!(newer(kept("здесь", 2), Some(&server("там", 1))), ("здесь".to_owned(), Some(at(2))));
        assert_eq!(newer(kept("здесь", 1), Some(&server("там", 2))), ("там".to_owned(), None));
        assert_eq!(newer(None, Some(&server("там", 2))), ("там".to_owned(), None));
        assert_eq!(newer(kept("здесь", 1), None), ("здесь".to_owned(), Some(at(1))));
    }

    #[test]
    fn a_draft_that_was_sent_here_does_not_come_back_from_the_server() {
        assert_eq!(newer(kept("", 2), Some(&server("отправлено", 1))), (String::new(), Some(at(2))));
        assert_eq!(newer(kept("", 2), None), (String::new(), None));
    }

    #[test]
    fn what_the_server_has_is_not_told_again() {
        assert_eq!(newer(kept("то же", 2), Some(&server("то же", 1))), ("то же".to_owned(), None));
    }

    #[test]
    fn what_a_browser_kept_is_read_with_care() {
        let draft = Kept { body: "а\n\"<b>".to_owned(), at: at(1) };
        assert_eq!(parse(&write(&draft)), Some(draft));
        assert_eq!(parse("{"), None);
    }
}
