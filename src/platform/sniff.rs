//! What a file is, by its bytes. A name is a claim, and so is the type that a server tells.

use crate::shared::media_type::MediaType;

/// What the bytes say the file is. Whether a picture can be drawn, they do not say.
pub fn media_type(bytes: &[u8]) -> MediaType {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => MediaType::Png,
        [0xFF, 0xD8, 0xFF, ..] => MediaType::Jpeg,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => MediaType::Gif,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => MediaType::Webp,
        [b'%', b'P', b'D', b'F', b'-', ..] => MediaType::Pdf,
        [b'P', b'K', 3, 4, ..] => office_type(bytes),
        _ if is_text(bytes) => MediaType::Text,
        _ => MediaType::Other,
    }
}

/// Word and Excel keep their parts in a ZIP, whose directory has the names in the clear. With macros inside it is none
/// of ours, whatever it is called.
fn office_type(bytes: &[u8]) -> MediaType {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    if !has(b"[Content_Types].xml") || has(b"vbaProject.bin") {
        return MediaType::Other;
    }
    match (has(b"word/document.xml"), has(b"xl/workbook.xml")) {
        (true, false) => MediaType::Docx,
        (false, true) => MediaType::Xlsx,
        _ => MediaType::Other,
    }
}

/// Text in any of the encodings that Russian texts come in: UTF-8, Windows-1251, UTF-16 with its mark.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return bytes.len().is_multiple_of(2);
    }
    let is_plain = |byte: &u8| *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r');
    !bytes.is_empty() && bytes.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\nrest"), MediaType::Png);
        assert_eq!(media_type(b"\x89PNG\r\n\x1a"), MediaType::Other);
        assert_eq!(media_type(&[0xFF, 0xD8, 0xFF, 0xE0]), MediaType::Jpeg);
        assert_eq!(media_type(b"GIF89a"), MediaType::Gif);
        assert_eq!(media_type(b"RIFF\x10\0\0\0WEBPVP8 "), MediaType::Webp);
        assert_eq!(media_type(b"%PDF-1.7\n"), MediaType::Pdf);
        assert_eq!(media_type("Привет".as_bytes()), MediaType::Text);
        assert_eq!(media_type(&[0xCF, 0xF0, 0xE8, b'\r', b'\n']), MediaType::Text);
        assert_eq!(media_type(b""), MediaType::Other);
        assert_eq!(media_type(b"MZ\x90\0\x03"), MediaType::Other);
    }

    #[test]
    fn what_a_browser_would_run_is_a_text_or_nothing_and_never_a_picture() {
        for hostile in [
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"<?xml version='1.0'?><html/>",
            b"\0\0<html>",
        ] {
            assert!(matches!(media_type(hostile), MediaType::Text | MediaType::Other), "{hostile:?}");
        }
    }

    #[test]
    fn an_archive_is_a_document_only_with_a_documents_parts() {
        let zip = |names: &[&str]| {
            let mut bytes = b"PK\x03\x04".to_vec();
            names.iter().for_each(|name| bytes.extend(name.as_bytes()));
            bytes
        };
        assert_eq!(media_type(&zip(&["[Content_Types].xml", "word/document.xml"])), MediaType::Docx);
        assert_eq!(media_type(&zip(&["[Content_Types].xml", "xl/workbook.xml"])), MediaType::Xlsx);
        assert_eq!(media_type(&zip(&["evil.exe"])), MediaType::Other);
        let macros = zip(&["[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"]);
        assert_eq!(media_type(&macros), MediaType::Other);
    }
}
