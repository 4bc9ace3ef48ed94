//! What a file is, by its content; the name only tells Markdown from plain text.

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Pdf,
    Html,
    Markdown,
    Text,
}

impl Format {
    /// The media type a browser is told when it asks for the original.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Html => "text/html; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

/// Why a file cannot be read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SniffError {
    #[error("the file is empty")]
    Empty,
    #[error("files of type {0} cannot be read yet: upload PDF, HTML, Markdown or text")]
    Unsupported(String),
}

/// A PDF may begin with up to this many bytes of something else (its specification, appendix H).
const PDF_MARK_WITHIN: usize = 1024;
/// Bytes looked at for tags and Markdown.
const LOOK_AT: usize = 4096;

/// Tells what the bytes are. `name` is the file's name, if it has one.
///
/// # Errors
/// [`SniffError`] in words that the person who uploads can act on.
pub fn sniff(bytes: &[u8], name: &str) -> Result<Format, SniffError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SniffError::Empty);
    }
    let start = bytes.get(..PDF_MARK_WITHIN).unwrap_or(bytes);
    if start.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    if let Some(kind) = infer::get(bytes)
        && !matches!(kind.matcher_type(), infer::MatcherType::Text)
    {
        return Err(SniffError::Unsupported(kind.mime_type().to_owned()));
    }
    let text = decode(bytes.get(..LOOK_AT).unwrap_or(bytes))
        .ok_or_else(|| SniffError::Unsupported("application/octet-stream".to_owned()))?;
    let name = name.to_ascii_lowercase();
    if is_html(&text) {
        Ok(Format::Html)
    } else if name.ends_with(".md") || name.ends_with(".markdown") || looks_like_markdown(&text) {
        Ok(Format::Markdown)
    } else {
        Ok(Format::Text)
    }
}

/// Text in UTF-8 or UTF-16 (by its byte order mark), else in Latin-1; `None` for what is not
/// text. Line ends become `\n`.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ if bytes.contains(&0) => return None,
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                // Cut in the middle of a character, as a look at the start may be.
                Err(error) if error.error_len().is_none() => {
                    String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or(bytes)).into_owned()
                }
                Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
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

fn is_html(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let starts = ["<!doctype html", "<html", "<head", "<body", "<main", "<article"];
    starts.iter().any(|tag| text.starts_with(tag))
        || (text.starts_with('<') && ["<html", "<body", "<head>"].iter().any(|tag| text.contains(tag)))
}

/// Two signs of Markdown, or one heading line.
fn looks_like_markdown(text: &str) -> bool {
    let mut signs = 0;
    for line in text.lines().map(str::trim_end) {
        let hashes = line.bytes().take_while(|&byte| byte == b'#').count();
        if (1..=6).contains(&hashes) && line.get(hashes..).is_some_and(|rest| rest.starts_with(' ')) {
            return true;
        }
        let sign = line.starts_with("```")
            || line.starts_with("- ")
            || line.starts_with("* ")
            || line.starts_with("> ")
            || line.contains("](http")
            || (line.starts_with('|') && line.ends_with('|'));
        signs += usize::from(sign);
    }
    signs >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content_whatever_the_name() {
        for (bytes, name, format) in [
            (b"%PDF-1.7\n".as_slice(), "notes.txt", Format::Pdf),
            (b"junk before %PDF-1.4", "a", Format::Pdf),
            (b"\n<!DOCTYPE html><p>x", "page.md", Format::Html),
            (b"<!-- c --><html><body>x", "", Format::Html),
            (b"# Returns\n\ntext", "", Format::Markdown),
            (b"plain words", "readme.md", Format::Markdown),
            (b"plain words # not a heading", "readme.txt", Format::Text),
            ("caf\u{e9} latin".as_bytes(), "", Format::Text),
            (b"caf\xe9 in latin-1", "", Format::Text),
            (b"\xff\xfeh\0i\0", "", Format::Text),
        ] {
            assert_eq!(sniff(bytes, name), Ok(format), "{name} {bytes:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert_eq!(sniff(b" \n", "a.txt"), Err(SniffError::Empty));
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(
            sniff(png, "a.pdf"),
            Err(SniffError::Unsupported("image/png".into()))
        );
        let binary = sniff(b"\x01\x02\0\x03", "a.txt");
        assert_eq!(
            binary,
            Err(SniffError::Unsupported("application/octet-stream".into()))
        );
    }

    #[test]
    fn text_is_decoded_from_the_encodings_in_use() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb\rc").as_deref(), Some("a\nb\nc"));
        assert_eq!(decode(b"\xfe\xff\0h\0\xe9").as_deref(), Some("hé"));
        assert_eq!(decode(b"caf\xe9 !").as_deref(), Some("café !"));
    }
}
