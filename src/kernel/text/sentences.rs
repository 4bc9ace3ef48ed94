//! Where a sentence ends, decided from the left so that a stream can be cut as it arrives: the
//! answer is the same however the text was chunked. Knows abbreviations, decimals, list items,
//! Markdown lines, full-width punctuation, and citation markers (`[S1]`), which belong to the
//! sentence they follow.

use std::ops::Range;

/// A sentence that will not end is cut at the first space after this many bytes.
pub const LONGEST: usize = 1_200;
/// White space looked through for the next word, characters.
const LOOKAHEAD: usize = 64;

/// What the scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The sentence ends before this byte; white space may follow.
    End(usize),
    /// More text is needed to tell, and nothing ends before this byte whatever it is.
    NeedMore(usize),
}

/// Abbreviations that never end a sentence.
const TITLES: &str =
    " mr mrs ms dr prof st e.g i.e eg ie vs approx incl no nos fig sec cf dept tel z.b bzw ca sr sra ";
/// Abbreviations that end one only before a capital, a marker or a line's end.
const EITHER: &str = " etc inc ltd co corp a.m p.m u.s u.k gmbh max min ";

/// The end of the sentence that starts at byte `start` of `text`. `complete` says that no text
/// will follow.
#[must_use]
pub fn end_of(text: &str, start: usize, complete: bool) -> Found {
    end_behind(text, start, start, complete)
}

/// The same where it is known that it does not end before byte `seen`.
#[must_use]
pub fn end_behind(text: &str, start: usize, seen: usize, complete: bool) -> Found {
    let seen = seen.max(start) - start;
    let body = text.get(start..).unwrap_or_default();
    let (Some(passed), Some(unseen)) = (body.get(..seen), body.get(seen..)) else {
        return Found::End(text.len());
    };
    let one_line = body.trim_start().starts_with(['#', '|', '`']);
    let mut before = passed.chars().next_back().unwrap_or(' ');
    let mut chars = unseen.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let at = seen + at;
        let behind = at + c.len_utf8();
        let verdict = match c {
            '\n' => line_end(body, at, before, one_line, complete),
            '.' | '!' | '?' | '…' if !chars.peek().is_some_and(|(_, next)| ".!?…".contains(*next)) => {
                stop(body, at, c, complete)
            }
            '。' | '！' | '？' => after_closers(body, behind, complete),
            _ if c.is_whitespace() && at > LONGEST => Verdict::End(at),
            _ => Verdict::Not,
        };
        match verdict {
            Verdict::End(end) => return Found::End(start + end),
            Verdict::NeedMore => return Found::NeedMore(start + at),
            Verdict::Not => before = c,
        }
    }
    if complete {
        Found::End(text.len())
    } else {
        Found::NeedMore(text.len())
    }
}

/// All sentences of a text, without the white space around them.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let Found::End(end) = end_of(text, start, true) else {
            break;
        };
        let end = end.max(start + 1);
        if let Some(span) = text.get(start..end).and_then(|part| trimmed(part, start)) {
            out.push(span);
        }
        start = end;
    }
    out
}

/// The range of `part` (which begins at byte `offset`) without surrounding white space.
#[must_use]
pub fn trimmed(part: &str, offset: usize) -> Option<Range<usize>> {
    let lead = part.len() - part.trim_start().len();
    let body = part.trim();
    (!body.is_empty()).then(|| offset + lead..offset + lead + body.len())
}

/// Bytes of list, quote and heading marks at the start of a sentence (`- `, `2. `, `> `, `## `).
#[must_use]
pub fn lead_len(sentence: &str) -> usize {
    let mut rest = sentence;
    loop {
        let mark = rest.find(|c: char| !"-*+•>#|".contains(c)).unwrap_or(rest.len());
        let numeral = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let width = if mark > 0 {
            mark
        } else if (1..=3).contains(&numeral) && rest.get(numeral..).is_some_and(|r| r.starts_with(['.', ')']))
        {
            numeral + 1
        } else {
            0
        };
        match rest.get(width..) {
            Some(behind) if width > 0 && (behind.starts_with([' ', '\t']) || behind.is_empty()) => {
                rest = behind.trim_start();
            }
            _ => return sentence.len() - rest.len(),
        }
    }
}

/// Whether the sentence is an item of a list.
#[must_use]
pub fn is_item(sentence: &str) -> bool {
    let lead = sentence.get(..lead_len(sentence)).unwrap_or_default();
    lead.contains(|c: char| "-*+•".contains(c) || c.is_ascii_digit())
}

#[derive(Debug)]
enum Verdict {
    End(usize),
    NeedMore,
    Not,
}

/// A line break ends the sentence unless the next line goes on in lower case.
fn line_end(body: &str, at: usize, before: char, one_line: bool, complete: bool) -> Verdict {
    if body.get(..at).is_none_or(|line| line.trim().is_empty()) {
        return Verdict::Not;
    }
    match skip_markers(body, at, complete) {
        Skipped::NeedMore => Verdict::NeedMore,
        Skipped::To(end) if end > at => Verdict::End(end),
        Skipped::To(_) => match next_visible(body, at + 1, complete) {
            Next::NeedMore => Verdict::NeedMore,
            Next::Char(c) if c.is_lowercase() && !one_line && !ends_line(before) => Verdict::Not,
            _ => Verdict::End(at),
        },
    }
}

