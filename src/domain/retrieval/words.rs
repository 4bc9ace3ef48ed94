//! Where the words of a question stand in a text: read off the text, or off what was kept of it
//! when it was read before. Some 30 texts of 1,000 characters are looked through for each question,
//! so in a text a word that cannot be one of the question's is passed over without a copy.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::kernel::text::stem::stem;

/// A word of a question without its ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stem {
    text: String,
    begins: Beginning,
    hash: u64,
}

impl Stem {
    /// Of a word in lower case.
    pub fn of(word: &str) -> Self {
        let text = stem(word);
        Self {
            begins: beginning(&text),
            hash: hash(&text),
            text,
        }
    }
}

/// The first two letters of a word, lower case. A stem keeps them, so they rule most words out.
type Beginning = [Option<char>; 2];

fn beginning(word: &str) -> Beginning {
    let mut chars = word.chars().map(|c| c.to_lowercase().next().unwrap_or(c));
    [chars.next(), chars.next()]
}

/// The same for the life of the process. Two stems of one hash would be taken for one word, which
/// among the words of one space happens once in some 10¹¹ spaces.
fn hash(stem: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    stem.hash(&mut hasher);
    hasher.finish()
}

/// A word of a text that the question has too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which word of the question.
    pub word: usize,
    pub sentence: usize,
    /// Its place among all words of the text.
    pub at: usize,
}

/// The words of a text.
#[derive(Clone, Copy, Debug)]
pub enum Words<'a> {
    In(&'a str),
    Kept(&'a KeptWords),
}

impl Words<'_> {
    /// Where those of the question stand, in their order in the text.
    pub fn hits(&self, words: &[Stem]) -> Vec<Hit> {
        let mut found = Vec::new();
        match self {
            Self::In(text) => {
                each(text, |token, sentence, at| {
                    found.extend(which(token, words).map(|word| Hit { word, sentence, at }));
                });
            }
            Self::Kept(kept) => {
                // Most words are none of the question's: one bit of their hash tells.
                let bit = |hash: u64| 1_u64 << (hash % 64);
                let bits = words.iter().fold(0, |bits, word| bits | bit(word.hash));
                for (at, (hash, sentence)) in kept.words.iter().enumerate() {
                    if bits & bit(*hash) == 0 {
                        continue;
                    }
                    let word = words.iter().position(|word| word.hash == *hash);
                    let sentence = *sentence as usize;
                    found.extend(word.map(|word| Hit { word, sentence, at }));
                }
            }
        }
        found
    }
}

/// What is kept of a text that questions are compared with again and again: 16 bytes a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptWords {
    /// Each word's hash and the sentence it is in.
    words: Box<[(u64, u32)]>,
}

impl KeptWords {
    pub fn of(text: &str) -> Self {
        let mut words = Vec::new();
        each(text, |token, sentence, _| {
            let sentence = u32::try_from(sentence).unwrap_or(u32::MAX);
            words.push((hash(&stem(&token.to_lowercase())), sentence));
        });
        Self { words: words.into() }
    }

    /// Bytes it takes.
    pub fn size(&self) -> usize {
        size_of_val(&*self.words)
    }
}

/// Tells each word of a text with the number of its sentence and its own, both from 0.
fn each<'a>(text: &'a str, mut tell: impl FnMut(&'a str, usize, usize)) {
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
                tell(text.get(from..end).unwrap_or_default(), sentence, at);
                at += 1;
            }
            sentence += usize::from(ends_sentence(c, next));
        }
    }
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

/// The index of the word of the question that `token` is a form of.
fn which(token: &str, words: &[Stem]) -> Option<usize> {
    let begins = beginning(token);
    // A stem of one letter has no second to compare.
    let could_be = |word: &Stem| {
        word.begins[0] == begins[0] && (word.begins[1] == begins[1] || word.begins[1].is_none())
    };
    if !words.iter().any(could_be) {
        return None;
    }
    let stem = stem(&token.to_lowercase());
    words.iter().position(|word| word.text == stem)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn kept_words_are_found_where_those_of_the_text_are(
            text in "(([a-cA-C]{1,4}|[0-9]{1,3}|ß|日本|don't|returns?|returning)[ .!?\n|-]{0,2}){0,40}",
            question in "([a-c]{1,4}|[0-9]{1,3}|ss|日本|return|returned){1,6}",
        ) {
            let words: Vec<Stem> = question
                .split_inclusive(|c: char| !c.is_alphanumeric())
                .chain(["return", "a", "日本", "ß"])
                .map(|word| Stem::of(&word.to_lowercase()))
                .collect();
            let kept = KeptWords::of(&text);
            prop_assert_eq!(Words::In(&text).hits(&words), Words::Kept(&kept).hits(&words));
        }
    }
}
