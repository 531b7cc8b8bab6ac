//! Taking a file that somebody wants to send: POST `/upload/{chat}/{file}?name=…` with the bytes as the body, or to keep with
//! a quick reply: POST `/upload/quick-reply/{file}?name=…`. The id is made by the browser, so that an upload tried twice is
//! one file.
//!
//! The body is read into memory and no further than the limit: what a file is can only be said of all of it, nothing
//! unchecked should ever lie in the store, and at five megabytes a file that is small enough to look at is small
//! enough to hold.

use super::content::Looked;
use super::read;
use crate::context::session::SessionLookup;
use crate::context::{App, TraceId, allowed, told};
use crate::features::files::types::{FileState, FileView, MAX_UPLOAD, Origin, check_choice};
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{chats, files};
use crate::platform::sniff;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{ChatId, FileId, UserId, WorkspaceId};
use crate::shared::media_type::MediaType;
use crate::shared::role::Permission;
use axum::Extension;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sum;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::StreamExt;
use serde::Deserialize;
use std::time::Duration;

/// Uploads that a person may begin within a minute, tries counted.
const PER_MINUTE: i64 = 30;

/// How much of a refused body is read to its end, so that the browser hears why instead of a broken line.
const MOST_DRAINED: usize = 4 * MAX_UPLOAD as usize;
/// And for how long.
const DRAIN_TIME: Duration = Duration::from_secs(20);

/// What the file is called.
#[derive(Debug, Deserialize)]
pub struct Named {
    #[serde(default)]
    name: String,
}

/// Takes an upload for a chat; answers with the file as a `FileView`, or with the reason as an `AppError`.
pub async fn receive(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Path((chat, file)): Path<(String, String)>,
    named: Result<Query<Named>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let asked = Asked { app, session, trace_id, named, headers, body };
    asked.answer(Some(&chat), &file).await
}

/// Takes an upload for a quick reply, with the same answers.
pub async fn receive_kept(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Path(file): Path<String>,
    named: Result<Query<Named>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    Asked { app, session, trace_id, named, headers, body }.answer(None, &file).await
}

/// A request as it came.
struct Asked {
    app: App,
    session: SessionLookup,
    trace_id: String,
    named: Result<Query<Named>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
}

impl Asked {
    async fn answer(self, chat: Option<&str>, file: &str) -> Response {
        let user = match allowed(&self.session, Permission::ReplyToChats, &self.trace_id) {
            Ok(user) => user,
            Err(error) => return refused(&error),
        };
        let (Ok(chat), Ok(id)) = (chat.map(str::parse).transpose(), file.parse()) else {
            return refused(&AppError::NotFound);
        };
        let name = self.named.map(|Query(named)| named.name).unwrap_or_default();
        let upload =
            Upload { workspace: user.workspace, author: user.id, chat, id, now: now(), is_by_hand: true };
        let mut body = self.body.into_data_stream();
        let taken = upload.take(&self.app, &name, declared_length(&self.headers), &mut body).await;
        drain(&mut body).await;
        match taken {
            Ok(view) => json(StatusCode::OK, serde_json::to_string(&view)),
            Err(fault) => refused(&told(fault, &self.trace_id)),
        }
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn refused(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, serde_json::to_string(error));
    if let AppError::RateLimited { retry_after_s } = error {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
    }
    response
}

fn json(status: StatusCode, body: serde_json::Result<String>) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.unwrap_or_default()).into_response()
}

/// What is known of a file whose upload has begun.
type Begun = (Origin, Option<ChatId>, Option<UserId>, FileState, DateTime<Utc>);

/// One upload, by one person.
pub(super) struct Upload {
    pub workspace: WorkspaceId,
    pub author: UserId,
    /// None: to be kept with a quick reply.
    pub chat: Option<ChatId>,
    pub id: FileId,
    pub now: DateTime<Utc>,
    /// Counts for what a person may upload within a minute. What a job does on their behalf does not.
    pub is_by_hand: bool,
}

impl Upload {
    async fn take(
        &self,
        app: &App,
        name: &str,
        length: Option<u64>,
        body: &mut BodyDataStream,
    ) -> Outcome<FileView> {
        // A body of unknown length is counted while it is read.
        let (name, expected) = check_choice(name, length.unwrap_or(1))?;
        let mut conn = app.db.get().await?;
        let began_at = self.begin(&mut conn, &name).await?;
        drop(conn);
        let Some(created_at) = began_at else {
            // Here already.
            return self.view(app).await;
        };
        let bytes = read_all(body).await?;
        let looked = look(bytes, expected).await?;
        let kept = looked.keep(app, self.workspace, self.id, created_at).await?;
        kept.note(&mut *app.db.get().await?, self.workspace, self.id).await?;
        self.view(app).await
    }

