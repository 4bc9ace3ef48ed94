//! Where a cited source opens: a page of the space on which the passage is marked, and in a PDF
//! its page.

use std::ops::Range;

use parlance_store::ids::DocumentId;

use crate::domain::retrieval::Passage;

/// Whose sources, and under which address they are served.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// `https://host`, or empty for an address relative to the widget's frame.
    pub base: &'a str,
    pub space: &'a str,
}

impl Place<'_> {
    /// The address at which `spot` opens.
    #[must_use]
    pub fn of(&self, spot: &Spot) -> String {
        let Self { base, space } = self;
        format!("{base}/sources/{space}/{}{}", spot.document, spot.within)
    }
}

/// What is opened, wherever it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    document: DocumentId,
    /// The end of the address, behind the document's id.
    within: String,
}

impl Spot {
    /// Where `passage` stands: a PDF's page, of anything else a page on which the passage, or these
    /// characters of the document around it, are marked.
    #[must_use]
    pub fn of(passage: &Passage, marked: Option<Range<usize>>) -> Self {
        let within = match passage.page {
            Some(page) if passage.media_type == "application/pdf" => format!("/original#page={page}"),
            _ => {
                let marked = marked
                    .map(|Range { start, end }| format!("&from={start}&to={end}"))
                    .unwrap_or_default();
                format!("?passage={}{marked}#cited", passage.id)
            }
        };
        Self {
            document: passage.document,
            within,
        }
    }

    /// Bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.within.len()
    }
}
