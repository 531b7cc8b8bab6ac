//! Photos of products: fetched with the seller's account from the marketplace's own hosts, checked by their
//! bytes, kept for a while in memory and in the person's browser.

use super::store;
use crate::context::session::SessionLookup;
use crate::context::{App, TraceId, told};
use crate::features::sellers::server::{accounts, health};
use crate::platform::fault::{Fault, Outcome};
use crate::platform::sniff;
use crate::shared::error::AppError;
use crate::shared::ids::{SellerId, WorkspaceId};
use crate::shared::media_type::MediaType;
use crate::shared::role::Permission;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// All photos in memory together take no more, in bytes.
const ROOM: usize = 16 * 1024 * 1024;
/// A larger photo is shown but not kept, in bytes.
const LARGEST_KEPT: usize = 1024 * 1024;

/// GET `/photos/{seller}/{sku}`: the photo of a product.
pub async fn serve(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Path((seller, sku)): Path<(String, String)>,
) -> Response {
    let user = match session {
        SessionLookup::Found(user) if user.role.may(Permission::ReadChats) => user,
        SessionLookup::DatabaseAway => return status(&AppError::Unavailable { trace_id }),
        _ => return status(&AppError::Unauthorized),
    };
    let Ok(seller) = seller.parse() else { return status(&AppError::NotFound) };
    match photo(&app, user.workspace, seller, sku).await {
        Ok(photo) => respond(&photo),
        Err(fault) => status(&told(fault, &trace_id)),
    }
}

fn status(error: &AppError) -> Response {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// A picture and what its bytes say that it is.
#[derive(Clone)]
struct Photo {
    kind: MediaType,
    bytes: Arc<[u8]>,
}

fn respond(photo: &Photo) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(photo.kind.as_str()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    (headers, photo.bytes.to_vec()).into_response()
}

async fn photo(app: &App, workspace: WorkspaceId, seller: SellerId, sku: String) -> Outcome<Photo> {
    let mut conn = app.db.get().await?;
    let products = store::products(&mut conn, workspace, seller, &[sku]).await?;
    // The address is part of what is kept: a new photo has a new one.
    let url =
        products.into_iter().next().and_then(|product| product.photo_url).ok_or_else(Fault::not_found)?;
    let place = Place { workspace, seller, url };
    if let Some(photo) = kept(&place) {
        return Ok(photo);
    }
    let account = accounts::find(&mut conn, workspace, seller).await?.ok_or_else(Fault::not_found)?;
    drop(conn);
    if account.credentials.is_none() {
        return Err(Fault::not_found());
    }
    let fetched = account.open(app)?.file(&place.url).await;
    if let Err(error) = &fetched {
        health::note(app, &account, error).await;
    }
    let bytes = fetched
        .map_err(|error| Fault::Unavailable(format!("a photo could not be fetched: {error}").into()))?;
    let kind = sniff::media_type(&bytes);
    if !kind.is_picture() {
        return Err(Fault::not_found());
    }
    let photo = Photo { kind, bytes: bytes.into() };
    keep(place, photo.clone());
    Ok(photo)
}

/// Whose photo it is and where the marketplace keeps it.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    workspace: WorkspaceId,
    seller: SellerId,
    url: String,
}

/// Photos of this process, those kept last at the end.
#[derive(Default)]
struct Shelf {
    photos: VecDeque<(Place, Photo)>,
    bytes: usize,
}

impl Shelf {
    fn find(&self, place: &Place) -> Option<Photo> {
        self.photos.iter().find(|(kept, _)| kept == place).map(|(_, photo)| photo.clone())
    }

    /// Makes room by letting go of what has been here longest.
    fn add(&mut self, place: Place, photo: Photo) {
        if photo.bytes.len() > LARGEST_KEPT || self.find(&place).is_some() {
            return;
        }
        self.bytes += photo.bytes.len();
        self.photos.push_back((place, photo));
        while self.bytes > ROOM {
            let Some((_, oldest)) = self.photos.pop_front() else { return };
            self.bytes -= oldest.bytes.len();
        }
    }
}

static SHELF: LazyLock<Mutex<Shelf>> = LazyLock::new(Mutex::default);

fn kept(place: &Place) -> Option<Photo> {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner).find(place)
}

fn keep(place: Place, photo: Photo) {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner).add(place, photo);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: usize) -> Place {
        Place {
            workspace: WorkspaceId(uuid::Uuid::nil()),
            seller: SellerId(uuid::Uuid::nil()),
            url: n.to_string(),
        }
    }

    fn photo(bytes: usize) -> Photo {
        Photo { kind: MediaType::Png, bytes: vec![0; bytes].into() }
    }

    #[test]
    fn the_shelf_never_holds_more_than_it_has_room_for() {
        let mut shelf = Shelf::default();
        for n in 0..100 {
            shelf.add(place(n), photo(LARGEST_KEPT));
            assert!(shelf.bytes <= ROOM);
        }
        assert!(shelf.find(&place(99)).is_some() && shelf.find(&place(0)).is_none());
        shelf.add(place(100), photo(LARGEST_KEPT + 1));
        assert!(shelf.find(&place(100)).is_none(), "too large to be kept");
    }
}
