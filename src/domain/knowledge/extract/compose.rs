//! Writing Markdown that is read back as it was meant: every extractor that has no text of its own
//! to keep writes its document with these.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::markdown;

/// Signs that mean something to Markdown inside a line.
const SIGNS: &str = "\\`*_<>&[]~|!";
/// Bytes of a heading at most: it is repeated with every passage below it.
const MAX_HEADING: usize = 300;

/// A line that Markdown shows as it is: signs are escaped only where they would be read.
#[must_use]
pub fn plain(text: &str) -> String {
    if reads_as(text) {
        return text.to_owned();
    }
    escaped(text)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in text.char_indices() {
        let leads = (at == 0 && "#+-=".contains(c)) || (at == digits && matches!(c, '.' | ')'));
        if leads || SIGNS.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether Markdown makes one paragraph of these words and nothing else.
fn reads_as(text: &str) -> bool {
    if !text.contains(|c: char| c.is_ascii_punctuation()) {
        return true;
    }
    let mut words = String::with_capacity(text.len());
    for event in Parser::new_ext(text, markdown::OPTIONS) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(_) => {}
            Event::Text(part) => words.push_str(&part),
            _ => return false,
        }
    }
    words == text
}

/// Words with single spaces between them.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A heading line; nothing where there are no words. `level` beyond 6 is 6.
#[must_use]
pub fn heading(level: usize, text: &str) -> String {
    let mut text = one_line(text);
    if text.len() > MAX_HEADING {
        text.truncate(text.floor_char_boundary(MAX_HEADING));
        text.push('…');
    }
    if text.is_empty() {
        return text;
    }
    format!("{} {}", "#".repeat(level.clamp(1, 6)), plain(&text))
}

/// Plain text of any length: paragraphs between blank lines, their lines as they are.
#[must_use]
pub fn prose(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + text.len() / 16);
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            if !written.is_empty() && !written.ends_with("\n\n") {
                written.push('\n');
            }
            continue;
        }
        // Below another line these underline it, or make it the head of a table.
        if line.starts_with(['=', '-', ':', '|']) {
            written.push_str(&escaped(line));
        } else {
            written.push_str(&plain(line));
        }
        written.push('\n');
    }
    written.truncate(written.trim_end().len());
    written
}

/// Markdown from elsewhere as the text below a heading of ours: headings in it become bold, and
/// what would reach beyond its end, such as a code block that is not closed, is shown as it is.
#[must_use]
pub fn below(text: &str) -> String {
    let text = text.trim_matches('\n').trim_end();
    let mut lowered = String::with_capacity(text.len());
    let (mut from, mut name) = (0, None::<String>);
    for (event, range) in Parser::new_ext(text, markdown::OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                lowered.push_str(text.get(from..range.start).unwrap_or_default());
                (from, name) = (range.end, Some(String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(name) = name
                    .take()
                    .map(|name| one_line(&name))
                    .filter(|name| !name.is_empty())
                {
                    lowered.push_str(&format!("**{}**\n", escaped(&name)));
                }
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(name) = &mut name {
                    name.push_str(&words);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(name) = &mut name {
                    name.push(' ');
                }
            }
            // At the start of a file it would be its front matter.
            Event::Start(Tag::MetadataBlock(_)) => return prose(text),
            _ => {}
        }
    }
    lowered.push_str(text.get(from..).unwrap_or_default());
    let lowered = lowered.trim_matches('\n').trim_end();
    if is_body(lowered) {
        lowered.to_owned()
    } else {
        prose(text)
    }
}

/// Whether Markdown finds no heading in it, and finds the heading that follows it.
fn is_body(text: &str) -> bool {
    let whole = format!("{text}\n\n# end");
    let mut headings = Parser::new_ext(&whole, markdown::OPTIONS)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::Heading { .. })));
    headings
        .next()
        .is_some_and(|(_, range)| range.start >= text.len())
}

/// A Markdown table; the first row is its header.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        let mut line = String::from("|");
        for column in 0..columns {
            let cell = row.get(column).map_or("", String::as_str);
            let cell = plain(cell);
            // An escaped line has its bars escaped already.
            let cell = if cell.contains("\\|") {
                cell
            } else {
                cell.replace('|', "\\|")
            };
            line.push_str(&format!(" {cell} |"));
        }
        lines.push(line);
        if lines.len() == 1 {
            lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::knowledge::block::BlockKind;

    #[test]
    fn prose_is_read_as_prose_and_nothing_else() {
        let text = "Prices\n======\n- not a list | here\n--- | ---\n\n# no heading\n<b>bold</b>";
        let extracted = markdown::extract(prose(text));
        assert_eq!(extracted.blocks.len(), 2, "{}", extracted.text);
        assert!(
            extracted
                .blocks
                .iter()
                .all(|block| block.kind == BlockKind::Paragraph)
        );
        assert_eq!(extracted.title, None);
    }

    #[test]
    fn what_stands_below_a_heading_stays_below_it() {
        for (text, expected) in [
            (
                "Send it *back*.\n\n# How\n\n- box",
                "Send it *back*.\n\n**How**\n\n- box",
            ),
            ("Title\n=====\ntext", "**Title**\ntext"),
            // Without its underline this name would be underlined by what follows.
            ("|\n-\n-\n:", "\\|\n\\-\n\\-\n:"),
            ("```sh\nmake", "\\`\\`\\`sh\nmake"),
            ("---\ntitle: mine\n---\nx", "\\---\ntitle: mine\n\\---\nx"),
        ] {
            assert_eq!(below(text), expected);
        }
    }

    proptest! {
        #[test]
        fn no_body_opens_or_closes_a_section(text in "[a# \\-=`~<>|!\\[\\]*:\n]{0,80}") {
            let whole = format!("# One\n\n{}\n\n# Two\n\n{}\n\n# Three\n\nend", below(&text), prose(&text));
            let extracted = markdown::extract(whole);
            for block in &extracted.blocks {
                let bare = block.heading.is_empty();
                prop_assert!(bare || block.heading.len() == 1, "{:?} in {}", block, extracted.text);
            }
            let last = extracted.blocks.last().map(|block| block.heading.to_vec());
            prop_assert_eq!(last, Some(vec!["Three".to_owned()]), "{}", extracted.text);
        }
    }
}
