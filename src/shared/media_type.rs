//! What a file can be, as far as it matters to us.

text_enum!(
    /// What a file is by its first bytes, whatever its name says.
    MediaType {
        Jpeg = "image/jpeg",
        Png = "image/png",
        Webp = "image/webp",
        Gif = "image/gif",
        Pdf = "application/pdf",
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Text = "text/plain",
        /// Anything else, also a picture that cannot be drawn.
        Other = "application/octet-stream",
    }
);

impl MediaType {
    /// Whether browsers draw it without running anything.
    pub fn is_picture(self) -> bool {
        matches!(self, MediaType::Jpeg | MediaType::Png | MediaType::Webp | MediaType::Gif)
    }

    /// What a file may be sent as, by the extension of its name.
    pub fn by_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => Some(MediaType::Jpeg),
            "png" => Some(MediaType::Png),
            "webp" => Some(MediaType::Webp),
            "gif" => Some(MediaType::Gif),
            "pdf" => Some(MediaType::Pdf),
            "docx" => Some(MediaType::Docx),
            "xlsx" => Some(MediaType::Xlsx),
            "txt" => Some(MediaType::Text),
            _ => None,
        }
    }
}
