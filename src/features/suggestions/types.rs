//! Drafts, the models that make them and how a workspace wants them, as screens show them.

use super::check::Flag;
use super::prompt::{Task, Tone};
use crate::shared::error::Refusal;
use crate::shared::ids::{ArticleId, ProviderId, SuggestionId};
use crate::shared::models::{ModelProblem, ProviderKind};
use serde::{Deserialize, Serialize};

/// The longest name of a model, in characters.
pub const MAX_MODEL: usize = 200;
/// The longest folder, contract or address, in characters.
pub const MAX_PLACE: usize = 500;
/// The longest key, in characters.
pub const MAX_KEY: usize = 4000;
/// Models of a workspace.
pub const MAX_PROVIDERS: usize = 12;
/// The most questions a day that can be asked for.
pub const MAX_DAILY_CALLS: i32 = 1_000_000;

text_enum!(
    /// How far a draft has got. Every draft leaves `thinking`.
    SuggestionState {
        Thinking = "thinking",
        Ready = "ready",
        /// Nobody has made one.
        Failed = "failed",
        /// The chat went on meanwhile.
        Cancelled = "cancelled",
    }
);

text_enum!(
    /// What became of a draft when the answer was sent.
    Fate {
        Accepted = "accepted",
        Edited = "edited",
        Rejected = "rejected",
    }
);

text_enum!(
    /// What a draft may lean on.
    SourceKind {
        Order = "order",
        Product = "product",
        QuickReply = "quick_reply",
        Article = "article",
        Template = "template",
    }
);

/// Something that a draft was made from, as its panel names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceView {
    pub kind: SourceKind,
    /// The name of the field, the quick reply or the article; empty for templates.
    pub title: String,
    /// The article it is.
    pub article: Option<ArticleId>,
}

impl SourceView {
    /// One that is no article.
    pub fn of(kind: SourceKind, title: &str) -> Self {
        SourceView { kind, title: title.to_owned(), article: None }
    }
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuggestionView {
    pub id: SuggestionId,
    pub task: Task,
    pub state: SuggestionState,
    pub text: String,
    /// Whose model has made it; `None` for a template.
    pub provider: Option<ProviderKind>,
    pub model: Option<String>,
    pub sources: Vec<SourceView>,
    /// What was found in it, the gravest first.
    pub flags: Vec<Flag>,
    /// Why the model that was asked first has not answered.
    pub problem: Option<ModelProblem>,
    /// It was given before to who asked the same, so no model was asked.
    pub is_again: bool,
}

text_enum!(
    /// Whether a model can be asked.
    Readiness {
        Ready = "ready",
        /// None is connected, or none is switched on.
        NoModel = "no_model",
        /// Only such as need a person.
        Troubled = "troubled",
        /// Only such to whom texts would leave the country.
        OnlyAbroad = "only_abroad",
        /// As many questions as a day may have.
        UsedUp = "used_up",
    }
);

/// What the panel of a chat shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Whether the buyer waits for an answer.
    pub is_waiting: bool,
    /// The newest draft for what the buyer has written last.
    pub current: Option<SuggestionView>,
    pub readiness: Readiness,
    /// The newest drafts for what the buyer has written last, the newest first: variants to choose from.
    pub variants: Vec<SuggestionView>,
    /// So much was written that a summary helps.
    pub is_long: bool,
}

/// Drafts that a person can choose from.
pub const MOST_VARIANTS: usize = 3;

/// What a chat is about, in a few sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Nothing when no model has answered.
    pub text: Option<String>,
    /// Why the model that was asked first has not answered.
    pub problem: Option<ModelProblem>,
    pub readiness: Readiness,
}

/// How a workspace wants drafts to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionSettings {
    /// Made when somebody opens a chat whose buyer waits, without being asked for.
    pub is_automatic: bool,
    /// Whether providers may be asked to whom texts leave the country.
    pub is_abroad_allowed: bool,
    /// Questions to models in a day.
    pub daily_calls: i32,
    pub tone: Tone,
    /// Whether a model is asked what each message of a buyer is about: every one is a paid question.
    pub is_understood_by_model: bool,
}

impl Default for SuggestionSettings {
    fn default() -> Self {
        SuggestionSettings {
            is_automatic: true,
            is_abroad_allowed: false,
            daily_calls: 2000,
            tone: Tone::Neutral,
            is_understood_by_model: false,
        }
    }
}

impl SuggestionSettings {
    /// Brings numbers into their bounds.
    #[must_use]
    pub fn bounded(self) -> Self {
        SuggestionSettings { daily_calls: self.daily_calls.clamp(0, MAX_DAILY_CALLS), ..self }
    }
}

/// A connected model. The key never comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderView {
    pub id: ProviderId,
    pub kind: ProviderKind,
    pub model: String,
    /// Folder, contract or address.
    pub place: String,
    pub has_key: bool,
    pub is_enabled: bool,
    pub daily_tokens: Option<i64>,
    /// In millionths of the unit of `currency`.
    pub daily_money: Option<i64>,
    /// What its price is in, where its price is known.
    pub currency: Option<String>,
    /// Why it is left alone until a person has changed something.
    pub problem: Option<ModelProblem>,
    /// What says what texts mean, where somebody wants that, and why it is left alone.
    pub vectors_model: Option<String>,
    pub vectors_problem: Option<ModelProblem>,
    /// Used within the last day.
    pub used_tokens: i64,
    pub used_money: i64,
}

