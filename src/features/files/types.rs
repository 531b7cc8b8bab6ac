//! Files as screens and connectors know them, and the rules for sending one, which both sides check.

use crate::shared::error::Refusal;
use crate::shared::ids::FileId;
use crate::shared::media_type::MediaType;
use serde::{Deserialize, Serialize};

text_enum!(
    /// What kind of thing is attached.
    AttachmentKind {
        Image = "image",
        File = "file",
        /// A link that the marketplace put into the text, e.g. to a product page.
        Link = "link",
    }
);

/// Something attached to a message, as the marketplace tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub kind: AttachmentKind,
    /// Where the marketplace keeps it. Files need the seller's key, so browsers get our own address instead.
    pub url: String,
    pub name: String,
}

/// Something attached to a message, as the window shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentView {
    pub kind: AttachmentKind,
    /// Only of links.
    pub url: String,
    pub name: String,
    /// What we have of it; nothing for links.
    pub file: Option<FileView>,
}

impl AttachmentView {
    /// A file of ours, on its way out.
    pub fn of_file(name: String, file: FileView) -> Self {
        let kind = if file.is_picture() { AttachmentKind::Image } else { AttachmentKind::File };
        AttachmentView { kind, url: String::new(), name, file: Some(file) }
    }
}

text_enum!(
    /// Which way a file goes.
    Origin {
        /// Came in a message.
        Incoming = "incoming",
        /// Was uploaded here to be sent.
        Outgoing = "outgoing",
        /// Was uploaded here to be kept with a quick reply.
        Kept = "kept",
    }
);

text_enum!(
    /// Whether we have a file.
    FileState {
        /// Not yet.
        Waiting = "waiting",
        Stored = "stored",
        /// It could not be fetched.
        Failed = "failed",
    }
);

text_enum!(
    /// Why a file could not be fetched.
    FileProblem {
        /// The marketplace does not have it any more.
        Gone = "gone",
        /// The address is none of the marketplace's, or it refuses.
        Refused = "refused",
        /// The marketplace did not answer, several times.
        Unreachable = "unreachable",
        /// The account is disconnected, or its key may not.
        NoAccess = "no_access",
    }
);

/// What a browser's file picker offers.
pub const ACCEPTED: &str = ".jpg,.jpeg,.png,.webp,.gif,.pdf,.docx,.xlsx,.txt";

/// The largest file that is sent, in bytes. Ozon states no limit for `/v1/chat/send/file`; articles that name one speak
/// of other things. The file travels as base64 in one JSON body, a third larger than it is, and has to arrive within
/// the time of one send: 5 MB is a photo of a telephone and stays far from what gateways usually refuse.
pub const MAX_UPLOAD: u64 = 5 * 1024 * 1024;

/// The longest name of a file that is sent, in characters.
pub const MAX_NAME: usize = 100;

/// Files that may wait beside one answer.
pub const MAX_AT_ONCE: usize = 10;

/// A file as a browser knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    pub id: FileId,
    pub state: FileState,
    pub media_type: Option<MediaType>,
    pub size: Option<i64>,
    /// Of a picture, as it is drawn, in pixels.
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub problem: Option<FileProblem>,
}

/// How wide and high a picture stands in the window, at most.
const SHOWN: (u32, u32) = (280, 320);

impl FileView {
    /// Whether the window can draw it.
    pub fn is_picture(&self) -> bool {
        self.media_type.is_some_and(MediaType::is_picture) && self.drawn_size().is_some()
    }

    /// Where the file is.
    pub fn address(&self) -> String {
        format!("/files/{}", self.id)
    }

    /// Where its small picture is.
    pub fn thumb_address(&self) -> String {
        format!("/files/{}/thumb", self.id)
    }

    /// The room it takes in the window, known before it is loaded; never larger than the picture itself.
    pub fn drawn_size(&self) -> Option<(u32, u32)> {
        let (width, height) = (u64::try_from(self.width?).ok()?, u64::try_from(self.height?).ok()?);
        if width == 0 || height == 0 {
            return None;
        }
        let (most_width, most_height) = (u64::from(SHOWN.0), u64::from(SHOWN.1));
        let (width, height) = if width <= most_width && height <= most_height {
            (width, height)
        } else if width * most_height > height * most_width {
            (most_width, (height * most_width / width).max(1))
        } else {
            ((width * most_height / height).max(1), most_height)
        };
        Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?))
    }
}

