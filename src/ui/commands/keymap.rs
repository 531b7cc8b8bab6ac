//! Which key does what: the usual ones, and what a person has changed in this browser.

use crate::shared::commands::{Chord, Command};
use crate::ui::browser;
use crate::ui::json;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Where this browser keeps the changes: command → chord, or nothing for a key that was taken away.
const MEMORY: &str = "agentiq.keys";

/// The keys of this browser. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Keymap(RwSignal<Changes>);

type Changes = BTreeMap<Command, Option<Chord>>;

impl Keymap {
    /// The usual keys.
    pub fn usual() -> Self {
        Keymap(RwSignal::new(Changes::new()))
    }

    /// Takes over what this browser has kept. What cannot be read counts as unchanged.
    pub fn follow_browser(self) {
        Effect::new(move |_| {
            let kept = browser::local_get(MEMORY).and_then(|text| read(&text)).unwrap_or_default();
            if !kept.is_empty() {
                self.0.set(kept);
            }
        });
    }

    /// The key of a command.
    pub fn chord(self, command: Command) -> Option<Chord> {
        self.0.with(|changes| chord(changes, command))
    }

    /// The command of a key.
    pub fn command(self, pressed: &Chord) -> Option<Command> {
        self.0.with_untracked(|changes| holder(changes, pressed))
    }

    /// Whether somebody has changed the key of a command.
    pub fn is_changed(self, command: Command) -> bool {
        self.0.with(|changes| changes.contains_key(&command))
    }

    /// Gives a command a key, or takes it away. Gives the command that had the key before.
    pub fn set(self, command: Command, chord: Option<Chord>) -> Option<Command> {
        let mut before = None;
        self.0.update(|changes| before = set(changes, command, chord));
        self.keep();
        before
    }

    /// Gives a command its usual key again.
    pub fn reset(self, command: Command) -> Option<Command> {
        self.set(command, command.usual_chord())
    }

    /// Gives every command its usual key again.
    pub fn reset_all(self) {
        self.0.update(Changes::clear);
        self.keep();
    }

    fn keep(self) {
        let words: BTreeMap<&str, Option<String>> = self.0.with_untracked(|changes| {
            changes
                .iter()
                .map(|(command, chord)| (command.as_str(), chord.as_ref().map(Chord::to_string)))
                .collect()
        });
        if let Ok(text) = serde_json::to_string(&words) {
            // A browser that keeps nothing has the usual keys the next time.
            _ = browser::local_set(MEMORY, &text);
        }
    }
}

/// Reads what was kept; commands and keys that are not known any more are left out.
fn read(text: &str) -> Option<Changes> {
    let words: BTreeMap<String, Option<String>> = json::read(text).ok()?;
    let change = |(command, chord): (String, Option<String>)| {
        let chord = match chord {
            Some(chord) => Some(chord.parse().ok()?),
            None => None,
        };
        Some((command.parse().ok()?, chord))
    };
    Some(words.into_iter().filter_map(change).collect())
}

fn chord(changes: &Changes, command: Command) -> Option<Chord> {
    changes.get(&command).cloned().unwrap_or_else(|| command.usual_chord())
}

fn holder(changes: &Changes, pressed: &Chord) -> Option<Command> {
    Command::ALL.iter().copied().find(|command| chord(changes, *command).as_ref() == Some(pressed))
}

fn set(changes: &mut Changes, command: Command, wanted: Option<Chord>) -> Option<Command> {
    let before =
        wanted.as_ref().and_then(|wanted| holder(changes, wanted)).filter(|holder| *holder != command);
    if let Some(before) = before {
        changes.insert(before, None);
    }
    if wanted == command.usual_chord() {
        changes.remove(&command);
    } else {
        changes.insert(command, wanted);
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Chord {
        text.parse().expect("a chord")
    }

    #[test]
    fn a_key_leads_to_one_command_at_a_time() {
        let mut changes = Changes::new();
        assert_eq!(holder(&changes, &key("KeyE")), Some(Command::CloseChat));
        assert_eq!(set(&mut changes, Command::Snooze, Some(key("KeyE"))), Some(Command::CloseChat));
        assert_eq!(holder(&changes, &key("KeyE")), Some(Command::Snooze));
        assert_eq!(chord(&changes, Command::CloseChat), None);
        assert_eq!(holder(&changes, &key("KeyS")), None);
    }

    #[test]
    fn the_usual_key_is_no_change() {
        let mut changes = Changes::new();
        set(&mut changes, Command::Snooze, Some(key("KeyY")));
        set(&mut changes, Command::Snooze, Command::Snooze.usual_chord());
        assert!(changes.is_empty());
    }

    #[test]
    fn what_a_browser_kept_is_read_as_far_as_it_is_known() {
        let text = r#"{"snooze":"Alt+KeyZ","dance":"KeyD","star":null,"tags":"nonsense+"}"#;
        let changes = read(text).expect("an object");
        assert_eq!(changes.len(), 2);
        assert_eq!(chord(&changes, Command::Snooze), Some(key("Alt+KeyZ")));
        assert_eq!(chord(&changes, Command::Star), None);
        assert_eq!(read("[]"), None);
    }
}
