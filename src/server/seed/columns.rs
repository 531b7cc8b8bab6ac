//! Rows in the text form of COPY.

use chrono::{DateTime, Utc};
use std::fmt::{Display, Write};

/// Rows of one table, ready to be sent.
#[derive(Debug, Default)]
pub struct Rows(String);

impl Rows {
    /// Begins a row; it ends when the value is dropped.
    pub fn row(&mut self) -> Row<'_> {
        Row { text: &mut self.0, is_first: true }
    }

    /// Their bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// A row that is being written, column by column.
pub struct Row<'a> {
    text: &'a mut String,
    is_first: bool,
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        self.text.push('\n');
    }
}

impl Row<'_> {
    fn next(&mut self) -> &mut String {
        if !std::mem::take(&mut self.is_first) {
            self.text.push('\t');
        }
        self.text
    }

    /// A number, an id, a word of ours: nothing that would have to be escaped.
    pub fn plain(mut self, value: impl Display) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(self.next(), "{value}");
        self
    }

    /// The same, or null.
    pub fn maybe(self, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.plain(value),
            None => self.plain("\\N"),
        }
    }

    /// An instant.
    pub fn at(self, at: DateTime<Utc>) -> Self {
        self.plain(at.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }

    /// An instant, or null.
    pub fn maybe_at(self, at: Option<DateTime<Utc>>) -> Self {
        match at {
            Some(at) => self.at(at),
            None => self.plain("\\N"),
        }
    }

    /// Any text.
    pub fn text(mut self, value: &str) -> Self {
        let text = self.next();
        for letter in value.chars() {
            match letter {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                other => text.push(other),
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_the_form_stand_for_themselves() {
        let mut rows = Rows::default();
        rows.row().plain(1).text("a\tb\\c\nd").maybe(None::<u8>);
        rows.row().maybe(Some(2)).text("").at(DateTime::UNIX_EPOCH);
        let text = String::from_utf8(rows.into_bytes()).expect("text");
        assert_eq!(text, "1\ta\\tb\\\\c\\nd\t\\N\n2\t\t1970-01-01T00:00:00.000Z\n");
    }
}
