//! Where Ozon pushes to. A kind of event goes to one address only, so that taking chat events for one takes them
//! from whatever had them before.

use super::client::Method;
use super::convert::pushes::{CHAT_EVENTS, complaints, endpoint};
use super::wire::Anything;
use super::wire::pushes::{
    CheckPushRequest, DeletePushRequest, EnablePushRequest, PushEndpoints, SetPushRequest,
};
use super::{Ozon, convert};
use crate::connectors::{ConnectorError, PushEndpoint};
use serde_json::json;

impl Ozon {
    pub(super) async fn read_endpoints(&self) -> Result<Vec<PushEndpoint>, ConnectorError> {
        let answer: PushEndpoints = self.client.call(Method::PushList, &json!({})).await?;
        Ok(convert::each("push endpoints", answer.urls, endpoint))
    }

    pub(super) async fn try_endpoint(&self, url: &str) -> Result<Vec<String>, ConnectorError> {
        Ok(complaints(self.client.call(Method::PushCheck, &CheckPushRequest { url }).await?))
    }

    pub(super) async fn point_pushes(&self, url: &str, endpoint: Option<i64>) -> Result<(), ConnectorError> {
        let request = SetPushRequest { id: endpoint, url, types: &CHAT_EVENTS };
        let Some(id) = endpoint else {
            let _: Anything = self.client.call(Method::PushSet, &request).await?;
            return Ok(());
        };
        let _: Anything = self.client.call(Method::PushUpdate, &request).await?;
        let _: Anything =
            self.client.call(Method::PushEnable, &EnablePushRequest { id, enabled: true }).await?;
        Ok(())
    }

    pub(super) async fn remove_endpoint(&self, id: i64) -> Result<(), ConnectorError> {
        let _: Anything = self.client.call(Method::PushDelete, &DeletePushRequest { id }).await?;
        Ok(())
    }
}
