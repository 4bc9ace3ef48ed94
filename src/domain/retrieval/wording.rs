//! How a passage words what was asked. A passage in which the question's words are scattered is
//! seldom its answer; one with a sentence that holds most of them, or that repeats its phrases,
//! often is. Measured in `docs/RETRIEVAL.md`.
//!
//! Runs over some 30 candidates of 1,000 characters for each question, so a word of a passage
//! that cannot be one of the question's is passed over without a copy.

use std::collections::BTreeSet;

use crate::kernel::text::{
    stem::stem,
    stop::{self, Weak},
};

/// Words of a question that are looked at.
const WORDS_MAX: usize = 48;
/// Words from one word of a phrase to the next, at most: `height of the tower` is `tower height`
/// no more, but `warranty for the battery` is `warranty battery`.
const PHRASE_REACH: usize = 3;
/// Share of a word's weight for a sentence below a heading that has it.
const ABOVE: f64 = 0.5;

/// A candidate's wording.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Title and headings.
    pub above: &'a str,
    pub text: &'a str,
}

/// What a candidate has of the question's wording, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wording {
    /// Share of the question's words, weighed by rarity, in the best single sentence.
    pub sentence: f64,
    /// Share of the question's pairs of neighbouring words that stand together.
    pub phrases: f64,
}

/// A word of a text that the question has too.
#[derive(Clone, Copy)]
struct Hit {
    /// Which word of the question.
    word: usize,
    sentence: usize,
    /// Its place among all words of the text.
    at: usize,
}

/// Compares each text with the question.
#[must_use]
pub fn compare(question: &str, texts: &[Text<'_>]) -> Vec<Wording> {
    let (order, words) = asked(question);
    let found: Vec<Vec<Hit>> = texts.iter().map(|text| hits(text.text, &words)).collect();
    let weights = weights(&found, words.len());
    let weight = |word: usize| weights.get(word).copied().unwrap_or(0.0);
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return vec![Wording::default(); texts.len()];
    }
    let pairs: BTreeSet<(usize, usize)> = order.iter().copied().zip(order.iter().copied().skip(1)).collect();
    let wording = |(text, own): (&Text<'_>, &Vec<Hit>)| {
        let above = hits(text.above, &words).iter().map(|hit| hit.word).collect();
        Wording {
            sentence: best_sentence(own, &above, weight) / total,
            phrases: repeated(own, &pairs).fold(0.0, |sum, (a, b)| sum + weight(a) + weight(b))
                / (2.0 * total),
        }
    };
    texts.iter().zip(&found).map(wording).collect()
}

/// The question's words as indexes in their order, and the distinct words.
fn asked(question: &str) -> (Vec<usize>, Vec<String>) {
    let mut order = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for word in question
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
    {
        let lower = word.to_lowercase();
        if matches!(stop::weak(&lower), Some(Weak::Grammar | Weak::Discourse)) {
            continue;
        }
        let stem = stem(&lower);
        let known = words.iter().position(|word| *word == stem);
        order.push(known.unwrap_or(words.len()));
        if known.is_none() {
            words.push(stem);
        }
    }
    (order, words)
}

/// Where the words of the question stand in a text.
fn hits(text: &str, words: &[String]) -> Vec<Hit> {
    let mut found = Vec::new();
    let (mut sentence, mut at) = (0, 0);
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((byte, c)) = chars.next() {
        if c.is_alphanumeric() {
            start.get_or_insert(byte);
        }
        let next = chars.peek().map(|(_, next)| *next);
        if !c.is_alphanumeric() || next.is_none() {
            if let Some(from) = start.take() {
                let end = if c.is_alphanumeric() { text.len() } else { byte };
                if let Some(word) = which(text.get(from..end).unwrap_or_default(), words) {
                    found.push(Hit { word, sentence, at });
                }
                at += 1;
            }
            sentence += usize::from(ends_sentence(c, next));
        }
    }
    found
}

/// A full stop before white space; a new paragraph, item, row or heading.
fn ends_sentence(c: char, next: Option<char>) -> bool {
    match c {
        '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
        '。' | '！' | '？' => true,
        '\n' => next.is_some_and(|next| matches!(next, '\n' | '|' | '-' | '*' | '#' | '>')),
        _ => false,
    }
}

