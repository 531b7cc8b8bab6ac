//! The browser's end of a draft that grows. One at a time: a page has one open chat.

use crate::shared::ids::SuggestionId;

#[cfg(feature = "hydrate")]
mod source {
    use crate::shared::ids::SuggestionId;
    use std::cell::RefCell;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    type Handler = Closure<dyn Fn(MessageEvent)>;

    /// An open source. Dropped, it is closed.
    struct Open {
        source: EventSource,
        _handlers: [Handler; 3],
    }

    impl Drop for Open {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    thread_local! {
        static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
    }

    pub fn follow(
        id: SuggestionId,
        on_text: impl Fn(String) + 'static,
        on_over: impl Fn() + Clone + 'static,
    ) {
        let Ok(source) = EventSource::new(&format!("/suggestions/{id}")) else { return };
        let text = Handler::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            if let Ok(text) = crate::ui::json::read::<String>(&data) {
                on_text(text);
            }
        });
        // Both ends are the same: the panel is asked how things are. A source that is left alone would come again.
        let end = || {
            let (source, on_over) = (source.clone(), on_over.clone());
            Handler::new(move |_| {
                source.close();
                on_over();
            })
        };
        let (over, error) = (end(), end());
        for (name, handler) in [("text", &text), ("over", &over), ("error", &error)] {
            // Cannot fail for a listener that is a function.
            _ = source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
        }
        let open = Open { source, _handlers: [text, over, error] };
        _ = OPEN.with(|place| place.replace(Some(open)));
    }

    pub fn leave() {
        _ = OPEN.with(|place| place.replace(None));
    }
}

/// Follows a draft until it is over, or until another one is followed.
#[cfg(feature = "hydrate")]
pub fn follow(id: SuggestionId, on_text: impl Fn(String) + 'static, on_over: impl Fn() + Clone + 'static) {
    source::follow(id, on_text, on_over);
}

/// Ceases to follow.
#[cfg(feature = "hydrate")]
pub fn leave() {
    source::leave();
}

/// Servers follow nothing.
#[cfg(not(feature = "hydrate"))]
pub fn follow(_id: SuggestionId, _on_text: impl Fn(String) + 'static, _on_over: impl Fn() + Clone + 'static) {
}

/// Servers follow nothing.
#[cfg(not(feature = "hydrate"))]
pub fn leave() {}
