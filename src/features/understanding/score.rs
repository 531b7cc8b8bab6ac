//! How well messages are understood: what was said of labelled ones against their labels.

use super::classify::understand;
use super::types::Category;
use std::collections::BTreeMap;
use std::fmt;

/// What labels and the classifier have said of the same messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// By label and what was understood.
    told: BTreeMap<(Category, Category), usize>,
    /// Messages that were not understood: label, what was said instead, text.
    pub wrong: Vec<(Category, Category, String)>,
}

/// A line that is no labelled message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Unreadable {
    /// Counted from 1.
    pub line: usize,
    why: String,
}

/// Reads labelled messages, one a line: the category, a tab, the text. Empty lines and lines after `#` are left out.
///
/// # Errors
/// The first line that cannot be read.
pub fn labelled(text: &str) -> Result<Vec<(Category, String)>, Unreadable> {
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let read = |(at, line): (usize, &str)| {
        let unreadable = |why: String| Unreadable { line: at + 1, why };
        let (label, text) =
            line.split_once('\t').ok_or_else(|| unreadable("no tab after the category".into()))?;
        Ok((label.trim().parse().map_err(unreadable)?, text.trim().to_owned()))
    };
    lines.map(read).collect()
}

impl Score {
    /// Has messages understood and compares.
    pub fn of<'a>(messages: impl IntoIterator<Item = (Category, &'a str)>) -> Self {
        let mut score = Score::default();
        for (label, text) in messages {
            let found = understand(text).category;
            *score.told.entry((label, found)).or_default() += 1;
            if found != label {
                score.wrong.push((label, found, text.to_owned()));
            }
        }
        score
    }

    /// The share that was understood; nothing of nothing.
    pub fn share(&self) -> f64 {
        share(self.sum(|label, found| label == found), self.sum(|_, _| true))
    }

    /// Of what was taken for a category, the share that is one.
    pub fn precision(&self, category: Category) -> f64 {
        let right = self.sum(|label, found| label == category && found == category);
        share(right, self.sum(|_, found| found == category))
    }

    /// Of what is of a category, the share that was taken for it.
    pub fn recall(&self, category: Category) -> f64 {
        let right = self.sum(|label, found| label == category && found == category);
        share(right, self.sum(|label, _| label == category))
    }

    fn sum(&self, keep: impl Fn(Category, Category) -> bool) -> usize {
        self.told.iter().filter(|((label, found), _)| keep(*label, *found)).map(|(_, count)| count).sum()
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12}{:>6}{:>11}{:>8}", "category", "n", "precision", "recall")?;
        for category in Category::ALL {
            let count = self.sum(|label, _| label == *category);
            let (precision, recall) = (self.precision(*category), self.recall(*category));
            writeln!(f, "{:<12}{count:>6}{precision:>11.3}{recall:>8.3}", category.as_str())?;
        }
        let all = self.sum(|_, _| true);
        write!(f, "{:<12}{all:>6}  understood: {:.3}", "all", self.share())
    }
}
