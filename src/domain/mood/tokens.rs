//! A message as the lexicon reads it: words in lower case with their bytes, a character of a script
//! without spaces by itself, marks that end a sentence, emoticons and emoji.

use std::borrow::Cow;

use super::{lexicon, modifiers::modifier};
use crate::kernel::text::words::unspaced;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Ends a sentence or a part of it: what was negated before says nothing of what follows.
    Stop,
    /// An emoticon or emoji.
    Face,
    Other,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Lower case, typographic apostrophes made plain.
    pub lower: Cow<'a, str>,
    /// Bytes in the text.
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    /// Two capitals or more, and no small letter.
    pub shouted: bool,
}

/// The tokens of `text`, in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if first.is_whitespace() {
            if first == '\n' {
                out.push(token(rest, at, 1, Kind::Stop));
            }
            at += first.len_utf8();
            continue;
        }
        let (length, kind) = measure(rest, first);
        out.push(token(rest, at, length, kind));
        at += length;
    }
    out
}

fn token(rest: &str, start: usize, length: usize, kind: Kind) -> Token<'_> {
    let text = rest.get(..length).unwrap_or_default();
    let small = kind != Kind::Word || !text.contains(|c: char| c.is_uppercase() || c == '’');
    Token {
        lower: shortened(if small {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.to_lowercase().replace('’', "'"))
        }),
        start,
        end: start + length,
        kind,
        shouted: !small
            && !text.contains(char::is_lowercase)
            && text.chars().filter(|c| c.is_uppercase()).nth(1).is_some(),
    }
}

/// A word whose letters were drawn out, `soooo` and `goood`, as it is usually written: of a letter that
/// stands three times in a row with two where that is a known word, or else with one.
fn shortened(word: Cow<'_, str>) -> Cow<'_, str> {
    if !word.is_ascii() || !word.as_bytes().windows(3).any(is_drawn) {
        return word;
    }
    let twice = drawn_in(&word, 2);
    Cow::Owned(if is_known(&twice) {
        twice
    } else {
        drawn_in(&word, 1)
    })
}

/// Three of one letter.
fn is_drawn(letters: &[u8]) -> bool {
    matches!(letters, [a, b, c] if a == b && b == c && a.is_ascii_alphabetic())
}

fn is_known(word: &str) -> bool {
    lexicon::word(word).is_some() || modifier(word).is_some()
}

/// With `most` of each letter that stands three times or more in a row.
fn drawn_in(word: &str, most: usize) -> String {
    let runs = word.as_bytes().chunk_by(|a, b| a == b);
    let kept = runs.flat_map(|run| &run[..if run.len() > 2 { most } else { run.len() }]);
    kept.map(|letter| char::from(*letter)).collect()
}

/// Bytes and kind of the token that `rest` begins with.
fn measure(rest: &str, first: char) -> (usize, Kind) {
    if let Some(length) = lexicon::emoticon(rest) {
        return (length, Kind::Face);
    }
    if let Some(length) = address(rest) {
        return (length, Kind::Other);
    }
    if in_word(first) {
        return (word_length(rest, first), Kind::Word);
    }
    let kind = match first {
        '.' | '!' | '?' | ';' | ':' | '…' | '。' | '！' | '？' | '；' | '؟' | '۔' | '।' => {
            Kind::Stop
        }
        _ if lexicon::emoji(first) => Kind::Face,
        _ => Kind::Other,
    };
    (first.len_utf8(), kind)
}

/// Bytes of the link or the `@name` that `rest` begins with: no words.
fn address(rest: &str) -> Option<usize> {
    if ["http://", "https://", "www."]
        .iter()
        .any(|start| rest.starts_with(start))
    {
        return Some(rest.find(char::is_whitespace).unwrap_or(rest.len()));
    }
    let name = rest.strip_prefix('@')?;
    let length = name.find(|c| !in_word(c)).unwrap_or(name.len());
    (length > 0).then_some(length + 1)
}

/// Letters and digits, and what Indic and Arabic scripts write above and below them.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(u32::from(c), 0x0300..=0x036F | 0x064B..=0x0652 | 0x093C | 0x094D)
}

fn word_length(rest: &str, first: char) -> usize {
    if unspaced(first) {
        return first.len_utf8();
    }
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let inner = match c {
            '\'' | '’' => at > 0 && next.is_some_and(char::is_alphabetic),
            _ => in_word(c) && !unspaced(c),
        };
        if !inner {
            return at;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(text: &str) -> Vec<String> {
        tokens(text).iter().map(|token| token.lower.to_string()).collect()
    }

    #[test]
    fn words_marks_faces_and_single_characters() {
        assert_eq!(lower("It DOESN’T work!"), ["it", "doesn't", "work", "!"]);
        assert_eq!(lower("thanks :-) 👍"), ["thanks", ":-)", "👍"]);
        assert_eq!(lower("退款ok"), ["退", "款", "ok"]);
        assert_eq!(lower("बहुत गुस्सा"), ["बहुत", "गुस्सा"]);
    }

    #[test]
    fn capitals_are_shouted_from_two_on() {
        let shouted = |text| tokens(text).iter().filter(|token| token.shouted).count();
        assert_eq!(shouted("I want MY money BACK, Anna"), 2);
    }
}
