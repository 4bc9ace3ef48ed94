//! What a ZIP file or an older Office file is, by what it holds.

use super::{Format, SniffError};
use crate::domain::knowledge::extract::{ExtractError, ExtractLimits, docx::package::Package};

/// The first bytes of a compound file: Word, Excel and PowerPoint before 2007, and newer documents
/// under a password.
pub(super) const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Folders or files that give a ZIP file away, what it is then, and what to save it as.
const KINDS: [(&str, &str, &str); 6] = [
    ("xl/", "an Excel workbook", "CSV"),
    ("ppt/", "a PowerPoint presentation", "PDF"),
    ("content.xml", "an OpenDocument file", "DOCX or PDF"),
    ("META-INF/container.xml", "an EPUB book", "HTML or PDF"),
    ("Index/Document.iwa", "a Pages document", "DOCX or PDF"),
    ("Index/Tables/", "a Numbers document", "CSV"),
];

pub(super) fn sniff(bytes: &[u8]) -> Result<Format, SniffError> {
    let unlimited = ExtractLimits {
        entries: usize::MAX,
        expanded_bytes: usize::MAX,
        ..ExtractLimits::default()
    };
    let package = match Package::open(bytes, unlimited) {
        Ok(package) => package,
        Err(ExtractError::Encrypted) => return Err(SniffError::Protected),
        Err(_) => return Err(SniffError::BrokenArchive),
    };
    if package.names().any(|name| name.starts_with("word/")) {
        return Ok(Format::Docx);
    }
    let known = KINDS
        .into_iter()
        .find(|(holds, ..)| package.names().any(|name| name.starts_with(holds)));
    Err(
        known.map_or(SniffError::Archive, |(_, what, instead)| SniffError::SaveAs {
            what: what.to_owned(),
            instead: instead.to_owned(),
        }),
    )
}

/// Why a compound file cannot be read. Its streams are named in UTF-16.
pub(super) fn compound(bytes: &[u8]) -> SniffError {
    let names = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|window| window == name)
    };
    if names("EncryptedPackage") {
        return SniffError::Protected;
    }
    let (what, instead) = if names("WordDocument") {
        ("a document of Word 97", "DOCX")
    } else if names("Workbook") {
        ("a workbook of Excel 97", "CSV")
    } else if names("PowerPoint Document") {
        ("a presentation of PowerPoint 97", "PDF")
    } else {
        ("an older Office file", "DOCX or PDF")
    };
    SniffError::SaveAs {
        what: what.to_owned(),
        instead: instead.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn an_archive_is_told_by_what_it_holds() {
        let docx = archive(&["[Content_Types].xml", "word/document.xml"]);
        assert_eq!(super::super::sniff(&docx, "notes.txt"), Ok(Format::Docx));
        for (names, reason) in [
            (["xl/workbook.xml"], "save it as CSV"),
            (["content.xml"], "OpenDocument"),
            (["photos/a.jpg"], "upload the files in it"),
        ] {
            let refused = super::super::sniff(&archive(&names), "guide.docx").unwrap_err();
            assert!(refused.to_string().contains(reason), "{refused}");
        }
        let cut = docx.get(..docx.len() / 2).unwrap();
        assert_eq!(super::super::sniff(cut, "a.docx"), Err(SniffError::BrokenArchive));
    }

    #[test]
    fn older_files_and_those_under_a_password_are_told() {
        let file = |name: &str| {
            let name = name.encode_utf16().flat_map(u16::to_le_bytes);
            COMPOUND.into_iter().chain(name).collect::<Vec<u8>>()
        };
        assert_eq!(compound(&file("EncryptedPackage")), SniffError::Protected);
        assert!(
            compound(&file("WordDocument"))
                .to_string()
                .contains("save it as DOCX")
        );
    }
}
