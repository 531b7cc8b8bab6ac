//! The pictures of a chat, large: over the page, with zoom, and from one to the next. The native dialog keeps the focus
//! inside, closes on Esc and gives the focus back to the picture it was opened from.

use super::session::Session;
use crate::shared::ids::FileId;
use crate::ui::browser;
use crate::ui::button::IconButton;
use crate::ui::context::use_locale;
use crate::ui::icon::{Glyph, Icon};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// The most a picture is enlarged.
const MOST: f64 = 8.0;
/// What one press of a key or a turn of the wheel enlarges by.
const STEP: f64 = 1.25;
/// What a double click enlarges to.
const DOUBLE: f64 = 2.5;
/// How far an arrow key moves an enlarged picture, in pixels.
const NUDGE: f64 = 60.0;

/// One picture of the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Picture {
    file: FileId,
    name: String,
    address: String,
}

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    pictures: Vec<Picture>,
    at: usize,
}

/// How large, and where, the picture stands: a factor and a distance from the middle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct View {
    scale: f64,
    x: f64,
    y: f64,
}

impl View {
    const WHOLE: View = View { scale: 1.0, x: 0.0, y: 0.0 };

    /// Enlarged by `factor` so that the point at `(x, y)` from the middle stays where it is.
    fn zoomed(self, factor: f64, x: f64, y: f64) -> View {
        let scale = (self.scale * factor).clamp(1.0, MOST);
        if scale <= 1.0 {
            return View::WHOLE;
        }
        let by = scale / self.scale;
        View { scale, x: x - (x - self.x) * by, y: y - (y - self.y) * by }
    }

    fn moved(self, x: f64, y: f64) -> View {
        if self.scale <= 1.0 { View::WHOLE } else { View { x: self.x + x, y: self.y + y, ..self } }
    }

    fn style(self) -> String {
        format!("translate({:.1}px, {:.1}px) scale({:.3})", self.x, self.y, self.scale)
    }
}

/// Opens pictures of the chat. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Pictures {
    session: StoredValue<Session>,
    shown: RwSignal<Option<Shown>>,
}

/// Makes the dialog known to the bubbles.
pub fn provide_pictures(session: &Session) -> Pictures {
    let pictures = Pictures { session: StoredValue::new(session.clone()), shown: RwSignal::new(None) };
    provide_context(pictures);
    pictures
}

impl Pictures {
    /// Opens the dialog at a picture.
    pub fn open(self, file: FileId) {
        let pictures: Vec<Picture> = self.session.with_value(|session| {
            session.look_at(|thread| {
                let attached = thread.bubbles().iter().flat_map(|bubble| &bubble.view.attachments);
                attached
                    .filter_map(|attachment| {
                        let file = attachment.file.as_ref().filter(|file| file.is_picture())?;
                        let name = attachment.name.clone();
                        Some(Picture { file: file.id, name, address: file.address() })
                    })
                    .collect()
            })
        });
        if let Some(at) = pictures.iter().position(|picture| picture.file == file) {
            self.shown.set(Some(Shown { pictures, at }));
        }
    }

    fn step(self, by: isize) {
        self.shown.update(|shown| {
            if let Some(shown) = shown {
                let last = shown.pictures.len().saturating_sub(1);
                shown.at = shown.at.saturating_add_signed(by).min(last);
            }
        });
    }
}

/// Opens the picture in the dialog, where there is one and the person did not ask the browser for a new tab.
pub fn open_picture(event: &MouseEvent, pictures: Option<Pictures>, file: FileId) {
    let wants_tab = event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0;
    if let (Some(pictures), false) = (pictures, wants_tab) {
        event.prevent_default();
        pictures.open(file);
    }
}

