use proptest::prelude::*;

use super::*;
use crate::domain::knowledge::extract::{markdown, text};

/// Four characters a token, rounded up per word: near enough to a real tokenizer, and like one
/// not additive inside a word.
fn count(text: &str) -> usize {
    text.split_whitespace()
        .map(|word| word.chars().count().div_ceil(4))
        .sum()
}

const SMALL: ChunkLimits = ChunkLimits {
    passage: 24,
    overlap: 6,
    prefix: 8,
    context_bytes: 300,
};

fn texts(document: &Extracted, limits: ChunkLimits) -> Vec<String> {
    let passages = cut(document, "", limits, &count);
    passages
        .into_iter()
        .map(|passage| document.text[passage.range].to_owned())
        .collect()
}

#[test]
fn sections_are_not_mixed_and_headings_are_embedded() {
    let document = markdown::extract("# Acme\n\nHello.\n\n## Returns\n\nThirty days.".into());
    let passages = cut(&document, "Acme", ChunkLimits::default(), &count);
    let embedded: Vec<_> = passages
        .iter()
        .map(|passage| passage.embed_text.as_str())
        .collect();
    assert_eq!(embedded, ["Acme\nHello.", "Acme > Returns\nThirty days."]);
}

#[test]
fn a_table_that_fits_is_kept_whole() {
    let table = "| zone | days |\n|---|---|\n| A | 1 |\n| B | 2 |";
    let document = markdown::extract(format!(
        "Some words in front of it, quite a few of them here.\n\n{table}"
    ));
    let found = texts(&document, ChunkLimits { passage: 26, ..SMALL });
    assert!(found.iter().any(|text| text == table), "{found:?}");
}

#[test]
fn long_prose_overlaps_by_whole_sentences() {
    let sentences: Vec<String> = (0..12).map(|n| format!("Sentence number {n} is here.")).collect();
    let document = text::extract(sentences.join(" "));
    let found = texts(&document, ChunkLimits { overlap: 10, ..SMALL });
    assert!(found.len() > 3, "{found:?}");
    for pair in found.windows(2) {
        let first = pair[1].split_inclusive(". ").next().unwrap();
        assert!(pair[0].contains(first.trim_end()), "{pair:?}");
    }
}

#[test]
fn a_short_passage_is_filled_up_from_its_section_and_none_holds_another() {
    let table = "| zone | days |\n|---|---|\n| A | 1 |\n| B | 2 |";
    let before = "Some words in front of it, quite a few of them here.";
    let behind = "Some words behind it as well. And one more.";
    let document = markdown::extract(format!("{before}\n\n{table}\n\n{behind}"));
    let limits = ChunkLimits { passage: 26, ..SMALL };
    let found = texts(&document, limits);
    let begun = format!("{before}\n\n| zone | days |\n|---|---|");
    assert_eq!(found[0], begun, "there is room for two lines more");
    assert_eq!(found[1], table);
    for (at, text) in found.iter().enumerate() {
        let within = |(other, larger): (usize, &String)| other != at && larger.contains(text.as_str());
        assert!(!found.iter().enumerate().any(within), "{found:?}");
    }
}

#[test]
fn the_context_stays_in_its_section() {
    let document = markdown::extract("# A\n\none two.\n\n# B\n\nthree four.\n\n# C\n\nfive.".into());
    for passage in cut(&document, "t", ChunkLimits::default(), &count) {
        assert_eq!(passage.context, passage.range);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_is_too_long(
        parts in prop::collection::vec(("#{0,3} ?[a-zA-Zäß🙂 .!?|-]{0,120}", "\n{1,3}"), 0..30),
        title in "[a-z ]{0,60}",
    ) {
        let source: String = parts.into_iter().map(|(line, gap)| line + &gap).collect();
        for document in [markdown::extract(source.clone()), text::extract(source.clone())] {
            let passages = cut(&document, &title, SMALL, &count);
            for passage in &passages {
                let slice = document.text.get(passage.range.clone());
                prop_assert!(slice.is_some_and(|slice| passage.embed_text.ends_with(slice)));
                prop_assert!(passage.tokens <= SMALL.passage, "{passage:?}");
                prop_assert_eq!(passage.tokens, count(&passage.embed_text));
                prop_assert!(passage.context.start <= passage.range.start);
                prop_assert!(passage.context.end >= passage.range.end);
                prop_assert!(document.text.get(passage.context.clone()).is_some());
            }
            for block in &document.blocks {
                for (at, c) in document.text[block.range.clone()].char_indices() {
                    let at = block.range.start + at;
                    let covered = c.is_whitespace() || passages.iter().any(|p| p.range.contains(&at));
                    prop_assert!(covered, "byte {at} of {source:?}");
                }
            }
            prop_assert!(passages.windows(2).all(|pair| pair[0].range.start < pair[1].range.start));
        }
    }
}
