//! PNG: a signature and chunks (its specification, third edition, section 5).

use super::Image;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What it takes to show the image, an animated one too. Texts, times and Exif are not among them.
const SHOWN: [&[u8; 4]; 19] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
    b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn clean(file: &[u8]) -> Option<Image> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let mut content = SIGNATURE.to_vec();
    let mut size = None;
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        // Its length, its kind, what it holds, and a checksum.
        let (chunk, behind) = rest.split_at_checked(usize::try_from(length).ok()?.checked_add(12)?)?;
        rest = behind;
        let (kind, held) = chunk.get(4..)?.split_first_chunk::<4>()?;
        if size.is_none() {
            if kind != b"IHDR" {
                return None;
            }
            let (width, held) = held.split_first_chunk()?;
            size = Some((
                u32::from_be_bytes(*width),
                u32::from_be_bytes(*held.first_chunk()?),
            ));
        }
        if SHOWN.contains(&kind) {
            content.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            break;
        }
    }
    let (width, height) = size?;
    Some(Image {
        content,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], held: &[u8]) -> Vec<u8> {
        let length = u32::try_from(held.len()).unwrap().to_be_bytes();
        [&length, &kind[..], held, b"sum4"].concat()
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let header = chunk(b"IHDR", b"\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0");
        let (data, end) = (chunk(b"IDAT", b"pixels"), chunk(b"IEND", b""));
        let noted = [chunk(b"tEXt", b"Author\0Ann"), chunk(b"eXIf", b"MM\0*gps")].concat();
        let file = [SIGNATURE, &header, &noted, &data, &end, b"behind its end"].concat();
        let image = clean(&file).unwrap();
        assert_eq!(image.content, [SIGNATURE, &header, &data, &end].concat());
        assert_eq!((image.width, image.height), (3, 2));
    }

    #[test]
    fn a_damaged_one_is_none() {
        let header = chunk(b"IHDR", b"\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0");
        assert_eq!(clean(&[SIGNATURE, &header].concat()), None, "no end");
        let begins_otherwise = [
            SIGNATURE,
            &chunk(b"IDAT", b"\0\0\0\x03\0\0\0\x02"),
            &chunk(b"IEND", b""),
        ];
        assert_eq!(clean(&begins_otherwise.concat()), None);
        assert_eq!(clean(&[SIGNATURE, b"\xff\xff\xff\xffIHDR"].concat()), None);
    }
}
