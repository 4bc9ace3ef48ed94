//! PDF to text, page by page. The canonical text is the pages' paragraphs, unwrapped, with a
//! blank line between; every block knows its page.

use std::{collections::HashSet, sync::Arc};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::{ExtractError, ExtractLimits, text};
use crate::domain::knowledge::block::{Block, BlockKind, Extracted};

/// How deep page trees and forms may nest. Real files stay below 10; the limit is what keeps a
/// cycle from running the parser out of stack, which no `catch_unwind` would survive.
const MAX_DEPTH: usize = 24;

/// Blocks of a PDF.
///
/// # Errors
/// `Encrypted`, `TooManyPages` or `Damaged`.
pub fn extract(bytes: &[u8], limits: ExtractLimits) -> Result<Extracted, ExtractError> {
    let document = Document::load_mem(bytes).map_err(damaged)?;
    if document.is_encrypted() {
        return Err(ExtractError::Encrypted);
    }
    let pages = document.get_pages();
    if pages.len() > limits.pages {
        return Err(ExtractError::TooManyPages { limit: limits.pages });
    }
    for id in pages.values() {
        check_nesting(&document, *id)?;
    }
    let title = title(&document);
    drop(document);
    let pages = pdf_extract::extract_text_from_mem_by_pages(bytes).map_err(damaged)?;
    Ok(assemble(title, &pages))
}

fn damaged(error: impl std::fmt::Display) -> ExtractError {
    ExtractError::Damaged(error.to_string())
}

fn assemble(title: Option<String>, pages: &[String]) -> Extracted {
    let none: Arc<[String]> = Arc::from([]);
    let mut extracted = Extracted {
        title,
        ..Extracted::default()
    };
    for (number, page) in (1_u32..).zip(pages) {
        let page = page.replace(['\r', '\0'], "\n");
        for range in text::paragraphs(&page) {
            let paragraph = unwrapped(page.get(range).unwrap_or_default());
            if !extracted.text.is_empty() {
                extracted.text.push_str("\n\n");
            }
            let start = extracted.text.len();
            extracted.text.push_str(&paragraph);
            extracted.blocks.push(Block {
                kind: BlockKind::Paragraph,
                range: start..extracted.text.len(),
                heading: none.clone(),
                page: Some(number),
            });
        }
    }
    extracted
}

/// Joins the lines of a paragraph, and a word that was hyphenated at a line's end.
fn unwrapped(paragraph: &str) -> String {
    let mut joined = String::with_capacity(paragraph.len());
    for line in paragraph.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let hyphenated = joined.ends_with('-')
            && joined.chars().rev().nth(1).is_some_and(char::is_lowercase)
            && line.starts_with(char::is_lowercase);
        if hyphenated {
            joined.pop();
        } else if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(line.split_whitespace().flat_map(|word| [word, " "]));
        joined.truncate(joined.trim_end().len());
    }
    joined
}

fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let info = dictionary(document, info)?;
    let title = lopdf::decode_text_string(info.get(b"Title").ok()?).ok()?;
    let title = title.trim();
    (!title.is_empty() && !title.eq_ignore_ascii_case("untitled")).then(|| title.to_owned())
}

/// Refuses a page whose ancestors or nested forms go round in a circle or too deep.
fn check_nesting(document: &Document, page: ObjectId) -> Result<(), ExtractError> {
    let too_deep = || ExtractError::Damaged("its pages or forms are nested in a circle".into());
    let mut at = document.get_dictionary(page).map_err(damaged)?;
    let mut resources = Vec::new();
    for depth in 0.. {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        resources.extend(
            at.get(b"Resources")
                .ok()
                .and_then(|found| dictionary(document, found)),
        );
        let Ok(parent) = at.get(b"Parent").and_then(Object::as_reference) else {
            break;
        };
        let Ok(parent) = document.get_dictionary(parent) else {
            break;
        };
        at = parent;
    }
    let mut path = HashSet::new();
    for resources in resources {
        check_forms(document, resources, &mut path).ok_or_else(too_deep)?;
    }
    Ok(())
}

/// `None` when a form contains itself or forms nest deeper than [`MAX_DEPTH`].
fn check_forms(document: &Document, resources: &Dictionary, path: &mut HashSet<ObjectId>) -> Option<()> {
    let forms = resources
        .get(b"XObject")
        .ok()
        .and_then(|found| dictionary(document, found));
    for (_, form) in forms.into_iter().flat_map(Dictionary::iter) {
        let Ok(id) = form.as_reference() else { continue };
        let Ok(Object::Stream(stream)) = document.get_object(id) else {
            continue;
        };
        let Some(inner) = stream
            .dict
            .get(b"Resources")
            .ok()
            .and_then(|found| dictionary(document, found))
        else {
            continue;
        };
        if path.len() >= MAX_DEPTH || !path.insert(id) {
            return None;
        }
        check_forms(document, inner, path)?;
        path.remove(&id);
    }
    Some(())
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    match object {
        Object::Reference(id) => document.get_dictionary(*id).ok(),
        other => other.as_dict().ok(),
    }
}
