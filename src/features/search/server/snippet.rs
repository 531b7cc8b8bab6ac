//! The part of a message that shows why it was found.

use super::super::types::Piece;
use crate::shared::i18n::letters::{folded, folded_letter};

/// Characters of a snippet, about.
const LENGTH: usize = 180;
/// Characters before the first word that was found.
const LEAD: usize = 50;

/// Cuts the surroundings of the first hit out of a text. `tokens` are the words to mark, folded or not.
pub fn snippet(body: &str, tokens: &[String]) -> Vec<Piece> {
    let chars: Vec<char> = body.chars().collect();
    let hits = hits(&chars, tokens);
    let (from, to) = cut(&chars, hits.first().map_or(0, |(start, _)| *start));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |text: String, is_hit: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text, is_hit });
        }
    };
    let mut at = from;
    if from > 0 {
        push("…".to_owned(), false);
    }
    for (start, end) in hits.into_iter().filter(|(start, end)| *start >= from && *end <= to) {
        push(line(&chars[at..start]), false);
        push(line(&chars[start..end]), true);
        at = end;
    }
    push(line(&chars[at..to]), false);
    if to < chars.len() {
        push("…".to_owned(), false);
    }
    pieces
}

/// Where the words stand, in order and apart from each other.
fn hits(chars: &[char], tokens: &[String]) -> Vec<(usize, usize)> {
    // Letter by letter, so that places in the folded text are places in the text.
    let text: Vec<char> = chars.iter().copied().map(folded_letter).collect();
    let mut hits = Vec::new();
    for token in tokens.iter().map(|token| folded(token).chars().collect::<Vec<char>>()) {
        if token.is_empty() || token.len() > text.len() {
            continue;
        }
        for start in 0..=text.len() - token.len() {
            let end = start + token.len();
            if text[start..end] == token[..] && is_word(&text, start, end) {
                hits.push((start, end));
            }
        }
    }
    hits.sort_unstable();
    let mut last = 0;
    hits.retain(|(start, end)| {
        let is_apart = *start >= last;
        if is_apart {
            last = *end;
        }
        is_apart
    });
    hits
}

/// Whether letters and digits do not go on beyond the ends.
fn is_word(text: &[char], start: usize, end: usize) -> bool {
    let joins = |a: Option<&char>, b: Option<&char>| {
        a.is_some_and(|c| c.is_alphanumeric()) && b.is_some_and(|c| c.is_alphanumeric())
    };
    !joins(start.checked_sub(1).and_then(|at| text.get(at)), text.get(start))
        && !joins(text.get(end - 1), text.get(end))
}

/// What is shown of a text whose first hit stands at `hit`: whole words where it is cut.
fn cut(chars: &[char], hit: usize) -> (usize, usize) {
    if chars.len() <= LENGTH {
        return (0, chars.len());
    }
    let wanted = hit.saturating_sub(LEAD).min(chars.len() - LENGTH);
    let space = chars[wanted..hit.max(wanted)].iter().position(|c| c.is_whitespace());
    let from = if wanted == 0 { 0 } else { space.map_or(wanted, |space| wanted + space + 1) };
    let most = (from + LENGTH).min(chars.len());
    let end = chars[from..most].iter().rposition(|c| c.is_whitespace());
    let to = if most == chars.len() {
        most
    } else {
        end.filter(|end| *end > LENGTH / 2).map_or(most, |end| from + end)
    };
    (from, to)
}

/// Line breaks are spaces in a snippet.
fn line(chars: &[char]) -> String {
    chars.iter().map(|c| if c.is_whitespace() { ' ' } else { *c }).collect()
}

#[cfg(test)]
mod tests {
    use super::snippet;

    fn drawn(body: &str, tokens: &[&str]) -> String {
        let tokens: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
        let pieces = snippet(body, &tokens);
        pieces.into_iter().map(|it| if it.is_hit { format!("[{}]", it.text) } else { it.text }).collect()
    }

    #[test]
    fn words_are_marked_whole_and_whatever_their_letters() {
        assert_eq!(drawn("Ёлка у ёлки, елки-палки", &["елка", "елки"]), "[Ёлка] у [ёлки], [елки]-палки");
        assert_eq!(drawn("заказ заказы", &["заказ"]), "[заказ] заказы");
        assert_eq!(drawn("ничего", &["другое"]), "ничего");
        assert_eq!(drawn("", &["другое"]), "");
    }

    #[test]
    fn markup_stays_the_text_it_is() {
        assert_eq!(drawn("<b>курьер</b> & \"я\"", &["курьер"]), "<b>[курьер]</b> & \"я\"");
    }

    #[test]
    fn a_long_text_is_cut_around_its_first_hit_between_words() {
        let body = format!("{}курьер\nне приехал {}", "слово ".repeat(60), "ещё ".repeat(200));
        let drawn = drawn(&body, &["курьер"]);
        assert!(drawn.starts_with("…слово ") && drawn.contains("[курьер] не приехал"), "{drawn}");
        assert!(drawn.ends_with("ещё…") && drawn.chars().count() < 200, "{drawn}");
    }

    #[test]
    fn a_letter_whose_small_form_is_longer_moves_nothing() {
        assert_eq!(drawn("İİ курьер", &["курьер"]), "İİ [курьер]");
    }
}