/// A file name as it may travel: no folders, nothing invisible, not too long, the extension kept.
pub fn clean_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks that turn the direction of writing make `exe.gpj` out of `jpg.exe`.
    let is_shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = name.chars().filter(is_shown).collect();
    let (stem, extension) = split_name(name.trim());
    let stem = if stem.trim().is_empty() { "file" } else { stem.trim() };
    match extension {
        Some(extension) => {
            let room = MAX_NAME.saturating_sub(extension.chars().count() + 1).max(1);
            format!("{}.{extension}", stem.chars().take(room).collect::<String>())
        }
        None => stem.chars().take(MAX_NAME).collect(),
    }
}

fn split_name(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !extension.is_empty() && extension.chars().count() <= 10 => {
            (stem, Some(extension))
        }
        _ => (name, None),
    }
}

/// Checks a file before it is uploaded: gives the name it will have, and what it has to be inside.
///
/// # Errors
/// Why it cannot be sent.
pub fn check_choice(name: &str, size: u64) -> Result<(String, MediaType), Refusal> {
    let name = clean_name(name);
    let kind = split_name(&name).1.and_then(MediaType::by_extension).ok_or(Refusal::FileKindNotTaken)?;
    if size == 0 {
        return Err(Refusal::FileEmpty);
    }
    if size > MAX_UPLOAD {
        return Err(Refusal::FileTooLarge { max_bytes: MAX_UPLOAD as u32 });
    }
    Ok((name, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_way_out_and_nothing_hidden() {
        assert_eq!(clean_name("../../etc/passwd.txt"), "passwd.txt");
        assert_eq!(clean_name("C:\\Users\\a\\фото 1.JPG"), "фото 1.JPG");
        assert_eq!(clean_name("a\r\nb\0\u{202e}gpj.exe"), "abgpj.exe");
        assert_eq!(clean_name(".png"), "file.png");
        assert_eq!(clean_name("  "), "file");
        let long = clean_name(&format!("{}.xlsx", "я".repeat(400)));
        assert_eq!((long.chars().count(), long.ends_with(".xlsx")), (MAX_NAME, true));
    }

    #[test]
    fn only_what_we_send_is_taken() {
        assert_eq!(check_choice("a.PNG", 10), Ok(("a.PNG".to_owned(), MediaType::Png)));
        assert_eq!(check_choice("a.svg", 10), Err(Refusal::FileKindNotTaken));
        assert_eq!(check_choice("a.png.exe", 10), Err(Refusal::FileKindNotTaken));
        assert_eq!(check_choice("noextension", 10), Err(Refusal::FileKindNotTaken));
        assert_eq!(check_choice("a.pdf", 0), Err(Refusal::FileEmpty));
        assert_eq!(check_choice("a.pdf", MAX_UPLOAD), Ok(("a.pdf".to_owned(), MediaType::Pdf)));
        assert!(matches!(check_choice("a.pdf", MAX_UPLOAD + 1), Err(Refusal::FileTooLarge { .. })));
    }

    #[test]
    fn what_the_picker_offers_is_what_is_taken() {
        for extension in ACCEPTED.split(',') {
            assert!(MediaType::by_extension(extension.trim_start_matches('.')).is_some(), "{extension}");
        }
    }

    #[test]
    fn a_picture_takes_a_room_of_its_own_shape() {
        let drawn = |width, height| {
            FileView {
                id: FileId(uuid::Uuid::nil()),
                state: FileState::Stored,
                media_type: Some(MediaType::Png),
                size: Some(1),
                width: Some(width),
                height: Some(height),
                problem: None,
            }
            .drawn_size()
        };
        assert_eq!(drawn(160, 120), Some((160, 120)));
        assert_eq!(drawn(2800, 1400), Some((280, 140)));
        assert_eq!(drawn(100, 3200), Some((10, 320)));
        assert_eq!(drawn(20_000, 1), Some((280, 1)));
        assert_eq!(drawn(0, 5), None);
    }
}
