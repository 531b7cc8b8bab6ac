//! Everything that can be done by a key: its name in programs, where the key works, and which key it is unless a person
//! has chosen another. Keys are told by their place on the keyboard (`event.code`), so that they are the same in the
//! Russian and in the Latin layout.
//!
//! A letter alone works where nobody types. What is needed in the middle of a text has Ctrl or Alt: so R begins an
//! answer and N a note, while Alt+N turns from one to the other also with the caret in a field.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

text_enum!(
    /// Something that a person can do.
    Command {
        NextRow = "next_row",
        PreviousRow = "previous_row",
        TakeNext = "take_next",
        ShowWaiting = "show_waiting",
        ShowMine = "show_mine",
        ShowUnassigned = "show_unassigned",
        ShowOpen = "show_open",
        ShowStarred = "show_starred",
        ShowSnoozed = "show_snoozed",
        ShowClosed = "show_closed",
        ShowAll = "show_all",
        ShowSpam = "show_spam",
        Filter = "filter",
        ToggleChosen = "toggle_chosen",
        ActOnChosen = "act_on_chosen",

        Reply = "reply",
        Note = "note",
        AnswerOrNote = "answer_or_note",
        CloseChat = "close_chat",
        CloseAndNext = "close_and_next",
        Snooze = "snooze",
        Promise = "promise",
        Assign = "assign",
        AssignToMe = "assign_to_me",
        Tags = "tags",
        Priority = "priority",
        Understanding = "understanding",
        Star = "star",
        Spam = "spam",
        OrderPane = "order_pane",
        WhyDeadline = "why_deadline",
        FindInChat = "find_in_chat",
        JumpToDate = "jump_to_date",
        ToUnseen = "to_unseen",
        ToNewest = "to_newest",

        Send = "send",
        SendAndClose = "send_and_close",
        SendLater = "send_later",
        QuickReply = "quick_reply",
        Emoji = "emoji",
        Attach = "attach",
        InsertSuggestion = "insert_suggestion",
        AnotherSuggestion = "another_suggestion",

        Undo = "undo",
        Search = "search",
        Palette = "palette",
        CheatSheet = "cheat_sheet",
        Notices = "notices",
        GoToChats = "go_to_chats",
        GoToSellers = "go_to_sellers",
        GoToReports = "go_to_reports",
        GoToSettings = "go_to_settings",
    }
);

/// What a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    List,
    Chat,
    Composer,
    Everywhere,
}

impl Area {
    /// In the order of the cheat sheet.
    pub const ALL: [Area; 4] = [Area::List, Area::Chat, Area::Composer, Area::Everywhere];
}

impl Command {
    /// What it is about.
    pub fn area(self) -> Area {
        use Command::*;
        match self {
            NextRow | PreviousRow | TakeNext | ShowWaiting | ShowMine | ShowUnassigned | ShowOpen
            | ShowStarred | ShowSnoozed | ShowClosed | ShowAll | ShowSpam | Filter | ToggleChosen
            | ActOnChosen => Area::List,
            Reply | Note | CloseChat | CloseAndNext | Snooze | Promise | Assign | AssignToMe | Tags
            | Priority | Understanding | Star | Spam | OrderPane | WhyDeadline | FindInChat | JumpToDate
            | ToUnseen | ToNewest => Area::Chat,
            AnswerOrNote | Send | SendAndClose | SendLater | QuickReply | Emoji | Attach
            | InsertSuggestion | AnotherSuggestion => Area::Composer,
            Undo | Search | Palette | CheatSheet | Notices | GoToChats | GoToSellers | GoToReports
            | GoToSettings => Area::Everywhere,
        }
    }

