//! What a file is, by its content alone.

use crate::domain::knowledge::sniff::{self, Format, decode};

/// A type of file that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Image(ImageFormat),
    Pdf,
    Text,
}

/// An image that every browser shows. SVG is none: it is a document that can hold a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    Png,
    Jpeg,
    Gif,
    Webp,
}

/// Every kind, with its media type and the endings of its names; the first is given to who has none.
const KINDS: [(Kind, &str, &[&str]); 6] = [
    (Kind::Image(ImageFormat::Png), "image/png", &["png"]),
    (Kind::Image(ImageFormat::Jpeg), "image/jpeg", &["jpg", "jpeg"]),
    (Kind::Image(ImageFormat::Gif), "image/gif", &["gif"]),
    (Kind::Image(ImageFormat::Webp), "image/webp", &["webp"]),
    (Kind::Pdf, "application/pdf", &["pdf"]),
    (
        Kind::Text,
        "text/plain",
        &["txt", "md", "csv", "tsv", "json", "log"],
    ),
];

impl Kind {
    /// What the bytes are; none where it may not be sent.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Image(ImageFormat::Png));
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Self::Image(ImageFormat::Jpeg));
        }
        if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            return Some(Self::Image(ImageFormat::Gif));
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::Image(ImageFormat::Webp));
        }
        match sniff::sniff(bytes, "").ok()? {
            Format::Pdf => Some(Self::Pdf),
            // Whatever could be markup is not sent as text.
            Format::Text | Format::Markdown | Format::Json | Format::Csv => {
                let text = decode(bytes)?;
                let start = text.trim_start_matches(['\u{feff}', '\0']).trim_start();
                (!start.starts_with('<')).then_some(Self::Text)
            }
            Format::Html | Format::Docx => None,
        }
    }

    #[must_use]
    pub fn image(self) -> Option<ImageFormat> {
        match self {
            Self::Image(format) => Some(format),
            Self::Pdf | Self::Text => None,
        }
    }

    #[must_use]
    pub fn media_type(self) -> &'static str {
        let row = KINDS.iter().find(|(kind, ..)| *kind == self);
        row.map_or("application/octet-stream", |(_, media_type, _)| media_type)
    }

    /// The endings that names of this kind have.
    pub(super) fn endings(self) -> &'static [&'static str] {
        let row = KINDS.iter().find(|(kind, ..)| *kind == self);
        row.map_or(&["bin"], |(.., endings)| endings)
    }
}

/// Whether a media type is that of an image that is sent.
#[must_use]
pub fn is_image(media_type: &str) -> bool {
    media_type.starts_with("image/")
}

/// Whether a file that was sent under this name is an image: its name ends as its kind does.
pub(super) fn is_name_of_image(name: &str) -> bool {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let images = KINDS.iter().filter(|(kind, ..)| kind.image().is_some());
    ending.is_some_and(|ending| {
        images
            .into_iter()
            .any(|(.., endings)| endings.contains(&ending.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        for (bytes, kind) in [
            (
                b"\x89PNG\r\n\x1a\n".as_slice(),
                Some(Kind::Image(ImageFormat::Png)),
            ),
            (b"\xff\xd8\xff\xe0", Some(Kind::Image(ImageFormat::Jpeg))),
            (b"GIF89a", Some(Kind::Image(ImageFormat::Gif))),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(Kind::Image(ImageFormat::Webp))),
            (b"%PDF-1.4", Some(Kind::Pdf)),
            (b"order;amount\n12;3", Some(Kind::Text)),
            (b"{\"a\": 1}", Some(Kind::Text)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", None),
            (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", None),
            (b"<!doctype html><p>x", None),
            (b"<script>alert(1)</script>", None),
            (b"\xff\xfe<\0s\0v\0g\0>\0", None),
            (b"MZ\x90\0\x03\0\0\0", None),
            (b"PK\x03\x04", None),
            (b" \n", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_name_says_whether_it_is_an_image() {
        assert!(is_name_of_image("a.PNG") && is_name_of_image("b.c.jpeg"));
        assert!(!is_name_of_image("png") && !is_name_of_image("a.pdf"));
    }
}
