//! What an answer cites, as it is kept with the answer and shown to the visitor.

use std::collections::BTreeSet;

use super::{source_link::Place, turn::Cited};
use crate::domain::{conversations::event::Citation, retrieval::Passage};

/// Characters of a citation's excerpt at most.
const EXCERPT: usize = 280;

/// The sources the answer cites, in the order of their numbers.
#[must_use]
pub fn cited(passages: &[Passage], numbers: &BTreeSet<u32>, place: &Place<'_>) -> Vec<Cited> {
    let numbered = passages.iter().zip(1..).filter(|(_, n)| numbers.contains(n));
    numbered
        .map(|(passage, n)| Cited {
            passage: passage.id,
            citation: Citation {
                n,
                document: passage.document,
                title: passage.title.clone(),
                excerpt: excerpt(&passage.text),
                url: Some(place.of(passage)),
                page: passage.page.and_then(|page| i32::try_from(page).ok()),
            },
        })
        .collect()
}

/// The passage's beginning, cut at a word.
fn excerpt(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = flat.char_indices().nth(EXCERPT) else {
        return flat;
    };
    let head = flat.get(..end).unwrap_or_default();
    let cut = head.rfind(' ').unwrap_or(end);
    format!("{}…", head.get(..cut).unwrap_or_default())
}