    /// The key unless a person has chosen another.
    pub fn usual_chord(self) -> Option<Chord> {
        use Command::*;
        let chord = match self {
            NextRow => Chord::plain("KeyJ"),
            PreviousRow => Chord::plain("KeyK"),
            TakeNext => Chord::plain("KeyN").shift(),
            ShowWaiting => Chord::plain("Digit1"),
            ShowMine => Chord::plain("Digit2"),
            ShowUnassigned => Chord::plain("Digit3"),
            ShowOpen => Chord::plain("Digit4"),
            ShowStarred => Chord::plain("Digit5"),
            ShowSnoozed => Chord::plain("Digit6"),
            ShowClosed => Chord::plain("Digit7"),
            ShowAll => Chord::plain("Digit8"),
            ShowSpam => Chord::plain("Digit9"),
            Filter => Chord::plain("KeyF"),
            ToggleChosen => Chord::plain("KeyX"),
            ActOnChosen => Chord::plain("KeyX").alt(),
            Reply => Chord::plain("KeyR"),
            Note => Chord::plain("KeyN"),
            AnswerOrNote => Chord::plain("KeyN").alt(),
            CloseChat => Chord::plain("KeyE"),
            CloseAndNext => Chord::plain("KeyE").shift(),
            Snooze => Chord::plain("KeyS"),
            Promise => Chord::plain("KeyU"),
            Assign => Chord::plain("KeyA"),
            AssignToMe => Chord::plain("KeyI"),
            Tags => Chord::plain("KeyT"),
            Priority => Chord::plain("KeyP"),
            Understanding => Chord::plain("KeyC"),
            Star => Chord::plain("KeyS").shift(),
            Spam => Chord::plain("KeyX").shift(),
            OrderPane => Chord::plain("KeyO").alt(),
            WhyDeadline => Chord::plain("KeyD"),
            FindInChat => Chord::plain("KeyF").alt(),
            JumpToDate => Chord::plain("KeyG").alt(),
            ToUnseen => Chord::plain("ArrowUp").alt(),
            ToNewest => Chord::plain("ArrowDown").alt(),
            Send => Chord::plain("Enter").ctrl(),
            SendAndClose => Chord::plain("Enter").ctrl().shift(),
            SendLater => Chord::plain("Enter").ctrl().alt(),
            QuickReply => Chord::plain("KeyQ").alt(),
            Emoji => Chord::plain("KeyE").alt(),
            Attach => Chord::plain("KeyA").alt(),
            InsertSuggestion => Chord::plain("Enter").alt(),
            AnotherSuggestion => Chord::plain("Enter").alt().shift(),
            Undo => Chord::plain("KeyZ"),
            Search => Chord::plain("Slash"),
            Palette => Chord::plain("KeyK").ctrl(),
            CheatSheet => Chord::plain("Slash").shift(),
            Notices => Chord::plain("KeyB"),
            GoToChats | GoToSellers | GoToReports | GoToSettings => return None,
        };
        Some(chord)
    }
}

/// A key with its modifiers. Ctrl is also the Command key of a Mac.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key's place, by the names of `KeyboardEvent.code`.
    pub code: String,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

impl Chord {
    fn plain(code: &str) -> Self {
        Chord { code: code.to_owned(), ctrl: false, alt: false, shift: false }
    }

    fn ctrl(self) -> Self {
        Chord { ctrl: true, ..self }
    }

    fn alt(self) -> Self {
        Chord { alt: true, ..self }
    }

    fn shift(self) -> Self {
        Chord { shift: true, ..self }
    }

    /// Whether it may work while somebody types: it puts no letter into the text.
    pub fn works_while_typing(&self) -> bool {
        self.ctrl || self.alt
    }

    /// Whether a command may have it: a key of its own, and none that browser or reader cannot do without.
    pub fn is_free(&self) -> bool {
        let is_modifier =
            ["Control", "Shift", "Alt", "Meta", "OS"].iter().any(|it| self.code.starts_with(it));
        let is_taken = matches!(self.code.as_str(), "" | "Tab" | "Escape" | "Space" | "Backspace" | "Delete");
        let moves = !self.ctrl && !self.alt && (self.code.starts_with("Arrow") || self.code == "Enter");
        let is_browsers = self.ctrl
            && !self.alt
            && matches!(self.code.as_str(), "KeyT" | "KeyW" | "KeyN" | "KeyR" | "KeyL");
        let edits = self.ctrl
            && !self.alt
            && !self.shift
            && matches!(self.code.as_str(), "KeyA" | "KeyC" | "KeyV" | "KeyX" | "KeyZ");
        !(is_modifier || is_taken || moves || is_browsers || edits)
    }

