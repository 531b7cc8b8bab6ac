//! Which words belong to which value. The words themselves are in `shared::i18n`.

use crate::features::suggestions::check::{Concern, Flag};
use crate::features::suggestions::prompt::{Task, Tone};
use crate::features::suggestions::types::{Readiness, SourceKind, SourceView, SuggestionView};
use crate::shared::i18n::Locale;

/// What was found in a draft.
pub fn flag(locale: Locale, flag: &Flag) -> String {
    let quoted = |words: &str| format!("{words} \u{ab}{}\u{bb}", flag.words);
    match flag.concern {
        Concern::Empty => locale.concern_empty().to_owned(),
        Concern::TooLong => locale.concern_too_long().to_owned(),
        Concern::Language => locale.concern_language().to_owned(),
        Concern::Cut => locale.concern_cut().to_owned(),
        Concern::Contact => quoted(locale.concern_contact()),
        Concern::Link => quoted(locale.concern_link()),
        Concern::UncheckedAct => quoted(locale.concern_unchecked_act()),
        Concern::UncheckedFact => quoted(locale.concern_unchecked_fact()),
        Concern::Placeholder => quoted(locale.concern_placeholder()),
        Concern::OutOfRole => quoted(locale.concern_out_of_role()),
        Concern::Wording => {
            let kind = flag.kind.map(|kind| locale.wording_kind(kind)).unwrap_or(locale.wording_found());
            quoted(&format!("{kind}:"))
        }
    }
}

/// What a draft was made from.
pub fn sources(locale: Locale, view: &SuggestionView) -> String {
    let is_template = view.sources.iter().any(|source| source.kind == SourceKind::Template);
    let messages = (!is_template).then(|| locale.suggestion_source_messages().to_owned());
    let mut names: Vec<String> = messages.into_iter().collect();
    for name in view.sources.iter().map(|source| self::source(locale, source)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    format!("{} {}", locale.suggestion_sources(), names.join(", "))
}

fn source(locale: Locale, source: &SourceView) -> String {
    match source.kind {
        SourceKind::Order | SourceKind::Product => source.title.to_lowercase(),
        SourceKind::QuickReply | SourceKind::Article => format!("\u{ab}{}\u{bb}", source.title),
        SourceKind::Template => locale.suggestion_source_template().to_owned(),
    }
}

/// Why no model is asked, and what that means.
pub fn readiness(locale: Locale, readiness: Readiness) -> Option<&'static str> {
    match readiness {
        Readiness::Ready => None,
        Readiness::NoModel => Some(locale.suggestion_no_model()),
        Readiness::OnlyAbroad => Some(locale.suggestion_only_abroad()),
        Readiness::Troubled => Some(locale.suggestion_troubled()),
        Readiness::UsedUp => Some(locale.suggestion_used_up()),
    }
}

/// What can be done to a text, and what it means.
pub fn task(locale: Locale, task: Task) -> (&'static str, &'static str) {
    match task {
        Task::Suggest => (locale.suggestion_another(), locale.suggestion_another()),
        Task::Shorter => (locale.suggestion_shorter(), locale.suggestion_shorter()),
        Task::Warmer => (locale.suggestion_warmer(), locale.suggestion_warmer()),
        Task::Formal => (locale.suggestion_formal(), locale.suggestion_formal()),
        Task::Correct => (locale.suggestion_correct(), locale.suggestion_correct_hint()),
        Task::Translate => (locale.suggestion_translate(), locale.suggestion_translate_hint()),
    }
}

/// How a shop speaks.
pub fn tone(locale: Locale, tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => locale.tone_neutral(),
        Tone::Friendly => locale.tone_friendly(),
        Tone::Formal => locale.tone_formal(),
    }
}
