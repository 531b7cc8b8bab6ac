//! Files that messages and products point to.

use super::Ozon;
use super::client::{self, Method};
use crate::connectors::{ChatProblem, ConnectorError};
use reqwest::{StatusCode, Url};

/// Where real files lie; the only host besides the base URL that may see the key.
const OZON_API_HOST: &str = "api-seller.ozon.ru";
/// Hosts that Ozon moves files to, and those of its product photos.
const OZON_FILE_DOMAINS: [&str; 3] = [".ozon.ru", ".ozonusercontent.com", ".ozone.ru"];
const MOST_REDIRECTS: usize = 3;
/// Largest file that is fetched, in bytes.
const LARGEST_FILE: usize = 20 * 1024 * 1024;

impl Ozon {
    pub(super) async fn fetch(&self, address: &str) -> Result<Vec<u8>, ConnectorError> {
        let mut url = Url::parse(address).map_err(|_| not_a_file())?;
        for _ in 0..=MOST_REDIRECTS {
            let with_key = match access(&url, &self.client.key.base_url) {
                Access::WithKey => true,
                Access::WithoutKey => false,
                Access::Refused => return Err(not_a_file()),
            };
            let response = self.client.fetch(url.clone(), with_key).await?;
            let status = response.status();
            if status.is_success() {
                return client::body_of(response, LARGEST_FILE).await;
            }
            if !status.is_redirection() {
                return Err(if with_key {
                    self.client.refusal(Method::ChatHistory, response).await
                } else {
                    foreign_refusal(status)
                });
            }
            let target = response.headers().get("Location").and_then(|value| value.to_str().ok());
            url = target.and_then(|target| url.join(target).ok()).ok_or_else(not_a_file)?;
        }
        Err(ConnectorError::Interrupted("too many redirects".into()))
    }
}

/// Whether a file may be fetched from an address, and whether the key goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    WithKey,
    WithoutKey,
    Refused,
}

pub(super) fn access(url: &Url, base_url: &str) -> Access {
    if !url.username().is_empty() || url.password().is_some() {
        return Access::Refused;
    }
    if Url::parse(base_url).is_ok_and(|base| base.origin() == url.origin() && base.origin().is_tuple()) {
        return Access::WithKey;
    }
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "https" || url.port().is_some() {
        return Access::Refused;
    }
    if host == OZON_API_HOST {
        Access::WithKey
    } else if OZON_FILE_DOMAINS.iter().any(|domain| host.ends_with(domain)) {
        Access::WithoutKey
    } else {
        Access::Refused
    }
}

fn not_a_file() -> ConnectorError {
    ConnectorError::Chat(ChatProblem::Refused("not a file of this marketplace".into()))
}

/// A host without our key knows nothing about the account.
fn foreign_refusal(status: StatusCode) -> ConnectorError {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => ConnectorError::Chat(ChatProblem::NotFound),
        StatusCode::TOO_MANY_REQUESTS => ConnectorError::RateLimited { retry_after: None },
        status if status.is_client_error() => {
            ConnectorError::Chat(ChatProblem::Refused(format!("HTTP {status}")))
        }
        status => ConnectorError::Interrupted(format!("HTTP {status}")),
    }
}
