//! Bytes to text: UTF-8, UTF-16 with or without its mark, else Windows-1252, which has Latin-1 in it.

/// Bytes that are looked at for UTF-16 without a mark.
const LOOK_AT: usize = 4096;

/// Text in UTF-8 or UTF-16, else in Windows-1252; `None` for what is not text. Line ends become `\n`.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ if bytes.contains(&0) => utf16(bytes, unmarked(bytes)?),
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                // Cut in the middle of a character, as a look at the start may be.
                Err(error) if error.error_len().is_none() => {
                    String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or(bytes)).into_owned()
                }
                Err(_) => encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(bytes)
                    .0
                    .into_owned(),
            }
        }
    };
    Some(text.replace("\r\n", "\n").replace(['\r', '\0'], "\n"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The byte order of UTF-16 without a mark: in text of western scripts half of the bytes are zero,
/// always the same half. Anything else with a zero in it is no text.
fn unmarked(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    let pairs = bytes.get(..LOOK_AT).unwrap_or(bytes).chunks_exact(2);
    let all = pairs.len();
    let (mut first, mut second) = (0, 0);
    for pair in pairs {
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
    }
    match (first, second) {
        (0, zeros) if zeros * 10 > all * 7 => Some(u16::from_le_bytes),
        (zeros, 0) if zeros * 10 > all * 7 => Some(u16::from_be_bytes),
        _ => None,
    }
}

/// Whether a beginning has more control characters than any text has.
pub(super) fn is_binary(start: &[u8]) -> bool {
    let control = |byte: &&u8| matches!(**byte, 1..=8 | 14..=26 | 28..=31 | 127);
    start.iter().filter(control).count() * 20 > start.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_from_the_encodings_in_use() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb\rc").as_deref(), Some("a\nb\nc"));
        assert_eq!(decode(b"\xfe\xff\0h\0\xe9").as_deref(), Some("hé"));
        assert_eq!(decode(b"h\0\xe9\0 \0!\0").as_deref(), Some("hé !"));
        assert_eq!(decode(b"\0h\0\xe9\0 \0!").as_deref(), Some("hé !"));
        assert_eq!(decode(b"caf\xe9 \x96 5 \x80").as_deref(), Some("café – 5 €"));
        assert_eq!(decode(b"\x01\x02\0\x03"), None);
    }
}
