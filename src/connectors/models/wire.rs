//! The providers' own words. They never leave this folder. Nothing fails on a single field: what is missing or of an odd
//! type becomes its default.

use super::Usage;
use serde::Deserialize;
use serde_json::Value;

/// An answer, or a part of one in a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Completion {
    model: Value,
    choices: Vec<Value>,
    usage: Value,
    error: Value,
}

impl Completion {
    /// Reads an answer or a part of one; `None` when it is no JSON object. Some servers begin with a part that says
    /// nothing, some put blank lines before an answer while it waits in their queue.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text.trim()).ok()?;
        value.is_object().then(|| serde_json::from_value(value).ok()).flatten()
    }

    /// The words of an error that came in the place of an answer.
    pub fn error(&self) -> Option<Failure> {
        (!self.error.is_null()).then(|| Failure::of(&self.error))
    }

    pub fn model(&self) -> Option<String> {
        self.model.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// What is said, in whole or in part. Thoughts that have a place of their own (`reasoning_content`) are left there.
    pub fn text(&self) -> String {
        let choice = self.choices.first().unwrap_or(&Value::Null);
        ["delta", "message"].iter().map(|name| text_of(&choice[*name]["content"])).collect()
    }

    /// Why it ended, where it has.
    pub fn finish(&self) -> Option<&str> {
        self.choices.first()?["finish_reason"].as_str().filter(|word| !word.is_empty())
    }

    pub fn usage(&self) -> Option<Usage> {
        let usage = &self.usage;
        usage.is_object().then(|| Usage {
            tokens_in: number(&usage["prompt_tokens"]),
            tokens_cached: [
                &usage["prompt_cache_hit_tokens"],
                &usage["prompt_tokens_details"]["cached_tokens"],
                &usage["precached_prompt_tokens"],
            ]
            .into_iter()
            .map(number)
            .max()
            .unwrap_or_default(),
            tokens_out: number(&usage["completion_tokens"]),
            is_guess: false,
        })
    }
}

/// Text, or a list of parts of which some are text.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.replace('\0', ""),
        Value::Array(parts) => parts.iter().map(|part| text_of(&part["text"])).collect(),
        _ => String::new(),
    }
}

/// A count: a number or a text.
fn number(value: &Value) -> u32 {
    let count = value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Vectors of texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VectorList {
    model: Value,
    data: Vec<Value>,
    usage: Value,
    error: Value,
}

impl VectorList {
    /// Reads them; `None` when it is no JSON object.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text.trim()).ok()?;
        value.is_object().then(|| serde_json::from_value(value).ok()).flatten()
    }

    /// The words of an error that came in the place of vectors.
    pub fn error(&self) -> Option<Failure> {
        (!self.error.is_null()).then(|| Failure::of(&self.error))
    }

    pub fn model(&self) -> Option<String> {
        self.model.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// `count` vectors in the order of the texts, all equally long and none of them without a direction.
    pub fn vectors(&self, count: usize) -> Option<Vec<Vec<f32>>> {
        let mut places: Vec<(u64, &Value)> = (0..)
            .zip(&self.data)
            .map(|(place, item)| (item["index"].as_u64().unwrap_or(place), &item["embedding"]))
            .collect();
        places.sort_by_key(|(place, _)| *place);
        let vectors: Vec<Vec<f32>> =
            places.into_iter().map(|(_, numbers)| vector(numbers)).collect::<Option<_>>()?;
        let length = vectors.first().map(Vec::len);
        let is_whole = vectors.len() == count && vectors.iter().all(|vector| Some(vector.len()) == length);
        is_whole.then_some(vectors)
    }

    /// Tokens that were read. GigaChat tells them of each text.
    pub fn tokens(&self) -> Option<u32> {
        let told = |usage: &Value| {
            ["prompt_tokens", "total_tokens"]
                .iter()
                .map(|name| number(&usage[*name]))
                .max()
                .filter(|n| *n > 0)
        };
        let each: u32 = self.data.iter().filter_map(|item| told(&item["usage"])).sum();
        told(&self.usage).or((each > 0).then_some(each))
    }
}

fn vector(numbers: &Value) -> Option<Vec<f32>> {
    let numbers: Vec<f32> =
        numbers.as_array()?.iter().map(|it| Some(it.as_f64()? as f32)).collect::<Option<_>>()?;
    let is_somewhere = numbers.iter().all(|it| it.is_finite()) && numbers.iter().any(|it| *it != 0.0);
    is_somewhere.then_some(numbers)
}

/// What an error says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Failure {
    pub words: String,
    /// A word for programs, where there is one.
    pub code: String,
    /// The field that was wrong.
    pub param: String,
}

impl Failure {
    /// Reads the body of a refusal: `{"error": {"message", "code"}}`, `{"error": "…"}`, `{"message"}`, or plain text.
    pub fn parse(body: &str) -> Self {
        match serde_json::from_str::<Value>(body.trim()) {
            Ok(value) if !value["error"].is_null() => Self::of(&value["error"]),
            Ok(value) if value.is_object() => Self::of(&value),
            _ => Failure { words: body.trim().to_owned(), ..Failure::default() },
        }
    }

    fn of(error: &Value) -> Self {
        let text = |name: &str| match &error[name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let words = error.as_str().map_or_else(
            || ["message", "detail"].iter().map(|name| text(name)).find(|words| !words.is_empty()),
            |words| Some(words.to_owned()),
        );
        Failure {
            words: words.unwrap_or_default(),
            code: [text("code"), text("type")].join(" ").trim().to_owned(),
            param: text("param"),
        }
    }
}

/// The list of models.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ModelList {
    data: Vec<Value>,
}

impl ModelList {
    pub fn names(&self) -> Vec<String> {
        self.data.iter().filter_map(|model| model["id"].as_str()).map(str::to_owned).collect()
    }
}
