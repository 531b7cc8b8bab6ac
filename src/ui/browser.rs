//! The few things only a browser can do. On the server the same functions exist and do nothing, so that callers need
//! no conditions. Call them from effects and event handlers: what a page *draws* must not depend on them.

#[cfg(not(feature = "hydrate"))]
pub use absent::*;
#[cfg(feature = "hydrate")]
pub use present::*;

/// Where an element stands on the screen, and its size, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Room {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Room {
    /// Its lower edge.
    pub fn bottom(self) -> f64 {
        self.top + self.height
    }
}

/// The browser itself.
#[cfg(feature = "hydrate")]
mod present {
    use super::Room;
    use leptos::prelude::{document, window};
    use leptos::task::{spawn_local, tick};

    /// Tells style sheets and tests that the page answers to clicks: `html[data-hydrated="1"]`.
    pub fn mark_hydrated() {
        spawn_local(async {
            // Parts that were drawn behind a resource are taken over in the following turns.
            tick().await;
            tick().await;
            if let Some(root) = document().document_element() {
                // An attribute of this name cannot be refused.
                _ = root.set_attribute("data-hydrated", "1");
            }
        });
    }

    /// What the server wrote into `<html data-page>`.
    pub fn page_data() -> Option<String> {
        document().document_element()?.get_attribute("data-page")
    }

    /// Milliseconds since this page was asked for, also those during which the computer slept.
    pub fn page_age_ms() -> f64 {
        let Some(performance) = window().performance() else { return 0.0 };
        let steady = performance.now();
        let by_calendar = js_sys::Date::now() - performance.time_origin();
        // The steady clock of some browsers stands still during sleep; the calendar clock may be corrected by a little.
        if by_calendar - steady > 5_000.0 { by_calendar } else { steady }
    }

    /// A value kept in this browser; `None` also when storage is switched off.
    pub fn local_get(key: &str) -> Option<String> {
        window().local_storage().ok()??.get_item(key).ok()?
    }

    /// Keeps a value in this browser. Says whether it worked: storage may be full or switched off.
    pub fn local_set(key: &str, value: &str) -> bool {
        window().local_storage().ok().flatten().is_some_and(|storage| storage.set_item(key, value).is_ok())
    }

