//! The door to Telegram's Bot API: one verb, writing to a chat. What was certainly not written may be written again; what may have
//! been is told apart, because nobody can look.

#[cfg(test)]
mod tests;

use crate::platform::secret::Secret;
use crate::shared::telegram::TelegramProblem;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// The longest text that Telegram takes, in characters.
pub const MAX_TEXT: usize = 4096;
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// No answer comes near this; a larger one is not read to its end.
const LARGEST_ANSWER: usize = 64 * 1024;
/// Nobody is kept waiting longer than this, whatever Telegram asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// So much of Telegram's own words is kept, in characters.
const LONGEST_QUOTATION: usize = 200;

/// A bot.
#[derive(Clone, Debug)]
pub struct Bot {
    http: reqwest::Client,
    base_url: String,
    token: Secret<String>,
}

/// Why a message was not written, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramError {
    pub problem: TelegramProblem,
    /// How long Telegram wants to be left alone.
    pub retry_after: Option<Duration>,
    /// What Telegram says, in its words.
    pub said: Option<String>,
}

impl TelegramError {
    fn of(problem: TelegramProblem) -> Self {
        TelegramError { problem, retry_after: None, said: None }
    }
}

/// Whether a text can be a bot's token. Anything else would be another address.
pub fn is_token(text: &str) -> bool {
    let Some((id, secret)) = text.split_once(':') else { return false };
    let is_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (1..=20).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_digit())
        && (20..=100).contains(&secret.len())
        && secret.chars().all(is_secret)
}

/// Whether a text can name a chat: a number, negative for groups, or the public name of a channel.
pub fn is_chat(text: &str) -> bool {
    match text.strip_prefix('@') {
        Some(name) => {
            (4..=32).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        }
        None => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            (1..=20).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit())
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Bot {
    /// A bot by its token.
    pub fn new(http: &reqwest::Client, base_url: &str, token: Secret<String>) -> Self {
        Bot { http: http.clone(), base_url: base_url.to_owned(), token }
    }

    /// Writes to a chat, once.
    ///
    /// # Errors
    /// Why it was not written; `CannotTell` when it may have been.
    pub async fn write(&self, chat: &str, text: &str) -> Result<(), TelegramError> {
        let url = format!("{}/bot{}/sendMessage", self.base_url, self.token.reveal());
        let body = json!({
            "chat_id": chat,
            "text": text.chars().take(MAX_TEXT).collect::<String>(),
            "link_preview_options": { "is_disabled": true },
        });
        let sent = self.http.post(url).timeout(TIMEOUT).json(&body).send().await;
        let response = sent.map_err(|error| TelegramError::of(broken(&error)))?;
        let status = response.status();
        let Some(answer) = read(response).await else {
            return Err(TelegramError::of(TelegramProblem::CannotTell));
        };
        match serde_json::from_slice::<Answer>(&answer) {
            Ok(answer) if answer.ok => Ok(()),
            Ok(answer) => Err(self.refusal(status, &answer)),
            // Not Telegram's own words: somebody on the way, and nobody knows what had passed by then.
            Err(_) => Err(TelegramError::of(TelegramProblem::CannotTell)),
        }
    }

    fn refusal(&self, status: StatusCode, answer: &Answer) -> TelegramError {
        let words = answer.description.to_lowercase();
        let moved_to = answer.parameters.migrate_to_chat_id;
        let problem = match status.as_u16() {
            401 | 404 => TelegramProblem::WrongToken,
            400 if moved_to.is_some() => TelegramProblem::ChatMoved,
            400 if words.contains("chat not found") => TelegramProblem::ChatNotFound,
            403 => TelegramProblem::Blocked,
            429 => TelegramProblem::TooMany,
            500.. => TelegramProblem::Unreachable,
            _ if words.contains("not enough rights") || words.contains("kicked") => TelegramProblem::Blocked,
            _ => TelegramProblem::Refused,
        };
        let retry_after = answer.parameters.retry_after.map(Duration::from_secs);
        let said = match moved_to {
            Some(chat) => chat.to_string(),
            // It could repeat the token; we may not.
            None => quotation(&answer.description.replace(self.token.reveal(), "•••")),
        };
        TelegramError {
            problem,
            retry_after: retry_after.map(|pause| pause.min(LONGEST_PAUSE)),
            said: (!said.is_empty()).then_some(said),
        }
    }
}

/// What a broken call means. Only a line that was never there has certainly carried nothing.
fn broken(error: &reqwest::Error) -> TelegramProblem {
    if error.is_connect() || error.is_builder() {
        TelegramProblem::Unreachable
    } else {
        TelegramProblem::CannotTell
    }
}

/// Reads an answer up to a limit; `None` when it breaks off.
async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

fn quotation(words: &str) -> String {
    let words: String = words.chars().filter(|c| !c.is_control()).take(LONGEST_QUOTATION).collect();
    words.trim().to_owned()
}