fn ends_line(before: char) -> bool {
    ".!?…:;|。！？".contains(before)
}

/// A full stop, question or exclamation mark at byte `at`.
fn stop(body: &str, at: usize, mark: char, complete: bool) -> Verdict {
    let behind = at + mark.len_utf8();
    let word = body.get(..at).map(last_word).unwrap_or_default();
    if mark == '.' && (is_listed(TITLES, &word) || is_initial(&word) || is_list_number(body, at)) {
        return Verdict::Not;
    }
    let closed = closers(body, behind);
    match body.get(closed..).and_then(|rest| rest.chars().next()) {
        None if complete => return Verdict::End(closed),
        None => return Verdict::NeedMore,
        Some(c) if c.is_whitespace() || c == '[' => {}
        Some(_) => return Verdict::Not,
    }
    if mark == '.' && is_listed(EITHER, &word) {
        match next_visible(body, closed, complete) {
            Next::NeedMore => return Verdict::NeedMore,
            Next::Char(c) if !c.is_uppercase() && c != '[' && c != '\n' => return Verdict::Not,
            _ => {}
        }
    }
    end_after_markers(body, closed, complete)
}

/// Full-width punctuation needs no space behind it.
fn after_closers(body: &str, behind: usize, complete: bool) -> Verdict {
    let closed = closers(body, behind);
    if closed == body.len() && !complete {
        return Verdict::NeedMore;
    }
    end_after_markers(body, closed, complete)
}

fn end_after_markers(body: &str, from: usize, complete: bool) -> Verdict {
    match skip_markers(body, from, complete) {
        Skipped::To(end) => Verdict::End(end),
        Skipped::NeedMore => Verdict::NeedMore,
    }
}

/// Byte behind the quotes, brackets and emphasis that close with the sentence.
fn closers(body: &str, from: usize) -> usize {
    let rest = body.get(from..).unwrap_or_default();
    from + rest
        .find(|c: char| !"\"'”’»)*_`」』）".contains(c))
        .unwrap_or(rest.len())
}

enum Skipped {
    To(usize),
    NeedMore,
}

/// Byte behind the citation markers that follow `from`, through white space and one line break.
fn skip_markers(body: &str, from: usize, complete: bool) -> Skipped {
    let mut end = from;
    loop {
        let Some(rest) = body.get(end..) else {
            return Skipped::To(end);
        };
        let gap: usize = rest
            .chars()
            .take(LOOKAHEAD)
            .take_while(|c| c.is_whitespace())
            .map(char::len_utf8)
            .sum();
        let blank = rest.get(..gap).unwrap_or_default();
        let Some(tail) = rest.get(gap..) else {
            return Skipped::To(end);
        };
        if blank.matches('\n').count() > 1 || blank.chars().count() >= LOOKAHEAD {
            return Skipped::To(end);
        }
        match marker_len(tail) {
            Marker::Whole(len) => end += gap + len,
            Marker::Partial if !complete => return Skipped::NeedMore,
            Marker::Partial | Marker::None => return Skipped::To(end),
        }
    }
}

enum Marker {
    Whole(usize),
    Partial,
    None,
}

/// A citation marker `[S12]` (and a full stop glued to it) at the start of `rest`.
fn marker_len(rest: &str) -> Marker {
    if rest.is_empty() || rest == "[" || rest == "[S" {
        return Marker::Partial;
    }
    let Some(body) = rest.strip_prefix("[S") else {
        return Marker::None;
    };
    let digits = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    match body.get(digits..).and_then(|tail| tail.chars().next()) {
        None => Marker::Partial,
        Some(']') if digits > 0 => Marker::Whole(digits + 3),
        Some(_) => Marker::None,
    }
}

enum Next {
    Char(char),
    Nothing,
    NeedMore,
}

/// The first character from `from` that is not a space; a second line break counts as visible.
fn next_visible(body: &str, from: usize, complete: bool) -> Next {
    let rest = body.get(from..).unwrap_or_default();
    match rest
        .chars()
        .take(LOOKAHEAD)
        .find(|c| !c.is_whitespace() || *c == '\n')
    {
        Some(c) => Next::Char(c),
        None if complete || rest.chars().count() >= LOOKAHEAD => Next::Nothing,
        None => Next::NeedMore,
    }
}

/// The lower-case word (letters and inner points) that `text` ends with.
fn last_word(text: &str) -> String {
    let tail: Vec<char> = text
        .chars()
        .rev()
        .take(12)
        .take_while(|c| c.is_alphanumeric() || *c == '.')
        .collect();
    tail.into_iter().rev().collect::<String>().to_lowercase()
}

fn is_listed(list: &str, word: &str) -> bool {
    !word.is_empty() && list.contains(&format!(" {word} "))
}

/// A single letter, as in `J. Smith`; not `I.` and not a digit.
fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    matches!((chars.next(), chars.next()), (Some(c), None) if c.is_alphabetic() && c != 'i' && c.is_ascii())
}

/// The point of `2. Press the button` where the number opens the line.
fn is_list_number(body: &str, at: usize) -> bool {
    let line = body
        .get(..at)
        .map(|before| before.rsplit('\n').next().unwrap_or_default())
        .unwrap_or_default();
    let digits = line.trim_start();
    !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[path = "sentences_tests.rs"]
mod tests;
