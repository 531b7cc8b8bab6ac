//! Other chats about the order of the open one: the marketplace does not tell who the buyer is, but an order has one.

use super::desk::Desk;
use super::session::Session;
use crate::features::inbox::types::OtherChat;
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use leptos::prelude::*;

const MENU: &str = "menu-same-order";

/// The other chats, when there are any.
#[component]
pub fn SameOrder(desk: Desk, session: Session) -> impl IntoView {
    let locale = desk.locale;
    let others = session.same_order.clone();
    move || {
        let others = others.get();
        let count = Signal::stored(others.len().to_string());
        let desk = desk.clone();
        (!others.is_empty()).then(move || {
            let rows =
                others.into_iter().map(|other| view! { <Other desk=desk.clone() other/> }).collect_view();
            view! {
                <Menu
                    id=MENU
                    icon=Icon::Chat
                    words=count
                    hint=locale.same_order()
                    label=locale.same_order()
                    class="action-same-order"
                >
                    <p class="menu-title">{locale.same_order()}</p>
                    <div class="menu-items" data-testid="same-order">{rows}</div>
                </Menu>
            }
        })
    }
}

#[component]
fn Other(desk: Desk, other: OtherChat) -> impl IntoView {
    let (locale, zone, now, address) = (desk.locale, desk.zone, desk.now, desk.address);
    let OtherChat { id, external_id, preview, last_message_at, .. } = other;
    let name = external_id.get(..8).unwrap_or(&external_id).to_owned();
    let href = move || address.with(|here| here.with_chat(Some(id)).href());
    view! {
        <a class="menu-item menu-chat" href=href>
            <span class="menu-chat-name">{locale.chat_called(&name)}</span>
            <span class="menu-time">{move || locale.short_time(last_message_at, now.get(), zone)}</span>
            <span class="menu-chat-text">{preview}</span>
        </a>
    }
}
