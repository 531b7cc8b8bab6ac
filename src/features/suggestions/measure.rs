//! What became of a draft: held against what was sent.

use super::types::Fate;

/// From this share of differing characters on it was another answer, in percent.
const ANOTHER_ANSWER: usize = 60;

/// What became of a draft, and how many characters differ.
pub fn fate(draft: &str, sent: &str) -> (Fate, usize) {
    let (draft, sent) = (spaced(draft), spaced(sent));
    let distance = distance(&draft, &sent);
    let longer = draft.len().max(sent.len());
    let fate = match distance {
        0 => Fate::Accepted,
        _ if distance * 100 < longer * ANOTHER_ANSWER => Fate::Edited,
        _ => Fate::Rejected,
    };
    (fate, distance)
}

/// Characters, with one blank wherever there were several: nobody edits by them.
fn spaced(text: &str) -> Vec<char> {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// How many characters have to be put in, taken out or changed (Levenshtein).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, old) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (to_at, new) in to.iter().enumerate() {
            let changed = diagonal + usize::from(old != new);
            diagonal = row[to_at + 1];
            row[to_at + 1] = changed.min(diagonal + 1).min(row[to_at] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_accepted_edited_or_another_answer_was_written() {
        let cases = [
            ("Good day to you", "Good  day\nto you ", Fate::Accepted, 0),
            ("Good day to you", "Good day to you!", Fate::Edited, 1),
            ("kitten", "sitting", Fate::Edited, 3),
            ("Good day to you", "No", Fate::Rejected, 14),
            ("", "anything", Fate::Rejected, 8),
            ("anything", "", Fate::Rejected, 8),
        ];
        for (draft, sent, expected, characters) in cases {
            assert_eq!(fate(draft, sent), (expected, characters), "{draft:?} {sent:?}");
        }
    }
}
