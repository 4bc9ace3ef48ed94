//! Text into words: lower case, stem, class. Hyphens part words, a digit parts from the letters
//! of a unit behind it (`24h`), a model name keeps both (`a1`). Scripts without spaces (Chinese,
//! Japanese, Thai) become overlapping pairs of characters.

use super::{
    numbers,
    stem::stem,
    stop::{self, Weak},
};

/// What kind of word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A numeral or number word; its `stem` is the canonical number.
    Number,
    /// A unit or currency beside a number; its `stem` is the unit's one name.
    Unit,
    /// Capitalised inside a sentence, all capitals, or letters mixed with digits.
    Name,
    Weak(Weak),
    Content,
}

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Lower case, typographic apostrophes made plain.
    pub lower: String,
    /// What is compared: stem, canonical number or unit.
    pub stem: String,
    pub kind: Kind,
    /// Byte offset of the word in the text.
    pub at: usize,
    /// Opens a sentence, a table cell or the part behind a semicolon: what was negated before it
    /// says nothing of it.
    pub opens: bool,
}

impl Word {
    /// Whether it says something by itself: not grammar, not conversation.
    #[must_use]
    pub fn has_meaning(&self) -> bool {
        !matches!(self.kind, Kind::Weak(Weak::Grammar | Weak::Discourse))
    }
}

/// The words of `text`, in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(text.len() / 6);
    let mut sentence_start = true;
    let mut opens = true;
    for (at, token) in tokens(text) {
        let symbol = currency(token);
        if symbol.is_none() && !token.starts_with(char::is_alphanumeric) {
            sentence_start |= token.starts_with(['.', '!', '?', ':', '\n', '|', '#', '*']);
            opens |= token.starts_with(['.', '!', '?', ';', '|', '。', '！', '？', '；']);
            continue;
        }
        let first = out.len();
        if let Some(symbol) = symbol {
            push(&mut out, token.to_owned(), symbol.to_owned(), Kind::Unit, at);
        } else {
            push_token(&mut out, token, at, sentence_start);
            sentence_start = false;
        }
        if let Some(word) = out.get_mut(first) {
            word.opens = opens;
        }
        opens = false;
    }
    out
}

fn push(out: &mut Vec<Word>, lower: String, stem: String, kind: Kind, at: usize) {
    out.push(Word {
        lower,
        stem,
        kind,
        at,
        opens: false,
    });
}

/// Classifies one token of letters, digits and inner punctuation.
fn push_token(out: &mut Vec<Word>, token: &str, at: usize, sentence_start: bool) {
    if token.chars().next().is_some_and(unspaced) {
        return push_pairs(out, token, at);
    }
    let lower = token.to_lowercase().replace('’', "'");
    let lower = lower.strip_suffix("'s").unwrap_or(&lower).to_owned();
    if let Some(number) = numbers::canonical(&lower) {
        return push(out, lower, number, Kind::Number, at);
    }
    let letters_from = lower.find(|c: char| !c.is_ascii_digit() && !".,".contains(c));
    if let Some((digits, rest)) = letters_from.and_then(|from| lower.split_at_checked(from))
        && let (Some(number), Some(unit)) = (numbers::canonical(digits), numbers::unit(rest))
    {
        push(out, digits.to_owned(), number, Kind::Number, at);
        return push(
            out,
            rest.to_owned(),
            unit.to_owned(),
            Kind::Unit,
            at + digits.len(),
        );
    }
    if let Some(value) = numbers::from_word(&lower) {
        return push_number_word(out, lower, value, at);
    }
    let beside_number = out.iter().rev().take(3).any(|word| word.kind == Kind::Number);
    if beside_number && let Some(unit) = numbers::unit(&lower) {
        return push(out, lower, unit.to_owned(), Kind::Unit, at);
    }
    let kind = match stop::weak(&lower) {
        Some(weak) => Kind::Weak(weak),
        None if is_name(token, sentence_start) => Kind::Name,
        None => Kind::Content,
    };
    let stem = match kind {
        Kind::Weak(Weak::Grammar | Weak::Discourse) => lower.clone(),
        _ => stem(&lower),
    };
    push(out, lower, stem, kind, at);
}

