//! The inbox: the list of chats beside the one that is open. The address says which; the page never leaves.

mod acting;
mod actions;
mod address;
mod attachment;
mod bubble;
mod bulk;
mod chat_window;
mod clock;
mod composer;
mod connection;
mod deeds;
mod desk;
mod draft;
mod exact;
mod filters;
mod find;
mod held;
mod keys;
mod late;
mod later;
mod lines;
mod links;
mod list;
mod list_head;
mod list_menu;
mod list_state;
mod mentions;
mod messages;
mod next;
mod note;
mod note_form;
mod order;
mod outbox;
mod people;
mod quick;
mod refresh;
mod row;
mod same_order;
mod send_window;
mod session;
mod shelf;
mod sight;
mod tag_chip;
mod tags_page;
mod thread;
mod together;
mod tools;
mod travel;
mod understood;
mod viewer;
mod why;
mod window;
mod words;
mod work_words;
mod writing;

use crate::features::orders::ui::provide_order_pane;
use address::Open;
pub use chat_window::be_here as chats_be_here;
use connection::Connection;
use desk::Desk;
pub use filters::FiltersPage;
use leptos::prelude::*;
use leptos_meta::Title;
use list::ListPane;
pub use people::PeoplePage;
use shelf::provide_shelf;
pub use tags_page::TagsPage;
use window::WindowPane;

/// The page of the inbox, `/inbox/:chat?view=…&seller=…&filter=…`, or `/inbox/:chat?saved=…`.
#[component]
pub fn InboxPage() -> impl IntoView {
    let desk = Desk::provide();
    provide_order_pane();
    provide_shelf();
    bulk::provide_choice();
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
