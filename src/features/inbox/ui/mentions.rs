//! People that a note speaks to, in its text.

use crate::features::inbox::types::PersonView;

/// A part of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// `@` and a name.
    Mention(&'a str),
}

/// The parts of a note's text. Of two names that begin alike the longer one is meant.
pub fn pieces<'a>(text: &'a str, people: &[PersonView]) -> Vec<Piece<'a>> {
    let mut names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut pieces = Vec::new();
    let mut begun = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('@') {
        let sign = at + found;
        let after = sign + 1;
        match names.iter().find(|name| text[after..].starts_with(**name)) {
            Some(name) => {
                if begun < sign {
                    pieces.push(Piece::Text(&text[begun..sign]));
                }
                at = after + name.len();
                pieces.push(Piece::Mention(&text[sign..at]));
                begun = at;
            }
            None => at = after,
        }
    }
    if begun < text.len() {
        pieces.push(Piece::Text(&text[begun..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, pieces};
    use crate::features::inbox::types::PersonView;
    use crate::shared::ids::UserId;

    #[test]
    fn names_are_told_from_text() {
        let person = |name: &str| PersonView { id: UserId::new(), name: name.to_owned() };
        let people = [person("Ann"), person("Ann Lee")];
        assert_eq!(
            pieces("a@b, @Ann Lee and @Ann!", &people),
            [Text("a@b, "), Mention("@Ann Lee"), Text(" and "), Mention("@Ann"), Text("!")]
        );
        assert_eq!(pieces("@Bob", &people), [Text("@Bob")]);
        assert_eq!(pieces("", &people), []);
        assert_eq!(pieces("@Ann", &[]), [Text("@Ann")]);
    }
}