/// `twenty` then `four` is 24; anything else is its own number.
fn push_number_word(out: &mut Vec<Word>, lower: String, value: u32, at: usize) {
    if value < 10
        && let Some(last) = out.last_mut()
        && last.kind == Kind::Number
        && let Some(tens) = numbers::from_word(&last.lower)
        && tens >= 20
    {
        last.stem = (tens + value).to_string();
        return;
    }
    push(out, lower, value.to_string(), Kind::Number, at);
}

fn is_name(token: &str, sentence_start: bool) -> bool {
    let upper = token.chars().filter(|c| c.is_uppercase()).count();
    let digits = token.chars().any(|c| c.is_ascii_digit());
    digits || upper >= 2 || (upper == 1 && !sentence_start && token.starts_with(char::is_uppercase))
}

fn currency(token: &str) -> Option<&'static str> {
    matches!(token, "$" | "€" | "£" | "%")
        .then(|| numbers::unit(token))
        .flatten()
}

/// Scripts written without spaces between words.
#[must_use]
pub fn unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0E7F | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF)
}

fn push_pairs(out: &mut Vec<Word>, token: &str, at: usize) {
    let chars: Vec<(usize, char)> = token.char_indices().collect();
    let mut push = |pair: String, offset: usize| push(out, pair.clone(), pair, Kind::Content, at + offset);
    if let [(offset, only)] = chars.as_slice() {
        push(only.to_string(), *offset);
    }
    for pair in chars.windows(2) {
        if let [(offset, first), (_, second)] = pair {
            push([*first, *second].iter().collect(), *offset);
        }
    }
}

/// Runs of letters and digits with their inner apostrophes, decimal points and colons; each
/// other visible character by itself.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest_at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(rest_at..)?;
        let skip = rest.find(|c: char| !c.is_whitespace() || c == '\n')?;
        let start = rest_at + skip;
        let rest = text.get(start..)?;
        let end = start + token_len(rest);
        rest_at = end;
        Some((start, text.get(start..end)?))
    })
}

/// Bytes of the token at the start of `rest`; at least one character.
fn token_len(rest: &str) -> usize {
    let mut chars = rest.char_indices().peekable();
    let Some((_, first)) = chars.next() else { return 0 };
    if !first.is_alphanumeric() {
        return first.len_utf8();
    }
    let script = unspaced(first);
    let mut before = first;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let inner = match c {
            '\'' | '’' => before.is_alphanumeric() && next.is_some_and(char::is_alphabetic),
            '.' | ',' | ':' => before.is_ascii_digit() && next.is_some_and(|c| c.is_ascii_digit()),
            _ => c.is_alphanumeric() && unspaced(c) == script,
        };
        if !inner {
            return at;
        }
        before = c;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.stem).collect()
    }

    #[test]
    fn numbers_and_units_have_one_form() {
        assert_eq!(stems("$1,000"), ["usd", "1000"]);
        assert_eq!(stems("24h"), stems("24 hours"));
        assert_eq!(stems("twenty-four hours"), stems("24 hrs"));
        assert_eq!(stems("30%"), stems("30 percent"));
        assert_eq!(stems("3.5 kg"), stems("3.50kg"));
    }

    #[test]
    fn names_are_told_from_sentence_starts() {
        let kinds: Vec<_> = words("Returns go to Rotterdam. Charge the A1 and MOW-2.")
            .iter()
            .map(|w| (w.lower.clone(), w.kind))
            .collect();
        let names: Vec<_> = kinds
            .iter()
            .filter(|(_, k)| *k == Kind::Name)
            .map(|(w, _)| w.as_str())
            .collect();
        assert_eq!(names, ["rotterdam", "a1", "mow"]);
    }

    #[test]
    fn sentences_cells_and_semicolons_open_anew() {
        let text = "Nothing is lost. Hold it: 5 s; no more | $30 | yes";
        let opening: Vec<String> = words(text)
            .into_iter()
            .filter(|word| word.opens)
            .map(|word| word.lower)
            .collect();
        assert_eq!(opening, ["nothing", "hold", "no", "$", "yes"]);
    }

    #[test]
    fn any_text_has_words_at_its_own_offsets() {
        for text in [
            "",
            "…",
            "日本語の文",
            "naïve café’s",
            "a'b",
            "1.",
            "é.1,",
            "\u{0}x",
        ] {
            for word in words(text) {
                assert!(text.get(word.at..).is_some(), "{text:?} {word:?}");
            }
        }
        assert_eq!(stems("日本語"), ["日本", "本語"]);
    }
}
