//! The bytes of a file: looked at, made small when they are a picture, and put where they stay.

use super::picture;
use crate::context::App;
use crate::features::files::types::{FileProblem, FileState};
use crate::platform::fault::Outcome;
use crate::platform::schema::files;
use crate::platform::sniff;
use crate::shared::ids::{FileId, WorkspaceId};
use crate::shared::media_type::MediaType;
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use diesel::{AsChangeset, ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};

/// What is known of bytes before they lie anywhere.
pub struct Looked {
    bytes: Bytes,
    media_type: MediaType,
    picture: Option<picture::Picture>,
}

impl Looked {
    /// Looks at bytes: what they are, and how they look small.
    pub async fn at(bytes: Bytes) -> Self {
        let claimed = sniff::media_type(&bytes);
        let picture =
            if claimed.is_picture() { picture::draw_beside(bytes.clone(), claimed).await } else { None };
        // Only what we have drawn ourselves is given to a browser to draw.
        let media_type = if claimed.is_picture() && picture.is_none() { MediaType::Other } else { claimed };
        Self { bytes, media_type, picture }
    }

    /// What it is.
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// Puts it into the store. The keys are made of ids and dates alone, so doing it twice does it once.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn keep(
        self,
        app: &App,
        workspace: WorkspaceId,
        file: FileId,
        created_at: DateTime<Utc>,
    ) -> Outcome<Kept> {
        let key = format!("{workspace}/{}/{file}", created_at.format("%Y/%m"));
        let mut kept = Kept {
            state: FileState::Stored,
            media_type: self.media_type,
            size: self.bytes.len() as i64,
            sha256: Sha256::digest(&self.bytes).to_vec(),
            key: key.clone(),
            width: None,
            height: None,
            thumb_key: None,
            thumb_type: None,
            thumb_size: None,
            problem: None,
        };
        if let Some(picture) = self.picture {
            let thumb_key = format!("{key}-thumb");
            kept.width = i32::try_from(picture.width).ok();
            kept.height = i32::try_from(picture.height).ok();
            kept.thumb_type = Some(picture.thumb_type);
            kept.thumb_size = Some(picture.thumb.len() as i64);
            app.files.put(&thumb_key, Bytes::from(picture.thumb)).await?;
            kept.thumb_key = Some(thumb_key);
        }
        app.files.put(&key, self.bytes).await?;
        Ok(kept)
    }
}

/// What the row of a stored file says.
#[derive(AsChangeset, Clone, Debug)]
#[diesel(table_name = files, treat_none_as_null = true)]
pub struct Kept {
    state: FileState,
    media_type: MediaType,
    size: i64,
    sha256: Vec<u8>,
    key: String,
    width: Option<i32>,
    height: Option<i32>,
    thumb_key: Option<String>,
    thumb_type: Option<MediaType>,
    thumb_size: Option<i64>,
    problem: Option<FileProblem>,
}

impl Kept {
    /// Notes that the file is here. Says whether it was still waited for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note(
        &self,
        conn: &mut AsyncPgConnection,
        workspace: WorkspaceId,
        file: FileId,
    ) -> Outcome<bool> {
        let noted = diesel::update(files::table.find((workspace, file)))
            .filter(files::state.ne(FileState::Stored))
            .set(self)
            .execute(conn)
            .await?;
        Ok(noted == 1)
    }
}