/// The page of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelsPage {
    pub settings: SuggestionSettings,
    /// In the order in which they are asked.
    pub providers: Vec<ProviderView>,
    /// Questions of the last day.
    pub used_calls: i64,
}

/// What a person types to connect a model or to change one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderForm {
    pub id: ProviderId,
    pub kind: ProviderKind,
    pub model: String,
    pub place: String,
    /// Empty: the key that is there stays.
    pub key: String,
    pub is_enabled: bool,
    pub daily_tokens: Option<i64>,
    pub daily_money: Option<i64>,
    /// What is to say what texts mean; nothing when nobody is. Only on a server of one's own the name is for a person to choose.
    pub vectors_model: Option<String>,
}

impl ProviderForm {
    /// The form without blanks around what was typed.
    ///
    /// # Errors
    /// What is missing or too long.
    pub fn checked(self, has_key: bool) -> Result<Self, Refusal> {
        let trimmed = |text: &str| text.trim().to_owned();
        let form = ProviderForm {
            model: trimmed(&self.model),
            place: trimmed(&self.place),
            key: trimmed(&self.key),
            daily_tokens: self.daily_tokens.filter(|tokens| *tokens > 0),
            daily_money: self.daily_money.filter(|money| *money > 0),
            vectors_model: match self.kind {
                ProviderKind::Compatible => {
                    self.vectors_model.as_deref().map(trimmed).filter(|name| !name.is_empty())
                }
                kind => self.vectors_model.as_ref().and(kind.vectors_model()).map(str::to_owned),
            },
            ..self
        };
        let vectors = form.vectors_model.clone().unwrap_or_default();
        let fields =
            [(&form.model, MAX_MODEL), (&form.place, MAX_PLACE), (&form.key, MAX_KEY), (&vectors, MAX_MODEL)];
        if let Some((_, max)) = fields.iter().find(|(text, max)| text.chars().count() > *max) {
            return Err(Refusal::FieldTooLong { max: *max as u32 });
        }
        if form.model.is_empty() {
            return Err(Refusal::ModelMissing);
        }
        match form.kind {
            ProviderKind::Yandex if form.place.is_empty() => return Err(Refusal::FolderMissing),
            ProviderKind::Compatible if !is_address(&form.place) => return Err(Refusal::ModelAddressMissing),
            _ => {}
        }
        if form.key.is_empty() && !has_key && form.kind != ProviderKind::Compatible {
            return Err(Refusal::ApiKeyMissing);
        }
        Ok(form)
    }
}

fn is_address(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains(' ')))
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTest {
    /// Why it does not work; `None` when it does.
    pub problem: Option<ModelProblem>,
    /// How long the answer took, in milliseconds.
    pub took_ms: i64,
    /// Models that the key may use, as far as the provider tells.
    pub models: Vec<String>,
    /// Whether it says what texts mean; nothing where nobody wants that.
    pub vectors: Option<VectorsTest>,
}

/// What came of a test of search by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorsTest {
    /// Why it does not work; `None` when it does.
    pub problem: Option<ModelProblem>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(kind: ProviderKind) -> ProviderForm {
        ProviderForm {
            id: ProviderId::new(),
            kind,
            model: " deepseek-flash ".into(),
            place: String::new(),
            key: " sk-1 ".into(),
            is_enabled: true,
            daily_tokens: Some(0),
            daily_money: None,
            vectors_model: None,
        }
    }

    #[test]
    fn a_form_says_what_it_lacks() {
        let good = form(ProviderKind::Deepseek).checked(false).expect("complete");
        assert_eq!(
            (good.model.as_str(), good.key.as_str(), good.daily_tokens),
            ("deepseek-flash", "sk-1", None)
        );
        let without_key = ProviderForm { key: " ".into(), ..form(ProviderKind::Deepseek) };
        assert_eq!(without_key.clone().checked(false), Err(Refusal::ApiKeyMissing));
        assert!(without_key.checked(true).is_ok(), "the old one stays");
        assert_eq!(form(ProviderKind::Yandex).checked(false), Err(Refusal::FolderMissing));
        let own = |place: &str| ProviderForm {
            place: place.into(),
            key: String::new(),
            ..form(ProviderKind::Compatible)
        };
        for bad in ["", "localhost:8080", "ftp://host/v1", "http://", "http://a b"] {
            assert_eq!(own(bad).checked(false), Err(Refusal::ModelAddressMissing), "{bad}");
        }
        assert!(own("http://10.0.0.5:8080/v1").checked(false).is_ok());
        let seer = |form: ProviderForm, name: &str| {
            let form = ProviderForm { vectors_model: Some(name.into()), ..form };
            form.checked(true).map(|form| form.vectors_model)
        };
        assert_eq!(seer(own("http://a/v1"), " bge-m3 "), Ok(Some("bge-m3".into())));
        assert_eq!(seer(own("http://a/v1"), " "), Ok(None));
        assert_eq!(
            seer(form(ProviderKind::Openai), "any"),
            Ok(Some("text-embedding-3-small".into())),
            "the one that it has"
        );
        assert_eq!(seer(form(ProviderKind::Deepseek), "any"), Ok(None), "it has none");
        let long = seer(own("http://a/v1"), &"x".repeat(MAX_MODEL + 1));
        assert_eq!(long, Err(Refusal::FieldTooLong { max: MAX_MODEL as u32 }));
        let nameless = ProviderForm { model: " ".into(), ..form(ProviderKind::Deepseek) };
        assert_eq!(nameless.checked(false), Err(Refusal::ModelMissing));
    }
}
