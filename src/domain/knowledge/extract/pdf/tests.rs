use proptest::prelude::*;

use super::*;
use crate::domain::knowledge::block::{Block, BlockKind};

const ARM: &[u8] = include_bytes!("../../../../../demo/acme/docs/arm-a1-guide.pdf");
const MOW: &[u8] = include_bytes!("../../../../../demo/acme/docs/mow-2-manual.pdf");
const GOODS: &[u8] = include_bytes!("../../../../../demo/globex/docs/dangerous-goods.pdf");
const COVER: &[u8] = include_bytes!("../../../../../demo/globex/docs/liability-and-cover.pdf");

fn read(bytes: &[u8]) -> Extracted {
    extract(bytes, ExtractLimits::default()).unwrap()
}

/// The block that holds these words.
fn block<'a>(extracted: &'a Extracted, words: &str) -> (&'a Block, &'a str) {
    let text = |block: &Block| &extracted.text[block.range.clone()];
    let found = extracted.blocks.iter().find(|block| text(block).contains(words));
    let block = found.unwrap_or_else(|| panic!("{words:?} is not in {}", extracted.text));
    (block, text(block))
}

/// A PDF of one page for each of `pages`, which are drawing operators. `F1` is Helvetica, `F2`
/// its bold.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let mut pdf = String::from("%PDF-1.4\n");
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Count {}/Kids[{}]/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>",
            pages.len(),
            (0..pages.len())
                .map(|n| format!("{} 0 R ", 5 + 2 * n))
                .collect::<String>(),
        ),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    for (n, page) in pages.iter().enumerate() {
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", 6 + 2 * n));
        objects.push(format!("<</Length {}>>stream\n{page}\nendstream", page.len()));
    }
    let mut offsets = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
    }
    let start = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        pdf.push_str(&format!("{offset:010} 00000 n \n"));
    }
    let size = objects.len() + 1;
    pdf.push_str(&format!(
        "trailer<</Root 1 0 R/Size {size}>>\nstartxref\n{start}\n%%EOF"
    ));
    pdf.into_bytes()
}

/// Operators that write `text` in font `F<font>` at a place.
fn at(x: i32, y: i32, font: u8, size: i32, text: &str) -> String {
    format!("BT /F{font} {size} Tf {x} {y} Td ({text}) Tj ET\n")
}

#[test]
fn bold_words_are_whole() {
    let mow = read(MOW);
    let (mounting, _) = block(&mow, "Choose a place that sees at least 70% of the sky");
    assert_eq!(
        mounting.heading.join(" > "),
        "Mow 2 and Mow 2 XL: Owner's manual > 2 Setting up > 2.2 Mounting the RTK antenna"
    );
    assert_eq!((mounting.page, mounting.kind), (Some(2), BlockKind::List));
    let arm = read(ARM);
    let (stop, text) = block(&arm, "Emergency stop. The red buttons on pendant");
    assert!(text.ends_with("Test both buttons every month."), "{text}");
    assert_eq!(stop.page, Some(2));
}

#[test]
fn tables_are_tables_with_their_wrapped_cells_whole() {
    let arm = read(ARM);
    let (faults, text) = block(
        &arm,
        "| A-215 | Brake test failed | Take out of use, call service |",
    );
    assert!(
        text.starts_with("| Code | Meaning | What to do |\n| --- | --- | --- |\n"),
        "{text}"
    );
    assert_eq!((faults.page, faults.kind), (Some(4), BlockKind::Table));
    assert_eq!(faults.heading.last().unwrap(), "4 Operation and faults");
    let goods = read(GOODS);
    let row = "| 3 | Flammable liquids: paint, perfume, alcohol | packing groups II and III | \
               1 litre (II) or 5 litres (III) a bottle in limited quantities |";
    assert_eq!(block(&goods, row).0.page, Some(2));
}

