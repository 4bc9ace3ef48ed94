//! What a word is looked for under. Most go by their stem. A number goes with what it counts or
//! names: `3 weeks` is not the 3 of `Sweep 3`, nor are `3 business days`.

use std::collections::BTreeSet;

use crate::kernel::text::words::{Kind, Word};

/// Words between a number and its unit at most (`3 business days`).
const UNIT_REACH: usize = 2;

/// A word under its key.
#[derive(Debug)]
pub struct Keyed<'a> {
    pub word: &'a Word,
    /// Its place among the words.
    pub at: usize,
    pub key: String,
    /// The unit of an amount (`3 weeks`).
    pub unit: Option<&'a str>,
}

/// Every word with a meaning under its key; the unit of an amount also under its own.
pub fn keyed(words: &[Word]) -> Vec<Keyed<'_>> {
    let mut out = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate().filter(|(_, word)| word.has_meaning()) {
        if word.kind != Kind::Number {
            out.push(Keyed {
                word,
                at,
                key: word.stem.clone(),
                unit: None,
            });
            continue;
        }
        let unit = unit(words, at);
        let key = match (unit, named(words, at)) {
            (Some(unit), _) => format!("{} {unit}", word.stem),
            (None, Some(name)) => format!("{name} {}", word.stem),
            (None, None) => word.stem.clone(),
        };
        out.push(Keyed { word, at, key, unit });
    }
    out
}

/// What the words of a text are looked for under.
pub fn keys(words: &[Word]) -> BTreeSet<String> {
    keyed(words).into_iter().map(|keyed| keyed.key).collect()
}

/// The unit of the number at `at`, behind it or (`$5`) before it.
fn unit(words: &[Word], at: usize) -> Option<&str> {
    let behind = words
        .iter()
        .skip(at + 1)
        .take(UNIT_REACH)
        .take_while(|word| word.kind != Kind::Number)
        .find(|word| word.kind == Kind::Unit);
    let before = at
        .checked_sub(1)
        .and_then(|at| words.get(at))
        .filter(|word| word.kind == Kind::Unit && word.lower.chars().all(|c| !c.is_alphanumeric()));
    before.or(behind).map(|word| word.stem.as_str())
}

/// What the number at `at` belongs to: the name or noun right before it.
fn named(words: &[Word], at: usize) -> Option<&str> {
    let before = at.checked_sub(1).and_then(|at| words.get(at))?;
    matches!(before.kind, Kind::Name | Kind::Content).then_some(before.stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::keyed;
    use crate::kernel::text::words::words;

    #[test]
    fn a_number_goes_with_what_it_counts_or_names() {
        for (text, expected) in [
            ("Sweep 3 Plus", "sweep|sweep 3|plus"),
            ("after 3 weeks", "3 week|week"),
            ("3 business days", "3 day|business|day"),
            ("$5 or €2.50", "usd|5 usd|eur|2.5 eur"),
            ("from 500 on", "500"),
        ] {
            let words = words(text);
            let keys: Vec<String> = keyed(&words).into_iter().map(|keyed| keyed.key).collect();
            assert_eq!(keys.join("|"), expected, "{text}");
        }
    }
}
