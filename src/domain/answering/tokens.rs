//! Tokens of a text by tiktoken (`o200k_base`): what budgets are cut by, and what a call is
//! settled from when the upstream never told. Other vendors count a little differently; their own
//! count replaces this one whenever it comes.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use moka::sync::Cache;
use tiktoken_rs::o200k_base_singleton;

use crate::adapters::llm::{ChatRequest, hand_over};

/// Bytes given to the tokenizer at once. Its merge is quadratic in a run without spaces, so a
/// hostile run is cut; each cut miscounts by a token at most.
const SLICE: usize = 1_024;
/// Bytes counted exactly; the rest of a longer text is extrapolated.
const EXACT: usize = 400_000;
/// Tokens that a turn or a source costs beside its text (role, tags), rounded up.
const PER_TURN: usize = 4;
const PER_SOURCE: usize = 16;

/// Bytes of texts whose counts are remembered: the passages and conversations in use.
const REMEMBERED: u64 = 16 << 20;

/// Counts of texts that come again and again: passages, rules, earlier turns. Counting a
/// prompt's five thousand tokens takes some milliseconds, which are the visitor's.
static COUNTS: LazyLock<Cache<String, usize>> = LazyLock::new(|| {
    let weight = |text: &String, _: &usize| u32::try_from(text.len() + 64).unwrap_or(u32::MAX);
    Cache::builder().max_capacity(REMEMBERED).weigher(weight).build()
});

/// Tokens of words with the space before them. To look for where the words of a second of an answer begin and end, and
/// for them in the vocabulary, takes 80 µs.
static WORDS: LazyLock<RwLock<HashMap<Box<str>, u8>>> = LazyLock::new(RwLock::default);
/// Words that are remembered, some 60 bytes each; then they are learned anew.
const WORDS_MAX: usize = 100_000;
/// Bytes of a word that is.
const WORD_MAX: usize = 32;

/// Loads the vocabulary now rather than at the first count (a fraction of a second, some 50 MB).
pub fn warm() {
    let _loaded = o200k_base_singleton();
}

/// Tokens of `text`.
#[must_use]
pub fn count(text: &str) -> usize {
    let head = text.get(..text.floor_char_boundary(EXACT)).unwrap_or(text);
    let counted = of_words(head);
    if head.len() == text.len() {
        return counted;
    }
    counted.saturating_mul(text.len()) / head.len().max(1)
}

/// Tokens of `text`, word by word. No token goes over the beginning of a word that has a space before it, so words
/// are counted by themselves, and what is known of a word is not counted again.
fn of_words(text: &str) -> usize {
    let (mut counted, mut unknown) = (0, Vec::new());
    {
        let known = WORDS.read().unwrap_or_else(PoisonError::into_inner);
        for word in spaced(text) {
            match known.get(word) {
                Some(tokens) => counted += usize::from(*tokens),
                None => unknown.push(word),
            }
        }
    }
    let mut new = Vec::new();
    for word in unknown {
        let tokens = of_word(word);
        counted += tokens;
        if let (..=WORD_MAX, Ok(tokens)) = (word.len(), u8::try_from(tokens)) {
            new.push((word.into(), tokens));
        }
    }
    if !new.is_empty() {
        new.truncate(WORDS_MAX);
        let mut forgotten = HashMap::new();
        let mut known = WORDS.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() + new.len() > WORDS_MAX {
            std::mem::swap(&mut forgotten, &mut known);
        }
        known.extend(new);
        // Whoever counts meanwhile does not wait until they are given back.
        drop(known);
        drop(forgotten);
    }
    counted
}

fn of_word(word: &str) -> usize {
    let tokenizer = o200k_base_singleton();
    let (mut counted, mut rest) = (0, word);
    while !rest.is_empty() {
        let (slice, tail) = rest.split_at(slice_end(rest));
        counted += tokenizer.encode_ordinary(slice).len();
        rest = tail;
    }
    counted
}

/// `text` cut before each space that stands alone between two characters that are no white space.
fn spaced(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let parts = |at: usize| {
            let (before, behind) = rest.split_at(at);
            let alone = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
            alone(before.chars().next_back()) && alone(behind.chars().nth(1))
        };
        let end = rest.match_indices(' ').map(|(at, _)| at).find(|at| parts(*at));
        let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        Some(word)
    })
}