    /// The keys as they are printed on a Russian keyboard, from left to right.
    pub fn keys(&self) -> Vec<String> {
        let modifiers = [(self.ctrl, "Ctrl"), (self.alt, "Alt"), (self.shift, "Shift")];
        let mut keys: Vec<String> =
            modifiers.into_iter().filter(|(is_held, _)| *is_held).map(|(_, name)| name.to_owned()).collect();
        keys.push(self.key().to_owned());
        keys
    }

    /// The keys as programs for reading the screen are told them: `Control+Shift+E`.
    pub fn for_readers(&self) -> String {
        let modifiers = [(self.ctrl, "Control"), (self.alt, "Alt"), (self.shift, "Shift")];
        let mut keys: Vec<&str> =
            modifiers.into_iter().filter(|(is_held, _)| *is_held).map(|(_, name)| name).collect();
        keys.push(if self.code.starts_with("Arrow") { &self.code } else { self.key() });
        keys.join("+")
    }

    fn key(&self) -> &str {
        let letter = self.code.strip_prefix("Key").or_else(|| self.code.strip_prefix("Digit"));
        letter.unwrap_or(match self.code.as_str() {
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            "Slash" => "/",
            "Period" => ".",
            "Comma" => ",",
            "Semicolon" => ";",
            "Quote" => "'",
            "BracketLeft" => "[",
            "BracketRight" => "]",
            "Backslash" => "\\",
            "Minus" => "-",
            "Equal" => "=",
            "Backquote" => "`",
            other => other,
        })
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_held, name) in [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if is_held {
                f.write_str(name)?;
            }
        }
        f.write_str(&self.code)
    }
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut chord = Chord::plain("");
        for part in text.split('+') {
            match part {
                "Ctrl" => chord.ctrl = true,
                "Alt" => chord.alt = true,
                "Shift" => chord.shift = true,
                code if chord.code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    chord.code = code.to_owned();
                }
                _ => return Err(format!("{text:?} is no chord")),
            }
        }
        if chord.code.is_empty() { Err(format!("{text:?} names no key")) } else { Ok(chord) }
    }
}

impl Serialize for Chord {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chord {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_two_commands_share_a_key() {
        let mut taken: HashMap<Chord, Command> = HashMap::new();
        for command in Command::ALL {
            let Some(chord) = command.usual_chord() else { continue };
            if let Some(other) = taken.insert(chord.clone(), *command) {
                panic!("{command} and {other} share {chord}");
            }
        }
    }

    #[test]
    fn a_usual_key_is_free_or_sends() {
        for command in Command::ALL {
            let Some(chord) = command.usual_chord() else { continue };
            assert!(chord.is_free(), "{command}: {chord}");
        }
    }

    #[test]
    fn a_chord_survives_its_text() {
        for command in Command::ALL {
            let Some(chord) = command.usual_chord() else { continue };
            assert_eq!(chord.to_string().parse(), Ok(chord));
        }
        for text in ["", "Ctrl+", "KeyA+KeyB", "Ctrl+Ж"] {
            assert!(text.parse::<Chord>().is_err(), "{text}");
        }
    }

    #[test]
    fn keys_are_named_as_they_are_printed() {
        assert_eq!(Chord::plain("KeyE").ctrl().shift().keys(), ["Ctrl", "Shift", "E"]);
        assert_eq!(Chord::plain("Slash").keys(), ["/"]);
        assert_eq!(Chord::plain("Enter").ctrl().alt().for_readers(), "Control+Alt+Enter");
        assert_eq!(Chord::plain("ArrowDown").alt().for_readers(), "Alt+ArrowDown");
    }

    #[test]
    fn keys_that_browsers_and_fields_need_are_not_free() {
        for chord in [
            Chord::plain("Tab"),
            Chord::plain("ControlLeft").ctrl(),
            Chord::plain("ArrowDown"),
            Chord::plain("KeyC").ctrl(),
            Chord::plain("KeyW").ctrl(),
        ] {
            assert!(!chord.is_free(), "{chord}");
        }
    }
}
