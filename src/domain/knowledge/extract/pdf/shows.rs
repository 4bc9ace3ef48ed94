//! What `pdf_extract` does not tell of the strings it shows: whether their font is bold, and
//! where the form stands that they are drawn in. The page's operators are walked in the same
//! order, so that the n-th string here is the n-th there.

use std::collections::HashMap;

use pdf_extract::{Dictionary, Document, Object, ObjectId, content::Content};

use super::{damaged, dictionary, geometry::Matrix};
use crate::domain::knowledge::extract::ExtractError;

/// Forms drawn on one page, nested ones included: forms that draw each other ten times over,
/// ten deep, would never end.
const MAX_FORMS: usize = 5_000;

/// One string of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show {
    pub(super) bold: bool,
    /// From the form it is in to the page.
    pub(super) outer: Matrix,
}

/// The strings of a page, in order; at most `limit`, which is more than the page may hold.
///
/// # Errors
/// `Damaged` when the page's operators cannot be read or its forms have no end.
pub(super) fn of_page(document: &Document, page: ObjectId, limit: usize) -> Result<Vec<Show>, ExtractError> {
    let mut at = document.get_dictionary(page).map_err(damaged)?;
    let resources = loop {
        if let Some(resources) = entry(document, at, b"Resources") {
            break resources;
        }
        let parent = at.get(b"Parent").and_then(Object::as_reference);
        match parent.and_then(|id| document.get_dictionary(id)) {
            Ok(parent) => at = parent,
            Err(_) => return Ok(Vec::new()),
        }
    };
    let content = document.get_page_content(page).map_err(damaged)?;
    let mut walk = Walk {
        document,
        shows: Vec::new(),
        limit,
        forms: 0,
        fonts: HashMap::new(),
    };
    walk.stream(&content, resources, Matrix::IDENTITY)?;
    Ok(walk.shows)
}

fn entry<'a>(document: &'a Document, of: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    of.get(key).ok().and_then(|found| dictionary(document, found))
}

struct Walk<'a> {
    document: &'a Document,
    shows: Vec<Show>,
    limit: usize,
    forms: usize,
    /// Whether fonts are bold, by where they stand in memory.
    fonts: HashMap<*const Dictionary, bool>,
}

impl<'a> Walk<'a> {
    fn stream(
        &mut self,
        content: &[u8],
        resources: &'a Dictionary,
        outer: Matrix,
    ) -> Result<(), ExtractError> {
        let content = Content::decode(content).map_err(damaged)?;
        let (mut bold, mut ctm, mut stack) = (false, Matrix::IDENTITY, Vec::new());
        for operation in &content.operations {
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "q" => stack.push((bold, ctm)),
                "Q" => (bold, ctm) = stack.pop().unwrap_or((bold, ctm)),
                "cm" => ctm = Matrix::read(operands).map_or(ctm, |matrix| matrix.then(ctm)),
                "Tf" => {
                    let name = operands.first().and_then(|name| name.as_name().ok());
                    bold = name.is_some_and(|name| self.is_bold(resources, name));
                }
                "Tj" => self.show(bold, outer),
                "TJ" => {
                    let parts = operands.first().and_then(|parts| parts.as_array().ok());
                    for _ in parts.into_iter().flatten().filter(|part| part.as_str().is_ok()) {
                        self.show(bold, outer);
                    }
                }
                "Do" => {
                    let name = operands.first().and_then(|name| name.as_name().ok());
                    self.form(resources, name.unwrap_or_default(), ctm.then(outer))?;
                }
                _ => {}
            }
            if self.shows.len() >= self.limit {
                break;
            }
        }
        Ok(())
    }

    fn show(&mut self, bold: bool, outer: Matrix) {
        self.shows.push(Show { bold, outer });
    }

    fn form(&mut self, resources: &'a Dictionary, name: &[u8], outer: Matrix) -> Result<(), ExtractError> {
        self.forms += 1;
        if self.forms > MAX_FORMS {
            return Err(ExtractError::Damaged(
                "its pages are drawn from too many parts".into(),
            ));
        }
        let form = entry(self.document, resources, b"XObject").and_then(|forms| forms.get(name).ok());
        let Some((_, Object::Stream(form))) = form.and_then(|form| self.document.dereference(form).ok())
        else {
            return Ok(());
        };
        let matrix = form.dict.get(b"Matrix").and_then(Object::as_array);
        let matrix = matrix.ok().and_then(|numbers| Matrix::read(numbers));
        let inner = entry(self.document, &form.dict, b"Resources").unwrap_or(resources);
        let content = match form.filters() {
            Ok(_) => form
                .decompressed_content()
                .unwrap_or_else(|_| form.content.clone()),
            Err(_) => form.content.clone(),
        };
        self.stream(&content, inner, matrix.map_or(outer, |matrix| matrix.then(outer)))
    }

    fn is_bold(&mut self, resources: &'a Dictionary, name: &[u8]) -> bool {
        let fonts = entry(self.document, resources, b"Font");
        let Some(font) = fonts.and_then(|fonts| entry(self.document, fonts, name)) else {
            return false;
        };
        let document = self.document;
        *self
            .fonts
            .entry(std::ptr::from_ref(font))
            .or_insert_with(|| is_bold(document, font))
    }
}

/// By its name, else by what its descriptor says of its weight.
fn is_bold(document: &Document, font: &Dictionary) -> bool {
    /// Bit 19 of the flags of a font descriptor, `ForceBold` (ISO 32000-1, table 123).
    const FORCE_BOLD: i64 = 1 << 18;
    let name = font
        .get(b"BaseFont")
        .and_then(Object::as_name)
        .unwrap_or_default();
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    if ["bold", "black", "heavy", "demi"]
        .iter()
        .any(|word| name.contains(word))
    {
        return true;
    }
    let Some(descriptor) = entry(document, font, b"FontDescriptor") else {
        return false;
    };
    let flags = descriptor.get(b"Flags").and_then(Object::as_i64).unwrap_or(0);
    let weight = descriptor.get(b"FontWeight").and_then(Object::as_float);
    flags & FORCE_BOLD != 0 || weight.is_ok_and(|weight| weight >= 600.0)
}
