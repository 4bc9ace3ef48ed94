//! What a file is, by its content. The name only decides between texts that could be either:
//! Markdown or plain, a short table or prose, broken JSON or text. `archive` looks into ZIP files,
//! `encoding` makes text of bytes.

mod archive;
mod encoding;

use serde::{Deserialize, Serialize};

pub use self::encoding::decode;
use super::extract::csv::dialect::{self, Care};

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    Pdf,
    Docx,
    Html,
    Markdown,
    Text,
    Json,
    Csv,
}

impl Format {
    /// The media type a browser is told when it asks for the original.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Html => "text/html; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Why a file cannot be read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq, Serialize, Deserialize)]
pub enum SniffError {
    #[error("the file is empty")]
    Empty,
    #[error("files of type {0} cannot be read: upload PDF, DOCX, HTML, Markdown, text, JSON or CSV")]
    Unsupported(String),
    #[error("{what} cannot be read: save it as {instead} and upload that")]
    SaveAs { what: String, instead: String },
    #[error("a ZIP archive cannot be read: upload the files in it")]
    Archive,
    #[error("the file is a ZIP archive or Office document that is damaged or incomplete")]
    BrokenArchive,
    #[error("the document is protected by a password: save it without one and upload that")]
    Protected,
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
    if bytes.starts_with(b"PK") && bytes.get(2..4).is_some_and(|kind| kind[0] < 9 && kind[1] < 9) {
        return archive::sniff(bytes);
    }
    if bytes.starts_with(&archive::COMPOUND) {
        return Err(archive::compound(bytes));
    }
    if let Some(kind) = infer::get(bytes)
        && !matches!(kind.matcher_type(), infer::MatcherType::Text)
    {
        return Err(SniffError::Unsupported(kind.mime_type().to_owned()));
    }
    let binary = || SniffError::Unsupported("application/octet-stream".to_owned());
    if encoding::is_binary(bytes.get(..LOOK_AT).unwrap_or(bytes)) {
        return Err(binary());
    }
    let text = decode(bytes).ok_or_else(binary)?;
    Ok(text_format(&text, &name.to_ascii_lowercase()))
}

fn text_format(text: &str, name: &str) -> Format {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let start = text.get(..text.floor_char_boundary(LOOK_AT)).unwrap_or(text);
    if is_html(start) {
        Format::Html
    } else if ends(&[".json", ".jsonl", ".ndjson"]) || is_json(text) {
        Format::Json
    } else if ends(&[".csv", ".tsv"]) {
        Format::Csv
    } else if ends(&[".md", ".markdown"]) {
        Format::Markdown
    } else if dialect::of(text, Care::Unnamed).is_some() {
        Format::Csv
    } else if looks_like_markdown(start) {
        Format::Markdown
    } else {
        Format::Text
    }
}

/// Whether all of it is JSON objects or arrays: one, or several behind each other.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
        && serde_json::Deserializer::from_str(text)
            .into_iter::<serde::de::IgnoredAny>()
            .all(|value| value.is_ok())
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
    fn names_only_decide_between_texts() {
        for (bytes, name, format) in [
            (br#"{"a": [1]}"#.as_slice(), "a.txt", Format::Json),
            (b"{\"a\": 1}\n{\"a\": 2}\n", "", Format::Json),
            (b"[see below] and {more}", "a.txt", Format::Text),
            (b"{ broken", "a.json", Format::Json),
            (b"name,phone\nAnna,1\nBen,2\n", "a.txt", Format::Csv),
            (b"a,b\n1,2\n", "a.csv", Format::Csv),
            (b"a,b\n1,2\n", "a.txt", Format::Text),
            (
                b"Hello, world\nBye, world\nSo, long\n",
                "letter.txt",
                Format::Text,
            ),
            (b"%PDF-1.7\n", "table.csv", Format::Pdf),
            (b"<!doctype html><p>x", "data.json", Format::Html),
        ] {
            assert_eq!(sniff(bytes, name), Ok(format), "{name} {bytes:?}");
        }
    }
}
