//! Whether the server can be heard, in words: quiet while it can, a bar that cannot be missed when it cannot.

use super::desk::use_desk;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::ConnectionState;
use leptos::prelude::*;

/// The state of the connection. There from the start, so that readers hear of every change.
#[component]
pub fn Connection() -> impl IntoView {
    let desk = use_desk();
    let (locale, state) = (desk.locale, desk.live.state);
    let words = move || match state.get() {
        ConnectionState::Connecting => locale.connection_connecting(),
        ConnectionState::Online => locale.connection_online(),
        ConnectionState::Offline => locale.connection_offline(),
        ConnectionState::SessionEnded => locale.connection_session_ended(),
    };
    let is_broken = move || matches!(state.get(), ConnectionState::Offline | ConnectionState::SessionEnded);
    let address = desk.address;
    let log_in = move || {
        (state.get() == ConnectionState::SessionEnded).then(|| {
            let back = address.with(|here| here.href());
            let href =
                format!("/login?next={}", back.replace('?', "%3F").replace('&', "%26").replace('=', "%3D"));
            // A plain link with a full load: the page that comes back belongs to the new session.
            view! { <a class="connection-action" href=href rel="external">{locale.log_in_again()}</a> }
        })
    };
    view! {
        <div class="connection" role="status" data-testid="connection" data-state=move || state.get().as_str()>
            {move || is_broken().then(|| view! { <Glyph icon=Icon::Offline/> })}
            <span class="connection-words">{words}</span>
            {log_in}
        </div>
    }
}
