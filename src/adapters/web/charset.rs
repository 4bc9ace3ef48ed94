//! Bytes to text as browsers do it (WHATWG Encoding): a byte order mark, else the header, else what
//! the document says of itself, else UTF-8 if it is that, else windows-1252.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// A document must say within so many bytes what it is written in. The standard says 1,024; pages
/// with a long head say it later.
const PRESCAN: usize = 4096;

/// The text of `bytes`; `label` is the charset that the answer's header names.
#[must_use]
pub fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = named.or_else(|| declared(bytes)).unwrap_or_else(|| {
        if std::str::from_utf8(bytes).is_ok() {
            UTF_8
        } else {
            WINDOWS_1252
        }
    });
    // Looks for a byte order mark first.
    encoding.decode(bytes).0.into_owned()
}

/// What a `meta` element or an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(bytes.get(..PRESCAN).unwrap_or(bytes)).to_ascii_lowercase();
    for (tag, attribute) in [("<?xml", "encoding"), ("<meta", "charset")] {
        for part in start.split(tag).skip(1) {
            let inside = part.split('>').next().unwrap_or_default();
            let Some((_, value)) = inside.split_once(attribute) else {
                continue;
            };
            let Some(value) = value.trim_start().strip_prefix('=') else {
                continue;
            };
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let label = value
                .split(['"', '\'', ';', '?', ' ', '/'])
                .next()
                .unwrap_or_default();
            if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
                // It was read byte by byte, so it cannot be UTF-16, whatever it says.
                return Some(encoding.output_encoding());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_counts_before_the_header_and_the_header_before_the_page() {
        let (greek, _, _) = encoding_rs::ISO_8859_7.encode("<meta charset=shift_jis>Ωμέγα");
        assert!(decode(&greek, Some("iso-8859-7")).ends_with("Ωμέγα"));
        assert_eq!(decode(b"\xEF\xBB\xBF\xC3\xA9", Some("windows-1252")), "é");
        assert_eq!(decode(b"\xFF\xFEh\0i\0", None), "hi");
    }

    #[test]
    fn a_page_names_its_own_charset() {
        for (head, name, text) in [
            (
                "<meta charset=\"windows-1252\">",
                "windows-1252",
                "caf\u{e9} \u{20ac} \u{201c}x\u{201d}",
            ),
            ("<META  CharSet = 'Shift_JIS' />", "shift_jis", "返品は三十日以内"),
            (
                "<meta http-equiv=content-type content=\"text/html; charset=koi8-r\">",
                "koi8-r",
                "возврат",
            ),
            ("<?xml version='1.0' encoding='EUC-KR'?>", "euc-kr", "반품"),
        ] {
            let encoding = Encoding::for_label(name.as_bytes()).unwrap();
            let written = format!("{head}{text}");
            let (bytes, _, lost) = encoding.encode(&written);
            assert!(!lost);
            assert_eq!(decode(&bytes, None), written, "{name}");
        }
    }

    #[test]
    fn a_page_that_says_nothing_is_utf_8_or_western() {
        assert_eq!(decode("Größe".as_bytes(), None), "Größe");
        assert_eq!(decode(b"Gr\xf6\xdfe \x80", None), "Größe €");
        assert_eq!(
            decode("<meta charset=utf-16>é".as_bytes(), None),
            "<meta charset=utf-16>é"
        );
        assert_eq!(decode("ä".as_bytes(), Some("no-such-charset")), "ä");
    }
}
