//! Who else is at the chats on the screen, and telling the others what this person does. Both are a question to the
//! server now and then; what is known ends by itself, so a browser that has vanished is not believed for long.

use super::desk::{Desk, use_desk};
use super::refresh::{Outcome, Refresher};
use super::session::Session;
use super::words;
use crate::features::inbox::api;
use crate::features::inbox::types::{Companion, Doing};
use crate::shared::ids::{ChatId, TabId};
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::{ConnectionState, Live};
use chrono::{DateTime, Utc};
use leptos::ev;
use leptos::prelude::*;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the server is told that the chat is still on the screen.
const BEAT: Duration = Duration::from_secs(15);
/// How often it is told at most that somebody goes on typing, in milliseconds of the page's age.
const TYPING_MS: f64 = 4_000.0;
/// News of chats that are not open wait for more.
const LATER: Duration = Duration::from_secs(2);
/// More faces than this do not fit into a row.
const FACES: usize = 3;

/// What the server is told when the page goes away: the arguments of `api::look`.
#[derive(Serialize)]
struct Leaving {
    tab: TabId,
    chat: Option<ChatId>,
    doing: Doing,
}

type Others = Arc<HashMap<ChatId, Vec<Companion>>>;

/// Who is at which chat. Cheap to clone.
#[derive(Clone)]
pub struct Together {
    others: ArcRwSignal<Others>,
    open: Memo<Option<ChatId>>,
    now: Signal<DateTime<Utc>>,
    tab: TabId,
    state: Arc<Mutex<State>>,
    teller: Refresher,
    asker: Refresher,
}

#[derive(Default)]
struct State {
    /// What the person does in which chat, not told yet.
    doing: Option<(ChatId, Doing)>,
    /// When it was last told that they type, and where.
    typing: Option<(ChatId, f64)>,
    /// The end of what is known about somebody, asked about already.
    asked_at: Option<DateTime<Utc>>,
    is_asking_later: bool,
}

impl Together {
    /// Follows the open chat and the news until the component it was made in goes away.
    pub fn new(open: Memo<Option<ChatId>>, live: &Live, now: Signal<DateTime<Utc>>) -> Self {
        let (others, tab, state) = (ArcRwSignal::default(), TabId::new(), Arc::<Mutex<State>>::default());
        let teller = {
            let state = Arc::clone(&state);
            Refresher::new(move || tell(tab, open, Arc::clone(&state)))
        };
        let asker = {
            let others = others.clone();
            Refresher::new(move || ask(others.clone()))
        };
        let together = Together { others, open, now, tab, state, teller, asker };
        together.tell_what_is_open();
        together.hear(live);
        together.forget_in_time();
        together
    }

    /// Who else is at a chat, as of now.
    pub fn at(&self, chat: ChatId) -> Memo<Vec<Companion>> {
        let others = self.others.clone();
        Memo::new(move |_| others.with(|others| others.get(&chat).cloned().unwrap_or_default()))
    }

    /// Notes what the person does in a chat. That they go on typing is told now and then.
    pub fn does(&self, chat: ChatId, doing: Doing) {
        {
            let mut state = self.state();
            let age = browser::page_age_ms();
            let told = state.typing.is_some_and(|(typed_in, at)| typed_in == chat && age - at < TYPING_MS);
            match doing {
                Doing::Typing if told => return,
                Doing::Typing => state.typing = Some((chat, age)),
                Doing::Done => state.typing = None,
                Doing::Looking => {}
            }
            state.doing = Some((chat, doing));
        }
        self.teller.soon();
    }

    fn tell_what_is_open(&self) {
        let this = self.clone();
        Effect::new(move |_| {
            this.open.track();
            this.teller.soon();
        });
        let this = self.clone();
        Effect::new(move |_| {
            let seen = this.clone();
            let handle = window_event_listener(ev::visibilitychange, move |_| seen.teller.soon());
            let gone = this.clone();
            let leave = window_event_listener(ev::pagehide, move |_| gone.leave());
            let beat = this.clone();
            let beating = move || {
                if beat.open.try_get_untracked().flatten().is_some() && !document().hidden() {
                    beat.teller.soon();
                }
            };
            let beating = set_interval_with_handle(beating, BEAT);
            let gone = this.clone();
            on_cleanup(move || {
                handle.remove();
                leave.remove();
                if let Ok(beating) = beating {
                    beating.clear();
                }
                gone.leave();
            });
        });
    }