    /// Notes that the upload has begun; `None` when the file is here already. The note is what the limit counts, and
    /// what is pruned when nothing comes of it. Nothing may be stored under the id before this has said whose it is.
    ///
    /// # Errors
    /// `NotFound` when there is no such chat, or the id is another person's, chat's or purpose's file; `RateLimited`.
    pub async fn begin(&self, conn: &mut AsyncPgConnection, name: &str) -> Outcome<Option<DateTime<Utc>>> {
        if let Some(chat) = self.chat {
            let found: Option<ChatId> =
                chats::table.find((self.workspace, chat)).select(chats::id).first(conn).await.optional()?;
            found.ok_or_else(Fault::not_found)?;
        }
        if self.is_by_hand {
            self.check_pace(conn).await?;
        }
        diesel::sql_query(
            "INSERT INTO files AS f (workspace_id, id, chat_id, author_id, origin, state, name, attempts, tried_at, created_at) \
             VALUES ($1, $2, $3, $4, $7, 'waiting', $5, $8, $6, $6) \
             ON CONFLICT (workspace_id, id) DO UPDATE SET attempts = f.attempts + $8, tried_at = excluded.tried_at, name = excluded.name \
             WHERE f.origin = $7 AND f.state <> 'stored' AND f.author_id = $4 AND f.chat_id IS NOT DISTINCT FROM $3",
        )
        .bind::<SqlUuid, _>(self.workspace)
        .bind::<SqlUuid, _>(self.id)
        .bind::<Nullable<SqlUuid>, _>(self.chat)
        .bind::<SqlUuid, _>(self.author)
        .bind::<Text, _>(name)
        .bind::<Timestamptz, _>(self.now)
        .bind::<Text, _>(self.origin())
        .bind::<Integer, _>(i32::from(self.is_by_hand))
        .execute(conn)
        .await?;
        let (origin, chat, author, state, created_at): Begun = files::table
            .find((self.workspace, self.id))
            .select((files::origin, files::chat_id, files::author_id, files::state, files::created_at))
            .first(conn)
            .await?;
        if (origin, chat, author) != (self.origin(), self.chat, Some(self.author)) {
            return Err(Fault::not_found());
        }
        Ok((state != FileState::Stored).then_some(created_at))
    }

    fn origin(&self) -> Origin {
        if self.chat.is_some() { Origin::Outgoing } else { Origin::Kept }
    }

    async fn check_pace(&self, conn: &mut AsyncPgConnection) -> Outcome<()> {
        let begun: Option<i64> = files::table
            .filter(files::workspace_id.eq(self.workspace))
            .filter(files::author_id.eq(self.author))
            .filter(files::tried_at.gt(self.now - TimeDelta::minutes(1)))
            .select(sum(files::attempts))
            .first(conn)
            .await?;
        if begun.unwrap_or(0) >= PER_MINUTE {
            return Err(AppError::RateLimited { retry_after_s: 60 }.into());
        }
        Ok(())
    }

    async fn view(&self, app: &App) -> Outcome<FileView> {
        let mut conn = app.db.get().await?;
        let mut found = read::by_ids(&mut conn, self.workspace, &[self.id]).await?;
        found.remove(&self.id).map(|(_, view)| view).ok_or_else(Fault::not_found)
    }
}

/// The body, up to the limit and not a piece further.
async fn read_all(pieces: &mut BodyDataStream) -> Outcome<Bytes> {
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        // The browser went away or broke off: nobody hears the answer.
        let piece = piece.map_err(|_| AppError::BadRequest)?;
        if (bytes.len() + piece.len()) as u64 > MAX_UPLOAD {
            return Err(Refusal::FileTooLarge { max_bytes: MAX_UPLOAD as u32 }.into());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Bytes::from(bytes))
}

/// Reads what is left of a body and forgets it.
async fn drain(pieces: &mut BodyDataStream) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(piece)) = pieces.next().await {
            read += piece.len();
            if read > MOST_DRAINED {
                break;
            }
        }
    };
    // Whoever sends more, or more slowly, finds the line cut.
    _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}

/// Checks that a file is what its name says.
async fn look(bytes: Bytes, expected: MediaType) -> Outcome<Looked> {
    if bytes.is_empty() {
        return Err(Refusal::FileEmpty.into());
    }
    let claimed = sniff::media_type(&bytes);
    if claimed != expected {
        return Err(Refusal::FileContentDiffers.into());
    }
    let looked = Looked::at(bytes).await;
    // It begins like a picture and cannot be drawn: broken, or made to hurt.
    if looked.media_type() != expected {
        return Err(Refusal::PictureUnreadable.into());
    }
    Ok(looked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_has_to_be_what_its_name_says() {
        let refusal =
            async |bytes: &'static [u8], expected| match look(Bytes::from_static(bytes), expected).await {
                Err(Fault::Told(AppError::Refused(refusal))) => Some(refusal),
                _ => None,
            };
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        assert_eq!(refusal(svg, MediaType::Png).await, Some(Refusal::FileContentDiffers));
        assert_eq!(refusal(b"<html></html>", MediaType::Jpeg).await, Some(Refusal::FileContentDiffers));
        assert_eq!(refusal(b"%PDF-1.7", MediaType::Docx).await, Some(Refusal::FileContentDiffers));
        assert_eq!(
            refusal(b"\x89PNG\r\n\x1a\n<script>", MediaType::Png).await,
            Some(Refusal::PictureUnreadable)
        );
        assert_eq!(refusal(b"", MediaType::Text).await, Some(Refusal::FileEmpty));
        assert_eq!(refusal(b"%PDF-1.7", MediaType::Pdf).await, None);
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit() {
        let endless =
            futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'a'; 65_536])));
        let mut body = Body::from_stream(endless).into_data_stream();
        let refused = read_all(&mut body).await;
        assert!(matches!(refused, Err(Fault::Told(AppError::Refused(Refusal::FileTooLarge { .. })))));
        drain(&mut body).await;
    }
}
