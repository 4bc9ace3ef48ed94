//! What a phrase of the lexicon matches: words in a row, each as it is, by its beginning (`kündig*`),
//! any of several (`day|days`), a number (`#`), or one that may be missing (`(still)`). Scripts
//! without spaces are matched character by character.

use super::tokens::{self, Token};

/// One place of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    options: Vec<Piece>,
    optional: bool,
}

/// What one word of a text may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Word(String),
    Beginning(String),
    Number,
}

/// A phrase to be found; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Place>);

impl Pattern {
    /// Reads a phrase as the lexicon has it.
    pub(super) fn parse(phrase: &str) -> Self {
        Self(phrase.split_whitespace().flat_map(places).collect())
    }

    /// What it may begin with.
    pub(super) fn heads(&self) -> impl Iterator<Item = &Piece> {
        let needed = self.0.iter().position(|place| !place.optional);
        let first = self.0.iter().take(needed.map_or(self.0.len(), |at| at + 1));
        first.flat_map(|place| &place.options)
    }

    /// How many of the first `tokens` it takes, or `None` where it does not match.
    pub(super) fn matches(&self, tokens: &[Token<'_>]) -> Option<usize> {
        let mut taken = 0;
        for place in &self.0 {
            let found = tokens
                .get(taken)
                .is_some_and(|token| place.options.iter().any(|piece| piece.fits(token)));
            if found {
                taken += 1;
            } else if !place.optional {
                return None;
            }
        }
        Some(taken)
    }
}

impl Piece {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::Beginning(beginning.to_owned()),
            None if text == "#" => Self::Number,
            None => Self::Word(text.to_owned()),
        }
    }

    fn fits(&self, token: &Token<'_>) -> bool {
        match self {
            Self::Word(word) => token.lower == *word,
            Self::Beginning(beginning) => token.lower.starts_with(beginning.as_str()),
            Self::Number => is_number(&token.lower),
        }
    }
}

fn places(chunk: &str) -> Vec<Place> {
    let bare = chunk.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (text, optional) = (bare.unwrap_or(chunk), bare.is_some());
    let options: Vec<&str> = text.split('|').collect();
    let [only] = options.as_slice() else {
        let options = options.into_iter().map(Piece::parse).collect();
        return vec![Place { options, optional }];
    };
    if only.ends_with('*') || *only == "#" {
        let options = vec![Piece::parse(only)];
        return vec![Place { options, optional }];
    }
    let words = tokens::tokens(only);
    let place = |token: &Token<'_>| Place {
        options: vec![Piece::Word(token.lower.to_string())],
        optional,
    };
    words.iter().map(place).collect()
}

/// Digits, or a number word of what people wait for and count.
pub(super) fn is_number(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "several",
        "many",
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "zehn",
        "mehreren",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "plusieurs",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "varios",
        "varias",
        "dois",
        "duas",
        "três",
        "quatro",
        "vários",
        "várias",
        "due",
        "tre",
        "quattro",
        "cinque",
        "twee",
        "drie",
        "vijf",
        "दो",
        "तीन",
        "चार",
    ];
    word.starts_with(|c: char| c.is_numeric()) || WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pattern: &str, text: &str) -> Option<usize> {
        Pattern::parse(pattern).matches(&tokens::tokens(text))
    }

    #[test]
    fn a_phrase_matches_words_in_a_row() {
        assert_eq!(taken("waste of (my) time", "waste of time"), Some(3));
        assert_eq!(taken("waste of (my) time", "waste of my time"), Some(4));
        assert_eq!(taken("waste of (my) time", "waste of money"), None);
        assert_eq!(taken("kündig*", "kündigung"), Some(1));
        assert_eq!(taken("for # day|days|weeks", "for 3 weeks"), Some(3));
        assert_eq!(taken("for # day|days|weeks", "for three days now"), Some(3));
        assert_eq!(taken("退款", "退款了"), Some(2));
        assert_eq!(taken("don't work", "don’t WORK"), Some(2));
    }
}
