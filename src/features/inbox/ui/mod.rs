//! The inbox: the list of chats beside the one that is open. The address says which; the page never leaves.

mod address;
mod attach;
mod attachment;
mod bubble;
mod clock;
mod composer;
mod connection;
mod desk;
mod draft;
mod find;
mod keys;
mod links;
mod list;
mod list_state;
mod messages;
mod order;
mod outbox;
mod refresh;
mod row;
mod send_window;
mod session;
mod text_area;
mod thread;
mod tools;
mod travel;
mod upload;
mod viewer;
mod window;
mod words;

use crate::features::orders::ui::provide_order_pane;
use address::Open;
use connection::Connection;
use desk::Desk;
use leptos::prelude::*;
use leptos_meta::Title;
use list::ListPane;
use window::WindowPane;

/// The page of the inbox, `/inbox/:chat?view=waiting|all&seller=…`.
#[component]
pub fn InboxPage() -> impl IntoView {
    let desk = Desk::provide();
    provide_order_pane();
    let locale = desk.locale;
    let address = desk.address;
    // Where there is room for one pane only, this is the one.
    let pane = move || if address.with(|here| here.open == Open::Nothing) { "list" } else { "window" };
    view! {
        <Title text=locale.tab_title(locale.inbox())/>
        <div class="inbox" data-pane=pane>
            <h1 class="reader-only">{locale.inbox()}</h1>
            <Connection/>
            <section class="inbox-list" aria-label=locale.chat_list()>
                <ListPane/>
            </section>
            <section class="inbox-window" aria-label=locale.chat_window()>
                <WindowPane/>
            </section>
        </div>
    }
}