    /// The page goes away; an ordinary question would go with it.
    fn leave(&self) {
        let left = Leaving { tab: self.tab, chat: None, doing: Doing::Looking };
        if let Ok(body) = serde_json::to_string(&left) {
            browser::beacon("/api/inbox/look", &body);
        }
    }

    /// Asks when somebody comes or goes: at once about the open chat, in a while about others.
    fn hear(&self, live: &Live) {
        let this = self.clone();
        live.on_presence(move |chat| {
            if chat.is_none() || chat == this.open.try_get_untracked().flatten() {
                this.asker.soon();
            } else {
                this.ask_later();
            }
        });
        let this = self.clone();
        let state = live.state;
        Effect::new(move |_| {
            if state.get() == ConnectionState::Online {
                this.asker.soon();
            }
        });
    }

    fn ask_later(&self) {
        if std::mem::replace(&mut self.state().is_asking_later, true) {
            return;
        }
        let this = self.clone();
        let now = move || {
            this.state().is_asking_later = false;
            this.asker.soon();
        };
        set_timeout(now, LATER);
    }

    /// Asks again when the end of something known has come: it may have been renewed.
    fn forget_in_time(&self) {
        let this = self.clone();
        let first_end = {
            let others = self.others.clone();
            Memo::new(move |_| {
                let start = DateTime::<Utc>::MIN_UTC;
                others.with(|others| others.values().flatten().filter_map(|one| one.next_end(start)).min())
            })
        };
        Effect::new(move |_| {
            let Some(end) = first_end.get().filter(|end| *end <= this.now.get()) else { return };
            if this.state().asked_at.replace(end) != Some(end) {
                this.asker.soon();
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn tell(tab: TabId, open: Memo<Option<ChatId>>, state: Arc<Mutex<State>>) -> Outcome {
    let chat = open.try_get_untracked().flatten().filter(|_| !document().hidden());
    let doing = state.lock().unwrap_or_else(PoisonError::into_inner).doing.take();
    let doing = doing.filter(|(at, _)| Some(*at) == chat).map_or(Doing::Looking, |(_, doing)| doing);
    match api::look(tab, chat, doing).await {
        Err(error) if error.is_temporary() => Outcome::TryLater,
        // Whatever else is wrong is said by what the person really wants to see.
        _ => Outcome::Settled,
    }
}

async fn ask(others: ArcRwSignal<Others>) -> Outcome {
    match api::presence().await {
        Ok(all) => {
            let mut by_chat: HashMap<ChatId, Vec<Companion>> = HashMap::new();
            for one in all {
                by_chat.entry(one.chat).or_default().push(one);
            }
            others.set(Arc::new(by_chat));
            Outcome::Settled
        }
        Err(error) if error.is_temporary() => Outcome::TryLater,
        Err(_) => Outcome::Settled,
    }
}

fn names(companions: &[Companion], which: impl Fn(&Companion) -> bool) -> Vec<String> {
    companions.iter().filter(|one| which(one)).map(|one| one.name.clone()).collect()
}

/// Who else looks at the open chat or writes in it, for the head of the window.
#[component]
pub fn WindowCompany(desk: Desk, chat: ChatId) -> impl IntoView {
    let (locale, now) = (desk.locale, desk.now);
    let company = desk.together.at(chat);
    let words = Memo::new(move |_| {
        let now = now.get();
        company.with(|all| {
            let typing = names(all, |one| one.is_typing(now));
            let answering =
                names(all, |one| !one.is_typing(now) && one.held_until.is_some_and(|end| end > now));
            let looking = names(all, |one| one.is_here(now));
            match (typing.is_empty(), answering.is_empty(), looking.is_empty()) {
                (false, ..) => Some(("typing", locale.is_typing(&typing))),
                (_, false, _) => Some(("answering", locale.is_answering(&answering))),
                (.., false) => Some(("looking", locale.is_looking(&looking))),
                _ => None,
            }
        })
    });
    view! {
        <span class="window-company" role="status" data-testid="company">
            {move || {
                words
                    .get()
                    .map(|(doing, words)| {
                        view! { <span class="company" data-doing=doing><Glyph icon=Icon::Person/>{words}</span> }
                    })
            }}
        </span>
    }
}

/// The first letters of those who are at a chat, for its row.
#[component]
pub fn RowCompany(chat: ChatId) -> impl IntoView {
    let desk = use_desk();
    let (locale, now) = (desk.locale, desk.now);
    let company = desk.together.at(chat);
    let faces = Memo::new(move |_| {
        let now = now.get();
        company.with(|all| {
            let there = |one: &&Companion| one.is_here(now) || one.held_until.is_some_and(|end| end > now);
            let face = |one: &Companion| (words::initials(&one.name), one.name.clone(), one.is_typing(now));
            all.iter().filter(there).take(FACES).map(face).collect::<Vec<_>>()
        })
    });
    move || {
        let faces = faces.get();
        (!faces.is_empty()).then(|| {
            let all: Vec<String> = faces.iter().map(|(_, name, _)| name.clone()).collect();
            let words = locale.is_looking(&all);
            let title = words.clone();
            let faces = faces
                .into_iter()
                .map(|(letters, _, is_typing)| {
                    view! { <span class="face" data-typing=is_typing.then_some("true")>{letters}</span> }
                })
                .collect_view();
            view! {
                <span class="row-company" title=title data-testid="row-company">
                    <span class="row-faces" aria-hidden="true">{faces}</span>
                    <span class="reader-only">{words}</span>
                </span>
            }
        })
    }
}

/// Whether somebody else answers the chat, and what this person has decided about it.
#[derive(Clone, Copy)]
pub struct HeldByOthers {
    by: Memo<Vec<String>>,
    is_taken_anyway: RwSignal<bool>,
    /// The person wanted to send although somebody else answers.
    pub came_second: RwSignal<bool>,
}

impl HeldByOthers {
    /// Watches the open chat.
    pub fn watch(desk: &Desk, session: &Session) -> Self {
        let now = desk.now;
        let company = desk.together.at(session.chat);
        let by = Memo::new(move |_| company.with(|all| names(all, |one| one.holds(now.get()))));
        let held =
            HeldByOthers { by, is_taken_anyway: RwSignal::new(false), came_second: RwSignal::new(false) };
        // What was decided holds for one answer of the others.
        Effect::new(move |_| {
            if by.with(Vec::is_empty) {
                held.is_taken_anyway.set(false);
                held.came_second.set(false);
            }
        });
        held
    }

    /// Whether a first try to send is to be held up, and notes it: the second one goes.
    pub fn holds_up(self) -> bool {
        let is_held = self.by.with_untracked(|by| !by.is_empty()) && !self.is_taken_anyway.get_untracked();
        if is_held {
            self.is_taken_anyway.set(true);
            self.came_second.set(true);
        }
        is_held
    }

    /// Who answers.
    pub fn names(self) -> Vec<String> {
        self.by.get()
    }
}

/// Says over the composer that somebody else answers the chat.
#[component]
pub fn HeldNote(desk: Desk, held: HeldByOthers) -> impl IntoView {
    let locale = desk.locale;
    let anyway = Callback::new(move |()| held.is_taken_anyway.set(true));
    move || {
        let by = held.by.get();
        (!by.is_empty() && !held.is_taken_anyway.get()).then(|| {
            view! {
                <div class="held-note" role="status" data-testid="held">
                    <Glyph icon=Icon::Person/>
                    <span class="held-who">{locale.is_answering(&by)}</span>
                    <Button kind=ButtonKind::Quiet on_press=anyway>{locale.answer_anyway()}</Button>
                </div>
            }
        })
    }
}