/// The index of the word of the question that `token` is a form of. A stem keeps the beginning of
/// its word, so two letters rule most words out.
fn which(token: &str, words: &[String]) -> Option<usize> {
    let begins = |word: &String| {
        let mut chars = token.chars().flat_map(char::to_lowercase);
        word.chars().take(2).all(|c| chars.next() == Some(c))
    };
    if !words.iter().any(begins) {
        return None;
    }
    let stem = stem(&token.to_lowercase());
    words.iter().position(|word| *word == stem)
}

/// Rarity of each word among the candidates, as `rarity` weighs it, as though there were three
/// times as many: they were chosen for holding the words.
fn weights(hits: &[Vec<Hit>], words: usize) -> Vec<f64> {
    let all = count(hits.len()) * 3.0;
    (0..words)
        .map(|word| {
            let with = count(
                hits.iter()
                    .filter(|hits| hits.iter().any(|hit| hit.word == word))
                    .count(),
            );
            (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
        })
        .collect()
}

/// The most that one sentence holds, with what stands above it.
fn best_sentence(hits: &[Hit], above: &BTreeSet<usize>, weight: impl Fn(usize) -> f64) -> f64 {
    let sum = |words: &mut dyn Iterator<Item = usize>| words.map(&weight).fold(0.0, |a, b| a + b);
    hits.chunk_by(|a, b| a.sentence == b.sentence)
        .map(|sentence| {
            let own: BTreeSet<usize> = sentence.iter().map(|hit| hit.word).collect();
            let around = sum(&mut above.difference(&own).copied());
            sum(&mut own.iter().copied()) + ABOVE * around
        })
        .fold(ABOVE * sum(&mut above.iter().copied()), f64::max)
}

/// Pairs of the question that stand in the text in the same order, near each other.
fn repeated<'a>(
    hits: &[Hit],
    pairs: &'a BTreeSet<(usize, usize)>,
) -> impl Iterator<Item = (usize, usize)> + use<'a> {
    let mut seen = BTreeSet::new();
    for (n, hit) in hits.iter().enumerate() {
        let near = hits
            .iter()
            .skip(n + 1)
            .take_while(|next| next.at <= hit.at + PHRASE_REACH);
        seen.extend(near.map(|next| (hit.word, next.word)));
    }
    pairs.iter().copied().filter(move |pair| seen.contains(pair))
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen candidates")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain<'a>(texts: &[&'a str]) -> Vec<Text<'a>> {
        texts.iter().map(|text| Text { above: "", text }).collect()
    }

    #[test]
    fn one_sentence_with_all_words_beats_the_same_words_scattered() {
        let together = "Other things. Batteries are covered by the warranty for 12 months. More.";
        let scattered = "The battery is black. A warranty card is in the box. We covered it in foil.";
        let found = compare(
            "Is the battery covered by warranty?",
            &plain(&[together, scattered, "Nothing here."]),
        );
        assert!(found[0].sentence > 0.99, "{found:?}");
        assert!(found[1].sentence < 0.5, "{found:?}");
        assert!(found[0].phrases > found[1].phrases);
        assert_eq!(found[2], Wording::default());
    }

    #[test]
    fn a_row_or_an_item_is_a_sentence_of_its_own() {
        let table = "| Part | Price |\n| lithium battery | $89 |\n| brush | $24 |";
        let found = compare("brush battery", &plain(&[table]));
        assert!(found[0].sentence < 0.6, "{found:?}");
    }

    #[test]
    fn a_heading_speaks_for_what_is_below_it() {
        let text = "The limit is 60 requests.";
        let texts = [("Other", text), ("Cloud API", text)].map(|(above, text)| Text { above, text });
        let found = compare("What is the API limit?", &texts);
        assert!(found[1].sentence > found[0].sentence, "{found:?}");
        assert!(found[1].sentence < 1.0);
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["", "?", "日本語の質問", "a\u{0}b", "ß.ß. \n\n|", "the of and"] {
            for wording in compare(text, &plain(&[text, "", "the quick brown fox"])) {
                assert!((0.0..=1.0).contains(&wording.sentence) && (0.0..=1.0).contains(&wording.phrases));
            }
        }
    }
}
