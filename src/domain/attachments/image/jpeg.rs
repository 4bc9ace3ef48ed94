//! JPEG: markers, segments behind them, and the scans behind some of those (ITU-T T.81, annex B). Of the
//! segments of applications only what colours need is kept, and of Exif which way up the image is.

use super::Image;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;
const COMMENT: u8 = 0xfe;

const EXIF: &[u8] = b"Exif\0\0";
/// The tag of Exif that says which way up it is.
const ORIENTATION: u16 = 0x0112;
/// From here on width and height are the other way round.
const TURNED: u8 = 5;

pub(super) fn clean(file: &[u8]) -> Option<Image> {
    let mut rest = file.strip_prefix(&[0xff, SOI])?;
    let (mut body, mut size, mut orientation) = (Vec::with_capacity(file.len()), None, 1);
    // Some cameras leave the end out.
    while let Some((marker, behind)) = marker(rest) {
        rest = behind;
        match marker {
            EOI => break,
            // These stand alone.
            0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let length = u16::from_be_bytes(*rest.first_chunk()?);
        let (segment, behind) = rest.split_at_checked(length.into())?;
        let held = segment.get(2..)?;
        rest = behind;
        if marker == APP1 {
            orientation = orientation_of(held).unwrap_or(orientation);
        }
        if begins_frame(marker) && size.is_none() {
            let (height, held) = held.get(1..)?.split_first_chunk()?;
            size = Some((
                u16::from_be_bytes(*held.first_chunk()?),
                u16::from_be_bytes(*height),
            ));
        }
        if is_kept(marker, held) {
            body.extend([0xff, marker]);
            body.extend_from_slice(segment);
        }
        if marker == SOS {
            let (scan, behind) = rest.split_at(end_of_scan(rest));
            body.extend_from_slice(scan);
            rest = behind;
        }
    }
    let (width, height) = size?;
    let (width, height) = if orientation >= TURNED {
        (height, width)
    } else {
        (width, height)
    };
    let mut content = vec![0xff, SOI];
    if orientation != 1 {
        content.extend(exif(orientation));
    }
    content.append(&mut body);
    content.extend([0xff, EOI]);
    Some(Image {
        content,
        width: width.into(),
        height: height.into(),
    })
}

/// The marker at the start of `bytes`, before which any number of `ff` may stand, and what is behind it.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes.strip_prefix(&[0xff])?;
    while let Some(filled) = rest.strip_prefix(&[0xff]) {
        rest = filled;
    }
    let (marker, behind) = rest.split_first()?;
    Some((*marker, behind))
}

/// SOF: all of `c0` to `cf` but three.
fn begins_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn is_kept(marker: u8, held: &[u8]) -> bool {
    match marker {
        APP2 => held.starts_with(b"ICC_PROFILE\0"),
        APP0 => held.starts_with(b"JFIF\0"),
        APP14 => held.starts_with(b"Adobe"),
        APP1..=APP15 | COMMENT => false,
        _ => true,
    }
}

/// Where the next marker is that does not belong to a scan.
fn end_of_scan(scan: &[u8]) -> usize {
    let belongs = |next: u8| next == 0 || matches!(next, 0xd0..=0xd7) || next == 0xff;
    let end = scan
        .windows(2)
        .position(|pair| pair[0] == 0xff && !belongs(pair[1]));
    end.unwrap_or(scan.len())
}

/// 1 to 8, as in Exif 2.32, section 4.6.4.
fn orientation_of(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(EXIF)?;
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if big {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    let at = |n: usize| directory.checked_add(2 + n * 12);
    let entry = (0..entries)
        .map_while(at)
        .find(|entry| short(*entry) == Some(ORIENTATION))?;
    let value = u8::try_from(short(entry.checked_add(8)?)?).ok()?;
    (1..=8).contains(&value).then_some(value)
}

/// A segment of Exif that says which way up it is, and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let [high, low] = ORIENTATION.to_be_bytes();
    let mut segment = vec![0xff, APP1, 0, 34];
    segment.extend_from_slice(EXIF);
    segment.extend_from_slice(b"MM\0*\0\0\0\x08\0\x01");
    segment.extend([high, low, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, held: &[u8]) -> Vec<u8> {
        let length = u16::try_from(held.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, held].concat()
    }

    /// A frame 3 wide and 2 high.
    fn frame() -> Vec<u8> {
        segment(0xc0, b"\x08\0\x02\0\x03\x01\x01\x11\0")
    }

    /// Two scans, in which `ff` may stand for itself or a restart, and a table between them that looks like
    /// an end.
    fn scans() -> Vec<u8> {
        let scan = [&segment(SOS, b"\x01\x01\0\0\x3f\0")[..], b"ab\xff\0cd\xff\xd0ef"].concat();
        [&scan[..], &segment(0xc4, b"\0\xff\xd9"), &scan].concat()
    }

    fn little_exif(orientation: u8) -> Vec<u8> {
        let gps = b"\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0";
        let entry = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
        let tiff = [
            &b"II*\0\x08\0\0\0\x02\0"[..],
            gps,
            &entry,
            b"\0\0\0\0 52.5 N 13.4 E",
        ]
        .concat();
        segment(APP1, &[EXIF, &tiff].concat())
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let (jfif, icc) = (
            segment(APP0, b"JFIF\0rest"),
            segment(APP2, b"ICC_PROFILE\0\x01\x01"),
        );
        let noted = [
            little_exif(1),
            segment(APP1, b"http://ns.adobe.com/xap/1.0/\0<xmp/>"),
            segment(APP2, b"MPF\0"),
            segment(0xed, b"Photoshop 3.0\0"),
            segment(COMMENT, b"by Ann"),
        ];
        let second = [&[0xff, SOI][..], &little_exif(1)].concat();
        let file = [
            &[0xff, SOI][..],
            &jfif,
            &noted.concat(),
            &icc,
            &frame(),
            &scans(),
            &[0xff, EOI],
            &second,
        ];
        let image = clean(&file.concat()).unwrap();
        let kept = [&[0xff, SOI][..], &jfif, &icc, &frame(), &scans(), &[0xff, EOI]].concat();
        assert_eq!(image.content, kept);
        assert_eq!((image.width, image.height), (3, 2));
        assert_eq!(
            clean(&kept).unwrap().content,
            kept,
            "nothing more is taken from it"
        );
    }

    #[test]
    fn which_way_up_it_is_stays_known() {
        let file = [
            &[0xff, SOI][..],
            &little_exif(6),
            &frame(),
            &scans(),
            &[0xff, EOI],
        ]
        .concat();
        let image = clean(&file).unwrap();
        assert_eq!((image.width, image.height), (2, 3), "as it is shown");
        let kept = [&[0xff, SOI][..], &exif(6), &frame(), &scans(), &[0xff, EOI]].concat();
        assert_eq!(image.content, kept);
        assert_eq!(orientation_of(&exif(6)[4..]), Some(6));
        assert_eq!(exif(6).len(), 2 + 34);
    }

    #[test]
    fn a_damaged_one_is_none_and_a_missing_end_is_no_damage() {
        let whole = [&[0xff, SOI][..], &frame(), &scans()].concat();
        assert_eq!(
            clean(&whole).unwrap().content,
            [&whole[..], &[0xff, EOI]].concat()
        );
        assert_eq!(clean(&[&[0xff, SOI][..], &scans()].concat()), None, "no frame");
        assert_eq!(clean(&[0xff, SOI, 0xff, 0xc0, 0, 1]), None);
        assert_eq!(clean(&[0xff, SOI, 0xff, 0xc0, 0xff, 0xff, 0]), None);
    }
}
