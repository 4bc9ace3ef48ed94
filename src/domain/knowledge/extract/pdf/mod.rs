//! PDF to Markdown. A PDF knows glyphs and places only; the way from there goes through a file
//! for each step: `prepare` mends what the reader trips over, `shows` and `glyphs` gather,
//! `words`, `lines`, `columns`, `grid` and `aligned` find what stands together, `furniture`
//! drops headers and footers, `outline` and `paragraphs` tell headings from text, `write` writes
//! it down. Every block knows its page. Start at [`extract`].

mod aligned;
mod columns;
mod furniture;
mod geometry;
mod glyphs;
mod grid;
mod lines;
mod nesting;
mod outline;
mod page;
mod paragraphs;
mod prepare;
mod shows;
mod words;
mod write;

use pdf_extract::{Dictionary, Document, Object, ObjectId, OutputError};

use self::{glyphs::Glyphs, outline::Outline, page::Region, write::Writer};
use super::{ExtractError, ExtractLimits};
use crate::domain::knowledge::block::Extracted;

/// Blocks of a PDF.
///
/// # Errors
/// `Encrypted`, `TooManyPages`, `TooLarge` or `Damaged`.
pub fn extract(bytes: &[u8], limits: ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut document = Document::load_mem(bytes).map_err(damaged)?;
    // One that opens without a password has been opened by now and has lost this entry.
    if document.trailer.has(b"Encrypt") {
        return Err(ExtractError::Encrypted);
    }
    let numbers = document.get_pages();
    if numbers.len() > limits.pages {
        return Err(ExtractError::TooManyPages { limit: limits.pages });
    }
    for id in numbers.values() {
        nesting::check(&document, *id)?;
    }
    prepare::prepare(&mut document);
    let mut pages = Vec::with_capacity(numbers.len());
    let mut left = limits.text_bytes;
    for (number, id) in &numbers {
        let drawn = drawn(&document, *number, *id, left)?.ok_or(too_large(limits))?;
        left = drawn.left;
        pages.push(page::regions(drawn));
    }
    let text = assemble(title(&document), pages);
    if text.text.len() > limits.text_bytes {
        return Err(too_large(limits));
    }
    Ok(text)
}

fn damaged(error: impl std::fmt::Display) -> ExtractError {
    ExtractError::Damaged(error.to_string())
}

fn too_large(limits: ExtractLimits) -> ExtractError {
    ExtractError::TooLarge {
        limit: limits.text_bytes >> 20,
    }
}

/// What stands on a page; nothing when it is more than `left` bytes of text.
fn drawn(
    document: &Document,
    number: u32,
    page: ObjectId,
    left: usize,
) -> Result<Option<Glyphs>, ExtractError> {
    let shows = shows::of_page(document, page, left.saturating_add(1))?;
    let expected = shows.len();
    let read = |shows| {
        let mut glyphs = Glyphs::new(shows, left);
        match pdf_extract::output_doc_page(document, &mut glyphs, number) {
            Ok(()) => Ok(Some(glyphs)),
            Err(OutputError::FormatError(_)) => Ok(None),
            Err(error) => Err(damaged(error)),
        }
    };
    let glyphs = read(shows)?;
    match glyphs {
        // The two readings differ: what was learnt of the strings belongs to others.
        Some(glyphs) if glyphs.shown != expected => read(Vec::new()),
        other => Ok(other),
    }
}

fn assemble(title: Option<String>, mut pages: Vec<Vec<Region>>) -> Extracted {
    let body = Outline::of(&pages).body();
    furniture::remove(&mut pages, body);
    let outline = Outline::of(&pages);
    let mut writer = Writer::new();
    for (number, page) in (1_u32..).zip(&pages) {
        for part in page.iter().flat_map(|region| paragraphs::parts(region, &outline)) {
            writer.add(part, number);
        }
    }
    writer.finish(title)
}

/// What the document calls itself, unless that is the file or the program it was made with.
fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let info = dictionary(document, info)?;
    let title = pdf_extract::decode_text_string(info.get(b"Title").ok()?).ok()?;
    let title = title.replace('\0', "");
    let title = title.trim();
    let made = title.starts_with("Microsoft ") || title.eq_ignore_ascii_case("untitled");
    (!title.is_empty() && !made).then(|| title.to_owned())
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    match object {
        Object::Reference(id) => document.get_dictionary(*id).ok(),
        other => other.as_dict().ok(),
    }
}

#[cfg(test)]
mod tests;
