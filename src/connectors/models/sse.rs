//! Server-sent events, as providers stream their answers: lines that come in pieces of any size.

/// No line of an answer comes near this.
const LONGEST_LINE: usize = 1024 * 1024;

/// Bytes that are no stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Collects bytes and gives the data of whole events.
#[derive(Debug, Default)]
pub(super) struct Events {
    bytes: Vec<u8>,
    /// Lines of data of the event that has begun.
    data: Option<String>,
}

impl Events {
    /// Takes bytes; gives the data of the events that they complete, in order.
    ///
    /// # Errors
    /// A line has no end.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        let mut events = Vec::new();
        self.bytes.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(length) = self.bytes[from..].iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.bytes[from..from + length]).into_owned();
            from += length + 1;
            events.extend(self.line(line.trim_end_matches('\r')));
        }
        self.bytes.drain(..from);
        if self.bytes.len() > LONGEST_LINE { Err(TooLong) } else { Ok(events) }
    }

    /// The event that was begun when the stream ended; some servers leave out the last empty line.
    pub fn rest(&mut self) -> Option<String> {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned();
        self.line(line.trim_end_matches('\r')).or_else(|| self.data.take())
    }

    /// Takes a line; an empty one ends the event. Comments (`: keep-alive`) and other fields say nothing to us.
    fn line(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            return self.data.take();
        }
        if let Some(value) = line.strip_prefix("data:") {
            let value = value.strip_prefix(' ').unwrap_or(value);
            // Events of these servers are one line each; one that forgets the empty line between is understood too.
            let before = self.data.replace(value.to_owned());
            return before.filter(|before| before == "[DONE]" || is_whole(before));
        }
        None
    }
}

/// Whether data are a JSON value of their own.
fn is_whole(data: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(data).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8], size: usize) -> Vec<String> {
        let mut events = Events::default();
        let mut found = Vec::new();
        for chunk in bytes.chunks(size.max(1)) {
            found.extend(events.take(chunk).expect("short lines"));
        }
        found.extend(events.rest());
        found
    }

    #[test]
    fn comments_and_ends_of_lines_of_all_kinds_are_understood() {
        let stream = ": keep-alive\n\n: keep-alive\r\n\r\ndata: {\"a\":1}\r\n\r\nevent: x\ndata:{\"b\":2}\n\ndata: [DONE]";
        assert_eq!(all(stream.as_bytes(), 1000), ["{\"a\":1}", "{\"b\":2}", "[DONE]"]);
        assert_eq!(all(b"data: {\"a\":1}\ndata: {\"b\":2}\n", 7), ["{\"a\":1}", "{\"b\":2}"]);
    }

    #[test]
    fn a_line_without_end_is_not_collected_for_ever() {
        let mut events = Events::default();
        let chunk = vec![b'x'; LONGEST_LINE / 2];
        assert_eq!(events.take(&chunk), Ok(Vec::new()));
        assert_eq!(events.take(&chunk), Ok(Vec::new()));
        assert_eq!(events.take(&chunk), Err(TooLong));
    }

    proptest! {
        #[test]
        fn events_are_the_same_however_they_are_cut(
            texts in proptest::collection::vec("[а-яё \"\\\\🙂]{0,12}", 1..6), size in 1usize..40
        ) {
            let data: Vec<String> = texts.iter().map(|text| serde_json::json!({ "t": text }).to_string()).collect();
            let stream: String = data.iter().map(|data| format!("data: {data}\n\n")).collect();
            prop_assert_eq!(all(stream.as_bytes(), size), data);
        }

        #[test]
        fn rubbish_does_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), size in 1usize..50) {
            let _ = all(&bytes, size);
        }
    }
}
