//! Two hundred files as businesses have them, every fifth of them meaning harm. Each good one has a word
//! that no other has.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

/// A file that is uploaded.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub content: Vec<u8>,
    /// What only it says; none where it cannot be read.
    pub word: Option<String>,
}

/// The `count` files of a tenant.
pub fn files(tenant: &str, count: usize) -> Vec<File> {
    (0..count).map(|n| file(tenant, n)).collect()
}

fn file(tenant: &str, n: usize) -> File {
    if n % 5 == 4 {
        let (ending, content) = harmful(n / 5);
        return File {
            name: format!("{tenant}-{n}.{ending}"),
            content,
            word: None,
        };
    }
    let word = word(tenant, n);
    let (ending, content) = good(n, &format!("The password of the {tenant} depot is {word}."));
    File {
        name: format!("{tenant}-{n}.{ending}"),
        content,
        word: Some(word),
    }
}

/// A word in letters alone and without an ending, so that no format and no language changes it.
fn word(tenant: &str, n: usize) -> String {
    let letters: String = format!("{n:03}")
        .bytes()
        .map(|digit| char::from(b'k' + digit - b'0'))
        .collect();
    format!("zq{tenant}{letters}x")
}

fn good(n: usize, says: &str) -> (&'static str, Vec<u8>) {
    let more = "Doors open at seven and close at noon, except on the days on which they do not.";
    let text = |text: String| text.into_bytes();
    match n % 7 {
        0 => (
            "md",
            text(format!(
                "# Depot {n}\n\n## Access\n\n{says}\n\n## Hours\n\n{more}\n"
            )),
        ),
        1 => ("txt", text(format!("{says}\n\n{more}\n"))),
        2 => (
            "html",
            text(format!(
                "<html><head><title>Depot {n}</title></head><body><main><h1>Depot {n}</h1><p>{says}</p>\
                <p>{more}</p></main></body></html>"
            )),
        ),
        3 => (
            "json",
            serde_json::to_vec(&serde_json::json!([{ "question": "Access?", "answer": says }])).unwrap(),
        ),
        4 => (
            "csv",
            text(format!("depot,access,hours\n{n},\"{says}\",\"{more}\"\n")),
        ),
        5 => (
            "docx",
            docx(&format!(
                "<w:p><w:r><w:t>{says}</w:t></w:r></w:p><w:p><w:r><w:t>{more}</w:t></w:r></w:p>"
            )),
        ),
        _ => ("pdf", pdf(says)),
    }
}

fn harmful(n: usize) -> (&'static str, Vec<u8>) {
    match n % 10 {
        0 => ("docx", docx(&" ".repeat(80 << 20))),
        1 => ("json", "[".repeat(1 << 18).into_bytes()),
        2 => ("pdf", b"%PDF-1.7 and then nothing".to_vec()),
        3 => (
            "html",
            format!("<html><body>{}deep", "<div><b>".repeat(5_000)).into_bytes(),
        ),
        4 => ("txt", b"parlance, abort".to_vec()),
        5 => ("txt", b"parlance, panic".to_vec()),
        6 => (
            "bin",
            (0..4_096_u32)
                .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect(),
        ),
        7 => ("zip", b"PK\x03\x04 but no more of it".to_vec()),
        8 => ("txt", b"parlance, grow".to_vec()),
        _ => ("txt", b"   \n\n \t ".to_vec()),
    }
}

fn docx(body: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(body.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// One page with one line.
fn pdf(line: &str) -> Vec<u8> {
    let drawn = format!("BT /F1 12 Tf 20 200 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{drawn}\nendstream", drawn.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(file.len());
        file.push_str(&format!("{number} 0 obj{object}endobj\n"));
    }
    let xref = file.len();
    file.push_str("xref\n0 6\n0000000000 65535 f \n");
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer<</Size 6/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF"
    ));
    file.into_bytes()
}
