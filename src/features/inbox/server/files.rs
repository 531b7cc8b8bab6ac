//! Files in messages: fetched with the seller's key, checked by their first bytes, served so that nothing in them runs.

use crate::context::session::SessionLookup;
use crate::context::{App, TraceId, told};
use crate::features::inbox::types::{Attachment, AttachmentKind};
use crate::features::sellers::server::{accounts, health};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::http::percent_encode;
use crate::platform::schema::{chats, messages};
use crate::shared::error::AppError;
use crate::shared::ids::{ChatId, SellerId, WorkspaceId};
use crate::shared::role::Permission;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

/// GET `/files/{chat}/{message}/{index}`: the attachment number `index` of a message.
pub async fn serve(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Path((chat, message, index)): Path<(String, String, usize)>,
) -> Response {
    let user = match session {
        SessionLookup::Found(user) if user.role.may(Permission::ReadChats) => user,
        SessionLookup::DatabaseAway => return status(AppError::Unavailable { trace_id }),
        _ => return status(AppError::Unauthorized),
    };
    let Ok(chat) = chat.parse() else { return status(AppError::NotFound) };
    match fetch(&app, user.workspace, chat, &message, index).await {
        Ok((attachment, bytes)) => respond(&attachment, bytes),
        Err(fault) => status(told(fault, &trace_id)),
    }
}

fn status(error: AppError) -> Response {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

async fn fetch(
    app: &App,
    workspace: WorkspaceId,
    chat: ChatId,
    message: &str,
    index: usize,
) -> Outcome<(Attachment, Vec<u8>)> {
    let mut conn = app.db.get().await?;
    let stored: Option<serde_json::Value> = messages::table
        .find((workspace, chat, message))
        .select(messages::attachments)
        .first(&mut conn)
        .await
        .optional()?;
    let attachments: Vec<Attachment> = serde_json::from_value(stored.ok_or_else(Fault::not_found)?)?;
    let attachment = attachments
        .into_iter()
        .nth(index)
        .filter(|attachment| attachment.kind != AttachmentKind::Link)
        .ok_or_else(Fault::not_found)?;
    let seller: SellerId =
        chats::table.find((workspace, chat)).select(chats::seller_id).first(&mut conn).await?;
    let account = accounts::find(&mut conn, workspace, seller).await?.ok_or_else(Fault::not_found)?;
    drop(conn);
    if account.credentials.is_none() {
        return Err(Fault::not_found());
    }
    match account.open(app)?.file(&attachment.url).await {
        Ok(bytes) => Ok((attachment, bytes)),
        Err(error) => {
            health::note(app, &account, &error).await;
            Err(Fault::Unavailable(format!("a file could not be fetched: {error}").into()))
        }
    }
}

/// What the first bytes say the file is; only pictures that browsers draw without running anything.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

fn respond(attachment: &Attachment, bytes: Vec<u8>) -> Response {
    let picture = picture_type(&bytes);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(picture.unwrap_or("application/octet-stream")));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    let disposition = if picture.is_some() { "inline" } else { "attachment" };
    // Names come from outside: only the plain form of RFC 6266's extended notation goes into the header.
    let name: String = attachment.name.chars().take(100).collect();
    let name = percent_encode(&name, b"");
    if let Ok(value) = HeaderValue::from_str(&format!("{disposition}; filename*=UTF-8''{name}")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_shown_inline() {
        assert_eq!(picture_type(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(picture_type(b"<svg onload=alert(1)>"), None);
        assert_eq!(picture_type(b""), None);
    }
}
