use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::domain::knowledge::block::{Block, BlockKind};

const STYLES: &str = r#"<w:styles>
  <w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
  <w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
  <w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
  <w:style w:styleId="Own"><w:name w:val="Our chapter"/><w:basedOn w:val="berschrift2"/></w:style>
  <w:style w:styleId="Lines"><w:name w:val="Outlined"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
  <w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
  <w:style w:styleId="Bul2"><w:name w:val="List Bullet 2"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
</w:styles>"#;

const NUMBERING: &str = r#"<w:numbering>
  <w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
  <w:abstractNum w:abstractNumId="5">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
  <w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num>
</w:numbering>"#;

fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(part.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn try_read(body: &str, more: &[(&str, &str)]) -> Result<Extracted, ExtractError> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let mut parts = vec![
        ("word/document.xml", document.as_str()),
        ("word/styles.xml", STYLES),
        ("word/numbering.xml", NUMBERING),
    ];
    parts.extend_from_slice(more);
    extract(&docx(&parts), ExtractLimits::default())
}

fn read(body: &str) -> Extracted {
    try_read(body, &[]).unwrap()
}

/// A paragraph of a style; no style is normal text.
fn p(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// An item of a list.
fn li(list: u32, level: u32, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>\
         <w:r><w:t>{text}</w:t></w:r></w:p>"
    )
}

fn cell(text: &str) -> String {
    format!("<w:tc><w:tcPr/>{}</w:tc>", p("", text))
}

fn row(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|text| cell(text)).collect();
    format!("<w:tr>{cells}</w:tr>")
}

fn under(block: &Block) -> String {
    block.heading.join(" > ")
}

#[test]
fn headings_are_found_by_style_in_any_language() {
    let found = read(
        &[
            p("Titel", "Acme &amp; Co."),
            p("TOC1", "Returns 3"),
            p("berschrift1", "Returns"),
            p("", "Thirty days."),
            p("Own", "By card"),
            p("", "Five days."),
            p("Lines", "Contact"),
            p("", "Write to us."),
        ]
        .concat(),
    );
    assert_eq!(found.title.as_deref(), Some("Acme & Co."));
    let paths: Vec<_> = found.blocks.iter().map(under).collect();
    assert_eq!(
        paths,
        [
            "Acme & Co. > Returns",
            "Acme & Co. > Returns > By card",
            "Acme & Co. > Contact"
        ]
    );
    assert!(!found.text.contains("Returns 3"), "{}", found.text);
}

#[test]
fn lists_keep_their_nesting_and_numbers() {
    let found = read(
        &[
            li(2, 0, "Open the lid"),
            li(1, 1, "gently"),
            li(2, 0, "Press 3 * 2"),
            p("", "Done."),
            p("Bul2", "a dot"),
        ]
        .concat(),
    );
    assert_eq!(
        found.text,
        "1. Open the lid\n   - gently\n2. Press 3 * 2\n\nDone.\n\n- a dot"
    );
    assert_eq!(found.blocks[0].kind, BlockKind::List);
    assert_eq!(found.blocks.len(), 3);
}

#[test]
fn numbered_headings_say_their_number() {
    let numbered = |level: u32, text: &str| {
        let style = format!("<w:pPr><w:pStyle w:val=\"berschrift{}\"/>", level + 1);
        li(2, level, text).replace("<w:pPr>", &style)
    };
    let found = read(
        &[
            numbered(0, "Scope"),
            p("", "a"),
            numbered(0, "Fees"),
            numbered(1, "Late"),
            p("", "b"),
            numbered(1, "Later"),
            p("", "c"),
        ]
        .concat(),
    );
    let names: Vec<_> = found.blocks.iter().map(under).collect();
    assert_eq!(names, ["1 Scope", "2 Fees > 2.1 Late", "2 Fees > 2.2 Later"]);
}

#[test]
fn tables_are_tables_and_frames_are_text() {
    let inner = format!("<w:tbl>{}</w:tbl>", row(&["x", "y"]));
    let table = format!(
        "<w:tbl>{}{}<w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>{}</w:tc></w:tr><w:tr><w:tc>{inner}</w:tc>{}</w:tr></w:tbl>",
        row(&["Zone", "Days | hours"]),
        row(&["A", "1"]),
        p("", "all zones"),
        cell("2"),
    );
    let frame = format!("<w:tbl>{}</w:tbl>", row(&["Please note."]));
    let found = read(&(table + &frame));
    assert_eq!(
        found.text,
        "| Zone | Days \\| hours |\n| --- | --- |\n| A | 1 |\n| all zones |  |\n| x, y | 2 |\n\nPlease note."
    );
    assert_eq!(found.blocks[0].kind, BlockKind::Table);
}

