//! What somebody wrote in a reply, without what their program put below it: the mail that they answer and
//! the signature. Where it is not sure what is whose, all of it stays.

use std::sync::LazyLock;

use regex::Regex;

/// Lines that a line such as `On … wrote:` may be broken into.
const BROKEN: usize = 4;

/// `On Mon, 3 Nov 2025 at 10:00, Ada <ada@acme.example> wrote:`, in the languages of most mail. Somebody's
/// own sentence may end so too: see [`introduces`].
static WROTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^ (
            on \b .* \d .* \b wrote: | am \b .* \d .* \b schrieb \b .* : | .* \d .* \b schrieb: | le \b .* \d .* a\ \s*écrit\s?: |
            el \b .* \d .* escribió: | em \b .* \d .* escreveu: | il \b .* \d .* ha\ scritto: | op \b .* \d .* schreef \b .* : |
            .* \d .* napisał\(?a?\)?: | den \b .* \d .* skrev \b .* : | \d{4}年.*\d.* : | .* \d .* <\S+@\S+> :
        ) \s* $",
    )
    .ok()
});

/// When it was, as programs say it: `10:00`, `03.11.2025` or a year.
static WHEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d{1,2}[:.h]\d{2}|\d{4}").ok());

/// When and by whom it was written, as programs say both and hardly anybody else does.
static WHEN_AND_WHO: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\d{1,2}[:.h]\d{2}.*<\s*[^<>\s]+@[^<>\s]+\s*>").ok());

/// A line that begins what is quoted, whatever follows.
static DIVIDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^ \s* -{2,} \s* (
            original\ message | forwarded\ message | ursprüngliche\ nachricht | original-?nachricht | weitergeleitete\ nachricht |
            message\ d'origine | message\ original | message\ transféré | mensaje\ original | mensagem\ original |
            messaggio\ originale | oorspronkelijk\ bericht
        ) \s* -{2,} \s* $",
    )
    .ok()
});

/// The first line of what Outlook writes above the mail that is answered, and one that must follow soon.
static FROM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*\*?(from|von|de|da|van)\s?:\*?\s*\S.*$").ok());
static SENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*\*?(sent|date|gesendet|datum|envoyé|enviado|enviada|inviato|verzonden)(\s+(am|le|el))?\s?:\*?\s*\S.*$").ok()
});

/// What phones put at the end.
static FROM_PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^ \s* (
            sent\ from\ (my|outlook|mail|yahoo|proton) .* | get\ outlook\ for .* | von\ meinem\ .*\ gesendet .* | gesendet\ (von|mit|mein) .* |
            envoyé\ (de|depuis)\ .* | enviado\ (desde|de|do)\ .* | inviato\ da\ .* | verzonden\ vanaf .*
        ) $",
    )
    .ok()
});

fn is(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

/// The reply itself. All of `text` where nothing else is in it; never nothing, unless `text` is.
#[must_use]
pub fn stripped(text: &str) -> String {
    let whole = tidy(text);
    let lines: Vec<&str> = whole.lines().collect();
    let kept = own(&lines);
    let kept = tidy(&kept.join("\n"));
    if kept.is_empty() { whole } else { kept }
}

/// In lines of one kind, without space around it and runs of empty lines.
fn tidy(text: &str) -> String {
    let text = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}'], "\n")
        .replace(['\u{a0}', '\0'], " ");
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The lines that are somebody's own.
fn own<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let Some((at, height)) = (0..lines.len()).find_map(|at| Some((at, introduction(lines, at)?))) else {
        return without_signature(without_quote_at_end(lines));
    };
    let (above, quoted) = (
        lines.get(..at).unwrap_or_default(),
        lines.get(at + height..).unwrap_or_default(),
    );
    let below = without_quote_at_end(quoted);
    let answered_below = quoted.iter().any(|line| is_quoted(line))
        && below.iter().any(|line| !is_quoted(line) && !line.is_empty());
    if answered_below {
        // Written below or between what is quoted: what each answers stays with it, but for the beginning.
        let first = below.iter().position(|line| !is_quoted(line) && !line.is_empty());
        let below = below.get(first.unwrap_or_default()..).unwrap_or_default();
        let mut own = above.to_vec();
        own.extend(without_signature(below));
        return own;
    }
    without_signature(above)
}

/// How many lines introduce what is quoted, where that begins at `at`.
fn introduction(lines: &[&str], at: usize) -> Option<usize> {
    let line = lines.get(at)?;
    if is_quoted(line) || line.is_empty() {
        return None;
    }
    if is(&DIVIDER, line) {
        return Some(1);
    }
    let soon = lines.get(at + 1..).unwrap_or_default();
    if is(&FROM, line)
        && soon
            .iter()
            .filter(|line| !line.is_empty())
            .take(3)
            .any(|line| is(&SENT, line))
    {
        return Some(1);
    }
    (1..=BROKEN).find(|&height| {
        // What is above the line proper is somebody's own.
        let later = (1..height).any(|later| introduces(lines, at + later, height - later));
        !later && introduces(lines, at, height)
    })
}

/// Whether so many lines are one such as `On … wrote:`. A program wrote it where it says when and by whom, or
/// where it says one of them and what follows is marked as quoted.
fn introduces(lines: &[&str], at: usize, height: usize) -> bool {
    let Some(broken) = lines.get(at..at + height) else {
        return false;
    };
    if broken.iter().any(|line| line.is_empty() || is_quoted(line)) {
        return false;
    }
    let line = broken.join(" ");
    let below = lines.iter().skip(at + height).find(|line| !line.is_empty());
    let marked = below.is_some_and(|line| is_quoted(line));
    is(&WROTE, &line) && (is(&WHEN_AND_WHO, &line) || marked && (line.contains('@') || is(&WHEN, &line)))
}

fn without_quote_at_end<'a, 'b>(lines: &'b [&'a str]) -> &'b [&'a str] {
    let own = lines
        .iter()
        .rposition(|line| !is_quoted(line) && !line.is_empty());
    lines.get(..own.map_or(0, |last| last + 1)).unwrap_or_default()
}

/// Without what follows `-- ` (RFC 3676, 4.3), the line that Outlook draws, and what phones say of themselves.
fn without_signature<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let ends = |line: &&str| {
        matches!(line.trim_end(), "--" | "—") || line.len() >= 20 && line.chars().all(|c| c == '_')
    };
    let end = lines.iter().position(ends).unwrap_or(lines.len());
    let mut own = lines.get(..end).unwrap_or_default().to_vec();
    while own
        .last()
        .is_some_and(|line| line.is_empty() || is(&FROM_PHONE, line))
    {
        own.pop();
    }
    own
}

#[cfg(test)]
#[path = "quoted_tests.rs"]
mod tests;
