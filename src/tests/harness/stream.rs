//! The live stream as a browser reads it.

use super::person::Person;
use agentiq::shared::change::Event;
use reqwest::Method;
use std::time::Duration;
use tokio::time::timeout;

/// Longer than a sign of life takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// One event as it stands on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    pub name: String,
    pub id: String,
    pub data: String,
}

impl LiveEvent {
    /// The change it tells of; `None` for signs of life and the like.
    pub fn change(&self) -> Option<Event> {
        (self.name == "change").then(|| serde_json::from_str(&self.data).expect("an event"))
    }
}

/// An open stream.
pub struct Live {
    response: reqwest::Response,
    text: String,
}

impl Live {
    /// Opens the stream of a person behind event `after`.
    pub async fn open(person: &Person, after: i64) -> Self {
        let request = person.request(Method::GET, &format!("/live?after={after}"));
        let response = request.timeout(Duration::from_secs(600)).send().await.expect("a stream");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let prefix = format!("{name}:");
                    let lines = event.lines().filter_map(|line| line.strip_prefix(&prefix));
                    lines.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>().join("\n")
                };
                let event = LiveEvent { name: field("event"), id: field("id"), data: field("data") };
                self.text = rest.to_owned();
                return Some(event);
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("a sign of life");
            let chunk = chunk.expect("a whole stream")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// The next event that tells of a change.
    pub async fn next_change(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if let Some(change) = event.change() {
                return change;
            }
        }
    }

    /// The next event of a name.
    pub async fn next_named(&mut self, name: &str) -> LiveEvent {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.name == name {
                return event;
            }
        }
    }
}
