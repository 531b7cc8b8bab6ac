//! «Дай следующий»: the most urgent chat that nobody works on, for whoever asks.

use super::desk::{Desk, use_desk};
use crate::features::inbox::api;
use crate::features::inbox::types::Served;
use crate::shared::commands::Command;
use crate::shared::error::AppError;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// So many chats that were given and left are remembered.
const MOST_REMEMBERED: usize = 100;

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    NothingLeft,
    Failed(AppError),
}

/// The button, and the command of its key.
#[component]
pub fn NextButton() -> impl IntoView {
    let desk = use_desk();
    if !desk.may_answer() {
        return None;
    }
    let locale = desk.locale;
    let is_asking = RwSignal::new(false);
    let answer = RwSignal::new(None::<Answer>);
    let passed = StoredValue::new(Vec::<Served>::new());
    let navigate = use_navigate();
    let ask = {
        let desk = desk.clone();
        move || {
            if is_asking.get_untracked() {
                return;
            }
            is_asking.set(true);
            answer.set(None);
            let (desk, navigate) = (desk.clone(), navigate.clone());
            let here = open_chat(&desk);
            spawn_local(async move {
                let said = next(&desk, passed, here).await;
                // The person has left the page in the meantime.
                if is_asking.try_set(false).is_some() {
                    return;
                }
                match said {
                    Ok(Some(served)) => {
                        let href = desk.address.with_untracked(|it| it.with_chat(Some(served.chat)).href());
                        navigate(&href, Default::default());
                    }
                    Ok(None) => answer.set(Some(Answer::NothingLeft)),
                    Err(error) => answer.set(Some(Answer::Failed(error))),
                }
            });
        }
    };
    let commands = use_commands();
    commands.offer(Command::TakeNext, ask.clone());
    let said = move || match answer.get()? {
        Answer::NothingLeft => Some(locale.nobody_left().to_owned()),
        Answer::Failed(error) => Some(error.sentence(locale)),
    };
    Some(view! {
        <button
            type="button"
            class="button next-chat"
            title=move || commands.hint(locale.next_chat_hint(), Command::TakeNext)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::TakeNext)
            aria-busy=move || is_asking.get().then_some("true")
            on:click=move |_| ask()
        >
            <Glyph icon=Icon::Right/>
            <span>{locale.next_chat()}</span>
        </button>
        <p class="next-answer" role="status">{said}</p>
    })
}

/// The chat in the window, when somebody waits there: the next one is another.
fn open_chat(desk: &Desk) -> Option<Served> {
    let chat = desk.address.with_untracked(|address| address.chat())?;
    let waits_since = desk.list.row(chat)?.with_untracked(|row| row.waits_since)?;
    Some(Served { chat, waits_since })
}

/// Asks for the next chat; when all have been passed, begins again with the first of them.
async fn next(
    desk: &Desk,
    passed: StoredValue<Vec<Served>>,
    here: Option<Served>,
) -> Result<Option<Served>, AppError> {
    let query = desk.address.with_untracked(|address| address.query.clone());
    let mut before: Vec<Served> = passed.try_get_value().unwrap_or_default();
    if let Some(here) = here.filter(|here| !before.contains(here)) {
        before.push(here);
    }
    let mut served = api::next(query.clone(), before.clone()).await?;
    if served.is_none() && before.len() > 1 {
        before = here.into_iter().collect();
        served = api::next(query, before.clone()).await?;
    }
    before.extend(served);
    let forgotten = before.len().saturating_sub(MOST_REMEMBERED);
    before.drain(..forgotten);
    passed.try_set_value(before);
    Ok(served)
}