/// The dialog.
#[component]
pub fn PictureDialog(pictures: Pictures) -> impl IntoView {
    let locale = use_locale();
    let element = NodeRef::<html::Dialog>::new();
    let shown = pictures.shown;
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (shown.with(Option::is_some), dialog.open()) {
            // Fails only for an element that is not in the page any more.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let content = move || shown.get().map(|shown| view! { <Content pictures shown/> });
    view! {
        <dialog
            node_ref=element
            class="viewer"
            data-testid="viewer"
            aria-label=locale.picture_viewer()
            on:close=move |_| shown.set(None)
        >
            {content}
        </dialog>
    }
}

/// One picture and the buttons around it. Made anew for each picture, so that each begins whole.
#[component]
fn Content(pictures: Pictures, shown: Shown) -> impl IntoView {
    let locale = use_locale();
    let (at, count) = (shown.at, shown.pictures.len());
    let picture = shown.pictures.into_iter().nth(at)?;
    let view = RwSignal::new(View::WHOLE);
    let zoom = move |factor: f64| view.update(|view| *view = view.zoomed(factor, 0.0, 0.0));
    let on_key = move |event: KeyboardEvent| {
        let is_large = view.with_untracked(|view| view.scale > 1.0);
        let nudge = |x, y| view.update(|view| *view = view.moved(x, y));
        match event.code().as_str() {
            "ArrowLeft" if is_large => nudge(NUDGE, 0.0),
            "ArrowRight" if is_large => nudge(-NUDGE, 0.0),
            "ArrowUp" if is_large => nudge(0.0, NUDGE),
            "ArrowDown" if is_large => nudge(0.0, -NUDGE),
            "ArrowLeft" | "PageUp" => pictures.step(-1),
            "ArrowRight" | "PageDown" => pictures.step(1),
            "Equal" | "NumpadAdd" => zoom(STEP),
            "Minus" | "NumpadSubtract" => zoom(1.0 / STEP),
            "Digit0" | "Numpad0" => view.set(View::WHOLE),
            _ => return,
        }
        event.prevent_default();
    };
    let name = if picture.name.is_empty() { locale.image().to_owned() } else { picture.name.clone() };
    let alt = locale.picture_called(&picture.name);
    let number =
        (count > 1).then(|| view! { <span class="viewer-number">{format!("{} / {count}", at + 1)}</span> });
    let steps = (count > 1).then(|| {
        view! {
            <IconButton
                icon=Icon::Back
                label=locale.previous_picture().to_owned()
                disabled=at == 0
                on_press=move |()| pictures.step(-1)
            />
            <IconButton
                icon=Icon::Right
                label=locale.next_picture().to_owned()
                disabled=at + 1 == count
                on_press=move |()| pictures.step(1)
            />
        }
    });
    Some(view! {
        <div class="viewer-frame" on:keydown=on_key>
            <div class="viewer-head">
                <span class="viewer-name">{name.clone()}</span>
                {number}
                {steps}
                <IconButton icon=Icon::Plus label=locale.zoom_in().to_owned() on_press=move |()| zoom(STEP)/>
                <IconButton icon=Icon::Minus label=locale.zoom_out().to_owned() on_press=move |()| zoom(1.0 / STEP)/>
                <a class="icon-button" href=picture.address.clone() download=name rel="external" aria-label=locale.download_file() title=locale.download_file()>
                    <Glyph icon=Icon::Download/>
                </a>
                <IconButton icon=Icon::Close label=locale.close().to_owned() on_press=move |()| pictures.shown.set(None)/>
            </div>
            <Stage picture view alt/>
        </div>
    })
}

/// Where the picture stands and takes wheel, fingers and mouse.
#[component]
fn Stage(picture: Picture, view: RwSignal<View>, alt: String) -> impl IntoView {
    // Fingers, or the mouse, that hold the picture: which, and where.
    let held = StoredValue::new(Vec::<(i32, f64, f64)>::new());
    let on_wheel = move |event: WheelEvent| {
        event.prevent_default();
        let factor = if event.delta_y() < 0.0 { STEP } else { 1.0 / STEP };
        let (x, y) =
            from_middle(event.current_target(), f64::from(event.client_x()), f64::from(event.client_y()));
        view.update(|view| *view = view.zoomed(factor, x, y));
    };
    let on_double = move |event: MouseEvent| {
        let (x, y) =
            from_middle(event.current_target(), f64::from(event.client_x()), f64::from(event.client_y()));
        view.update(|view| {
            *view = if view.scale > 1.0 { View::WHOLE } else { view.zoomed(DOUBLE, x, y) };
        });
    };
    let on_down = move |event: PointerEvent| {
        if let Some(target) = event.current_target().and_then(|it| it.dyn_into::<Element>().ok()) {
            // A pointer that is gone already needs no holding.
            _ = target.set_pointer_capture(event.pointer_id());
        }
        let place = (event.pointer_id(), f64::from(event.client_x()), f64::from(event.client_y()));
        held.update_value(|held| held.push(place));
    };
    let on_move = move |event: PointerEvent| {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let Some(before) = held.with_value(|held| held.iter().copied().find(|it| it.0 == event.pointer_id()))
        else {
            return;
        };
        let other = held.with_value(|held| held.iter().copied().find(|it| it.0 != event.pointer_id()));
        match other {
            None => view.update(|view| *view = view.moved(x - before.1, y - before.2)),
            Some((_, other_x, other_y)) => {
                let apart = |x: f64, y: f64| (x - other_x).hypot(y - other_y).max(1.0);
                let factor = apart(x, y) / apart(before.1, before.2);
                let middle = from_middle(event.current_target(), (x + other_x) / 2.0, (y + other_y) / 2.0);
                view.update(|view| *view = view.zoomed(factor, middle.0, middle.1));
            }
        }
        held.update_value(|held| {
            if let Some(it) = held.iter_mut().find(|it| it.0 == event.pointer_id()) {
                (it.1, it.2) = (x, y);
            }
        });
    };
    let on_up =
        move |event: PointerEvent| held.update_value(|held| held.retain(|it| it.0 != event.pointer_id()));
    view! {
        <div
            class="viewer-stage"
            data-large=move || view.with(|view| view.scale > 1.0).then_some("true")
            on:wheel=on_wheel
            on:dblclick=on_double
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_up
        >
            <img class="viewer-picture" src=picture.address alt=alt draggable="false" style:transform=move || view.get().style()/>
        </div>
    }
}

/// A point of the screen as its distance from the middle of the stage.
fn from_middle(stage: Option<leptos::web_sys::EventTarget>, x: f64, y: f64) -> (f64, f64) {
    let Some(stage) = stage.and_then(|it| it.dyn_into::<Element>().ok()) else { return (0.0, 0.0) };
    let room = browser::room_of(&stage);
    (x - room.left - room.width / 2.0, y - room.top - room.height / 2.0)
}

#[cfg(test)]
mod tests {
    use super::{MOST, View};

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let view = View::WHOLE.zoomed(2.0, 100.0, -40.0);
        // A point of the picture stands at `offset + point * scale`; (100, -40) was its own point before.
        assert_eq!((view.x + 100.0 * view.scale, view.y - 40.0 * view.scale), (100.0, -40.0));
    }

    #[test]
    fn a_picture_is_never_smaller_than_whole_and_then_stands_in_the_middle() {
        assert_eq!(View::WHOLE.zoomed(2.0, 50.0, 50.0).zoomed(0.1, 0.0, 0.0), View::WHOLE);
        assert_eq!(View::WHOLE.moved(10.0, 10.0), View::WHOLE);
        assert_eq!(View::WHOLE.zoomed(100.0, 0.0, 0.0).scale, MOST);
    }
}
