//! How providers differ while they speak the same language.

use super::{Account, GigachatScope, Question};
use crate::shared::models::ProviderKind;
use serde_json::{Map, Value, json};

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