/// Tokens of a text that is likely to be counted again.
#[must_use]
pub fn remembered(text: &str) -> usize {
    if let Some(known) = COUNTS.get(text) {
        return known;
    }
    let counted = count(text);
    COUNTS.insert(text.to_owned(), counted);
    counted
}

/// Tokens of a whole request as it is sent: system, turns, sources, tool, and what frames them.
#[must_use]
pub fn of_request(request: &ChatRequest) -> usize {
    let turns: usize = request
        .turns
        .iter()
        .map(|turn| remembered(&turn.text) + PER_TURN)
        .sum();
    let sources: usize = request
        .sources
        .iter()
        .map(|source| {
            let heading: usize = source.heading.iter().map(|part| remembered(part)).sum();
            remembered(&source.title) + heading + remembered(&source.text) + PER_SOURCE
        })
        .sum();
    let tool = if request.hand_over {
        remembered(hand_over::DESCRIPTION) + PER_SOURCE
    } else {
        0
    };
    remembered(&request.system) + turns + sources + tool
}

/// The longest head of `text` within `budget` tokens, cut at a space where there is one.
#[must_use]
pub fn truncated(text: &str, budget: usize) -> &str {
    let mut head = text
        .get(..text.floor_char_boundary(budget.saturating_mul(16)))
        .unwrap_or(text);
    while !head.is_empty() {
        let tokens = remembered(head);
        if tokens <= budget {
            break;
        }
        let keep = head.len().saturating_mul(budget) / tokens;
        let shorter = head
            .get(..head.floor_char_boundary(keep.min(head.len() - 1)))
            .unwrap_or_default();
        head = match shorter.rfind(char::is_whitespace) {
            Some(space) if space > shorter.len() / 2 => shorter.get(..space).unwrap_or_default(),
            _ => shorter,
        };
    }
    head
}

/// Where the next slice of `rest` ends: at the last space before [`SLICE`], or there.
fn slice_end(rest: &str) -> usize {
    if rest.len() <= SLICE {
        return rest.len();
    }
    let most = rest.floor_char_boundary(SLICE);
    rest.get(..most)
        .and_then(|head| head.rfind(' '))
        .filter(|space| *space > 0)
        .unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_are_tiktokens_own() {
        assert_eq!(count(""), 0);
        assert_eq!(count("hello world"), 2);
        let long = "The warranty lasts twenty-four months. ".repeat(200);
        let exact = o200k_base_singleton().encode_ordinary(&long).len();
        assert!(count(&long).abs_diff(exact) <= long.len() / SLICE + 1);
    }

    proptest! {
        /// Word by word, and again when the words are known.
        #[test]
        fn words_count_as_much_by_themselves_as_together(
            text in "(([a-zA-Z]{1,9}|[0-9]{1,5}|don't|§ 4|é|日本|🦀|ﬁ|[.,!?:;/()#*'\"-]{1,3}|\\[S[0-9]\\])[ \t\n\r\u{a0}\u{3000}]{0,3}){0,40}",
        ) {
            let exact = o200k_base_singleton().encode_ordinary(&text).len();
            prop_assert_eq!((count(&text), count(&text)), (exact, exact), "{:?}", text);
        }
    }

    #[test]
    fn hostile_text_is_counted_in_bounded_time() {
        let before = std::time::Instant::now();
        assert!(count(&"a".repeat(60_000)) > 1_000);
        assert!(count(&"é".repeat(3_000_000)) > 100_000);
        assert!(before.elapsed().as_secs() < 20);
    }

    #[test]
    fn a_cut_text_is_within_its_budget() {
        for text in [
            "one two three four five six seven",
            "日本語の文章はここにあります",
            "aaaaaaaaaaaaaaaaaaaaa",
        ] {
            for budget in 0..8 {
                let cut = truncated(text, budget);
                assert!(count(cut) <= budget && text.starts_with(cut), "{budget} {cut}");
            }
        }
    }
}
