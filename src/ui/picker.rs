//! A list with a search over it, chosen from by keyboard: arrows move, Enter chooses, Esc closes. The focus stays in the
//! search; readers hear the line that is active.

use super::context::use_locale;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{FocusEvent, KeyboardEvent};

/// No more lines than this are drawn.
const MAX_LINES: usize = 60;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PickerLine {
    /// Tells it from the others.
    pub key: String,
    pub title: String,
    /// What is read out instead of the title, and shown on hover.
    pub name: Option<String>,
    /// Stands small beside the title.
    pub mark: Option<String>,
    /// Stands below, quieter.
    pub detail: Option<String>,
}

/// A panel to pick one of several things. It stands where its parent puts it.
#[component]
pub fn Picker(
    /// Unique within the page.
    id: &'static str,
    /// Whether it is open; it sets this to `false` when it closes by itself.
    open: RwSignal<bool>,
    /// What has been typed.
    query: RwSignal<String>,
    /// What there is to choose from, the best first.
    #[prop(into)]
    lines: Signal<Vec<PickerLine>>,
    /// Its name for readers.
    label: &'static str,
    placeholder: &'static str,
    /// What stands there when nothing is found.
    nothing: &'static str,
    /// Whether everything there is to choose from is here.
    #[prop(default = Signal::stored(true), into)]
    is_ready: Signal<bool>,
    /// Many small things beside each other.
    #[prop(optional)]
    is_grid: bool,
    /// Called with the key of what was chosen.
    on_choose: Callback<String>,
    /// Called when Enter chooses nothing, with what has been typed.
    #[prop(optional, into)]
    on_nothing: Option<Callback<String>>,
    /// Called when the person gives up.
    on_leave: Callback<()>,
) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let field = NodeRef::<html::Input>::new();
    let active = RwSignal::new(0usize);
    let shown = Memo::new(move |_| {
        let mut lines = if open.get() { lines.get() } else { Vec::new() };
        lines.truncate(MAX_LINES);
        lines
    });
    let is_empty = Memo::new(move |_| shown.with(Vec::is_empty));
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        query.set(String::new());
        active.set(0);
        if let (Some(panel), Some(field)) = (panel.get_untracked(), field.get_untracked()) {
            // It may not have been drawn yet, and what is hidden takes no focus.
            _ = panel.remove_attribute("hidden");
            field.set_value("");
            _ = field.focus();
        }
    });
    let option_id = move |index: usize| format!("{id}-option-{index}");
    Effect::new(move |_| {
        let active = active.get();
        if open.get_untracked()
            && let Some(option) = document().get_element_by_id(&option_id(active))
        {
            option.scroll_into_view_with_bool(false);
        }
    });
    let choose = move |index: usize| {
        if is_empty.get_untracked() && !is_ready.get_untracked() {
            return;
        }
        let chosen = shown.with_untracked(|lines| lines.get(index).map(|line| line.key.clone()));
        open.set(false);
        match (chosen, on_nothing) {
            (Some(key), _) => on_choose.run(key),
            (None, Some(on_nothing)) => on_nothing.run(query.get_untracked()),
            (None, None) => on_leave.run(()),
        }
    };
    let step = move |by: isize| {
        let count = shown.with_untracked(Vec::len);
        active.update(|at| *at = moved(*at, by, count));
    };
    let key = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "Enter" => choose(active.get_untracked()),
            "Escape" => {
                open.set(false);
                on_leave.run(());
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let leave = move |event: FocusEvent| {
        let stays = panel.get_untracked().is_some_and(|panel| {
            use leptos::wasm_bindgen::JsCast;
            let target = event.related_target();
            let target = target.and_then(|target| target.dyn_into::<leptos::web_sys::Node>().ok());
            target.is_some_and(|target| panel.contains(Some(&target)))
        });
        if !stays {
            open.set(false);
        }
    };
    let waiting = use_locale().loading();
    let said = move || {
        let words = if is_ready.get() { nothing } else { waiting };
        (open.get() && is_empty.get()).then_some(words)
    };
    let numbered = move || shown.get().into_iter().enumerate().collect::<Vec<_>>();
    let list_id = format!("{id}-list");
    let controls = list_id.clone();
    let draw = move |(index, line): (usize, PickerLine)| {
        let is_active = move || active.get() == index;
        view! {
            <li
                role="option"
                id=option_id(index)
                class="picker-line"
                aria-selected=move || if is_active() { "true" } else { "false" }
                aria-label=line.name.clone()
                title=line.name
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| choose(index)
            >
                <span class="picker-title">{line.title}</span>
                {line.mark.map(|mark| view! { <span class="picker-mark">{mark}</span> })}
                {line.detail.map(|detail| view! { <span class="picker-detail">{detail}</span> })}
            </li>
        }
    };
    view! {
        <div
            node_ref=panel
            id=id
            class="picker"
            class:picker-grid=is_grid
            hidden=move || !open.get()
            on:focusout=leave
        >
            <input
                node_ref=field
                type="text"
                class="field-input picker-search"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                aria-label=label
                aria-autocomplete="list"
                aria-expanded=move || if is_empty.get() { "false" } else { "true" }
                aria-controls=controls
                aria-activedescendant=move || (!is_empty.get()).then(|| option_id(active.get()))
                placeholder=placeholder
                on:input=move |event| {
                    active.set(0);
                    query.set(event_target_value(&event));
                }
                on:keydown=key
            />
            <ul role="listbox" id=list_id class="picker-list" aria-label=label hidden=move || is_empty.get()>
                <For
                    each=numbered
                    key=|(index, line)| (*index, line.clone())
                    children=draw
                />
            </ul>
            <p class="picker-nothing" role="status">{said}</p>
        </div>
    }
}

/// The line `by` steps from another; the list has no ends.
fn moved(at: usize, by: isize, count: usize) -> usize {
    if count == 0 { 0 } else { (at as isize + by).rem_euclid(count as isize) as usize }
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn arrows_go_round() {
        assert_eq!(moved(0, -1, 3), 2);
        assert_eq!(moved(2, 1, 3), 0);
        assert_eq!(moved(0, 1, 0), 0);
    }
}
