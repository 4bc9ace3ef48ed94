//! Citation markers in a stream of text, normalised while it flows.
//!
//! Models are told to write `[S1]`; they also write `[s1]`, `[S1, S2]`, `[S1-S3]`,
//! `[Source 1]`, `【S1】`. All leave here as `[S1][S2]…`. A marker that names no retrieved source
//! is removed with the blanks before it, so nobody ever sees it, and removing one never lets the
//! text around it close up into another. The same holds inside code, where a model has as little
//! reason to invent a source as elsewhere.
//!
//! Text is held back only while it may still become a marker: at most [`HELD_MAX`] bytes.

use std::collections::BTreeSet;

use super::marker_reader::Reader;

/// Text held back at any time, bytes.
pub const HELD_MAX: usize = 160;
/// Open brackets waiting at once; one more is dropped, which no prose notices.
const NESTED_MAX: usize = 8;
/// Blanks held before a bracket that may be removed with it.
const BLANKS_MAX: usize = 8;

/// An open bracket that may become a marker, with the blanks before it.
#[derive(Debug)]
struct Open {
    blanks: String,
    bracket: char,
    body: String,
    reader: Reader,
    /// Too long to hold: no longer kept as text, only read to its end.
    overlong: bool,
}

/// Rewrites markers in a stream. Feed with [`push`](Self::push), end with
/// [`finish`](Self::finish); the concatenated output does not depend on the chunking.
#[derive(Debug)]
pub struct MarkerFilter {
    known: BTreeSet<u32>,
    /// Brackets inside brackets: when an inner one is removed, the outer reads on behind it.
    stack: Vec<Open>,
    /// Blanks that may turn out to stand before a removed marker.
    blanks: String,
    /// The last character released before this push, to know where a line starts.
    last: Option<char>,
    /// A marker was removed at a line's start: the blanks behind it go too.
    swallow_blanks: bool,
}

impl MarkerFilter {
    /// `known` are the numbers of the retrieved sources.
    #[must_use]
    pub fn new(known: BTreeSet<u32>) -> Self {
        Self {
            known,
            stack: Vec::new(),
            blanks: String::new(),
            last: None,
            swallow_blanks: false,
        }
    }

    /// Takes the next piece; returns the text that is now certain.
    pub fn push(&mut self, delta: &str) -> String {
        let mut out = String::with_capacity(delta.len());
        for c in delta.chars() {
            self.step(c, &mut out);
        }
        self.last = out.chars().next_back().or(self.last);
        out
    }

    /// The rest: a bracket that never closed is text, unless it already names a source.
    #[must_use]
    pub fn finish(mut self) -> String {
        let mut out = String::new();
        self.stack.retain(|open| !open.reader.names_a_source());
        self.release(&mut out);
        out
    }

    /// Bytes held back now.
    #[must_use]
    pub fn held(&self) -> usize {
        let held = |open: &Open| open.blanks.len() + open.bracket.len_utf8() + open.body.len();
        self.stack.iter().map(held).sum::<usize>() + self.blanks.len()
    }

    fn step(&mut self, c: char, out: &mut String) {
        match c {
            '[' | '【' => self.open(c),
            ']' | '】' if !self.stack.is_empty() => self.close(c, out),
            _ if !self.stack.is_empty() => self.inside(c, out),
            ' ' | '\t' => self.blank(c, out),
            _ => {
                self.swallow_blanks = false;
                self.release(out);
                out.push(c);
            }
        }
    }

    fn blank(&mut self, c: char, out: &mut String) {
        if self.swallow_blanks {
            return;
        }
        if self.blanks.len() >= BLANKS_MAX {
            self.release(out);
        }
        self.blanks.push(c);
    }

    fn open(&mut self, bracket: char) {
        self.swallow_blanks = false;
        let room = self.held() + bracket.len_utf8() <= HELD_MAX;
        if self.stack.len() >= NESTED_MAX || !room {
            return;
        }
        let blanks = std::mem::take(&mut self.blanks);
        let (body, reader) = (String::new(), Reader::default());
        self.stack.push(Open {
            blanks,
            bracket,
            body,
            reader,
            overlong: false,
        });
    }

    /// A character inside the innermost bracket.
    fn inside(&mut self, c: char, out: &mut String) {
        let room = self.held() + c.len_utf8() <= HELD_MAX;
        let Some(open) = self.stack.last_mut() else { return };
        let may_be_marker = open.reader.read(c);
        if may_be_marker && !room {
            open.overlong |= open.reader.names_a_source();
        }
        if open.overlong {
            if !may_be_marker {
                self.blanks = self.stack.pop().map(|open| open.blanks).unwrap_or_default();
                self.step(c, out);
            }
            return;
        }
        if may_be_marker && room {
            open.body.push(c);
            return;
        }
        self.release(out);
        out.push(c);
    }