#[test]
fn bullets_that_are_drawn_make_lists() {
    let (list, text) = (
        read(COVER),
        "- the nature of the goods: spoiling, rust, leaking, ageing;\n- wrong or",
    );
    assert_eq!(block(&list, text).0.kind, BlockKind::List);
}

#[test]
fn page_numbers_are_dropped() {
    for document in [ARM, MOW, GOODS, COVER] {
        let document = read(document);
        assert!(!document.text.contains("Page 1 of"), "{}", document.text);
        assert!(
            document
                .blocks
                .windows(2)
                .all(|pair| pair[0].range.end <= pair[1].range.start)
        );
    }
}

#[test]
fn a_table_without_lines_is_found_by_its_columns() {
    let mut page = at(
        50,
        800,
        1,
        10,
        "Prices are as follows, for every country that we serve:",
    );
    for (y, row) in [
        (770, ["Zone", "Days", "Price"]),
        (755, ["A", "1", "5.90"]),
        (740, ["B", "3", "7.40"]),
    ] {
        for (x, cell) in [50, 200, 300].into_iter().zip(row) {
            page.push_str(&at(x, y, 1, 10, cell));
        }
    }
    page.push_str(&at(
        50,
        700,
        1,
        10,
        "All of these are without tax and may change at the end of a year.",
    ));
    let found = read(&pdf(&[&page]));
    let table = "| Zone | Days | Price |\n| --- | --- | --- |\n| A | 1 | 5.90 |\n| B | 3 | 7.40 |";
    assert_eq!(block(&found, "Zone").1, table);
    assert_eq!(found.blocks.len(), 3, "{}", found.text);
}

#[test]
fn columns_of_prose_are_read_one_after_the_other() {
    let mut page = at(50, 800, 2, 18, "A report in two columns of text");
    for line in 0..10 {
        let y = 760 - 12 * line;
        page.push_str(&at(
            50,
            y,
            1,
            10,
            &format!("Left line {line} of a column with many words"),
        ));
        page.push_str(&at(
            310,
            y - 1,
            1,
            10,
            &format!("Right line {line} of a column with many words"),
        ));
    }
    let found = read(&pdf(&[&page]));
    let (left, right) = (found.text.find("Left line 9"), found.text.find("Right line 0"));
    assert!(left.is_some() && left < right, "{}", found.text);
}

#[test]
fn bold_lines_are_headings_and_hyphens_are_mended() {
    let page = [
        at(50, 800, 2, 10, "Opening hours"),
        at(50, 780, 1, 10, "We are open from Monday to Friday and an-"),
        at(50, 768, 1, 10, "swer every letter, *even* yours_truly."),
    ];
    let found = read(&pdf(&[&page.concat()]));
    let (block, text) = block(&found, "We are open");
    assert_eq!(*block.heading, ["Opening hours".to_owned()]);
    assert_eq!(
        text,
        "We are open from Monday to Friday and answer every letter, \\*even\\* yours\\_truly."
    );
}

#[test]
fn headers_are_dropped_and_numbered_headings_are_not() {
    let page = |n: i32| {
        let mut page = at(50, 810, 1, 8, "Acme confidential");
        page.push_str(&at(50, 780, 2, 16, &format!("Step {n}")));
        page.push_str(&at(
            50,
            750,
            1,
            10,
            ["Open the lid.", "Press the key.", "Wait."][n as usize - 1],
        ));
        page + &at(280, 30, 1, 8, &format!("{n} / 3"))
    };
    let found = read(&pdf(&[&page(1), &page(2), &page(3)]));
    assert_eq!(
        found.text,
        "# Step 1\n\nOpen the lid.\n\n# Step 2\n\nPress the key.\n\n# Step 3\n\nWait."
    );
    assert_eq!(found.blocks[2].page, Some(3));
}

