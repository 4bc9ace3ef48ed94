//! Refuses documents whose structure would run a parser out of stack or time.

use std::collections::HashSet;

use pdf_extract::{Dictionary, Document, Object, ObjectId};

use super::{damaged, dictionary};
use crate::domain::knowledge::extract::ExtractError;

/// How deep page trees and forms may nest. Real files stay below 10; the limit is what keeps a
/// cycle from running the parser out of stack, which no `catch_unwind` would survive.
const MAX_DEPTH: usize = 24;

/// Refuses a page whose ancestors or nested forms go round in a circle or too deep.
pub(super) fn check(document: &Document, page: ObjectId) -> Result<(), ExtractError> {
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