#[test]
fn notes_stand_below_what_refers_to_them() {
    let body = "<w:p><w:r><w:t>Free</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:t>.</w:t></w:r></w:p>\
                <w:p><w:r><w:t>Next</w:t><w:endnoteReference w:id=\"1\"/></w:r></w:p>";
    let foot = "<w:footnotes><w:footnote w:type=\"separator\" w:id=\"2\"><w:p><w:r><w:t>--</w:t></w:r></w:p></w:footnote>\
                <w:footnote w:id=\"2\"><w:p><w:r><w:t>Above </w:t><w:t>50 €</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let end =
        "<w:endnotes><w:endnote w:id=\"1\"><w:p><w:r><w:t>Last</w:t></w:r></w:p></w:endnote></w:endnotes>";
    let more = [("word/footnotes.xml", foot), ("word/endnotes.xml", end)];
    let found = try_read(body, &more).unwrap();
    assert_eq!(
        found.text,
        "Free (note 1).\n\nNote 1: Above 50 €\n\nNext (note 2)\n\nNote 2: Last"
    );
}

#[test]
fn what_is_not_seen_is_not_read() {
    let run = |inner: &str| format!("<w:r>{inner}</w:r>");
    let body = [
        "<w:p>",
        "<w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr>",
        &run("<w:t>Kept</w:t>"),
        "<w:del><w:r><w:t>Deleted</w:t></w:r></w:del>",
        "<w:ins><w:r><w:t xml:space=\"preserve\"> added</w:t></w:r></w:ins>",
        &run("<w:rPr><w:vanish/></w:rPr><w:t>Hidden</w:t>"),
        &run("<w:instrText>PAGE</w:instrText>"),
        "<mc:AlternateContent><mc:Choice><w:r><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent></w:r>\
         </mc:Choice><mc:Fallback><w:p><w:r><w:t>Boxed again</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>",
        &run("<w:t>!</w:t>"),
        "</w:p>",
    ]
    .concat();
    assert_eq!(read(&body).text, "Boxed\n\nKept added!");
}

#[test]
fn the_title_is_that_of_the_properties_unless_a_program_wrote_it() {
    let core = |title: &str| format!("<cp:coreProperties><dc:title>{title}</dc:title></cp:coreProperties>");
    let relations =
        "<Relationships><Relationship Type=\"x/core-properties\" Target=\"props/c.xml\"/></Relationships>";
    let titled = |title: &str| {
        let core = core(title);
        let more = [("_rels/.rels", relations), ("props/c.xml", core.as_str())];
        try_read(&p("berschrift1", "First"), &more)
            .unwrap()
            .title
            .unwrap()
    };
    assert_eq!(titled("Terms &lt;2026&gt;"), "Terms <2026>");
    assert_eq!(titled("Microsoft Word - terms.docx"), "First");
}

#[test]
fn nothing_is_included_or_expanded() {
    let document = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">\
        <!ENTITY out SYSTEM \"file:///etc/passwd\">]>\
        <w:document><w:body><w:p><w:r><w:t>x&b;&out;&#65;&amp;</w:t></w:r></w:p></w:body></w:document>";
    let found = extract(
        &docx(&[("word/document.xml", document)]),
        ExtractLimits::default(),
    )
    .unwrap();
    assert_eq!(found.text, "xA&");
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let long = format!("<w:document>{}</w:document>", p("", &"zip bomb ".repeat(400_000)));
    let bomb = docx(&[("word/document.xml", &long)]);
    assert!(bomb.len() < 40_000, "{} bytes", bomb.len());
    let refused = |limits: ExtractLimits| {
        let error = extract(&bomb, limits).unwrap_err();
        assert!(matches!(error, ExtractError::Expands { .. }), "{error}");
    };
    let limits = ExtractLimits::default();
    refused(ExtractLimits {
        entry_bytes: 1 << 20,
        ..limits
    });
    refused(ExtractLimits {
        expanded_bytes: 1 << 20,
        ..limits
    });
    refused(ExtractLimits { entries: 0, ..limits });
    assert!(extract(&bomb, limits).is_ok());
}

#[test]
fn a_size_that_is_a_lie_is_not_believed() {
    let long = format!("<w:document>{}</w:document>", p("", &"lie ".repeat(500_000)));
    let mut bomb = docx(&[("word/document.xml", &long)]);
    let (real, lie) = (
        u32::try_from(long.len()).unwrap().to_le_bytes(),
        100_u32.to_le_bytes(),
    );
    for at in 0..bomb.len() - 4 {
        if bomb[at..at + 4] == real {
            bomb[at..at + 4].copy_from_slice(&lie);
        }
    }
    let limits = ExtractLimits {
        entry_bytes: 1 << 20,
        ..ExtractLimits::default()
    };
    let error = extract(&bomb, limits).unwrap_err();
    let told = matches!(error, ExtractError::Expands { .. } | ExtractError::Damaged(_));
    assert!(told, "{error}");
}

#[test]
fn broken_markup_is_damage_and_depth_is_none() {
    let broken = try_read("<w:p><w:r></w:p>", &[]).unwrap_err();
    assert!(matches!(broken, ExtractError::Damaged(_)), "{broken}");
    let depth = 50_000;
    let deep = "<w:tbl><w:tr><w:tc>".repeat(depth) + &p("", "deep") + &"</w:tc></w:tr></w:tbl>".repeat(depth);
    assert_eq!(read(&deep).text, "deep");
    let none = extract(&docx(&[("word/other.xml", "<x/>")]), ExtractLimits::default());
    assert!(matches!(none, Err(ExtractError::Damaged(_))));
}
