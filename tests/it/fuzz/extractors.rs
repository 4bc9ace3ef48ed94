//! Files that are damaged.

use std::io::Write;

use parlance::domain::knowledge::extract::{ExtractLimits, read};
use proptest::prelude::*;

use super::{mutate::mutated, texts};

/// A small Word file.
fn docx() -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            "<Types><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>",
        ),
        (
            "word/document.xml",
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>\
             <w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Warranty</w:t></w:r></w:p>\
             <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Two years</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>",
        ),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(
            name,
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
        )
        .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// It is read or refused; every block lies in the text, at the bounds of characters.
fn survives(bytes: &[u8], name: &str) -> Result<(), TestCaseError> {
    if let Ok((_, extracted)) = read(bytes, name, ExtractLimits::default()) {
        for block in &extracted.blocks {
            let text = extracted.text.get(block.range.clone());
            prop_assert!(
                text.is_some_and(|text| !text.trim().is_empty()),
                "{block:?} of {name}"
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn word_files(bytes in mutated(vec![docx()], vec!["<w:p>", "</w:tbl>", "<w:tc>", "&#0;", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "PK\u{3}\u{4}"])) {
        survives(&bytes, "a.docx")?;
    }

    #[test]
    fn pages(bytes in mutated(
        texts(&["<!doctype html><html><body><main><h1>Warranty</h1><p>Two <b>years</b></p><table><tr><td>1</td></tr></table>\
                 <ul><li>a<ul><li>b</li></ul></li></ul><pre>c</pre></main></body></html>"]),
        vec!["<table>", "</td>", "<svg>", "<template>", "<!--", "&#xD800;", "<a href=", "<p", "\0", "<ul><li>"],
    )) {
        survives(&bytes, "a.html")?;
    }

    #[test]
    fn markdown(bytes in mutated(
        texts(&["# Warranty\n\nTwo **years** [S1](https://a.example).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n  - y\n\n```\ncode\n```\n> q\n"]),
        vec!["\n\n", "```", "|", "> ", "    ", "- ", "1. ", "![", "<div>", "\t", "\u{a0}", "🦀", "[^1]:"],
    )) {
        survives(&bytes, "a.md")?;
    }

    #[test]
    fn tables(bytes in mutated(
        texts(&["name;years\nMow;\"two; or \"\"three\"\"\"\nArm;1\n", "a,b\r\n1,2\r\n", "a\tb\n1\t2\n"]),
        vec!["\"", ";", ",", "\t", "\r", "\n", "\u{feff}", "\0", "é"],
    )) {
        survives(&bytes, "a.csv")?;
    }

    #[test]
    fn json(bytes in mutated(
        texts(&[r#"{"faq":[{"question":"How long?","answer":"Two years","tags":["a",1,null,true]}],"n":{"m":{"o":"p"}}}"#]),
        super::JSON_WORDS.to_vec(),
    )) {
        survives(&bytes, "a.json")?;
    }

    #[test]
    fn any_bytes_under_any_name(bytes in prop::collection::vec(any::<u8>(), 0..400), name in prop::sample::select(vec!["a", "a.txt", "a.pdf", "a.docx", "a.exe"])) {
        survives(&bytes, name)?;
    }
}
