//! Whose account it is and what its key may do.

use super::client::Method;
use super::wire::account::{Company, Role, Roles, SellerInfo, Subscription};
use super::{Ozon, convert, wire};
use crate::connectors::{Account, ConnectorError};
use serde_json::json;

/// Subscriptions with which a seller may write to buyers by API.
const CHAT_SUBSCRIPTIONS: [&str; 2] = ["PREMIUM_PLUS", "PREMIUM_PRO"];

impl Ozon {
    pub(super) async fn read_account(&self) -> Result<Account, ConnectorError> {
        let roles: Roles = self.client.call(Method::Roles, &json!({})).await?;
        let methods = chat_methods(&roles);
        let is_missing = |method: &Method| !methods.iter().any(|path| path == method.path());
        let mut missing: Vec<String> =
            Method::REQUIRED.into_iter().filter(is_missing).map(|method| method.path().to_owned()).collect();
        let info = match self.client.call(Method::SellerInfo, &json!({})).await {
            Ok(info) => info,
            // The key is good and lacks the one role that tells whose it is: say so, as of any other method.
            Err(ConnectorError::Denied(_)) => {
                missing.push(Method::SellerInfo.path().to_owned());
                SellerInfo { company: Company::default(), subscription: Subscription::default() }
            }
            Err(error) => return Err(error),
        };
        let subscription = info.subscription.kind.unwrap_or_else(|| "UNKNOWN".into()).to_ascii_uppercase();
        Ok(Account {
            external_id: self.client.key.client_id.clone(),
            shop_name: info.company.name.or(info.company.legal_name).unwrap_or_default(),
            subscription_allows_chats: CHAT_SUBSCRIPTIONS.contains(&subscription.as_str()),
            subscription,
            key_expires_at: roles.expires_at.as_deref().and_then(convert::instant),
            methods,
            missing_methods: missing,
        })
    }
}

/// Chat methods among those of a key's roles. A role without methods allows nothing, whatever it is called.
pub(super) fn chat_methods(roles: &Roles) -> Vec<String> {
    let roles = roles.roles.iter().filter_map(|role| wire::object::<Role>(role.clone()));
    let paths: Vec<String> = roles
        .flat_map(|role| role.methods)
        .filter_map(|path| Some(path.as_str()?.trim().to_owned()))
        .collect();
    let known = Method::CHAT.into_iter().map(Method::path);
    known.filter(|known| paths.iter().any(|path| path == known)).map(str::to_owned).collect()
}
