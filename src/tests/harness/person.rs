//! Somebody in front of a browser, or a program that behaves like one.

use agentiq::shared::error::AppError;
use agentiq::shared::ids::UserId;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// A person and the cookies of their browser.
#[derive(Clone)]
pub struct Person {
    pub url: String,
    pub client: reqwest::Client,
    pub id: UserId,
    pub email: String,
    pub cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a whole answer") }
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The cookies it sets, whole.
    pub fn set_cookies(&self) -> Vec<String> {
        let cookies = self.headers.get_all(SET_COOKIE).iter();
        cookies.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
    }

    /// The error that a function told.
    pub fn error(&self) -> Option<AppError> {
        serde_json::from_str(&self.text).ok()
    }

    /// What a function returned.
    ///
    /// # Panics
    /// When it did not work.
    pub fn value<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Person {
    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// A request with this person's cookies.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        if self.cookies.is_empty() { request } else { request.header(COOKIE, self.cookie()) }
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(reqwest::Method::GET, path)).await
    }

    /// A server function, by its path below `/api/`.
    pub async fn call(&self, function: &str, arguments: &impl Serialize) -> Answer {
        let body = serde_json::to_string(arguments).expect("good JSON");
        self.post_raw(&format!("/api/{function}"), "application/json", body).await
    }

    /// The same, for looking at the answer as JSON.
    pub async fn ask(&self, function: &str, arguments: Value) -> (u16, Value) {
        let answer = self.call(function, &arguments).await;
        (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::String(answer.text)))
    }

    /// The same for one that has to work.
    ///
    /// # Panics
    /// When it does not.
    pub async fn want<T: DeserializeOwned>(&self, function: &str, arguments: Value) -> T {
        self.call(function, &arguments).await.value()
    }

    /// A POST with any body.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(reqwest::Method::POST, path).header(CONTENT_TYPE, content_type).body(body);
        Answer::of(request).await
    }

    /// Sends a form, as a browser without JavaScript does, and keeps the cookies it gets.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let answer = self.post_raw(path, "application/x-www-form-urlencoded", body.join("&")).await;
        for cookie in answer.set_cookies() {
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if cookie.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// Encodes a value of a form.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
