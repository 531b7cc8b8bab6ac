//! Templates that turn into different texts every time.
//!
//! `{a|b|c}` is one of its parts, which may be empty and may contain braces again. `<word>` is what the story knows
//! by that name. `<b:he|she>` chooses by the buyer's gender, `<g:m|f|n|p>` by the thing's gender and number.

use rand::Rng;
use rand::rngs::StdRng;

/// What a template may ask for.
pub(super) trait Words {
    /// The value of a slot; may be a template itself.
    fn word(&self, name: &str) -> String;
    /// 0 for him, 1 for her.
    fn buyer_gender(&self) -> usize;
    /// 0 masculine, 1 feminine, 2 neuter, 3 plural.
    fn thing_gender(&self) -> usize;
}

/// Makes a text of a template.
pub(super) fn expand(template: &str, words: &impl Words, rng: &mut StdRng) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '<']) {
        text.push_str(&rest[..at]);
        let is_choice = rest[at..].starts_with('{');
        let (open, close) = if is_choice { ('{', '}') } else { ('<', '>') };
        let Some(inner) = enclosed(&rest[at..], open, close) else {
            text.push_str(&rest[at..]);
            return text;
        };
        let chosen = if is_choice {
            let parts = parts(inner);
            parts[rng.random_range(0..parts.len())].to_owned()
        } else {
            slot(inner, words)
        };
        text.push_str(&expand(&chosen, words, rng));
        rest = &rest[at + inner.len() + 2..];
    }
    text.push_str(rest);
    text
}

fn slot(name: &str, words: &impl Words) -> String {
    let by = |forms: &str, at: usize| parts(forms).get(at).copied().unwrap_or_default().to_owned();
    if let Some(forms) = name.strip_prefix("b:") {
        by(forms, words.buyer_gender())
    } else if let Some(forms) = name.strip_prefix("g:") {
        by(forms, words.thing_gender())
    } else {
        words.word(name)
    }
}

fn enclosed(from: &str, open: char, close: char) -> Option<&str> {
    let mut depth = 0usize;
    for (at, c) in from.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(&from[1..at]);
            }
        }
    }
    None
}

/// Splits at the bars that are not inside braces.
fn parts(inner: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' | '<' => depth += 1,
            '}' | '>' => depth -= 1,
            '|' if depth == 0 => {
                parts.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    struct Boots;

    impl Words for Boots {
        fn word(&self, name: &str) -> String {
            format!("[{name}]")
        }
        fn buyer_gender(&self) -> usize {
            1
        }
        fn thing_gender(&self) -> usize {
            3
        }
    }

    #[test]
    fn slots_and_genders_are_filled_in() {
        let mut rng = StdRng::seed_from_u64(1);
        let text = expand("Я <b:заказал|заказала> <acc>, <g:пришёл|пришла|пришло|пришли>", &Boots, &mut rng);
        assert_eq!(text, "Я заказала [acc], пришли");
    }

    #[test]
    fn choices_nest_and_all_of_them_come_up() {
        let mut rng = StdRng::seed_from_u64(1);
        let texts: std::collections::BTreeSet<_> =
            (0..100).map(|_| expand("{a|{b|c}|}{!|?}", &Boots, &mut rng)).collect();
        assert_eq!(texts.len(), 8);
    }
}
