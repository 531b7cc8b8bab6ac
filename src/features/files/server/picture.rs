//! Drawing pictures small. Pictures come from strangers: what is too large to be drawn safely is not drawn at all.

use crate::shared::media_type::MediaType;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// The longest side of a small picture, in pixels: twice what the window shows, for fine screens.
const THUMB: u32 = 480;
const THUMB_QUALITY: u8 = 80;
/// The longest side that is drawn.
const MOST_SIDE: u32 = 20_000;
/// The most pixels that are drawn: the full resolution of telephones.
const MOST_PIXELS: u64 = 50_000_000;
/// What one drawing may take, in bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// Pictures drawn at the same time in this process: each may take all of the memory above.
static DRAWING: Semaphore = Semaphore::const_new(1);

/// What drawing a picture tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As it is shown, turned as the camera says.
    pub width: u32,
    pub height: u32,
    pub thumb: Vec<u8>,
    pub thumb_type: MediaType,
}

/// Draws a picture small; `None` when it cannot be drawn, or not safely. Works beside the runtime.
pub async fn draw_beside(bytes: axum::body::Bytes, kind: MediaType) -> Option<Picture> {
    let _turn = DRAWING.acquire().await.ok()?;
    // A panic in a decoder is one more way not to be drawable.
    tokio::task::spawn_blocking(move || draw(&bytes, kind)).await.ok().flatten()
}

/// Draws a picture small; `None` when it cannot be drawn, or not safely.
pub fn draw(bytes: &[u8], kind: MediaType) -> Option<Picture> {
    let format = match kind {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
        MediaType::Webp => ImageFormat::WebP,
        MediaType::Gif => ImageFormat::Gif,
        _ => return None,
    };
    match decode(bytes, format) {
        Ok(Some(picture)) => small(&picture).inspect_err(told).ok(),
        Ok(None) => None,
        Err(error) => {
            told(&error);
            None
        }
    }
}

fn told(error: &ImageError) {
    tracing::debug!(%error, "a picture cannot be drawn");
}

/// The first frame, turned; `None` when it is too large.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<Option<DynamicImage>, ImageError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Ok(None);
    }
    // A broken note about the camera's position is no reason not to see the picture.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(Some(picture))
}

fn small(picture: &DynamicImage) -> Result<Picture, ImageError> {
    let (width, height) = (picture.width(), picture.height());
    let small =
        if width > THUMB || height > THUMB { picture.thumbnail(THUMB, THUMB) } else { picture.clone() };
    let mut thumb = Vec::new();
    let thumb_type = if small.color().has_alpha() {
        small.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut thumb))?;
        MediaType::Webp
    } else {
        small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut thumb, THUMB_QUALITY))?;
        MediaType::Jpeg
    };
    Ok(Picture { width, height, thumb, thumb_type })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sniff;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("encoded");
        bytes.into_inner()
    }

    fn rgb(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 90])
        }))
    }

    #[test]
    fn a_picture_becomes_small_and_keeps_its_shape() {
        for (format, kind) in [
            (ImageFormat::Png, MediaType::Png),
            (ImageFormat::Jpeg, MediaType::Jpeg),
            (ImageFormat::WebP, MediaType::Webp),
            (ImageFormat::Gif, MediaType::Gif),
        ] {
            let bytes = encoded(&rgb(1200, 600), format);
            assert_eq!(sniff::media_type(&bytes), kind);
            let picture = draw(&bytes, kind).expect("drawn");
            assert_eq!((picture.width, picture.height), (1200, 600), "{kind}");
            assert_eq!(sniff::media_type(&picture.thumb), picture.thumb_type, "{kind}");
            let small = image::load_from_memory(&picture.thumb).expect("a picture");
            assert_eq!((small.width(), small.height()), (480, 240), "{kind}");
        }
    }

    #[test]
    fn a_small_picture_is_not_blown_up_and_glass_stays_glass() {
        let glass = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(16, 9, image::Rgba([1, 2, 3, 0])));
        let picture = draw(&encoded(&glass, ImageFormat::Png), MediaType::Png).expect("drawn");
        assert_eq!((picture.width, picture.height, picture.thumb_type), (16, 9, MediaType::Webp));
        let small = image::load_from_memory(&picture.thumb).expect("a picture");
        assert_eq!((small.width(), small.height(), small.color().has_alpha()), (16, 9, true));
    }

    #[test]
    fn a_picture_stands_as_the_camera_was_held() {
        let plain = encoded(&rgb(40, 20), ImageFormat::Jpeg);
        // APP1 with the one EXIF entry 0x0112 = 6: turned by a quarter.
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let mut turned = plain[..2].to_vec();
        turned.extend([0xFF, 0xE1]);
        turned.extend((exif.len() as u16 + 2).to_be_bytes());
        turned.append(&mut exif);
        turned.extend(&plain[2..]);
        let picture = draw(&turned, MediaType::Jpeg).expect("drawn");
        assert_eq!((picture.width, picture.height), (20, 40));
    }

    /// A PNG whose header promises more than anybody can hold.
    fn promising(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = encoded(&rgb(1, 1), ImageFormat::Png);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    fn crc(data: &[u8]) -> u32 {
        !data.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(
                sum ^ u32::from(*byte),
                |sum, _| {
                    if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }
                },
            )
        })
    }

    #[test]
    fn bombs_are_not_drawn() {
        assert!(draw(&promising(1, 1), MediaType::Png).is_some(), "the header itself is well-formed");
        for (width, height) in [(60_000, 60_000), (19_999, 19_999), (1, 30_000), (u32::MAX >> 1, 1)] {
            assert_eq!(draw(&promising(width, height), MediaType::Png), None, "{width}×{height}");
        }
        let mut gif = b"GIF89a".to_vec();
        gif.extend([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, b';']);
        assert_eq!(draw(&gif, MediaType::Gif), None);
    }

    #[test]
    fn what_is_cut_off_or_only_pretends_is_not_drawn() {
        let whole = encoded(&rgb(300, 300), ImageFormat::Png);
        assert_eq!(draw(&whole[..whole.len() / 2], MediaType::Png), None);
        assert_eq!(draw(&whole[..20], MediaType::Png), None);
        assert_eq!(draw(b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", MediaType::Png), None);
        assert_eq!(draw(b"GIF89a/*\0*/=1;alert(1)", MediaType::Gif), None);
        assert_eq!(draw(b"", MediaType::Webp), None);
        assert_eq!(draw(b"%PDF-1.7", MediaType::Pdf), None);
    }
}
