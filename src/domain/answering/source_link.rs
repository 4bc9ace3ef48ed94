//! Where a cited source opens: a page of the space on which the passage is marked, and in a PDF
//! its page.

use crate::domain::retrieval::Passage;

/// Whose sources, and under which address they are served.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// `https://host`, or empty for an address relative to the widget's frame.
    pub base: &'a str,
    pub space: &'a str,
}

impl Place<'_> {
    /// The address at which `passage` opens: a PDF at its page, anything else as a page on which
    /// the passage is marked.
    #[must_use]
    pub fn of(&self, passage: &Passage) -> String {
        let Self { base, space } = self;
        let document = format!("{base}/sources/{space}/{}", passage.document);
        match passage.page {
            Some(page) if passage.media_type == "application/pdf" => {
                format!("{document}/original#page={page}")
            }
            _ => format!("{document}?passage={}#cited", passage.id),
        }
    }
}
