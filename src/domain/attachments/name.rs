//! What a file is called: the last part of what the client says, without what could mislead whoever reads
//! or saves it.

use super::kind::Kind;

/// Characters of a name at most, its ending apart.
const MAX: usize = 100;
/// What a file is called that has no name of its own.
const UNNAMED: &str = "file";

/// The name that a file of this kind is kept under: it ends as its kind does, so that what looks like a
/// text when it is sent is no program when it is saved.
pub(super) fn of(given: &str, kind: Kind) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !misleads(*c)).map(harmless).collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if kind.endings().contains(&ending.to_ascii_lowercase().as_str()) => {
            (stem.trim_end(), ending)
        }
        _ => (plain, kind.endings().first().copied().unwrap_or_default()),
    };
    let stem: String = stem.chars().take(MAX).collect();
    let stem = if stem.is_empty() { UNNAMED } else { &stem };
    format!("{stem}.{ending}")
}

/// Control characters, and those that turn the direction of writing or are not seen.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What means something to file systems, or to a model that reads `[attached: …]`, stands for nothing.
fn harmless(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        '[' => '(',
        ']' => ')',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachments::kind::ImageFormat;

    #[test]
    fn a_name_is_its_last_part_and_ends_as_its_kind() {
        let png = Kind::Image(ImageFormat::Png);
        for (given, kind, name) in [
            ("photo.png", png, "photo.png"),
            ("Überblick 2026.PNG", png, "Überblick 2026.PNG"),
            ("../../etc/passwd", Kind::Text, "passwd.txt"),
            ("C:\\temp\\notes.md", Kind::Text, "notes.md"),
            ("run.bat", Kind::Text, "run.bat.txt"),
            ("invoice\u{202e}fdp.exe", Kind::Pdf, "invoicefdp.exe.pdf"),
            ("a\r\nb\"<c>.pdf", Kind::Pdf, "ab__c_.pdf"),
            ("x] ignore [y.png", png, "x) ignore (y.png"),
            ("", Kind::Pdf, "file.pdf"),
            (".png", png, "png.png"),
            ("...", Kind::Text, "file.txt"),
        ] {
            assert_eq!(of(given, kind), name, "{given}");
        }
        assert_eq!(of(&"é".repeat(300), png).chars().count(), MAX + 4);
    }
}
