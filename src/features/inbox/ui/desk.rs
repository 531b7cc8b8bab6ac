//! What the parts of the inbox share.

use super::address::{Address, use_address};
use super::composer::COMPOSER;
use super::filters::Filters;
use super::list_state::ListState;
use super::outbox::Outbox;
use super::together::Together;
use crate::features::files::ui::tray::Trays;
use crate::features::wording::ui::WordingBook;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::ChatId;
use crate::shared::page::Viewer;
use crate::shared::role::Permission;
use crate::shared::time::Zone;
use crate::ui::context::{use_locale, use_now, use_viewer, use_zone};
use crate::ui::live::{ConnectionState, Live, use_live};
use crate::ui::notice::use_toasts;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use std::sync::Arc;

/// What the parts of the inbox share. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub locale: Locale,
    pub zone: Zone,
    /// The page's clock.
    pub now: Signal<DateTime<Utc>>,
    /// `None` only while a page for nobody is drawn.
    pub viewer: Option<Arc<Viewer>>,
    pub address: Memo<Address>,
    pub live: Live,
    pub list: ListState,
    /// Saved lists, and the names that filters need.
    pub filters: Filters,
    pub outbox: Outbox,
    /// Who else is at the chats.
    pub together: Together,
    /// Files that wait beside answers.
    pub trays: Trays,
    /// The rules of risky words.
    pub wording: WordingBook,
}

impl Desk {
    /// Sets the desk up and makes it available below.
    pub fn provide() -> Self {
        let viewer = use_viewer().map(Arc::new);
        let (live, now) = (use_live(), use_now());
        let filters = Filters::new(&live);
        let address = use_address(filters.saved.clone());
        let open = Memo::new(move |_| address.with(Address::chat));
        let zone = use_zone();
        let person = viewer.as_ref().map(|viewer| viewer.user);
        let may_answer = viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::ReplyToChats));
        let desk = Desk {
            locale: use_locale(),
            zone,
            now,
            address,
            filters,
            list: ListState::new(address, live.clone(), person, now, zone),
            outbox: Outbox::new(viewer.as_deref(), live.clone()),
            together: Together::new(open, &live, now),
            trays: Trays::new(COMPOSER),
            wording: WordingBook::open(&live, may_answer),
            live,
            viewer,
        };
        desk.say_what_was_overtaken();
        provide_context(desk.clone());
        desk
    }

    /// Answers that waited in this browser and were overtaken meanwhile: their chat may not be open.
    fn say_what_was_overtaken(&self) {
        let (items, address, locale, toasts) =
            (self.outbox.items.clone(), self.address, self.locale, use_toasts());
        Effect::new(move |before: Option<usize>| {
            let open = address.with_untracked(Address::chat);
            let elsewhere = items.with(|items| {
                items.iter().filter(|item| item.is_overtaken() && Some(item.chat) != open).count()
            });
            if elsewhere > before.unwrap_or_default() {
                toasts.say(locale.reply_asks_again().to_owned());
            }
            elsewhere
        });
    }

    /// What stands in a pane that may not be up to date; nothing while the connection says the same more clearly.
    pub fn worth_saying(&self, problem: &ArcRwSignal<Option<AppError>>) -> Option<AppError> {
        let is_heard = self.live.state.get() == ConnectionState::Online;
        problem
            .get()
            .filter(|error| is_heard || !matches!(error, AppError::Transport | AppError::Unauthorized))
    }

    /// Whether the address names this chat. While another one is on its way the old one is still to be seen, and keys
    /// that are pressed then are not meant for it.
    pub fn is_at(&self, chat: ChatId) -> Signal<bool> {
        let address = self.address;
        Signal::derive(move || address.try_with(|here| here.chat()) == Some(Some(chat)))
    }

    /// Whether the person may write to buyers.
    pub fn may_answer(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::ReplyToChats))
    }
}

/// The desk that the page has set up.
pub fn use_desk() -> Desk {
    expect_context::<Desk>()
}
