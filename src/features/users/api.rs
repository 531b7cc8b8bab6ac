//! What a browser may ask about the person in front of it. Log-in, log-out and set-up are plain forms
//! (`server/forms.rs`), so that they work without JavaScript.

use super::types::Frame;
use crate::shared::error::{AppError, AppResult};
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// Who is logged in and how the page is set for them.
#[server(endpoint = "users/frame", input = Json)]
pub async fn frame() -> Result<Frame, AppError> {
    let result: AppResult<Frame> = answer(Permission::ReadChats, async move |ask| frame::read(&ask)).await;
    result
}
