//! The one builder of outbound HTTP clients, which addresses they may call, and the one way to put a text into an address.

use super::network::{Network, is_public};
use super::pace::Pace;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
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
        let client = builder()
            .connect_timeout(Duration::from_secs(5).min(send_timeout))
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { client, send_timeout, pace: Pace::alone() })
    }

    /// The same client at another pace.
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }
}

/// A client for an object store. Compression is off: the store's lengths are those of the bytes themselves.
///
/// # Errors
/// When the TLS set-up of the machine is unusable.
pub fn storage_client(allow_http: bool) -> Result<reqwest::Client, reqwest::Error> {
    builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(60))
        .no_gzip()
        .https_only(!allow_http)
        .build()
}

/// Said in the causes of a call that was kept from leaving.
pub const NOT_ALLOWED: &str = "address not allowed";

/// Clients for servers of language models: for those that the installation names, and for those that a workspace names,
/// which must not lead into networks of the house. Calls have deadlines of their own.
#[derive(Clone, Debug)]
pub struct ModelClients {
    known: reqwest::Client,
    gigachat: reqwest::Client,
    anywhere: reqwest::Client,
    inside: reqwest::Client,
    allowed: Arc<[Network]>,
}

/// Why an address that a workspace names is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotAnAddress,
    /// It lies in a network that the installation does not allow, or has no TLS outside of one.
    NotAllowed,
}

impl ModelClients {
    /// `allowed` are networks of the house that workspaces may name servers in. `gigachat_ca` is a file of certificates
    /// that GigaChat's hosts, and nobody else, are believed by.
    ///
    /// # Errors
    /// When the TLS set-up of the machine, or the file, is unusable.
    pub fn new(allowed: &[Network], gigachat_ca: Option<&Path>) -> Result<Self, reqwest::Error> {
        let builder = || builder().connect_timeout(Duration::from_secs(5));
        // An unreadable file is an empty one: GigaChat then says that it is not trusted, the rest works.
        let pem = gigachat_ca.map(|path| std::fs::read(path).unwrap_or_default()).unwrap_or_default();
        let certificates = reqwest::Certificate::from_pem_bundle(&pem)?;
        let allowed: Arc<[Network]> = allowed.into();
        // A proxy would look the names up itself, unguarded.
        let guarded = |guard: Guard| builder().no_proxy().dns_resolver(Arc::new(guard)).build();
        Ok(Self {
            known: builder().build()?,
            gigachat: builder().tls_certs_merge(certificates).build()?,
            anywhere: guarded(Guard { allowed: allowed.clone(), has_public: true })?,
            inside: guarded(Guard { allowed: allowed.clone(), has_public: false })?,
            allowed,
        })
    }

    /// For addresses that the installation names.
    pub fn known(&self) -> &reqwest::Client {
        &self.known
    }

    /// For GigaChat.
    pub fn gigachat(&self) -> &reqwest::Client {
        &self.gigachat
    }

    /// For an address that a workspace names. Names are looked up by the client, and checked then.
    ///
    /// # Errors
    /// It may not be called.
    pub fn for_address(&self, address: &str) -> Result<&reqwest::Client, Refusal> {
        let url = Url::parse(address.trim()).map_err(|_| Refusal::NotAnAddress)?;
        let host = url.host_str().ok_or(Refusal::NotAnAddress)?;
        let (has_public, client) = match url.scheme() {
            "https" => (true, &self.anywhere),
            // Keys travel openly here, so only within networks of the house.
            "http" => (false, &self.inside),
            _ => return Err(Refusal::NotAnAddress),
        };
        let guard = Guard { allowed: self.allowed.clone(), has_public };
        match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(ip) if !guard.lets(ip) => Err(Refusal::NotAllowed),
            _ => Ok(client),
        }
    }
}

/// Looks names up and keeps back addresses that may not be called. The connection is made to what was checked, so that a
/// name cannot mean something else a moment later.
#[derive(Clone, Debug)]
struct Guard {
    allowed: Arc<[Network]>,
    has_public: bool,
}

impl Guard {
    fn lets(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.has_public && is_public(ip) || self.allowed.iter().any(|network| network.contains(ip))
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|address| guard.lets(address.ip())).collect();
            if kept.is_empty() { Err(NOT_ALLOWED.into()) } else { Ok(Box::new(kept.into_iter()) as Addrs) }
        })
    }
}

/// What all our clients have in common.
fn builder() -> reqwest::ClientBuilder {
    // A second installation of the provider is an error we can ignore: it is the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .pool_idle_timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("AgentIQ/", env!("CARGO_PKG_VERSION")))
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
    fn addresses_of_the_house_are_called_only_where_that_is_allowed() {
        let clients = |networks: &[&str]| {
            let networks: Vec<Network> =
                networks.iter().map(|text| text.parse().expect("a network")).collect();
            ModelClients::new(&networks, None).expect("TLS is usable")
        };
        let strict = clients(&[]);
        for address in [
            "https://127.0.0.1/v1",
            "https://[::1]/v1",
            "https://169.254.169.254/latest",
            "https://10.0.0.5",
            "https://[::ffff:192.168.0.1]",
            "http://8.8.8.8/v1",
            "https://0x7f000001",
            "https://2130706433",
        ] {
            assert_eq!(strict.for_address(address).err(), Some(Refusal::NotAllowed), "{address}");
        }
        for address in ["", "models", "file:///etc/passwd", "ftp://8.8.8.8"] {
            assert_eq!(strict.for_address(address).err(), Some(Refusal::NotAnAddress), "{address}");
        }
        assert!(strict.for_address("https://8.8.8.8/v1").is_ok());
        let open = clients(&["127.0.0.0/8"]);
        assert!(open.for_address("http://127.0.0.1:11434/v1").is_ok());
        assert_eq!(open.for_address("http://10.0.0.5/v1").err(), Some(Refusal::NotAllowed));
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_house_is_kept_back_when_it_is_looked_up() {
        let strict = ModelClients::new(&[], None).expect("TLS is usable");
        let client = strict.for_address("https://localhost:1/v1").expect("a name can be anything");
        let error = client.get("https://localhost:1/v1").send().await.expect_err("kept back");
        let mut causes = String::new();
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            causes.push_str(&error.to_string());
            cause = error.source();
        }
        assert!(causes.contains(NOT_ALLOWED), "{causes}");
    }

    #[test]
    fn only_plain_characters_stay_as_they_are() {
        assert_eq!(percent_encode("/tmp/a b%", b""), "%2Ftmp%2Fa%20b%25");
        assert_eq!(percent_encode("/inbox?view=all", b"/"), "/inbox%3Fview%3Dall");
        assert_eq!(percent_encode("\u{44f}\r\n\"", b""), "%D1%8F%0D%0A%22");
    }
}
