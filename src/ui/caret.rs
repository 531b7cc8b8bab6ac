//! Putting text in at the caret. Browsers count in units of UTF-16.

use leptos::html;
use leptos::prelude::*;
use std::ops::Range;

/// The byte at which `units` units of UTF-16 have passed.
fn byte_at(text: &str, units: usize) -> usize {
    let mut passed = 0;
    for (at, c) in text.char_indices() {
        if passed >= units {
            return at;
        }
        passed += c.len_utf16();
    }
    text.len()
}

fn units(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

/// What is selected in the field, in bytes of its text; the end of the text when nobody can tell.
fn selected(field: &leptos::web_sys::HtmlTextAreaElement, text: &str) -> Range<usize> {
    let place = |units: Option<u32>| units.map_or(text.len(), |units| byte_at(text, units as usize));
    let start = place(field.selection_start().ok().flatten());
    let end = place(field.selection_end().ok().flatten());
    start..end.max(start)
}

/// The character before the caret; `None` at the beginning.
pub fn before_caret(field: NodeRef<html::Textarea>) -> Option<char> {
    let field = field.get_untracked()?;
    let text = field.value();
    let start = selected(&field, &text).start;
    text[..start].chars().next_back()
}

/// Puts words in the place of what is selected, sets the caret behind them, and gives the whole text.
pub fn insert(field: NodeRef<html::Textarea>, words: &str) -> Option<String> {
    let field = field.get_untracked()?;
    let text = field.value();
    let place = selected(&field, &text);
    let (joined, caret) = spliced(&text, place, words);
    field.set_value(&joined);
    _ = field.focus();
    // Cannot fail for a place within the text.
    _ = field.set_selection_range(caret, caret);
    Some(joined)
}

/// Selects a part of the text, so that the next key replaces it.
pub fn select(field: NodeRef<html::Textarea>, place: Range<usize>) {
    let Some(field) = field.get_untracked() else { return };
    let text = field.value();
    let (Some(before), Some(within)) = (text.get(..place.start), text.get(..place.end)) else { return };
    _ = field.focus();
    _ = field.set_selection_range(units(before), units(within));
}

/// The text with words in the place of a part, and where the caret stands then, in units of UTF-16.
fn spliced(text: &str, place: Range<usize>, words: &str) -> (String, u32) {
    let (before, after) = (&text[..place.start], &text[place.end..]);
    (format!("{before}{words}{after}"), units(before) + units(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_browsers_count() {
        let text = "\u{430}\u{1f642}b";
        assert_eq!(byte_at(text, 1), 2);
        assert_eq!(byte_at(text, 3), 6);
        assert_eq!(byte_at(text, 9), text.len());
        assert_eq!(spliced(text, 2..6, "xy"), ("\u{430}xyb".to_owned(), 3));
        assert_eq!(spliced("", 0..0, "\u{1f642}"), ("\u{1f642}".to_owned(), 2));
    }
}