    /// Forgets a value kept in this browser.
    pub fn local_remove(key: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            // Nothing to do when storage is switched off: then the value is not there either.
            _ = storage.remove_item(key);
        }
    }

    /// Leaves for a path of ours with a full page load, e.g. to the log-in page when the session has ended.
    pub fn navigate_full(path: &str) {
        // Fails only for a malformed address, and then staying is right.
        _ = window().location().assign(path);
    }

    /// Leaves for the log-in page, which leads back here.
    pub fn log_in_again() {
        let here = String::from(js_sys::encode_uri_component(&current_path()));
        navigate_full(&format!("/login?next={here}"));
    }

    /// Path and query of the page that is open.
    pub fn current_path() -> String {
        let location = window().location();
        location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
    }

    /// Where an element stands.
    pub fn room_of(element: &leptos::web_sys::Element) -> Room {
        let room = element.get_bounding_client_rect();
        Room { left: room.left(), top: room.top(), width: room.width(), height: room.height() }
    }

    /// A path of ours as an address for other programs.
    pub fn absolute(path: &str) -> String {
        window().location().origin().unwrap_or_default() + path
    }

    /// Whether nobody is in the middle of something that a new page would lose: no dialog is open, and no field that holds
    /// text has the focus. What stands in a field for several lines is kept as a draft.
    pub fn is_idle() -> bool {
        use wasm_bindgen::JsCast;
        let has_dialog =
            document().query_selector("dialog[open], [popover]:popover-open").ok().flatten().is_some();
        let field =
            document().active_element().and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok());
        !has_dialog && field.is_none_or(|field| field.value().is_empty())
    }

    /// Loads the page anew.
    pub fn reload() {
        // Cannot fail for a page of our own.
        _ = window().location().reload();
    }

    /// Puts a text into the clipboard. Says whether there is one: browsers have none for pages without TLS.
    pub fn copy(text: &str) -> bool {
        let navigator = window().navigator();
        let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
        if clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
            // The browser asks or tells by itself when it does not allow it.
            _ = navigator.clipboard().write_text(text);
            return true;
        }
        false
    }

    /// Posts JSON to a path of ours in a way that outlives the page. Nobody hears how it ended.
    pub fn beacon(path: &str, json: &str) {
        beacon_of(path, "application/json", json);
    }

    /// The same with the fields of a form.
    pub fn beacon_form(path: &str, fields: &str) {
        beacon_of(path, "application/x-www-form-urlencoded", fields);
    }

    fn beacon_of(path: &str, media_type: &str, body: &str) {
        use js_sys::{Array, Function, Object, Reflect};
        use wasm_bindgen::{JsCast, JsValue};
        let send = || -> Result<(), JsValue> {
            let options = Object::new();
            Reflect::set(&options, &"type".into(), &media_type.into())?;
            let make: Function = Reflect::get(&window(), &"Blob".into())?.dyn_into()?;
            let body = Reflect::construct(&make, &Array::of2(&Array::of1(&body.into()), &options))?;
            let navigator = window().navigator();
            let send: Function = Reflect::get(&navigator, &"sendBeacon".into())?.dyn_into()?;
            send.call2(&navigator, &path.into(), &body).map(drop)
        };
        // Where there are no beacons the server finds out by itself, a little later.
        _ = send();
    }

    /// Whether the element of this id is there and takes room.
    pub fn is_shown(id: &str) -> bool {
        document().get_element_by_id(id).is_some_and(|element| room_of(&element).width > 0.0)
    }

    /// Says something on `<html>`, for style sheets.
    pub fn set_root_attribute(name: &str, value: &str) {
        if let Some(root) = document().document_element() {
            // Our own names cannot be refused.
            _ = root.set_attribute(name, value);
        }
    }

    /// Moves the focus to the element of this id, if it is there.
    pub fn focus(id: &str) {
        use wasm_bindgen::JsCast;
        let element = document().get_element_by_id(id);
        if let Some(element) = element.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            // An element that cannot be focused keeps the focus where it was.
            _ = element.focus();
        }
    }
}

/// The same names where there is no browser.
#[cfg(not(feature = "hydrate"))]
mod absent {
    use super::Room;

    /// Nothing stands anywhere.
    pub fn room_of(_element: &leptos::web_sys::Element) -> Room {
        Room::default()
    }

    /// Does nothing.
    pub fn mark_hydrated() {}

    /// Nothing was written.
    pub fn page_data() -> Option<String> {
        None
    }

    /// A page is not older than its drawing.
    pub fn page_age_ms() -> f64 {
        0.0
    }

    /// Nothing is kept.
    pub fn local_get(_key: &str) -> Option<String> {
        None
    }

    /// Keeps nothing.
    pub fn local_set(_key: &str, _value: &str) -> bool {
        false
    }

    /// Does nothing.
    pub fn local_remove(_key: &str) {}

    /// Does nothing.
    pub fn navigate_full(_path: &str) {}

    /// Does nothing.
    pub fn log_in_again() {}

    /// No page is open.
    pub fn current_path() -> String {
        String::new()
    }

    /// The path alone.
    pub fn absolute(path: &str) -> String {
        path.to_owned()
    }

    /// Nobody is here.
    pub fn is_idle() -> bool {
        true
    }

    /// Does nothing.
    pub fn reload() {}

    /// Does nothing.
    pub fn beacon(_path: &str, _json: &str) {}

    /// Nothing is there.
    pub fn is_shown(_id: &str) -> bool {
        false
    }

    /// Does nothing.
    pub fn beacon_form(_path: &str, _fields: &str) {}

    /// Does nothing.
    pub fn set_root_attribute(_name: &str, _value: &str) {}

    /// Does nothing.
    pub fn focus(_id: &str) {}

    /// Copies nothing.
    pub fn copy(_text: &str) -> bool {
        false
    }
}
