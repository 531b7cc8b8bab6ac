//! Reading a file that somebody has chosen, as text.

use leptos::ev::Event;

/// Gives name and text of the chosen file.
#[cfg(feature = "hydrate")]
pub fn read(event: &Event, done: impl FnOnce(String, String) + 'static) {
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::HtmlInputElement;

    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(file) = input.as_ref().and_then(|input| input.files()?.get(0)) else { return };
    let name = file.name();
    let read = Closure::once(move |text: JsValue| done(name, text.as_string().unwrap_or_default()));
    // A file that cannot be read is no file.
    _ = file.text().then(&read);
    read.forget();
    if let Some(input) = input {
        // The same file once more is a choice, too.
        input.set_value("");
    }
}

/// Servers read nothing.
#[cfg(not(feature = "hydrate"))]
pub fn read(_event: &Event, _done: impl FnOnce(String, String) + 'static) {}
