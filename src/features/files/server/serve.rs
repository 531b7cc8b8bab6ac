//! Giving files to browsers, so that nothing in them runs: only pictures that we have drawn ourselves are shown in
//! place, everything else is a download, and whatever it is, its page has no rights.

use crate::context::session::SessionLookup;
use crate::context::{App, TraceId, allowed, told};
use crate::features::files::types::FileState;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::http::percent_encode;
use crate::platform::schema::files;
use crate::shared::error::AppError;
use crate::shared::ids::{FileId, WorkspaceId};
use crate::shared::media_type::MediaType;
use crate::shared::role::Permission;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

/// GET `/files/{file}`: the file itself.
pub async fn whole(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&app, &session, &trace_id, &file, Part::Whole, &headers).await
}

/// GET `/files/{file}/thumb`: a picture of it, small.
pub async fn thumb(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&app, &session, &trace_id, &file, Part::Thumb, &headers).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Thumb,
}

/// Something that lies in the store, and what a browser is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Served {
    key: String,
    name: String,
    media_type: MediaType,
    size: i64,
    tag: String,
}

async fn answer(
    app: &App,
    session: &SessionLookup,
    trace_id: &str,
    file: &str,
    part: Part,
    headers: &HeaderMap,
) -> Response {
    let user = match allowed(session, Permission::ReadChats, trace_id) {
        Ok(user) => user,
        Err(error) => return status(&error),
    };
    let Ok(file) = file.parse() else { return status(&AppError::NotFound) };
    match respond(app, user.workspace, file, part, headers).await {
        Ok(response) => response,
        Err(fault) => status(&told(fault, trace_id)),
    }
}

fn status(error: &AppError) -> Response {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

async fn respond(
    app: &App,
    workspace: WorkspaceId,
    file: FileId,
    part: Part,
    headers: &HeaderMap,
) -> Outcome<Response> {
    let served = find(app, workspace, file, part).await?.ok_or_else(Fault::not_found)?;
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|tag| tag.trim() == served.tag) {
        return Ok((StatusCode::NOT_MODIFIED, told_headers(&served)).into_response());
    }
    let bytes = app.files.stream(&served.key).await?.ok_or_else(|| {
        tracing::error!(%file, key = served.key, "a stored file is not in the store");
        Fault::not_found()
    })?;
    let mut headers = told_headers(&served);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(served.size));
    Ok((headers, Body::from_stream(bytes)).into_response())
}

#[derive(HasQuery)]
#[diesel(table_name = files)]
struct Row {
    name: String,
    media_type: Option<MediaType>,
    size: Option<i64>,
    sha256: Option<Vec<u8>>,
    key: Option<String>,
    thumb_key: Option<String>,
    thumb_type: Option<MediaType>,
    thumb_size: Option<i64>,
}

async fn find(app: &App, workspace: WorkspaceId, file: FileId, part: Part) -> Outcome<Option<Served>> {
    let mut conn = app.db.get().await?;
    let row: Option<Row> = Row::query()
        .filter(files::workspace_id.eq(workspace))
        .filter(files::id.eq(file))
        .filter(files::state.eq(FileState::Stored))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(row.and_then(|row| row.part(part)))
}

impl Row {
    fn part(self, part: Part) -> Option<Served> {
        let hash: String = self.sha256?.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = self.name;
        Some(match part {
            Part::Whole => Served {
                key: self.key?,
                name,
                media_type: self.media_type?,
                size: self.size?,
                tag: format!("\"{hash}\""),
            },
            Part::Thumb => Served {
                key: self.thumb_key?,
                name,
                media_type: self.thumb_type?,
                size: self.thumb_size?,
                tag: format!("\"{hash}-thumb\""),
            },
        })
    }
}

/// What a browser is told. A file never changes under its id, so it need not be asked for again for a day.
fn told_headers(served: &Served) -> HeaderMap {
    let is_picture = served.media_type.is_picture();
    let shown_type = if is_picture { served.media_type } else { MediaType::Other };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(shown_type.as_str()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400, immutable"));
    if let Ok(tag) = HeaderValue::from_str(&served.tag) {
        headers.insert(ETAG, tag);
    }
    let disposition = if is_picture { "inline" } else { "attachment" };
    // Names come from outside: only the plain form of RFC 6266's extended notation goes into the header.
    let name: String = served.name.chars().take(100).collect();
    let name = percent_encode(&name, b"");
    if let Ok(value) = HeaderValue::from_str(&format!("{disposition}; filename*=UTF-8''{name}")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &str, media_type: MediaType) -> HeaderMap {
        told_headers(&Served { key: "k".into(), name: name.into(), media_type, size: 1, tag: "\"t\"".into() })
    }

    #[test]
    fn only_pictures_are_shown_in_place() {
        for media_type in MediaType::ALL {
            let headers = headers("a", *media_type);
            let is_shown = headers[CONTENT_DISPOSITION].to_str().is_ok_and(|it| it.starts_with("inline"));
            assert_eq!(is_shown, media_type.is_picture(), "{media_type}");
            let told = headers[CONTENT_TYPE].to_str().expect("plain");
            assert!(told.starts_with("image/") == is_shown && !told.contains("svg"), "{told}");
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert!(headers[CONTENT_SECURITY_POLICY].to_str().is_ok_and(|it| it.contains("sandbox")));
        }
    }

    #[test]
    fn a_name_cannot_write_headers() {
        let headers = headers("a\"; filename=b\r\nset-cookie: x", MediaType::Pdf);
        let told = headers[CONTENT_DISPOSITION].to_str().expect("plain");
        assert_eq!(told, "attachment; filename*=UTF-8''a%22%3B%20filename%3Db%0D%0Aset-cookie%3A%20x");
    }
}