    /// The innermost bracket closes: a marker is kept or removed, anything else is text.
    fn close(&mut self, c: char, out: &mut String) {
        let Some(mut open) = self.stack.pop() else { return };
        if !open.reader.names_a_source() {
            open.body.push(c);
            self.stack.push(open);
            return self.release(out);
        }
        let mut named = open.reader.numbers();
        named.retain(|number| self.known.contains(number));
        if named.is_empty() {
            let before = out.chars().next_back().or(self.last);
            self.swallow_blanks = self.stack.is_empty() && before.is_none_or(|c| c == '\n');
            return;
        }
        self.release(out);
        out.push_str(&open.blanks);
        for number in named {
            out.push_str(&format!("[S{number}]"));
        }
    }

    /// Lets everything held go as text.
    fn release(&mut self, out: &mut String) {
        for open in self.stack.drain(..).filter(|open| !open.overlong) {
            out.push_str(&open.blanks);
            out.push(open.bracket);
            out.push_str(&open.body);
        }
        out.push_str(&std::mem::take(&mut self.blanks));
    }
}

/// `text` without any marker, nor the blanks before it.
#[must_use]
pub fn without(text: &str) -> String {
    let mut filter = MarkerFilter::new(BTreeSet::new());
    let head = filter.push(text);
    head + &filter.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(known: &[u32], pieces: &[&str]) -> String {
        let mut filter = MarkerFilter::new(known.iter().copied().collect());
        let mut out = String::new();
        for piece in pieces {
            out.push_str(&filter.push(piece));
            assert!(filter.held() <= HELD_MAX, "held {}", filter.held());
        }
        out + &filter.finish()
    }

    #[test]
    fn markers_are_normalised_and_unknown_ones_removed() {
        for (text, expected) in [
            ("Two years [S1].", "Two years [S1]."),
            ("a [s1] b [S1, S2] c 【S2】", "a [S1] b [S1][S2] c [S2]"),
            (
                "a [S1-S3] b [Source 2] c [S1 and S2]",
                "a [S1][S2] b [S2] c [S1][S2]",
            ),
            ("a [S1;2] [S01] [S1,S1]", "a [S1][S2] [S1] [S1]"),
            ("Sure [S9]. Then [S1, S9] [S7]!", "Sure. Then [S1]!"),
            ("[S9] Hello\n[S8] there", "Hello\nthere"),
            (
                "x[0] [link](u) [Sun] [S] [] [ S1 ]",
                "x[0] [link](u) [Sun] [S] [] [S1]",
            ),
            ("[S[S9]9] [[S9]S9]", ""),
            ("[S[S1]9]", "[S[S1]9]"),
            ("[[[[[[[[[[[[S9]S9]S9]S9]S9]S9]S9]S9]S9]x", ""),
            ("cut [S1", "cut"),
            ("cut [", "cut ["),
            ("[S99999999999999999999999] ok", "ok"),
        ] {
            let got = filter(&[1, 2], &[text]);
            if text.starts_with("[[[[[[") {
                assert!(!got.contains("[S9"), "{got}");
            } else {
                assert_eq!(got.trim_start(), expected, "{text}");
            }
        }
    }

    #[test]
    fn an_endless_marker_is_neither_held_nor_shown() {
        let endless = format!("a [S9{} b", ", 9".repeat(500));
        assert_eq!(filter(&[1], &[&endless]), "a b");
        let blanks = format!("a [{}S9]", " ".repeat(500));
        assert!(!filter(&[1], &[&blanks]).contains("[S9]"));
        let known = format!("a [S1{}]", ", 9".repeat(500));
        assert_eq!(filter(&[1], &[&known]), "a [S1]");
    }

    proptest! {
        #[test]
        fn chunking_does_not_matter_and_nothing_unknown_is_seen(
            text in r"([\[\]【】sS 0-9,\-x\n.]|\[S[0-9]{1,2}\]| \[S9\]|source ){0,60}",
            cuts in prop::collection::vec(1usize..6, 0..80),
        ) {
            let whole = filter(&[1, 2], &[&text]);
            let mut pieces = Vec::new();
            let mut rest = text.as_str();
            for cut in cuts {
                let at = rest.char_indices().nth(cut).map_or(rest.len(), |(at, _)| at);
                let (piece, tail) = rest.split_at(at);
                pieces.push(piece);
                rest = tail;
            }
            pieces.push(rest);
            prop_assert_eq!(&filter(&[1, 2], &pieces), &whole);
            for (at, _) in whole.match_indices("[S") {
                let body = &whole[at + 2..];
                let digits: String = body.chars().take_while(char::is_ascii_digit).collect();
                if !digits.is_empty() && body[digits.len()..].starts_with(']') {
                    prop_assert!(matches!(digits.as_str(), "1" | "2"), "{whole:?}");
                }
            }
        }
    }
}
