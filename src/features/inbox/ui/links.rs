//! Finds web addresses in what people write, so that they can be shown as links without ever becoming HTML.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// A complete `http://` or `https://` address.
    Link(&'a str),
}

/// Splits a text into plain parts and links. Joined together the pieces are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut plain_from = text;
    while let Some(start) = next_scheme(rest) {
        let link = link_at(&rest[start..]);
        if link.is_empty() {
            rest = &rest[start + 1..];
            continue;
        }
        let plain = &plain_from[..plain_from.len() - rest.len() + start];
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        pieces.push(Piece::Link(link));
        rest = &rest[start + link.len()..];
        plain_from = rest;
    }
    if !plain_from.is_empty() {
        pieces.push(Piece::Text(plain_from));
    }
    pieces
}

/// Whether an address may stand behind a link: nothing but the web, so that no `javascript:` gets there.
pub fn is_web(address: &str) -> bool {
    scheme_len(address).is_some()
}

fn next_scheme(text: &str) -> Option<usize> {
    text.match_indices(['h', 'H']).map(|(at, _)| at).find(|at| scheme_len(&text[*at..]).is_some())
}

fn scheme_len(text: &str) -> Option<usize> {
    ["http://", "https://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
        .map(str::len)
}

/// The address at the beginning of `text`, without the punctuation of the sentence around it; empty when nothing
/// follows the scheme.
fn link_at(text: &str) -> &str {
    let scheme = scheme_len(text).unwrap_or(0);
    let ends =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '«' | '»' | '“' | '”');
    let mut link = text.find(ends).map_or(text, |end| &text[..end]);
    while let Some(last) = link.chars().last() {
        let is_unbalanced = match last {
            ')' => link.matches('(').count() < link.matches(')').count(),
            ']' => link.matches('[').count() < link.matches(']').count(),
            other => matches!(other, '.' | ',' | '!' | '?' | ';' | ':' | '\'' | '…'),
        };
        if !is_unbalanced {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    if link.len() > scheme { link } else { "" }
}

#[cfg(test)]
mod tests {
    use super::Piece::{Link, Text};
    use super::{is_web, pieces};

    #[test]
    fn a_text_without_links_is_one_piece() {
        assert_eq!(pieces("Здравствуйте"), [Text("Здравствуйте")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn punctuation_around_a_link_is_not_of_it() {
        assert_eq!(
            pieces("Смотрите https://ozon.ru/t/a1, там есть."),
            [Text("Смотрите "), Link("https://ozon.ru/t/a1"), Text(", там есть.")]
        );
        assert_eq!(pieces("«http://a.ru»"), [Text("«"), Link("http://a.ru"), Text("»")]);
        assert_eq!(pieces("(https://a.ru/x(1))."), [Text("("), Link("https://a.ru/x(1)"), Text(").")]);
    }

    #[test]
    fn several_links_and_upper_case_are_found() {
        assert_eq!(
            pieces("HTTPS://A.RU\nи http://б.рф/ё"),
            [Link("HTTPS://A.RU"), Text("\nи "), Link("http://б.рф/ё")]
        );
    }

    #[test]
    fn only_the_web_becomes_a_link() {
        assert_eq!(pieces("javascript:alert(1)"), [Text("javascript:alert(1)")]);
        assert_eq!(pieces("https://"), [Text("https://")]);
        assert_eq!(pieces("hhttp://a"), [Text("h"), Link("http://a")]);
        assert!(!is_web("javascript:alert(1)"));
        assert!(!is_web(" https://a.ru"));
        assert!(is_web("Https://a.ru"));
    }

    #[test]
    fn markup_stays_text_and_ends_a_link() {
        let text = r#"<a href="https://a.ru/">x</a>"#;
        let all = pieces(text);
        assert_eq!(all[1], Link("https://a.ru/"));
        let joined: String = all
            .iter()
            .map(|piece| match piece {
                Text(text) | Link(text) => *text,
            })
            .collect();
        assert_eq!(joined, text);
    }
}
