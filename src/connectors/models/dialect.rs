//! How providers differ while they speak the same language.

use super::{Account, GigachatScope, Purpose, Question};
use crate::shared::models::ProviderKind;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long OpenAI's vectors are made: enough to tell a shop's articles apart, and a sixth of what it would send.
const OPENAI_DIMENSIONS: usize = 256;

/// The habits of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    kind: ProviderKind,
    /// Answers that may be made at the same time.
    pub at_once: usize,
}

impl Dialect {
    pub fn of(account: &Account) -> Self {
        let at_once = match account {
            // Accounts have 2500; more than this at once is a fault of ours.
            Account::Deepseek { .. } => 64,
            Account::Yandex { .. } => 10,
            Account::Gigachat { scope: GigachatScope::Personal, .. } => 1,
            Account::Gigachat { .. } => 10,
            Account::Openai { .. } => 16,
            // A machine under somebody's desk.
            Account::Compatible { .. } => 2,
        };
        Self { kind: account.kind(), at_once }
    }

    /// A question as it goes over the wire. `model` is the name that the provider wants.
    pub fn body(self, question: &Question, model: &str, is_streamed: bool, with_temperature: bool) -> Value {
        let messages = json!([
            { "role": "system", "content": question.system },
            { "role": "user", "content": question.user },
        ]);
        let mut body = Map::new();
        body.insert("model".into(), json!(model));
        body.insert("messages".into(), messages);
        body.insert("stream".into(), json!(is_streamed));
        body.insert(self.length_field().into(), json!(question.max_tokens));
        // GigaChat takes no zero.
        if with_temperature && (question.temperature > 0.0 || self.kind != ProviderKind::Gigachat) {
            // Numbers as people write them: 0.3 as f32 is 0.30000001192092896.
            body.insert(
                "temperature".into(),
                json!((f64::from(question.temperature) * 100.0).round() / 100.0),
            );
        }
        if is_streamed && self.counts_streams_when_asked() {
            body.insert("stream_options".into(), json!({ "include_usage": true }));
        }
        if question.json && self.kind != ProviderKind::Gigachat {
            body.insert("response_format".into(), json!({ "type": "json_object" }));
        }
        match self.kind {
            // Thinking is on by default, slow, and paid for.
            ProviderKind::Deepseek => {
                body.insert("thinking".into(), json!({ "type": "disabled" }));
            }
            ProviderKind::Openai => {
                body.insert("store".into(), json!(false));
            }
            ProviderKind::Yandex | ProviderKind::Gigachat | ProviderKind::Compatible => {}
        }
        if let (Some(field), Some(owner)) = (self.owner_field(), &question.owner) {
            body.insert(field.into(), json!(owner));
        }
        Value::Object(body)
    }

    /// Texts as they go over the wire to be made vectors. `model` is the name that the provider wants.
    pub fn texts_body(self, texts: &[String], model: &str, purpose: Purpose) -> Value {
        let cut = |text: &String| {
            let kept: String = text.chars().take(self.longest_text()).collect();
            format!("{}{kept}", self.opening(model, purpose))
        };
        let texts: Vec<String> = texts.iter().map(cut).collect();
        let mut body = Map::new();
        body.insert("model".into(), json!(model));
        let input = if self.texts_at_once() == 1 { json!(texts.first()) } else { json!(texts) };
        body.insert("input".into(), input);
        if self.kind != ProviderKind::Gigachat {
            body.insert("encoding_format".into(), json!("float"));
        }
        if self.kind == ProviderKind::Openai {
            body.insert("dimensions".into(), json!(OPENAI_DIMENSIONS));
        }
        Value::Object(body)
    }

    /// Whether there is anybody to ask for vectors.
    pub fn gives_vectors(self) -> bool {
        self.kind != ProviderKind::Deepseek
    }

    /// Texts of one call.
    pub fn texts_at_once(self) -> usize {
        if self.kind == ProviderKind::Yandex { 1 } else { 16 }
    }

    /// What lies between calls for many texts: Yandex takes ten a second.
    pub fn rest(self) -> Duration {
        Duration::from_millis(if self.kind == ProviderKind::Yandex { 100 } else { 0 })
    }

    /// As much of a text as is looked at, in characters: a guess that stays below what models refuse or silently leave out (512 tokens
    /// of most models on servers of one's own and of GigaChat's, 2,000 of Yandex's, 8,000 of OpenAI's).
    fn longest_text(self) -> usize {
        match self.kind {
            ProviderKind::Yandex => 4000,
            ProviderKind::Openai => 16_000,
            ProviderKind::Deepseek | ProviderKind::Gigachat | ProviderKind::Compatible => 1200,
        }
    }

    /// Models of the E5 family were taught with a word in front of every text and find badly without it.
    fn opening(self, model: &str, purpose: Purpose) -> &'static str {
        let is_e5 = self.kind == ProviderKind::Compatible && model.to_lowercase().contains("e5-");
        match purpose {
            _ if !is_e5 => "",
            Purpose::Query => "query: ",
            Purpose::Document => "passage: ",
        }
    }

    fn length_field(self) -> &'static str {
        if self.kind == ProviderKind::Openai { "max_completion_tokens" } else { "max_tokens" }
    }

    fn counts_streams_when_asked(self) -> bool {
        matches!(self.kind, ProviderKind::Deepseek | ProviderKind::Openai | ProviderKind::Compatible)
    }

    /// Where a provider keeps the caches of different owners apart.
    fn owner_field(self) -> Option<&'static str> {
        match self.kind {
            ProviderKind::Deepseek => Some("user_id"),
            ProviderKind::Openai => Some("safety_identifier"),
            ProviderKind::Yandex | ProviderKind::Gigachat | ProviderKind::Compatible => None,
        }
    }
}

/// The name of a model as the provider wants it.
pub(super) fn model_name(account: &Account, model: &str) -> String {
    match account {
        Account::Yandex { folder, .. } if !model.contains("://") => {
            format!("gpt://{}/{model}", folder.trim())
        }
        _ => model.to_owned(),
    }
}

/// The name of a model that makes vectors, as the provider wants it: Yandex has one for what is asked and one for what may answer it.
pub(super) fn vectors_name(account: &Account, model: &str, purpose: Purpose) -> String {
    match (account, purpose) {
        (Account::Yandex { folder, .. }, Purpose::Query) => {
            format!("emb://{}/{model}-query/latest", folder.trim())
        }
        (Account::Yandex { folder, .. }, Purpose::Document) => {
            format!("emb://{}/{model}-doc/latest", folder.trim())
        }
        _ => model.to_owned(),
    }
}
