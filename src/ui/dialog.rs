//! A question that stands over the page. The native element keeps the focus inside, closes on Esc and gives the focus
//! back to where it was.

use super::button::IconButton;
use super::context::use_locale;
use super::icon::Icon;
use leptos::html;
use leptos::prelude::*;

/// A dialog over the page.
#[component]
pub fn Dialog(
    /// Unique within the page; ties the dialog to its title.
    id: &'static str,
    /// Whether it is open; it sets this to `false` when the person closes it.
    open: RwSignal<bool>,
    /// What it asks.
    #[prop(into)]
    title: Signal<String>,
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (open.get(), dialog.open()) {
            // Fails only for an element that is not in the page any more.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <dialog node_ref=element id=id class="dialog" aria-labelledby=labelled_by on:close=move |_| open.set(false)>
            <div class="dialog-head">
                <h2 id=title_id class="dialog-title">{move || title.get()}</h2>
                <IconButton icon=Icon::Close label=locale.close().to_owned() on_press=move |()| open.set(false)/>
            </div>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
}
