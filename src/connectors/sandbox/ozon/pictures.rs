//! Pictures that buyers send: small PNGs painted from their names, so that nothing has to be stored.

use sha2::{Digest, Sha256};

const WIDTH: usize = 160;
const HEIGHT: usize = 120;
/// Deflate's largest stored block.
const LARGEST_BLOCK: usize = 65_535;

/// A PNG of some thing on a table; the same name is the same picture.
pub(super) fn paint(name: &str) -> Vec<u8> {
    let seed = Sha256::digest(name.as_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((WIDTH as u32).to_be_bytes());
    header.extend((HEIGHT as u32).to_be_bytes());
    // 8 bits, palette, no interlace.
    header.extend([8, 3, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"PLTE", &palette(&seed));
    chunk(&mut png, b"IDAT", &stored(&pixels(&seed)));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// Table, shade, thing, its light side, scratch.
fn palette(seed: &[u8]) -> Vec<u8> {
    let colour = |at: usize| [seed[at] / 2 + 60, seed[at + 1] / 2 + 60, seed[at + 2] / 2 + 60];
    let thing = colour(3);
    let table = [226, 220, 210];
    let light = thing.map(|part| part.saturating_add(50));
    [table, [196, 188, 176], thing, light, [40, 36, 34]].concat()
}

fn pixels(seed: &[u8]) -> Vec<u8> {
    let (left, top) = (24 + usize::from(seed[10] % 24), 16 + usize::from(seed[11] % 16));
    let (right, bottom) = (left + 64 + usize::from(seed[12] % 24), top + 56 + usize::from(seed[13] % 16));
    let slope = 1 + usize::from(seed[14] % 3);
    let mut lines = Vec::with_capacity((WIDTH + 1) * HEIGHT);
    for y in 0..HEIGHT {
        lines.push(0); // no filter
        for x in 0..WIDTH {
            let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
            let in_shade = (left + 8..right + 8).contains(&x) && (top + 8..bottom + 8).contains(&y);
            let on_scratch = inside && (y - top).abs_diff((x - left) / slope + 6) < 2 && x < right - 20;
            lines.push(match (inside, in_shade) {
                _ if on_scratch => 4,
                (true, _) => {
                    if x < left + 12 {
                        3
                    } else {
                        2
                    }
                }
                (false, true) => 1,
                (false, false) => 0,
            });
        }
    }
    lines
}

/// A zlib stream without compression.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(LARGEST_BLOCK);
    let last = blocks.len().saturating_sub(1);
    for (at, block) in blocks.enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(at == last));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let from = png.len();
    png.extend(kind);
    png.extend(data);
    let sum = crc32(&png[from..]);
    png.extend(sum.to_be_bytes());
}

fn adler32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc32(data: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_match_published_values() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_name_always_gives_the_same_picture_and_another_gives_another() {
        assert_eq!(paint("a.png"), paint("a.png"));
        assert_ne!(paint("a.png"), paint("b.png"));
    }
}
