//! Documents that are typed in instead of uploaded: questions with answers, and pasted text. Each
//! becomes the content of a Markdown file, which goes the way of any other.

use sha2::{Digest, Sha256};

use super::extract::compose;

/// Limits of what is typed in: beyond them it is a file to upload.
pub const MAX_PAIRS: usize = 1_000;
/// Characters.
pub const MAX_QUESTION: usize = 500;
/// Bytes.
pub const MAX_TEXT: usize = 1 << 20;
/// Bytes of a title.
pub const MAX_TITLE: usize = 200;
/// Bytes of a file name that is made of a title, before its hash.
const MAX_NAME: usize = 80;
/// Characters of the hash in it: 40 bits tell a million titles apart.
const HASH: usize = 10;

/// A question and what the bot is to answer, in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faq {
    pub question: String,
    pub answer: String,
}

/// What [`super::ingest::Ingest::put`] takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Made of the title; the same title is the same document.
    pub name: String,
    pub content: Vec<u8>,
}

/// Why nothing was made of it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum WrittenError {
    #[error("give it a title of at most {MAX_TITLE} bytes")]
    Title,
    #[error("write some text")]
    NoText,
    #[error("write at least one question with its answer")]
    NoPairs,
    #[error("number {0} has no question, or no answer")]
    Incomplete(usize),
    #[error("question {0} is longer than {MAX_QUESTION} characters")]
    LongQuestion(usize),
    #[error("this is too long to be typed in: upload it as a file")]
    TooLong,
}

/// A document of questions and answers: each question is the heading of its answer.
///
/// # Errors
/// [`WrittenError`] with the number of the pair, from 1.
pub fn faq(title: &str, pairs: &[Faq]) -> Result<Written, WrittenError> {
    let title = checked(title)?;
    if pairs.is_empty() {
        return Err(WrittenError::NoPairs);
    }
    let length: usize = pairs
        .iter()
        .map(|pair| pair.question.len() + pair.answer.len())
        .sum();
    if pairs.len() > MAX_PAIRS || length > MAX_TEXT {
        return Err(WrittenError::TooLong);
    }
    let mut parts = vec![compose::heading(1, &title)];
    for (number, pair) in (1..).zip(pairs) {
        let (question, answer) = (clean(&pair.question), clean(&pair.answer));
        if question.trim().is_empty() || answer.trim().is_empty() {
            return Err(WrittenError::Incomplete(number));
        }
        if question.chars().count() > MAX_QUESTION {
            return Err(WrittenError::LongQuestion(number));
        }
        parts.push(compose::heading(2, &question));
        parts.push(compose::below(&answer));
    }
    Ok(written(&title, parts))
}

/// A document of pasted Markdown or plain text.
///
/// # Errors
/// [`WrittenError`].
pub fn pasted(title: &str, text: &str) -> Result<Written, WrittenError> {
    let title = checked(title)?;
    let text = clean(text);
    if text.trim().is_empty() {
        return Err(WrittenError::NoText);
    }
    if text.len() > MAX_TEXT {
        return Err(WrittenError::TooLong);
    }
    let heading = compose::heading(1, &title);
    // Pasted with its own title on top it has it already.
    let own = text.trim_start().starts_with(&format!("{heading}\n"));
    let above = if own { String::new() } else { heading };
    Ok(written(
        &title,
        vec![above, text.trim_matches('\n').trim_end().to_owned()],
    ))
}

fn checked(title: &str) -> Result<String, WrittenError> {
    let title = compose::one_line(&clean(title));
    if title.is_empty() || title.len() > MAX_TITLE {
        return Err(WrittenError::Title);
    }
    Ok(title)
}

/// A text with line ends as everywhere, and without what no database keeps.
#[must_use]
pub fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn written(title: &str, mut parts: Vec<String>) -> Written {
    parts.retain(|part| !part.is_empty());
    let mut content = parts.join("\n\n");
    content.push('\n');
    Written {
        name: file_name(title),
        content: content.into_bytes(),
    }
}

/// Letters and digits of any script in lower case, with dashes between words, and behind them what
/// tells the title from all others that read alike, and from a file that somebody uploads.
fn file_name(title: &str) -> String {
    let words: Vec<String> = title
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut name = words.join("-");
    name.truncate(name.floor_char_boundary(MAX_NAME));
    if name.is_empty() {
        name.push_str("untitled");
    }
    let hash = hex::encode(Sha256::digest(title));
    format!("{name}.{}.md", hash.get(..HASH).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::knowledge::extract::{self, ExtractLimits};

    fn pair(question: &str, answer: &str) -> Faq {
        Faq {
            question: question.to_owned(),
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn every_question_is_the_heading_of_its_answer() {
        let pairs = [
            pair("How long does\nit take?", "# Fast\n\nTwo days.\r\n\r\n- or three"),
            pair("#1: is it free?", "Yes."),
        ];
        let written = faq("Shipping & more", &pairs).unwrap();
        assert!(written.name.starts_with("shipping-more."), "{}", written.name);
        let (_, read) = extract::read(&written.content, &written.name, ExtractLimits::default()).unwrap();
        assert_eq!(read.title.as_deref(), Some("Shipping & more"));
        let under = |block: usize| read.blocks[block].heading.join(" > ");
        assert_eq!(under(0), "Shipping & more > How long does it take?");
        assert_eq!(read.blocks.last().unwrap().heading[1], "#1: is it free?");
        assert!(read.text.contains("**Fast**"), "{}", read.text);
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(faq(" \n", &[pair("a", "b")]), Err(WrittenError::Title));
        assert_eq!(faq("t", &[]), Err(WrittenError::NoPairs));
        let incomplete = [pair("a", "b"), pair("a", " \0")];
        assert_eq!(faq("t", &incomplete), Err(WrittenError::Incomplete(2)));
        let long = [pair(&"a".repeat(501), "b")];
        assert_eq!(faq("t", &long), Err(WrittenError::LongQuestion(1)));
        assert_eq!(pasted("t", "\n\n"), Err(WrittenError::NoText));
        assert_eq!(pasted("t", &"x".repeat(MAX_TEXT + 1)), Err(WrittenError::TooLong));
    }

    #[test]
    fn pasted_text_keeps_its_own_structure() {
        let written = pasted("Hours", "---\nWe open\r\n## Sunday\n\nat nine").unwrap();
        let text = String::from_utf8(written.content).unwrap();
        assert_eq!(text, "# Hours\n\n---\nWe open\n## Sunday\n\nat nine\n");
        let own = pasted("Hours", "# Hours\n\nNine to five").unwrap();
        assert_eq!(own.content, b"# Hours\n\nNine to five\n");
    }

    #[test]
    fn one_title_is_one_name_and_another_is_another() {
        let name = |title: &str| pasted(title, "x").unwrap().name;
        assert_eq!(name("Hours"), name(" Hours\n"));
        assert!(name("料金 表").starts_with("料金-表."));
        assert!(name("?!").starts_with("untitled."));
        let long = "a".repeat(MAX_TITLE - 1);
        let titles = [
            "C",
            "C++",
            "c",
            "?!",
            "!?",
            &format!("{long}b"),
            &format!("{long}c"),
            "Hours",
        ];
        let mut names: Vec<String> = titles.iter().map(|title| name(title)).collect();
        names.push("hours.md".to_owned());
        names.sort();
        names.dedup();
        assert_eq!(names.len(), titles.len() + 1, "{names:?}");
    }
}
