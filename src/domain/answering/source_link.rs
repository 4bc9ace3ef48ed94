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
    /// The address at which `passage` opens, marked.
    #[must_use]
    pub fn of(&self, passage: &Passage) -> String {
        let Self { base, space } = self;
        let page = passage.page.map(|page| format!("#page={page}")).unwrap_or_default();
        let mark = if page.is_empty() { "#cited" } else { &page };
        format!("{base}/sources/{space}/{}?passage={}{mark}", passage.document, passage.id)
    }
}
