//! The one builder of outbound HTTP clients, and the one way to put a text into an address.

use super::pace::Pace;
use std::time::Duration;

/// An HTTP client for calls to marketplaces, with its timeouts and the pace of its calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    pub client: reqwest::Client,
    /// Longest wait for the answer to a send.
    pub send_timeout: Duration,
    /// How fast each account may be called.
    pub pace: Pace,
}

impl Outbound {
    /// A client with our timeouts: 5 s to connect, 30 s in all unless the caller says otherwise; redirects are not
    /// followed, because credentials must not travel to another host. Calls are counted for this process alone, until
    /// `at_pace` says otherwise.
    ///
    /// # Errors
    /// When the TLS set-up of the machine is unusable.
    pub fn new(send_timeout: Duration) -> Result<Self, reqwest::Error> {
        // A second installation of the provider is an error we can ignore: it is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5).min(send_timeout))
            .timeout(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("AgentIQ/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, send_timeout, pace: Pace::alone() })
    }

    /// The same client at another pace.
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }
}

/// A text as part of an address: letters, digits, `-`, `_`, `.` and the bytes of `keep` stay, the rest becomes `%XX`.
pub fn percent_encode(text: &str, keep: &[u8]) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) || keep.contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_characters_stay_as_they_are() {
        assert_eq!(percent_encode("/tmp/a b%", b""), "%2Ftmp%2Fa%20b%25");
        assert_eq!(percent_encode("/inbox?view=all", b"/"), "/inbox%3Fview%3Dall");
        assert_eq!(percent_encode("\u{44f}\r\n\"", b""), "%D1%8F%0D%0A%22");
    }
}
