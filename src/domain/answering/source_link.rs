//! Where a cited source opens: a page of the space on which the passage is marked, and in a PDF
//! its page.

use std::ops::Range;

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
    /// the passage, or these characters of the document around it, are marked.
    #[must_use]
    pub fn of(&self, passage: &Passage, marked: Option<Range<usize>>) -> String {
        let Self { base, space } = self;
        let document = format!("{base}/sources/{space}/{}", passage.document);
        match passage.page {
            Some(page) if passage.media_type == "application/pdf" => {
                format!("{document}/original#page={page}")
            }
            _ => {
                let marked = marked
                    .map(|Range { start, end }| format!("&from={start}&to={end}"))
                    .unwrap_or_default();
                format!("{document}?passage={}{marked}#cited", passage.id)
            }
        }
    }
}
