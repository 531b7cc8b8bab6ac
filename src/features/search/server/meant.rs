//! From what was typed to the stems that are looked for; and, when they are hardly written anywhere, to those that were
//! meant: of a word that was begun, mistyped, or typed in the other keyboard layout.

use super::super::types::Correction;
use crate::platform::fault::Outcome;
use crate::shared::i18n::letters::{folded, other_layout};
use crate::shared::ids::WorkspaceId;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Of one typed word so many others are looked for.
const MAX_MEANT: usize = 6;

/// What was typed, as search understands it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub words: Vec<Word>,
}

/// A stem that a message has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The part of the text that it comes from, ё as е, in small letters.
    pub typed: String,
    pub stem: String,
    /// In how many messages it is, about; zero also for what is never counted, e.g. numbers.
    pub messages: i64,
}

impl Asked {
    /// Each stem by itself.
    pub fn groups(&self) -> Vec<Vec<String>> {
        self.words.iter().map(|word| vec![word.stem.clone()]).collect()
    }
}

#[derive(diesel::QueryableByName)]
struct StemRow {
    #[diesel(sql_type = Text)]
    typed: String,
    #[diesel(sql_type = Text)]
    stem: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    messages: Option<i64>,
}

/// Stems what was typed. Words like «и» have none.
pub async fn asked(conn: &mut AsyncPgConnection, workspace: WorkspaceId, text: &str) -> Outcome<Asked> {
    let typed: Vec<String> = folded(text).split_whitespace().map(str::to_owned).collect();
    let rows: Vec<StemRow> = diesel::sql_query(
        "SELECT t.typed, l.lexeme AS stem, w.messages \
         FROM unnest($2) WITH ORDINALITY t (typed, place) \
         CROSS JOIN LATERAL unnest(to_tsvector('russian', t.typed)) l \
         LEFT JOIN search_words w ON w.workspace_id = $1 AND w.word = l.lexeme \
         ORDER BY t.place, l.positions[1]",
    )
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<Text>, _>(typed)
    .load(conn)
    .await?;
    let mut words: Vec<Word> = Vec::new();
    for StemRow { typed, stem, messages } in rows {
        if words.iter().all(|known| known.stem != stem) {
            words.push(Word { typed, stem, messages: messages.unwrap_or(0) });
        }
    }
    Ok(Asked { words })
}

#[derive(diesel::QueryableByName)]
struct AlikeRow {
    #[diesel(sql_type = Text)]
    asked: String,
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = BigInt)]
    messages: i64,
}

/// The statement that finds words like the given ones: they share trigrams, or begin so. Public so that a test can look at
/// its plan.
pub const ALIKE_SQL: &str = "SELECT a.stem AS asked, f.word, f.messages FROM unnest($2) a (stem) \
     CROSS JOIN LATERAL ( \
         (SELECT w.word, w.messages FROM search_words w WHERE w.workspace_id = $1 AND w.word % a.stem \
          ORDER BY similarity(w.word, a.stem) DESC, w.messages DESC LIMIT 30) \
         UNION \
         (SELECT w.word, w.messages FROM search_words w \
          WHERE w.workspace_id = $1 AND w.word >= a.stem AND w.word < a.stem || U&'\\+10FFFF' COLLATE \"C\" \
          ORDER BY w.messages DESC LIMIT 10)) f";

/// What may have been meant by words that are in few messages or none. `None` when there is nothing better.
pub async fn meant(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    asked: &Asked,
) -> Outcome<Option<(Vec<Vec<String>>, Vec<Correction>)>> {
    let doubtful: Vec<&Word> = asked.words.iter().filter(|word| is_word(&word.stem)).collect();
    let mut stems: Vec<String> = doubtful.iter().map(|word| word.stem.clone()).collect();
    let switched: Vec<(String, String)> =
        doubtful.iter().filter_map(|word| Some((word.stem.clone(), other_layout(&word.typed)?))).collect();
    let typed_otherwise: Vec<&str> = switched.iter().map(|(_, text)| text.as_str()).collect();
    let other = self::asked(conn, workspace, &typed_otherwise.join(" ")).await?;
    stems.extend(other.words.iter().map(|word| word.stem.clone()));
    stems.retain(|stem| is_word(stem));
    let rows: Vec<AlikeRow> = diesel::sql_query(ALIKE_SQL)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Array<Text>, _>(stems)
        .load(conn)
        .await?;
    let (mut groups, mut corrections) = (Vec::new(), Vec::new());
    for word in &asked.words {
        let mut group = vec![word.stem.clone()];
        // In the other layout the word may be mistyped as well.
        let layout = switched.iter().find(|(stem, _)| *stem == word.stem).map(|(_, text)| text.as_str());
        let in_layout = other.words.iter().find(|it| layout == Some(it.typed.as_str()));
        let mut candidates: Vec<(usize, i64, &str)> = Vec::new();
        for stem in [Some(word.stem.as_str()), in_layout.map(|it| it.stem.as_str())].into_iter().flatten() {
            let alike = rows.iter().filter(|row| row.asked == stem && row.word != word.stem);
            candidates.extend(
                alike.filter_map(|row| Some((distance(stem, &row.word)?, row.messages, row.word.as_str()))),
            );
        }
        // What is written as often as the word itself is another word, not a better one.
        candidates.retain(|(_, messages, _)| *messages > word.messages.saturating_mul(5));
        candidates.sort_by_key(|(distance, messages, _)| (*distance, -*messages));
        candidates.dedup_by(|a, b| a.2 == b.2);
        candidates.truncate(MAX_MEANT);
        if !candidates.is_empty() {
            let found: Vec<String> = candidates.iter().map(|(_, _, stem)| (*stem).to_owned()).collect();
            corrections.push(Correction { typed: word.typed.clone(), meant: found.clone() });
            group.extend(found);
        }
        groups.push(group);
    }
    Ok((!corrections.is_empty()).then_some((groups, corrections)))
}

fn is_word(stem: &str) -> bool {
    stem.chars().count() >= 3 && stem.chars().all(char::is_alphabetic)
}

/// How far a written word is from the typed one: slips of the fingers, or letters still to be typed. `None` when it is
/// another word.
fn distance(typed: &str, written: &str) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (typed.chars().collect(), written.chars().collect());
    if b.starts_with(&a) {
        return Some(1);
    }
    let most = if a.len() <= 4 { 1 } else { 2 };
    let slips = slips(&a, &b);
    (slips <= most).then_some(slips)
}

/// Letters put in, left out, changed, or two neighbours swapped.
fn slips(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let cost = usize::from(a[i - 1] != b[j - 1]);
                let mut least = (rows[i - 1][j - 1] + cost).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn slips_of_the_fingers_are_near_and_other_words_are_not() {
        assert_eq!(distance("доствк", "доставк"), Some(1));
        assert_eq!(distance("возрват", "возврат"), Some(1));
        assert_eq!(distance("заказз", "заказ"), Some(1));
        assert_eq!(distance("дос", "доставк"), Some(1), "begun");
        assert_eq!(distance("кот", "код"), Some(1));
        assert_eq!(distance("кот", "ром"), None);
        assert_eq!(distance("доставк", "оправк"), None);
    }
}
