//! What came with a message: pictures in their place, documents to download, links.

use super::bubble::OutsideLink;
use super::links;
use super::session::{Drawn, Session};
use super::viewer::{Pictures, open_picture};
use crate::features::files::types::{AttachmentKind, AttachmentView, FileProblem, FileState, FileView};
use crate::shared::i18n::Locale;
use crate::shared::ids::FileId;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// What came with the message. Pictures and documents come through our own server, which has the key.
#[component]
pub fn Attachments(drawn: ArcRwSignal<Drawn>, session: Session, locale: Locale) -> impl IntoView {
    let attached = Memo::new(move |_| drawn.with(|it| it.view.attachments.clone()));
    let again = Callback::new(move |file| session.fetch_again(file));
    move || {
        let views: Vec<AnyView> =
            attached.get().into_iter().map(|attachment| attachment_view(attachment, again, locale)).collect();
        (!views.is_empty()).then(|| view! { <div class="attachments">{views}</div> })
    }
}

fn attachment_view(attachment: AttachmentView, again: Callback<FileId>, locale: Locale) -> AnyView {
    let AttachmentView { kind, url, name, file } = attachment;
    match (kind, file) {
        (AttachmentKind::Link, _) => link(url, name, locale),
        (_, Some(file)) if file.state == FileState::Failed => failed(file, again, locale),
        (_, Some(file)) if file.state == FileState::Stored => match file.drawn_size() {
            Some(room) if file.is_picture() => picture(&file, room, &name, locale),
            _ => document(&file, name, locale),
        },
        (kind, _) => coming(kind, locale),
    }
}

/// The room of a picture is known before it is loaded: nothing moves when it comes.
fn picture(file: &FileView, (width, height): (u32, u32), name: &str, locale: Locale) -> AnyView {
    let alt = locale.picture_called(name);
    let (pictures, id) = (use_context::<Pictures>(), file.id);
    view! {
        <a
            class="attachment-image"
            href=file.address()
            target="_blank"
            rel="noopener external"
            on:click=move |event| open_picture(&event, pictures, id)
        >
            <img
                src=file.thumb_address()
                alt=alt
                loading="lazy"
                decoding="async"
                width=width.to_string()
                height=height.to_string()
            />
        </a>
    }
    .into_any()
}

fn document(file: &FileView, name: String, locale: Locale) -> AnyView {
    let name = if name.is_empty() { locale.download_file().to_owned() } else { name };
    let size = file.size.map(|size| view! { <span class="attachment-size">{locale.file_size(size)}</span> });
    view! {
        <a
            class="attachment-file"
            href=file.address()
            download=name.clone()
            rel="external"
            title=locale.download_file()
        >
            <Glyph icon=Icon::File/>
            <span>{name.clone()}</span>
            {size}
        </a>
    }
    .into_any()
}

fn coming(kind: AttachmentKind, locale: Locale) -> AnyView {
    let (icon, words) = match kind {
        AttachmentKind::Image => (Icon::Image, locale.picture_coming()),
        AttachmentKind::File | AttachmentKind::Link => (Icon::File, locale.file_coming()),
    };
    view! {
        <span class="attachment-coming" data-kind=kind.as_str()>
            <Glyph icon/>
            <span>{words}</span>
        </span>
    }
    .into_any()
}

fn failed(file: FileView, again: Callback<FileId>, locale: Locale) -> AnyView {
    let why = match file.problem {
        Some(FileProblem::Gone) => locale.file_gone(),
        Some(FileProblem::NoAccess) => locale.file_no_access(),
        Some(FileProblem::Refused) => locale.file_refused(),
        Some(FileProblem::Unreachable) | None => locale.file_unreachable(),
    };
    view! {
        <div class="attachment-failed">
            <p>{why}</p>
            <button type="button" class="message-action" on:click=move |_| again.run(file.id)>
                <Glyph icon=Icon::Retry/>
                <span>{locale.fetch_again()}</span>
            </button>
        </div>
    }
    .into_any()
}

fn link(url: String, name: String, locale: Locale) -> AnyView {
    if !links::is_web(&url) {
        return view! { <span class="attachment-link">{url}</span> }.into_any();
    }
    let text = if name.is_empty() { url.clone() } else { name };
    view! {
        <span class="attachment-link">
            <Glyph icon=Icon::Link/>
            <OutsideLink href=url text locale/>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::media_type::MediaType;

    fn html(attachment: AttachmentView) -> String {
        Owner::new().with(|| attachment_view(attachment, Callback::new(|_| ()), Locale::Ru).to_html())
    }

    fn image(state: FileState, media_type: Option<MediaType>) -> AttachmentView {
        let file = FileView {
            id: FileId(uuid::Uuid::nil()),
            state,
            media_type,
            size: Some(2048),
            width: media_type.map(|_| 560),
            height: media_type.map(|_| 280),
            problem: None,
        };
        let name = "<b>.png".to_owned();
        AttachmentView { kind: AttachmentKind::Image, url: String::new(), name, file: Some(file) }
    }

    #[test]
    fn an_attachment_links_to_the_web_or_not_at_all() {
        let link = |url: &str| {
            let (url, name) = (url.to_owned(), String::new());
            html(AttachmentView { kind: AttachmentKind::Link, url, name, file: None })
        };
        assert!(link("https://ozon.ru/product/1").contains("href=\"https://ozon.ru/product/1\""));
        assert!(!link("javascript:alert(1)").contains("href"));
    }

    #[test]
    fn a_picture_has_its_room_before_it_is_loaded() {
        let html = html(image(FileState::Stored, Some(MediaType::Png)));
        assert!(html.contains("width=\"280\"") && html.contains("height=\"140\""), "{html}");
        assert!(html.contains("/thumb\"") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn what_is_not_here_is_said_and_can_be_asked_for() {
        assert!(!html(image(FileState::Waiting, None)).contains("<img"));
        let failed = html(image(FileState::Failed, None));
        assert!(failed.contains("<button") && failed.contains(Locale::Ru.fetch_again()), "{failed}");
        // A picture that could not be drawn is a download.
        let broken = html(image(FileState::Stored, Some(MediaType::Other)));
        assert!(broken.contains("download=") && !broken.contains("<img"), "{broken}");
    }
}
