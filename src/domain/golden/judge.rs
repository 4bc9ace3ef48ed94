//! Whether an answer has what it must.

use parlance_store::{ids::DocumentId, queries::golden::GoldenQuestion};

use crate::kernel::text::words::unspaced;

/// What came of asking.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Nothing was relevant enough.
    pub abstained: bool,
    /// Documents in the order of the passages, or of the citations of an answer.
    pub documents: Vec<DocumentId>,
    /// The answer, or all that a model would be given to answer from.
    pub text: String,
}

/// How that compares with what was expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub passed: bool,
    /// Of the expected source, from 1.
    pub source_place: Option<i16>,
    /// Facts that were not said, as they were written.
    pub missing: Vec<String>,
}

/// Compares what was seen with what the question expects. A source that the space does not have is
/// not found; whoever abstains says nothing.
#[must_use]
pub fn judge(question: &GoldenQuestion, seen: &Seen) -> Judged {
    let place = question.document_id.and_then(|expected| {
        let at = seen.documents.iter().position(|document| *document == expected)?;
        i16::try_from(at + 1).ok()
    });
    let text = normal(&seen.text);
    let missing: Vec<String> = question
        .facts
        .iter()
        .filter(|fact| seen.abstained || !says(&text, &normal(fact)))
        .cloned()
        .collect();
    let found = question.source.is_none() || place.is_some();
    Judged {
        passed: !seen.abstained && found && missing.is_empty(),
        source_place: place,
        missing,
    }
}

/// Whether the words stand in the text as words of their own: `24` is not said by `240`.
fn says(text: &str, words: &str) -> bool {
    let (first, last) = (words.chars().next(), words.chars().next_back());
    // Where words are not spaced they stand beside each other.
    let apart = |edge: Option<char>, c: Option<char>| {
        c.is_none_or(|c| !c.is_alphanumeric() || unspaced(c) || edge.is_some_and(unspaced))
    };
    text.match_indices(words).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|after| after.chars().next());
        // A number goes on behind its point.
        let decimal = |c: Option<char>, next: Option<char>| {
            matches!(c, Some('.' | ',')) && next.is_some_and(|c| c.is_ascii_digit())
        };
        let behind = text
            .get(at + found.len()..)
            .and_then(|after| after.chars().nth(1));
        let goes_on = found.ends_with(|c: char| c.is_ascii_digit()) && decimal(after, behind);
        let head = text.get(..at).unwrap_or_default();
        let ahead = head.chars().rev().nth(1);
        let came_on = found.starts_with(|c: char| c.is_ascii_digit()) && decimal(before, ahead);
        apart(first, before) && apart(last, after) && !goes_on && !came_on
    })
}

/// Text without what does not change what it says: case, Markdown's signs, kinds of space, dashes and
/// quotes, markers of sources.
#[must_use]
pub fn normal(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = marker(rest) {
            rest = behind;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '*' | '_' | '`' | '\\' => {}
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' => plain.push('"'),
            '\u{2010}'..='\u{2015}' => plain.push('-'),
            other => plain.extend(other.to_lowercase()),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows the marker `[S1]` that a text begins with.
fn marker(text: &str) -> Option<&str> {
    let (number, rest) = text.strip_prefix("[S")?.split_once(']')?;
    let short = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    short.then_some(rest)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use parlance_store::ids::{GoldenQuestionId, SpaceId};

    use super::*;

    fn question(source: Option<&str>, document: Option<DocumentId>, facts: &[&str]) -> GoldenQuestion {
        GoldenQuestion {
            id: GoldenQuestionId::new(),
            space_id: SpaceId::new(),
            question: "How long is the warranty?".to_owned(),
            source: source.map(str::to_owned),
            document_id: document,
            facts: facts.iter().map(|fact| (*fact).to_owned()).collect(),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn seen(documents: &[DocumentId], text: &str) -> Seen {
        Seen {
            abstained: false,
            documents: documents.to_vec(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn all_that_is_expected_must_be_there() {
        let (own, other) = (DocumentId::new(), DocumentId::new());
        let asked = question(
            Some("warranty.md"),
            Some(own),
            &["24 months", "proof of purchase"],
        );
        let said = "It lasts **24\u{a0}months**[S2] with a\nProof of  purchase [S1].";
        let judged = judge(&asked, &seen(&[other, own], said));
        assert_eq!(
            (judged.passed, judged.source_place, judged.missing.len()),
            (true, Some(2), 0)
        );
        let judged_elsewhere = judge(&asked, &seen(&[other], said));
        assert_eq!(
            (judged_elsewhere.passed, judged_elsewhere.source_place),
            (false, None)
        );
        let forgot = judge(&asked, &seen(&[own], "24 months."));
        assert_eq!(
            (forgot.passed, forgot.missing),
            (false, vec!["proof of purchase".to_owned()])
        );
        let unknown = question(Some("gone.md"), None, &[]);
        assert!(!judge(&unknown, &seen(&[own], said)).passed);
        let silent = Seen {
            abstained: true,
            ..seen(&[own], said)
        };
        assert_eq!(judge(&asked, &silent).missing.len(), 2);
    }

    #[test]
    fn a_fact_is_words_of_its_own() {
        for (text, fact, said) in [
            ("240 months", "24", false),
            ("24 months", "24", true),
            ("costs 24.50", "24", false),
            ("costs 1.24", "24", false),
            ("It is 24.", "24", true),
            ("in 12, 24 or 36", "24", true),
            (
                "the “Care Plus” plan – yearly",
                "\"care plus\" plan - yearly",
                true,
            ),
            ("unpaid", "paid", false),
            ("a[S1]b", "ab", true),
            ("保証は24か月です", "24か月", true),
            ("保証は124か月です", "24か月", false),
        ] {
            assert_eq!(says(&normal(text), &normal(fact)), said, "{text} / {fact}");
        }
    }
}
