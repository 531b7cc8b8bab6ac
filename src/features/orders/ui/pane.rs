//! Whether the order is shown. Where there is room it stands beside the chat until somebody closes it, which this
//! browser remembers; where there is little it opens over the messages when it is asked for.

use crate::shared::commands::Command;
use crate::ui::browser;
use crate::ui::commands::use_commands;
use crate::ui::context::use_locale;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// The id of the pane.
pub const ORDER_PANE: &str = "order-pane";
/// Where this browser remembers that the pane is closed.
const MEMORY: &str = "agentiq.order-pane";
/// From this width on the pane has a column of its own; the style sheet says the same.
const WIDE: i32 = 1100;

/// Whether the pane is open; `None` until the browser has looked how much room there is.
#[derive(Clone, Copy)]
pub struct OrderPane(RwSignal<Option<bool>>);

impl OrderPane {
    /// The word for style sheets; nothing while they decide by the room there is.
    pub fn word(self) -> Option<&'static str> {
        self.0.get().map(|is_open| if is_open { "true" } else { "false" })
    }

    fn toggle(self) {
        let is_open = !self.0.get_untracked().unwrap_or(true);
        self.0.set(Some(is_open));
        if is_wide() {
            // A browser that keeps nothing opens the pane the next time.
            _ = browser::local_set(MEMORY, if is_open { "open" } else { "closed" });
        }
    }
}

/// Makes the pane available below and lets the key work.
pub fn provide_order_pane() {
    let pane = OrderPane(RwSignal::new(None));
    provide_context(pane);
    Effect::new(move |_| {
        let is_wanted = is_wide() && browser::local_get(MEMORY).as_deref() != Some("closed");
        pane.0.set(Some(is_wanted));
    });
    use_commands().offer(Command::OrderPane, move || pane.toggle());
}

/// The pane of the page.
pub fn use_order_pane() -> OrderPane {
    use_context::<OrderPane>().unwrap_or_else(|| OrderPane(RwSignal::new(None)))
}

fn is_wide() -> bool {
    document().document_element().is_some_and(|root| root.client_width() >= WIDE)
}

/// The button that opens and closes the pane.
#[component]
pub fn PaneToggle() -> impl IntoView {
    let (locale, pane, commands) = (use_locale(), use_order_pane(), use_commands());
    view! {
        <button
            type="button"
            class="icon-button"
            data-testid="order-toggle"
            aria-label=locale.order_pane()
            aria-expanded=move || pane.word()
            aria-controls=ORDER_PANE
            title=move || commands.hint(locale.order_pane_hint(), Command::OrderPane)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::OrderPane)
            on:click=move |_| pane.toggle()
        >
            <Glyph icon=Icon::Panel/>
        </button>
    }
}
