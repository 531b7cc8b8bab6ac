//! Icons: one sprite file for all (`public/icons.svg`), so that no drawing travels inside the program.

use leptos::prelude::*;

/// Declares the icons; the word is the id of the drawing in the sprite.
macro_rules! icons {
    ($($name:ident = $id:literal),+ $(,)?) => {
        /// A drawing of the sprite.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $(
            #[doc = concat!("`#", $id, "`")]
            $name
        ),+ }

        impl Icon {
            /// Every icon; a test looks each up in the sprite.
            pub const ALL: &'static [Icon] = &[$(Icon::$name),+];

            /// Where the drawing is.
            pub fn href(self) -> &'static str {
                match self { $(Icon::$name => concat!("/icons.svg#", $id)),+ }
            }
        }
    };
}

icons! {
    Inbox = "inbox",
    Bell = "bell",
    Store = "store",
    Sliders = "sliders",
    Gear = "gear",
    LogOut = "log-out",
    Sun = "sun",
    Moon = "moon",
    Monitor = "monitor",
    Send = "send",
    Search = "search",
    Back = "back",
    Down = "down",
    Up = "up",
    Right = "right",
    Close = "close",
    Plus = "plus",
    More = "more",
    Check = "check",
    CheckDouble = "check-double",
    Clock = "clock",
    Alert = "alert",
    Info = "info",
    Question = "question",
    Retry = "retry",
    Pause = "pause",
    Play = "play",
    Key = "key",
    Trash = "trash",
    Pencil = "pencil",
    Clip = "clip",
    Image = "image",
    File = "file",
    Link = "link",
    External = "external",
    Copy = "copy",
    Bot = "bot",
    Person = "person",
    Offline = "offline",
    Chat = "chat",
    Panel = "panel",
    Star = "star",
    StarFull = "star-full",
    Flag = "flag",
    Smile = "smile",
    Slash = "slash",
    Tag = "tag",
    Ban = "ban",
    Skip = "skip",
    Note = "note",
    Calendar = "calendar",
    Minus = "minus",
    Download = "download",
}

/// Draws an icon. It says nothing to a reader: the word beside it, or the name of its button, does.
#[component]
pub fn Glyph(icon: Icon) -> impl IntoView {
    view! {
        <svg class="glyph" aria-hidden="true" focusable="false">
            <use_ href=icon.href()></use_>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::Icon;

    #[test]
    fn the_sprite_has_every_icon() {
        let sprite = include_str!("../../public/icons.svg");
        for icon in Icon::ALL {
            let id = icon.href().trim_start_matches("/icons.svg#");
            assert!(sprite.contains(&format!("id=\"{id}\"")), "public/icons.svg lacks {id}");
        }
    }
}
