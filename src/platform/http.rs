//! The one builder of outbound HTTP clients.

use std::time::Duration;

/// An HTTP client for calls to marketplaces, with its timeouts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    pub client: reqwest::Client,
    /// Longest wait for the answer to a send.
    pub send_timeout: Duration,
}

impl Outbound {
    /// A client with our timeouts: 5 s to connect, 30 s in all unless the caller says otherwise; redirects are not
    /// followed, because credentials must not travel to another host.
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
        Ok(Self { client, send_timeout })
    }
}
