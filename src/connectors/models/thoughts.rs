//! Local servers put what a model thinks into the answer itself, as `<think>…</think>` before it. Nobody has asked for
//! it, and it is not to be sent to a buyer.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes an answer piece by piece and gives what is left of it.
#[derive(Debug, Default)]
pub(super) struct Thoughts {
    state: State,
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing but white space, or the beginning of the sign.
    #[default]
    Undecided,
    Thinking,
    Speaking,
}

impl Thoughts {
    /// What may be shown after this piece.
    pub fn take(&mut self, piece: &str) -> String {
        if self.state == State::Speaking {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        if self.state == State::Undecided {
            let begun = self.held.trim_start();
            if begun.starts_with(OPEN) {
                self.state = State::Thinking;
            } else if !OPEN.starts_with(begun) {
                return self.speak(0);
            }
        }
        match self.held.find(CLOSE) {
            Some(at) if self.state == State::Thinking => self.speak(at + CLOSE.len()),
            _ => String::new(),
        }
    }

    /// What was held back when the answer ended without a decision.
    pub fn rest(&mut self) -> String {
        if self.state == State::Undecided { self.speak(0) } else { String::new() }
    }

    fn speak(&mut self, from: usize) -> String {
        self.state = State::Speaking;
        std::mem::take(&mut self.held)[from..].trim_start().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[&str]) -> String {
        let mut thoughts = Thoughts::default();
        let mut text: String = pieces.iter().map(|piece| thoughts.take(piece)).collect();
        text.push_str(&thoughts.rest());
        text
    }

    #[test]
    fn thoughts_are_left_out_and_answers_are_not() {
        assert_eq!(shown(&["\n<th", "ink>let me", " see</thi", "nk>\n\nOk", ", yes"]), "Ok, yes");
        assert_eq!(shown(&["O", "k"]), "Ok");
        assert_eq!(shown(&["<t", "able>"]), "<table>");
        assert_eq!(shown(&["<thi"]), "<thi");
        assert_eq!(shown(&["<think>for ever"]), "");
        assert_eq!(shown(&["a <think>b</think>"]), "a <think>b</think>");
    }
}