#[test]
fn turned_text_is_read_along_its_own_line() {
    let page = "BT /F1 10 Tf 0 1 -1 0 100 100 Tm (Turned upwards here) Tj ET BT /F1 30 Tf \
                0.7 0.7 -0.7 0.7 200 200 Tm (DRAFT) Tj ET BT /F1 0 Tf 1 0 0 1 0 0 Tm (none) Tj ET \
                BT /F1 10 Tf 0 0 0 0 0 0 Tm (flat) Tj ET BT /F1 10 Tf -1 0 0 1 90 90 Tm (mirror) Tj ET";
    let found = read(&pdf(&[page]));
    assert!(found.text.contains("Turned upwards here"), "{}", found.text);
    assert!(found.text.contains("DRAFT"), "{}", found.text);
}

#[test]
fn a_page_without_text_has_no_blocks() {
    assert_eq!(read(&pdf(&["0 0 595 842 re f"])).blocks, []);
}

#[test]
fn more_text_than_allowed_is_refused() {
    let limits = ExtractLimits {
        text_bytes: 2_000,
        ..ExtractLimits::default()
    };
    assert_eq!(extract(ARM, limits).unwrap_err(), too_large(limits));
}

#[test]
fn sixteen_hundred_pages_are_read_and_more_than_the_limit_are_not() {
    // What only differs in its numbers would be a header.
    let word = |n: usize| {
        n.to_string()
            .bytes()
            .map(|digit| char::from(digit + 49))
            .collect::<String>()
    };
    let page = |n: usize| at(72, 500, 1, 12, &format!("The word of this page is {}.", word(n)));
    let pages: Vec<String> = (1..=1_600).map(page).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let long = pdf(&pages);
    let found = read(&long);
    assert_eq!(found.blocks.last().unwrap().page, Some(1_600));
    let limits = ExtractLimits {
        pages: 1_599,
        ..ExtractLimits::default()
    };
    let refused = extract(&long, limits).unwrap_err();
    assert_eq!(refused, ExtractError::TooManyPages { limit: 1_599 });
}

#[test]
fn a_scan_and_a_protected_file_are_told() {
    let scan = extract(&pdf(&["q 595 0 0 842 0 0 cm Q"]), ExtractLimits::default()).unwrap();
    assert!(scan.blocks.is_empty());
    let key = "00".repeat(32);
    let encrypt = format!("/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{key}>/U<{key}>>>/ID[<00><00>]/Root");
    let open = String::from_utf8(pdf(&[&at(72, 700, 1, 12, "Secret.")])).unwrap();
    let locked = open.replacen("trailer<</Root", &format!("trailer<<{encrypt}"), 1);
    let refused = extract(locked.as_bytes(), ExtractLimits::default()).unwrap_err();
    assert_eq!(refused, ExtractError::Encrypted);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is drawn where, nothing panics, and what comes out is consistent.
    #[test]
    fn any_drawing_is_survived(
        ops in prop::collection::vec(
            (0..4_u8, -50..900_i32, -50..900_i32, 0..40_i32, "[a-zA-Z0-9 .*|#<-]{0,30}", -9..9_i32),
            0..60,
        ),
    ) {
        let draw = |(kind, x, y, size, text, turn): &(u8, i32, i32, i32, String, i32)| match kind {
            0 => format!("BT /F2 {size} Tf 1 {turn} -{turn} 1 {x} {y} Tm ({text}) Tj ET\n"),
            1 => format!("{x} {y} {} {turn} re f\n", size * 10),
            2 => format!("{x} {y} m {y} {x} l S q 1 0 0 1 {turn} {turn} cm\n"),
            _ => at(*x, *y, 1, *size, text),
        };
        let page: String = ops.iter().map(draw).collect();
        let found = read(&pdf(&[&page]));
        let mut end = 0;
        for block in &found.blocks {
            prop_assert!(block.range.start >= end && block.page == Some(1));
            prop_assert!(found.text.get(block.range.clone()).is_some_and(|text| !text.trim().is_empty()));
            end = block.range.end;
        }
    }
}
