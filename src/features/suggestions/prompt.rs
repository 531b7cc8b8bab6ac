//! What a model is told: rules first and always the same, data between signs that nobody else can write, the task last.
//!
//! Whatever a buyer writes is data. It is masked, stands on one line behind the name of who said it, and cannot end the
//! data early, because signs like ours are taken apart before they get there. The words are data too (`prompt.json`).

use super::gist;
use super::mask::Mask;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Messages of a chat that are told; more of them make answers slower and not better.
pub const LONGEST_TRANSCRIPT: usize = 30;
/// Messages of a chat that a summary is made of.
pub const LONGEST_SUMMARISED: usize = 120;
/// From so many messages on a chat is long enough to be summed up.
pub const LONG_CHAT: usize = 12;
/// Characters of one message that are told.
const LONGEST_MESSAGE: usize = 1500;

text_enum!(
    /// What a model is to do.
    Task {
        Suggest = "suggest",
        Shorter = "shorter",
        Warmer = "warmer",
        Formal = "formal",
        /// Mistakes only.
        Correct = "correct",
        Translate = "translate",
    }
);

text_enum!(
    /// How a shop speaks.
    Tone {
        Neutral = "neutral",
        Friendly = "friendly",
        Formal = "formal",
    }
);

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    Buyer,
    Shop,
}

/// A message of the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub speaker: Speaker,
    pub text: String,
}

/// Something that an answer may lean on, and what it is called on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub title: String,
    pub text: String,
}

/// All that a question is made of. Nothing of any other chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    pub task: Task,
    pub tone: Tone,
    /// Oldest first.
    pub transcript: Vec<Line>,
    /// Of the order and the product.
    pub facts: Vec<Source>,
    /// Of the knowledge base and of quick replies.
    pub knowledge: Vec<Source>,
    /// What stands in the composer, for tasks about it.
    pub draft: Option<String>,
}

/// A question for a model, masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt {
    pub system: String,
    pub user: String,
    /// The same question with the gist of what the buyer says instead of their words; only where nothing else was said in the chat, so
    /// that who asks the same in other words asks the same.
    pub gist: Option<String>,
    /// The version of the words.
    pub version: i32,
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prompt(version {}, {} characters)", self.version, self.user.chars().count())
    }
}

/// The words of prompts.
#[derive(Debug, Default, Deserialize)]
struct Words {
    version: i32,
    rules: Vec<String>,
    open: String,
    close: String,
    buyer: String,
    shop: String,
    transcript: String,
    facts: String,
    knowledge: String,
    draft: String,
    tasks: BTreeMap<Task, String>,
    tones: BTreeMap<Tone, String>,
    trial_rules: String,
    trial: String,
    summary_rules: Vec<String>,
    summary: String,
    understanding_rules: Vec<String>,
    understanding: String,
}

static WORDS: LazyLock<Words> =
    LazyLock::new(|| serde_json::from_str(include_str!("prompt.json")).unwrap_or_default());

impl Material {
    /// The question that may leave the house. `mask` remembers what was hidden.
    pub fn prompt(&self, mask: &mut Mask) -> Prompt {
        let words = &*WORDS;
        let mut system = words.rules.join("\n");
        if let Some(tone) = words.tones.get(&self.tone) {
            system.push('\n');
            system.push_str(tone);
        }
        let mut user = words.open.clone();
        let sources = [(&words.facts, &self.facts), (&words.knowledge, &self.knowledge)];
        for (title, sources) in sources.into_iter().filter(|(_, sources)| !sources.is_empty()) {
            user.push_str(&format!("\n{title}"));
            for source in sources {
                user.push_str(&format!("\n- {}: {}", data(&source.title, mask), data(&source.text, mask)));
            }
        }
        if !self.transcript.is_empty() {
            user.push_str(&format!("\n{}", words.transcript));
        }
        let newest = self.transcript.len().saturating_sub(LONGEST_TRANSCRIPT);
        let lines: Vec<(Speaker, String)> =
            self.transcript[newest..].iter().map(|line| (line.speaker, data(&line.text, mask))).collect();
        let mut end = String::new();
        if let Some(draft) = &self.draft {
            end.push_str(&format!("\n{}\n{}", words.draft, data(draft, mask)));
        }
        let task = words.tasks.get(&self.task).cloned().unwrap_or_default();
        end.push_str(&format!("\n{}\n\n{task}", words.close));
        let gist = self.gist(&lines).map(|gist| format!("{user}{}{end}", said(Speaker::Buyer, &gist)));
        user.extend(lines.iter().map(|(speaker, text)| said(*speaker, text)));
        user.push_str(&end);
        Prompt { system, user, gist, version: words.version }
    }

    /// What the buyer asks, where that is all that was said.
    fn gist(&self, lines: &[(Speaker, String)]) -> Option<String> {
        let is_whole = self.task == Task::Suggest && self.draft.is_none() && lines.len() < LONGEST_TRANSCRIPT;
        let is_one_turn = lines.iter().all(|(speaker, _)| *speaker == Speaker::Buyer);
        let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
        if is_whole && is_one_turn { gist::gist(&texts) } else { None }
    }

    /// Everything that an answer may take links and facts from.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().chain(&self.knowledge).map(|source| source.text.as_str())
    }
}

/// A small question that shows whether a model answers. Says nothing of anybody.
pub fn trial() -> Prompt {
    let words = &*WORDS;
    let (system, user) = (words.trial_rules.clone(), words.trial.clone());
    Prompt { system, user, gist: None, version: words.version }
}

/// The question what a chat is about, oldest message first.
pub fn summary(transcript: &[Line], mask: &mut Mask) -> Prompt {
    let words = &*WORDS;
    let mut user = format!("{}\n{}", words.open, words.transcript);
    for line in transcript {
        user.push_str(&said(line.speaker, &data(&line.text, mask)));
    }
    user.push_str(&format!("\n{}\n\n{}", words.close, words.summary));
    Prompt { system: words.summary_rules.join("\n"), user, gist: None, version: words.version }
}

/// The question what one message of a buyer is about. Nothing else of the chat is told.
pub fn understanding(message: &str, mask: &mut Mask) -> Prompt {
    let words = &*WORDS;
    let said = said(Speaker::Buyer, &data(message, mask));
    let user = format!("{}{said}\n{}\n\n{}", words.open, words.close, words.understanding);
    Prompt { system: words.understanding_rules.join("\n"), user, gist: None, version: words.version }
}

/// A message behind the name of who said it, on a line of its own.
fn said(speaker: Speaker, text: &str) -> String {
    let speaker = match speaker {
        Speaker::Buyer => &WORDS.buyer,
        Speaker::Shop => &WORDS.shop,
    };
    format!("\n{speaker}{text}")
}

/// A text as data: masked, on one line, and without signs that could be taken for ours.
fn data(text: &str, mask: &mut Mask) -> String {
    let short: String = text.chars().take(LONGEST_MESSAGE).collect();
    let line: String = mask
        .hide(&short)
        .chars()
        .map(|c| match c {
            '<' => '\u{2039}',
            '>' => '\u{203a}',
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
            c => c,
        })
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an answer may cost in tokens at most: a guess from above, because providers count differently.
pub fn longest_answer(max_chars: usize) -> u32 {
    u32::try_from(max_chars * 10 / 25).unwrap_or(u32::MAX).clamp(60, 350)
}
