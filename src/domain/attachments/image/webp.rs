//! WebP: a RIFF container (RFC 9649, section 2).

use super::Image;

/// What it takes to show the image, an animated one too. Exif and XMP are not among them.
const SHOWN: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// The flags of `VP8X` that say that Exif and XMP are there.
const NOTED: u8 = 0x08 | 0x04;

pub(super) fn clean(file: &[u8]) -> Option<Image> {
    let (length, rest) = file.strip_prefix(b"RIFF")?.split_first_chunk()?;
    // It may be cut off behind what it says is its end.
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let mut rest = rest.get(..length)?.strip_prefix(b"WEBP")?;
    let (mut chunks, mut size) = (Vec::with_capacity(file.len()), None);
    while !rest.is_empty() {
        let (kind, behind) = rest.split_first_chunk::<4>()?;
        let (length, behind) = behind.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let held = behind.get(..length)?;
        // Each begins at an even place; some leave out the last byte that sees to it.
        let (chunk, after) = rest
            .split_at_checked(length.checked_add(8 + length % 2)?)
            .unwrap_or((rest, &[]));
        rest = after;
        if size.is_none() {
            size = Some(size_of(kind, held)?);
        }
        if SHOWN.contains(&kind) {
            let begins = chunks.len();
            chunks.extend_from_slice(chunk);
            if let (b"VP8X", Some(flags)) = (kind, chunks.get_mut(begins + 8)) {
                *flags &= !NOTED;
            }
        }
    }
    let (width, height) = size?;
    let length = u32::try_from(chunks.len()).ok()?.checked_add(4)?;
    Some(Image {
        content: [b"RIFF", &length.to_le_bytes()[..], b"WEBP", &chunks].concat(),
        width,
        height,
    })
}

/// Width and height, as the first chunk has them.
fn size_of(kind: &[u8; 4], held: &[u8]) -> Option<(u32, u32)> {
    let long = |at: usize| Some(u32::from_le_bytes(*held.get(at..)?.first_chunk()?));
    match kind {
        // Three bytes each, less one.
        b"VP8X" => Some((
            (long(4)? & 0xff_ffff) + 1,
            (u32::from_le_bytes([*held.get(7)?, *held.get(8)?, *held.get(9)?, 0])) + 1,
        )),
        // 14 bits each, behind a start code.
        b"VP8 " if held.get(3..6) == Some(b"\x9d\x01\x2a") => {
            let size = long(6)?;
            Some((size & 0x3fff, (size >> 16) & 0x3fff))
        }
        // 14 bits each, less one.
        b"VP8L" if held.first() == Some(&0x2f) => {
            let size = long(1)?;
            Some(((size & 0x3fff) + 1, ((size >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], held: &[u8]) -> Vec<u8> {
        let length = u32::try_from(held.len()).unwrap().to_le_bytes();
        let even: &[u8] = if held.len() % 2 == 1 { b"\0" } else { b"" };
        [&kind[..], &length, held, even].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", &chunks].concat()
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let lossy = chunk(b"VP8 ", b"\x10\0\0\x9d\x01\x2a\x03\0\x02\x40odd");
        let extended = |flags: u8| chunk(b"VP8X", &[flags, 0, 0, 0, 2, 0, 0, 1, 0, 0]);
        let noted = [chunk(b"EXIF", b"MM\0*gps"), chunk(b"XMP ", b"<xmp/>")].concat();
        let image = clean(&file(&[extended(0x10 | NOTED), lossy.clone(), noted])).unwrap();
        assert_eq!(image.content, file(&[extended(0x10), lossy.clone()]));
        assert_eq!((image.width, image.height), (3, 2));
        let image = clean(&file(std::slice::from_ref(&lossy))).unwrap();
        assert_eq!(
            (image.width, image.height),
            (3, 2),
            "the upper bits are no part of the size"
        );
    }

    #[test]
    fn a_lossless_one_has_its_size_in_bits() {
        let bits = 2_u32 | (1 << 14);
        let held = [&[0x2f][..], &bits.to_le_bytes(), b"rest"].concat();
        let image = clean(&file(&[chunk(b"VP8L", &held)])).unwrap();
        assert_eq!((image.width, image.height), (3, 2));
    }

    #[test]
    fn a_damaged_one_is_none() {
        assert_eq!(clean(b"RIFF\xff\0\0\0WEBPVP8 "), None);
        assert_eq!(clean(&file(&[chunk(b"VP8 ", b"no start code at all")])), None);
        assert_eq!(clean(&file(&[])), None);
        assert_eq!(clean(&file(&[b"VP8X\xff\xff\xff\xff".to_vec()])), None);
    }
}
