//! What an answer cites, as it is kept with the answer and shown to the visitor.

use std::{collections::BTreeSet, ops::Range};

use super::{
    source_link::{Place, Spot},
    stream::{Answer, SourceText},
    turn::Cited,
};
use crate::domain::{conversations::event::Citation, retrieval::Passage};

/// Characters of a citation's excerpt at most.
const EXCERPT: usize = 280;

/// The sources of an answer as the model was shown them, by the numbers it cites.
#[must_use]
pub fn sources(passages: &[Passage]) -> Vec<SourceText> {
    let numbered = passages.iter().zip(1..);
    numbered
        .map(|(passage, number)| SourceText {
            number,
            text: passage.context.clone(),
        })
        .collect()
}

/// The sources the answer cites, in the order of their numbers.
#[must_use]
pub fn cited(passages: &[Passage], answer: &Answer, place: &Place<'_>) -> Vec<Cited> {
    let text: Vec<u16> = answer.text.encode_utf16().collect();
    let numbered = passages.iter().zip(1..).filter(|(_, n)| answer.cited.contains(n));
    numbered
        .map(|(passage, n)| {
            // The first claim is what the source was chosen for.
            let claim = answer.claims.iter().find(|claim| claim.sources.contains(&n));
            let said = claim.and_then(|claim| text.get(claim.start..claim.end));
            let said = words(&String::from_utf16_lossy(said.unwrap_or_default())).collect();
            let range = backing(&passage.context, &said);
            let spot = Spot::of(passage, in_document(passage, &range));
            Cited {
                passage: passage.id,
                citation: Citation {
                    n,
                    document: passage.document,
                    title: passage.title.clone(),
                    excerpt: excerpt(&passage.context, &range),
                    url: Some(place.of(&spot)),
                    page: passage.page.and_then(|page| i32::try_from(page).ok()),
                },
                spot,
            }
        })
        .collect()
}

/// Bytes of the part of `context` that has most of what was `said`: it begins with a sentence, and
/// is as long as an excerpt may be.
fn backing(context: &str, said: &BTreeSet<String>) -> Range<usize> {
    let mut best = (0, 0..window(context, 0));
    for start in sentences(context) {
        let range = start..window(context, start);
        let part = context.get(range.clone()).unwrap_or_default();
        let found: BTreeSet<String> = words(part).filter(|word| said.contains(word)).collect();
        // Of two that have as much, the later begins nearer to it.
        if found.len() >= best.0 {
            best = (found.len(), range);
        }
    }
    best.1
}

/// Where sentences and lines begin.
fn sentences(text: &str) -> impl Iterator<Item = usize> {
    let begins = text.match_indices(['\n', ' ']).filter(|(at, space)| {
        let before = text.get(..*at).unwrap_or_default();
        *space == "\n" || before.ends_with(['.', '!', '?'])
    });
    let behind = begins.map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind.filter(|at| text.get(*at..).is_some_and(|rest| !rest.trim().is_empty())))
}

/// The end of an excerpt that begins at `start`: at a word.
fn window(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let Some((end, _)) = rest.char_indices().nth(EXCERPT) else {
        return text.len();
    };
    let cut = rest.get(..end).and_then(|head| head.rfind(char::is_whitespace));
    start + cut.unwrap_or(end)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// The same range as characters of the whole document.
fn in_document(passage: &Passage, range: &Range<usize>) -> Option<Range<usize>> {
    let chars = |end: usize| Some(passage.context.get(..end)?.chars().count());
    let own = chars(passage.context.find(&passage.text)?)?;
    let begin = usize::try_from(passage.start_char).ok()?.checked_sub(own)?;
    Some(begin + chars(range.start)?..begin + chars(range.end)?)
}

fn excerpt(text: &str, range: &Range<usize>) -> String {
    let part = text.get(range.clone()).unwrap_or_default();
    let flat = part.split_whitespace().collect::<Vec<_>>().join(" ");
    if range.end < text.len() {
        flat + "…"
    } else {
        flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excerpt_begins_where_the_source_says_it() {
        let filler = "Parcels leave the warehouse every day and reach most towns soon. ".repeat(8);
        let text = format!("{filler}\n| Express | 2 days | $24 |\n{filler}");
        let said = words("Express is $24").collect();
        let range = backing(&text, &said);
        assert!(excerpt(&text, &range).starts_with("| Express | 2 days | $24 |"));
        assert!(excerpt(&text, &range).ends_with('…'));
        assert_eq!(excerpt("日本語。", &backing("日本語。", &said)), "日本語。");
        assert_eq!(excerpt("", &backing("", &said)), "");
    }
}
