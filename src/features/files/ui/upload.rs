//! Files that a person has chosen, and their way to the server. The bytes stay with the browser: this program only
//! knows their names. On the server the same functions exist and do nothing.

use crate::shared::ids::FileId;

#[cfg(not(feature = "hydrate"))]
pub use absent::*;
#[cfg(feature = "hydrate")]
pub use present::*;

/// A file that a person has chosen, dropped or pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    pub id: FileId,
    pub name: String,
    pub size: u64,
    /// An address within this page under which the browser draws it.
    pub preview: Option<String>,
}

/// The browser itself.
#[cfg(feature = "hydrate")]
mod present {
    use super::Picked;
    use crate::features::files::types::FileView;
    use crate::shared::error::AppError;
    use crate::shared::ids::FileId;
    use std::cell::RefCell;
    use std::collections::HashMap;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{
        ClipboardEvent, DataTransfer, DragEvent, Event, File, FileList, HtmlInputElement, ProgressEvent, Url,
        XmlHttpRequest,
    };

    /// What the browser holds of a chosen file.
    struct Held {
        file: File,
        preview: Option<String>,
        request: Option<XmlHttpRequest>,
        /// Called while the upload goes on; has to live as long.
        progress: Option<Closure<dyn FnMut(ProgressEvent)>>,
    }

    thread_local! {
        static HELD: RefCell<HashMap<FileId, Held>> = RefCell::default();
    }

    /// Files chosen with the field that the event comes from. The field forgets them, so that the same file can be
    /// chosen again.
    pub fn of_input(event: &Event) -> Vec<Picked> {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(field) = field else { return Vec::new() };
        let picked = field.files().map(|files| hold(&files)).unwrap_or_default();
        field.set_value("");
        picked
    }

    /// Files dropped onto the page.
    pub fn of_drop(event: &DragEvent) -> Vec<Picked> {
        event.data_transfer().and_then(|data| data.files()).map(|files| hold(&files)).unwrap_or_default()
    }

    /// Pictures on the clipboard. Programs that put a text there often add a picture of it: then the text is meant.
    pub fn of_paste(event: &ClipboardEvent) -> Vec<Picked> {
        let data = event.clipboard_data().filter(|data| !has_type(data, "text/plain"));
        data.and_then(|data| data.files()).map(|files| hold(&files)).unwrap_or_default()
    }

    /// Whether files are dragged, and not a text or a link.
    pub fn drags_files(event: &DragEvent) -> bool {
        event.data_transfer().is_some_and(|data| has_type(&data, "Files"))
    }

    /// Whether what is dragged has left the page.
    pub fn has_left(event: &DragEvent) -> bool {
        event.related_target().is_none()
    }

    fn has_type(data: &DataTransfer, wanted: &str) -> bool {
        data.types().iter().any(|word| word.as_string().as_deref() == Some(wanted))
    }

    fn hold(files: &FileList) -> Vec<Picked> {
        (0..files.length()).filter_map(|at| files.get(at)).map(hold_one).collect()
    }

    fn hold_one(file: File) -> Picked {
        let is_picture =
            ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&file.type_().as_str());
        let preview = is_picture.then(|| Url::create_object_url_with_blob(&file).ok()).flatten();
        let picked = Picked {
            id: FileId::new(),
            name: file.name(),
            size: file.size() as u64,
            preview: preview.clone(),
        };
        let held = Held { file, preview, request: None, progress: None };
        HELD.with_borrow_mut(|all| all.insert(picked.id, held));
        picked
    }

    /// Uploads a file. `on_progress` hears the share in percent, `on_end` the outcome.
    pub fn send(
        id: FileId,
        address: &str,
        on_progress: impl Fn(u8) + 'static,
        on_end: impl FnOnce(Result<FileView, AppError>) + 'static,
    ) {
        HELD.with_borrow_mut(|all| {
            let Some(held) = all.get_mut(&id) else { return on_end(Err(AppError::NotFound)) };
            let Ok(request) = XmlHttpRequest::new() else { return on_end(Err(AppError::Transport)) };
            let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
                if event.length_computable() && event.total() > 0.0 {
                    on_progress((event.loaded() / event.total() * 100.0) as u8);
                }
            });
            if let Ok(upload) = request.upload() {
                upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
            }
            let answered = request.clone();
            // Follows success, failure and abortion alike.
            let ended = Closure::once_into_js(move || on_end(outcome(&answered)));
            request.set_onloadend(Some(ended.unchecked_ref()));
            // What goes wrong here ends in the event above or in an exception; both leave the file to be tried again.
            let started =
                request.open("POST", address).and_then(|()| request.send_with_opt_blob(Some(&held.file)));
            if started.is_ok() {
                held.request = Some(request);
                held.progress = Some(progress);
            }
        });
    }

    fn outcome(request: &XmlHttpRequest) -> Result<FileView, AppError> {
        let status = request.status().unwrap_or(0);
        let text = request.response_text().ok().flatten().unwrap_or_default();
        if status == 200 {
            return crate::ui::json::read(&text).map_err(|_| AppError::Transport);
        }
        Err(crate::ui::json::read(&text).unwrap_or(AppError::Transport))
    }

    /// Lets go of a file; an upload on its way is broken off.
    pub fn forget(id: FileId) {
        let held = HELD.with_borrow_mut(|all| all.remove(&id));
        let Some(held) = held else { return };
        if let Some(request) = held.request {
            request.set_onloadend(None);
            // One that has ended already cannot be broken off, and need not be.
            _ = request.abort();
        }
        if let Some(preview) = held.preview {
            // Fails only for addresses that are none.
            _ = Url::revoke_object_url(&preview);
        }
    }
}

/// The same names where there is no browser.
#[cfg(not(feature = "hydrate"))]
mod absent {
    use super::Picked;
    use crate::features::files::types::FileView;
    use crate::shared::error::AppError;
    use crate::shared::ids::FileId;
    use leptos::web_sys::{ClipboardEvent, DragEvent, Event};

    /// Nothing is chosen.
    pub fn of_input(_event: &Event) -> Vec<Picked> {
        Vec::new()
    }

    /// Nothing is dropped.
    pub fn of_drop(_event: &DragEvent) -> Vec<Picked> {
        Vec::new()
    }

    /// Nothing is pasted.
    pub fn of_paste(_event: &ClipboardEvent) -> Vec<Picked> {
        Vec::new()
    }

    /// Nothing is dragged.
    pub fn drags_files(_event: &DragEvent) -> bool {
        false
    }

    /// Nothing is dragged.
    pub fn has_left(_event: &DragEvent) -> bool {
        false
    }

    /// Does nothing.
    pub fn send(
        _id: FileId,
        _address: &str,
        _on_progress: impl Fn(u8) + 'static,
        _on_end: impl FnOnce(Result<FileView, AppError>) + 'static,
    ) {
    }

    /// Does nothing.
    pub fn forget(_id: FileId) {}
}
