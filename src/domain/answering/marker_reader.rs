//! The inside of one citation marker, read a character at a time: `S1`, `s1, S2`, `S1-3`,
//! `Source 4 and 5`. Says at each step whether it can still be a marker, and at the end which
//! sources it names.

use std::collections::BTreeSet;

/// Sources one marker may name; a longer list or range is cut.
const NAMED_MAX: usize = 20;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    /// In `S`, `Source` or `Sources`: letters read so far.
    Word(usize),
    AfterWord,
    Digits,
    AfterDigits,
    /// Behind a comma or its like.
    Separator,
    /// In `and`: letters read so far.
    And(usize),
}

/// Reads the body of a bracket.
#[derive(Debug, Default)]
pub struct Reader {
    state: State,
    numbers: Vec<u32>,
    current: u32,
    /// The last separator was a dash: the next number ends a range.
    range: bool,
}

impl Reader {
    /// Takes the next character; `false` when the body can no longer be a marker.
    pub fn read(&mut self, c: char) -> bool {
        let Some(next) = self.after(c) else { return false };
        if self.state == State::Digits && next != State::Digits {
            self.keep();
        }
        if let Some(digit) = c.to_digit(10) {
            let so_far = if self.state == State::Digits {
                self.current
            } else {
                0
            };
            self.current = so_far.saturating_mul(10).saturating_add(digit);
        }
        match c {
            '-' | '–' | '—' | '~' => self.range = true,
            ',' | ';' | '&' | '+' | '/' | '、' | '，' => self.range = false,
            _ => {}
        }
        self.state = next;
        true
    }

    /// Whether the body, as far as it goes, names a source.
    #[must_use]
    pub fn names_a_source(&self) -> bool {
        self.state == State::Digits || !self.numbers.is_empty()
    }

    /// The sources named, in order, each once.
    #[must_use]
    pub fn numbers(mut self) -> Vec<u32> {
        if self.state == State::Digits {
            self.keep();
        }
        let mut seen = BTreeSet::new();
        self.numbers.retain(|number| seen.insert(*number));
        self.numbers
    }

    fn keep(&mut self) {
        let from = match (self.range, self.numbers.last()) {
            (true, Some(first)) if *first < self.current => first.saturating_add(1),
            _ => self.current,
        };
        let room = NAMED_MAX.saturating_sub(self.numbers.len());
        self.numbers.extend((from..=self.current).take(room));
        self.range = false;
    }

    fn after(&self, c: char) -> Option<State> {
        use State::{AfterDigits, AfterWord, And, Digits, Separator, Start, Word};
        let blank = matches!(c, ' ' | '\t' | '\u{a0}');
        let separator = matches!(
            c,
            ',' | ';' | '&' | '+' | '/' | '-' | '–' | '—' | '~' | '、' | '，'
        );
        let lower = c.to_ascii_lowercase();
        match self.state {
            Start | Separator if blank => Some(self.state),
            Start | Separator | AfterDigits if lower == 's' => Some(Word(1)),
            Digits | AfterDigits | Separator if separator => Some(Separator),
            Separator | AfterDigits | AfterWord | Digits if c.is_ascii_digit() => Some(Digits),
            Digits | AfterDigits if blank => Some(AfterDigits),
            Separator | AfterDigits if lower == 'a' => Some(And(1)),
            And(3) if blank => Some(Separator),
            And(read) => (b"and".get(read).map(|b| char::from(*b)) == Some(lower)).then_some(And(read + 1)),
            Word(1 | 6 | 7) if c.is_ascii_digit() => Some(Digits),
            Word(1 | 6 | 7) if blank || matches!(c, '#' | ':') => Some(AfterWord),
            Word(read) => {
                (b"sources".get(read).map(|b| char::from(*b)) == Some(lower)).then_some(Word(read + 1))
            }
            AfterWord if blank || c == '#' => Some(AfterWord),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    fn read(body: &str) -> Option<Vec<u32>> {
        let mut reader = Reader::default();
        let all = body.chars().all(|c| reader.read(c));
        (all && reader.names_a_source()).then(|| reader.numbers())
    }

    #[test]
    fn reads_what_models_write() {
        assert_eq!(read("S1"), Some(vec![1]));
        assert_eq!(read(" sources: 3, 4 and S7 "), Some(vec![3, 4, 7]));
        assert_eq!(read("S2–S5"), Some(vec![2, 3, 4, 5]));
        assert_eq!(read("S1-S4000000000").map(|n| n.len()), Some(20));
        assert_eq!(read("S3-1"), Some(vec![3, 1]));
        for other in ["1", "Sun", "S", "S1x", "S-1", "sour 1", ""] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
