//! How a page makes itself noticed: sounds of its own making, notices of the browser, a dot on its icon. Only browsers
//! can; on the server the same functions do nothing. Of several pages of a browser one has the bell.

#[cfg(not(feature = "hydrate"))]
pub use absent::*;
#[cfg(feature = "hydrate")]
pub use present::*;

/// Whether this browser shows notices of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Granted,
    Denied,
    /// Nobody has been asked.
    Open,
    /// There are none here.
    Absent,
}

#[cfg(feature = "hydrate")]
mod present {
    use super::Permission;
    use js_sys::{Array, Function, Object, Promise, Reflect};
    use leptos::prelude::{document, window};
    use std::cell::{Cell, RefCell};
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};

    type Js<T = JsValue> = Result<T, JsValue>;

    thread_local! {
        static HAS_BELL: Cell<bool> = const { Cell::new(false) };
        static HAS_LOCKS: Cell<bool> = const { Cell::new(true) };
        static SOUNDS: RefCell<Option<JsValue>> = const { RefCell::new(None) };
    }

    fn get(of: &JsValue, name: &str) -> Js {
        Reflect::get(of, &name.into())
    }

    fn set(of: &JsValue, name: &str, value: impl Into<JsValue>) -> Js<()> {
        Reflect::set(of, &name.into(), &value.into()).map(drop)
    }

    fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Js {
        let function: Function = get(of, name)?.dyn_into()?;
        Reflect::apply(&function, of, &arguments.iter().cloned().collect::<Array>())
    }

    fn make(name: &str, arguments: &[JsValue]) -> Js {
        let class: Function = get(&window(), name)?.dyn_into()?;
        Reflect::construct(&class, &arguments.iter().cloned().collect::<Array>())
    }

    /// Waits for the bell of this name; it comes when no other page of this browser has it, and stays until the page goes.
    pub fn claim_bell(name: &str) {
        let claim = || -> Js<()> {
            let locks = get(&window().navigator(), "locks")?;
            if !locks.is_object() {
                return Err(JsValue::NULL);
            }
            let granted = Closure::once_into_js(move |_: JsValue| {
                HAS_BELL.set(true);
                // Never fulfilled: the lock is held as long as the page lives.
                Promise::new(&mut |_, _| {})
            });
            call(&locks, "request", &[name.into(), granted]).map(drop)
        };
        // Pages without TLS have no locks.
        HAS_LOCKS.set(claim().is_ok());
    }

    /// Whether this page makes itself noticed for all of the browser. Without locks it is the one that is looked at.
    pub fn has_bell() -> bool {
        HAS_BELL.get() || (!HAS_LOCKS.get() && !document().hidden())
    }

    /// Plays a sound; `volume` is in percent. Silent until somebody has touched the page: browsers want it so.
    pub fn play(tone: &str, volume: u8) {
        // How many sounds were asked for is told to tests and style sheets; the sound itself cannot be seen.
        if let Some(root) = document().document_element() {
            let rung: u32 = root.get_attribute("data-rung").and_then(|text| text.parse().ok()).unwrap_or(0);
            _ = root.set_attribute("data-rung", &(rung + 1).to_string());
        }
        _ = sound(tone, f64::from(volume.min(100)) / 100.0);
    }

    fn sound(tone: &str, volume: f64) -> Js<()> {
        let known = SOUNDS.with_borrow(Clone::clone);
        let context = match known {
            Some(context) => context,
            None => {
                let context = make("AudioContext", &[])?;
                SOUNDS.set(Some(context.clone()));
                context
            }
        };
        call(&context, "resume", &[])?;
        // Shape, and for each note: begin, pitch in hertz, length in seconds.
        let (shape, notes): (&str, &[(f64, f64, f64)]) = match tone {
            "bell" => ("sine", &[(0.0, 880.0, 0.9), (0.0, 1_760.0, 0.6), (0.0, 2_637.0, 0.35)]),
            "knock" => ("triangle", &[(0.0, 196.0, 0.09), (0.16, 196.0, 0.09)]),
            _ => ("sine", &[(0.0, 988.0, 0.16), (0.13, 659.0, 0.28)]),
        };
        let now = get(&context, "currentTime")?.as_f64().unwrap_or_default();
        for (begin, pitch, length) in notes {
            let (begin, end) = (now + begin, now + begin + length);
            let source = call(&context, "createOscillator", &[])?;
            set(&source, "type", shape)?;
            set(&get(&source, "frequency")?, "value", *pitch)?;
            let loudness = call(&context, "createGain", &[])?;
            let gain = get(&loudness, "gain")?;
            call(&gain, "setValueAtTime", &[0.0001.into(), begin.into()])?;
            let loud = (volume * 0.5 / notes.len() as f64).max(0.0001);
            call(&gain, "exponentialRampToValueAtTime", &[loud.into(), (begin + 0.01).into()])?;
            call(&gain, "exponentialRampToValueAtTime", &[0.0001.into(), end.into()])?;
            call(&source, "connect", std::slice::from_ref(&loudness))?;
            call(&loudness, "connect", &[get(&context, "destination")?])?;
            call(&source, "start", &[begin.into()])?;
            call(&source, "stop", &[end.into()])?;
        }
        Ok(())
    }

    /// Whether this browser shows notices of ours.
    pub fn permission() -> Permission {
        let word = get(&window(), "Notification").and_then(|class| get(&class, "permission"));
        match word.ok().and_then(|word| word.as_string()).as_deref() {
            Some("granted") => Permission::Granted,
            Some("denied") => Permission::Denied,
            Some(_) => Permission::Open,
            None => Permission::Absent,
        }
    }

    /// Asks the person whether this browser may show notices of ours, then calls back. Only after a press of a button.
    pub fn ask_permission(then: impl FnOnce() + 'static) {
        let ask = || -> Js<()> {
            let class = get(&window(), "Notification")?;
            let asked = call(&class, "requestPermission", &[])?;
            let answered = Closure::once_into_js(move |_: JsValue| then());
            call(&asked, "then", &[answered]).map(drop)
        };
        _ = ask();
    }

    /// Shows a notice of the browser. A press on it leads to `href`. A newer one of the same tag takes its place.
    pub fn show(title: &str, body: &str, tag: &str, href: &str) {
        if permission() != Permission::Granted {
            return;
        }
        let href = href.to_owned();
        let show = || -> Js<()> {
            let options: JsValue = Object::new().into();
            set(&options, "body", body)?;
            set(&options, "tag", tag)?;
            set(&options, "icon", "/favicon.svg")?;
            // The sound is ours.
            set(&options, "silent", true)?;
            let notice = make("Notification", &[title.into(), options])?;
            let shown = notice.clone();
            let pressed = Closure::once_into_js(move |_: JsValue| {
                _ = window().focus();
                _ = call(&shown, "close", &[]);
                if !href.is_empty() {
                    crate::ui::browser::navigate_full(&href);
                }
            });
            set(&notice, "onclick", pressed)
        };
        // Some browsers on phones have notices only for installed programs.
        _ = show();
    }

    /// Puts a dot on the icon of the page, or takes it away.
    pub fn mark_icon(is_marked: bool) {
        let Ok(Some(icon)) = document().query_selector("link[rel='icon']") else { return };
        let href = if is_marked { "/favicon-unseen.svg" } else { "/favicon.svg" };
        if icon.get_attribute("href").as_deref() != Some(href) {
            _ = icon.set_attribute("href", href);
        }
    }

    /// Closes a popover.
    pub fn hide_popover(id: &str) {
        if let Some(element) = document().get_element_by_id(id) {
            // Fails only when it is closed already.
            _ = call(&element, "hidePopover", &[]);
        }
    }
}

/// The same names where there is no browser.
#[cfg(not(feature = "hydrate"))]
mod absent {
    use super::Permission;

    /// Does nothing.
    pub fn claim_bell(_name: &str) {}

    /// There is none.
    pub fn has_bell() -> bool {
        false
    }

    /// Does nothing.
    pub fn play(_tone: &str, _volume: u8) {}

    /// There are none.
    pub fn permission() -> Permission {
        Permission::Absent
    }

    /// Does nothing.
    pub fn ask_permission(_then: impl FnOnce() + 'static) {}

    /// Does nothing.
    pub fn show(_title: &str, _body: &str, _tag: &str, _href: &str) {}

    /// Does nothing.
    pub fn mark_icon(_is_marked: bool) {}

    /// Does nothing.
    pub fn hide_popover(_id: &str) {}
}
