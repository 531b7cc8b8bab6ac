//! What a browser may ask about sellers.

use super::types::{ConnectForm, IfTaken, SellerView};
use crate::shared::error::AppError;
use crate::shared::ids::SellerId;
use crate::shared::trouble::StoppedSellers;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// All sellers of the workspace with their health.
#[server(endpoint = "sellers/list", input = Json)]
pub async fn list() -> Result<Vec<SellerView>, AppError> {
    answer(Permission::ReadSellers, async move |ask| read::list(&ask).await).await
}

/// Sellers that wait for a person.
#[server(endpoint = "sellers/stopped", input = Json)]
pub async fn stopped() -> Result<StoppedSellers, AppError> {
    answer(Permission::ReadSellers, async move |ask| {
        stopped::stopped(&mut *ask.conn().await?, ask.workspace(), ask.user.role).await
    })
    .await
}

/// Checks the credentials with the marketplace and connects the account.
#[server(endpoint = "sellers/connect", input = Json)]
pub async fn connect(form: ConnectForm) -> Result<SellerId, AppError> {
    answer(Permission::ManageSellers, async move |ask| connect::connect(&ask, form).await).await
}

/// Stops synchronising and sending until `resume`.
#[server(endpoint = "sellers/pause", input = Json)]
pub async fn pause(seller: SellerId) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| lifecycle::pause(&ask, seller).await).await
}

/// Goes on after `pause`, or tries again after a problem.
#[server(endpoint = "sellers/resume", input = Json)]
pub async fn resume(seller: SellerId) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| lifecycle::resume(&ask, seller).await).await
}

/// Checks a new key and puts it in the place of the old one.
#[server(endpoint = "sellers/replace_key", input = Json)]
pub async fn replace_key(seller: SellerId, api_key: String) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| connect::replace_key(&ask, seller, api_key).await)
        .await
}

/// Disconnects the account: its credentials are deleted, its chats stay readable and wait for nobody.
#[server(endpoint = "sellers/remove", input = Json)]
pub async fn remove(seller: SellerId, name: String) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| lifecycle::remove(&ask, seller, name).await).await
}

/// Has the marketplace push chat events to us, in another program's place only when `if_taken` says so.
#[server(endpoint = "sellers/push_on", input = Json)]
pub async fn push_on(seller: SellerId, if_taken: IfTaken) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| push::turn_on(&ask, seller, if_taken).await).await
}

/// Has the marketplace try the address it pushes to.
#[server(endpoint = "sellers/push_check", input = Json)]
pub async fn push_check(seller: SellerId) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| push::check(&ask, seller).await).await
}

/// Has the marketplace stop pushing to us.
#[server(endpoint = "sellers/push_off", input = Json)]
pub async fn push_off(seller: SellerId) -> Result<(), AppError> {
    answer(Permission::ManageSellers, async move |ask| push::turn_off(&ask, seller).await).await
}
