//! The list of sellers as the page holds it, and how it is asked again.

use crate::features::sellers::api;
use crate::features::sellers::types::SellerView;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::ids::SellerId;
use crate::ui::live::{Live, LiveNews, use_live};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A run that goes well is no event, so how long ago it was is asked for now and then.
const REFRESH: std::time::Duration = std::time::Duration::from_secs(10);

/// The sellers on screen. Old ones stay while new ones are asked for.
#[derive(Clone, Copy)]
pub struct Book {
    sellers: RwSignal<Vec<SellerView>>,
    /// Why the last question was not answered.
    failure: RwSignal<Option<AppError>>,
    asking: StoredValue<Asking>,
    live: StoredValue<Live>,
}

/// Questions do not overlap: whoever comes while one is open makes one more follow it.
#[derive(Clone, Copy, Default)]
struct Asking {
    is_open: bool,
    once_more: bool,
}

impl Book {
    /// Begins with what the page was drawn with and follows the live stream from then on.
    pub fn open(sellers: Vec<SellerView>) -> Self {
        let live = use_live();
        let book = Self {
            sellers: RwSignal::new(sellers),
            failure: RwSignal::new(None),
            asking: StoredValue::default(),
            live: StoredValue::new(live.clone()),
        };
        live.on_change(move |news| {
            if concerns_sellers(&news) {
                book.refresh();
            }
        });
        Effect::new(move |_| {
            if let Ok(asking) = set_interval_with_handle(move || book.refresh(), REFRESH) {
                on_cleanup(move || asking.clear());
            }
        });
        book
    }

    /// Asks again.
    pub fn refresh(self) {
        let may_ask = self.asking.try_update_value(|asking| {
            asking.once_more = asking.is_open;
            !std::mem::replace(&mut asking.is_open, true)
        });
        if may_ask == Some(true) {
            spawn_local(self.ask());
        }
    }

    async fn ask(self) {
        loop {
            match api::list().await {
                Ok(sellers) => {
                    self.sellers.set(sellers);
                    self.failure.set(None);
                }
                Err(error) => self.note(error),
            }
            let goes_on = self.asking.try_update_value(|asking| {
                asking.is_open = std::mem::take(&mut asking.once_more);
                asking.is_open
            });
            if goes_on != Some(true) {
                return;
            }
        }
    }

    /// Keeps an error on screen; one that says that the session has ended is told to the stream as well.
    fn note(self, error: AppError) {
        if error == AppError::Unauthorized
            && let Some(live) = self.live.try_get_value()
        {
            live.note_session_ended();
        }
        self.failure.set(Some(error));
    }

    /// Why the last question was not answered.
    pub fn failure(self) -> Option<AppError> {
        self.failure.get()
    }

    /// Ids of the sellers that are connected (or not any more), in the server's order.
    pub fn ids(self, connected: bool) -> Vec<SellerId> {
        self.sellers.with(|sellers| {
            sellers
                .iter()
                .filter(|seller| seller.is_connected() == connected)
                .map(|seller| seller.id)
                .collect()
        })
    }

    /// A seller; `None` when it is gone from the list.
    pub fn seller(self, id: SellerId) -> Option<SellerView> {
        self.sellers.with(|sellers| sellers.iter().find(|seller| seller.id == id).cloned())
    }
}

fn concerns_sellers(news: &LiveNews) -> bool {
    match news {
        LiveNews::Resync => true,
        LiveNews::Changes(events) => {
            events.iter().any(|event| matches!(event.change, Change::Seller { .. } | Change::Import { .. }))
        }
    }
}
