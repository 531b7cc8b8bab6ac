//! Wire, dialects and the meaning of refusals, without a network. The rest is tested against the sandbox.

use super::dialect::{Dialect, model_name, vectors_name};
use super::refusal::{refusal, without_key};
use super::wire::{Completion, Failure, VectorList};
use super::{Account, Budget, GigachatScope, ModelError, Purpose, Question};
use crate::platform::secret::Secret;
use crate::shared::models::ModelProblem;
use proptest::prelude::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

fn key() -> Secret<String> {
    Secret::new("sk-1".into())
}

fn question() -> Question {
    Question {
        system: "rules".into(),
        user: "data".into(),
        temperature: 0.3,
        max_tokens: 350,
        json: true,
        owner: Some("w1".into()),
        budget: Budget::SUGGESTION,
    }
}

fn meant(status: u16, body: &str) -> ModelProblem {
    let status = StatusCode::from_u16(status).expect("a status");
    refusal(status, &Failure::parse(body), None).problem()
}

#[test]
fn refusals_are_known_by_their_words_and_then_by_their_status() {
    use ModelProblem::*;
    let cases = [
        (401, r#"{"error":{"message":"Authentication Fails","code":"invalid_request_error"}}"#, WrongKey),
        (402, r#"{"error":{"message":"Insufficient Balance"}}"#, NoBalance),
        (402, r#"{"status":402,"message":"Payment Required"}"#, NoBalance),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
            NoBalance,
        ),
        (429, "", RateLimited),
        (403, r#"{"error":{"message":"Country, region, or territory not supported"}}"#, NotServedHere),
        (403, r#"{"error":{"grpcCode":7,"message":"Permission denied"}}"#, Denied),
        (400, r#"{"error":{"message":"Model Not Exist"}}"#, UnknownModel),
        (404, r#"{"error":"model \"qwen9\" not found, try pulling it first"}"#, UnknownModel),
        (400, r#"{"error":{"message":"x","code":"context_length_exceeded"}}"#, TooLong),
        (413, "too large", TooLong),
        (500, r#"{"error":{"message":"input is too large to process. increase the batch size"}}"#, TooLong),
        (400, r#"{"error":"number of input tokens must be no more than 2048, got 2100"}"#, TooLong),
        (400, r#"{"error":{"message":"x","code":"content_filter"}}"#, Refused),
        (501, r#"{"error":{"message":"This server does not support embeddings"}}"#, UnknownModel),
        (422, r#"{"error":{"message":"invalid parameter","code":7}}"#, BadRequest),
        (503, "<html>", Overloaded),
        (500, r#"{"error":null}"#, Overloaded),
        (529, "[]", Overloaded),
    ];
    for (status, body, problem) in cases {
        assert_eq!(meant(status, body), problem, "{status} {body}");
    }
}

#[test]
fn a_pause_is_kept_where_waiting_helps_and_never_longer_than_sensible() {
    let pause = |status: u16, seconds: u64| {
        let status = StatusCode::from_u16(status).expect("a status");
        refusal(status, &Failure::default(), Some(Duration::from_secs(seconds))).retry_after()
    };
    assert_eq!(pause(429, 7), Some(Duration::from_secs(7)));
    assert_eq!(pause(503, 86_400), Some(Duration::from_secs(300)));
    assert_eq!(pause(401, 7), None);
}

#[test]
fn words_of_a_refusal_are_short_and_without_the_key() {
    let failure = Failure { words: format!("bad key sk-1 {}", "x".repeat(1000)), ..Failure::default() };
    let error = without_key(refusal(StatusCode::BAD_REQUEST, &failure, None), Some(&key()));
    let ModelError::Problem { words: Some(words), .. } = &error else { panic!("{error}") };
    assert!(words.starts_with("bad key ••• x") && words.chars().count() < 210, "{words}");
    assert!(!format!("{error} {error:?} {:?}", question()).contains("sk-1"));
    assert!(!format!("{:?}", question()).contains("data"), "texts stay out of logs");
}

#[test]
fn every_provider_gets_its_habits() {
    let body = |account: &Account, streamed| Dialect::of(account).body(&question(), "m", streamed, true);
    let deepseek = body(&Account::Deepseek { key: key() }, true);
    assert_eq!(deepseek["thinking"], json!({ "type": "disabled" }));
    assert_eq!(deepseek["user_id"], "w1");
    assert_eq!(deepseek["stream_options"]["include_usage"], true);
    assert_eq!(deepseek["temperature"].to_string(), "0.3");
    let openai = body(&Account::Openai { key: key() }, false);
    assert_eq!((&openai["max_tokens"], &openai["max_completion_tokens"]), (&Value::Null, &json!(350)));
    assert_eq!(openai["store"], false);
    let gigachat = Account::Gigachat { key: key(), scope: GigachatScope::Personal };
    assert_eq!(body(&gigachat, true).get("response_format"), None);
    assert_eq!(body(&gigachat, true)["messages"][0]["role"], "system");
    let zero = Question { temperature: 0.0, ..question() };
    assert_eq!(Dialect::of(&gigachat).body(&zero, "m", false, true).get("temperature"), None);
    let yandex = Account::Yandex { key: key(), folder: " b1g ".into() };
    assert_eq!(model_name(&yandex, "yandexgpt/latest"), "gpt://b1g/yandexgpt/latest");
    assert_eq!(model_name(&yandex, "gpt://other/x"), "gpt://other/x");
    assert!(!format!("{yandex:?}").contains("sk-1"));
}

#[test]
fn answers_of_odd_forms_are_read() {
    let text = |json: Value| Completion::parse(&json.to_string()).expect("an object").text();
    assert_eq!(text(json!({ "choices": [{ "message": { "content": "да" } }] })), "да");
    assert_eq!(
        text(json!({ "choices": [{ "delta": { "content": [{ "type": "text", "text": "д\0а" }] } }] })),
        "да"
    );
    assert_eq!(text(json!({ "choices": [{ "delta": { "content": null, "reasoning_content": "x" } }] })), "");
    assert_eq!(text(json!({ "choices": [] })), "");
    let usage =
        json!({ "usage": { "prompt_tokens": "12", "completion_tokens": 3, "precached_prompt_tokens": 5 } });
    let usage = Completion::parse(&usage.to_string()).and_then(|part| part.usage()).expect("counted");
    assert_eq!((usage.tokens_in, usage.tokens_cached, usage.tokens_out), (12, 5, 3));
    assert!(Completion::parse("[]").is_none() && Completion::parse("\n\n{").is_none());
    assert!(Completion::parse("\n\n\n {\"choices\":[7, null]}").is_some());
}

#[test]
fn texts_go_out_to_be_made_vectors_in_the_way_of_each_provider() {
    let texts = ["стирка".to_owned(), "и".repeat(5000)];
    let body = |account: &Account, texts: &[String], model: &str, purpose| {
        Dialect::of(account).texts_body(texts, &vectors_name(account, model, purpose), purpose)
    };
    let yandex = Account::Yandex { key: key(), folder: " b1g ".into() };
    let asked = body(&yandex, &texts[..1], "text-search", Purpose::Query);
    assert_eq!(asked["model"], "emb://b1g/text-search-query/latest");
    assert_eq!((&asked["input"], &asked["encoding_format"]), (&json!("стирка"), &json!("float")));
    let told = body(&yandex, &texts[1..], "text-search", Purpose::Document);
    assert_eq!(told["model"], "emb://b1g/text-search-doc/latest");
    assert_eq!(told["input"].as_str().map(|text| text.chars().count()), Some(4000), "no more than it reads");
    let openai = body(&Account::Openai { key: key() }, &texts, "text-embedding-3-small", Purpose::Query);
    assert_eq!((&openai["dimensions"], openai["input"].as_array().map(Vec::len)), (&json!(256), Some(2)));
    let gigachat = Account::Gigachat { key: key(), scope: GigachatScope::Personal };
    let gigachat = body(&gigachat, &texts, "Embeddings", Purpose::Query);
    assert_eq!((gigachat.get("encoding_format"), gigachat.get("dimensions")), (None, None));
    let own = Account::Compatible { base_url: "http://a/v1".into(), key: None };
    assert_eq!(body(&own, &texts, "bge-m3", Purpose::Query)["input"][0], "стирка");
    assert_eq!(body(&own, &texts, "multilingual-e5-large", Purpose::Query)["input"][0], "query: стирка");
    assert_eq!(body(&own, &texts, "intfloat/E5-base", Purpose::Document)["input"][0], "passage: стирка");
    assert!(!Dialect::of(&Account::Deepseek { key: key() }).gives_vectors());
}

#[test]
fn vectors_are_taken_by_their_numbers_and_only_whole() {
    let list = |json: Value| VectorList::parse(&json.to_string()).expect("an object");
    let item = |index: u64, numbers: Value| json!({ "index": index, "embedding": numbers });
    let two = list(json!({ "data": [item(1, json!([0, 1])), item(0, json!([1, 0.5]))] }));
    assert_eq!(two.vectors(2), Some(vec![vec![1.0, 0.5], vec![0.0, 1.0]]));
    assert_eq!(two.vectors(3), None, "one is missing");
    assert_eq!(two.vectors(1), None, "one too many");
    let bad =
        [json!([1]), json!([0, 0]), json!([1, "x"]), json!([1, null]), json!([]), json!("AAAA"), json!(null)];
    for numbers in bad {
        let list = list(json!({ "data": [item(0, json!([1, 0])), item(1, numbers.clone())] }));
        assert_eq!(list.vectors(2), None, "{numbers}");
    }
    assert_eq!(list(json!({ "usage": { "prompt_tokens": 7, "total_tokens": 7 } })).tokens(), Some(7));
    let each = json!({ "data": [{ "usage": { "prompt_tokens": 2 } }, { "usage": { "prompt_tokens": 3 } }] });
    assert_eq!(list(each).tokens(), Some(5));
    assert_eq!(list(json!({})).tokens(), None);
    assert!(list(json!({ "error": "no" })).error().is_some() && VectorList::parse("[]").is_none());
}

proptest! {
    #[test]
    fn rubbish_is_no_answer_and_does_no_harm(text in "[{}\\[\\]\":,a-c0-9 ]{0,80}") {
        if let Some(part) = Completion::parse(&text) {
            let _ = (part.text(), part.finish(), part.usage(), part.error(), part.model());
        }
        if let Some(list) = VectorList::parse(&text) {
            let _ = (list.vectors(1), list.tokens(), list.error(), list.model());
        }
        let _ = Failure::parse(&text);
    }
}
