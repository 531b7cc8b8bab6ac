//! Russian letters as people type them: ё that is written as е, and words typed while the other layout was on.

/// A text in small letters, ё as е: how words are compared.
pub fn folded(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// The same for one letter. A letter whose small form is several stays as it is, so that places in a text stay places.
pub fn folded_letter(letter: char) -> char {
    let mut small = letter.to_lowercase();
    match (small.next(), small.next()) {
        (Some('ё'), None) => 'е',
        (Some(one), None) => one,
        _ => letter,
    }
}

const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const CYRILLIC: &str = "йцукенгшщзхъфывапролджэячсмитьбюе";

/// The word as the same keys type it in the other layout; `None` when it is not of one layout.
pub fn other_layout(typed: &str) -> Option<String> {
    let other = |from: &str, to: &str| -> Option<String> {
        typed
            .chars()
            .map(|c| from.chars().position(|it| it == c).and_then(|place| to.chars().nth(place)))
            .collect()
    };
    if typed.chars().any(|c| c.is_ascii_alphabetic()) {
        other(LATIN, CYRILLIC)
    } else {
        other(CYRILLIC, LATIN)
    }
}

#[cfg(test)]
mod tests {
    use super::{folded, folded_letter, other_layout};

    #[test]
    fn keys_of_the_other_layout_are_understood() {
        assert_eq!(other_layout("ljcnfdrf").as_deref(), Some("доставка"));
        assert_eq!(other_layout("руддщ").as_deref(), Some("hello"));
        assert_eq!(other_layout("ok-1"), None);
    }

    #[test]
    fn letters_and_texts_are_folded_alike() {
        for text in ["Ёлка", "ЗАКАЗ", "iPhone 15"] {
            assert_eq!(text.chars().map(folded_letter).collect::<String>(), folded(text));
        }
        assert_eq!(folded_letter('İ'), 'İ');
    }
}
