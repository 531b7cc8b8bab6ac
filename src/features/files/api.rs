//! What a browser may ask about files. Every function here is a public HTTP endpoint. Uploads and the files themselves
//! have addresses of their own: `server/upload.rs`, `server/serve.rs`.

use crate::shared::error::AppError;
use crate::shared::ids::FileId;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {super::server::*, crate::context::answer, crate::shared::role::Permission};

/// Fetches a file of a message once more, after it could not be fetched.
#[server(endpoint = "files/fetch_again", input = Json)]
pub async fn fetch_again(file: FileId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| incoming::ask_again(&ask, file).await).await
}
