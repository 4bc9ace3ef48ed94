//! What server and worker say to each other: a request is a line of JSON and the file behind it, an
//! answer is JSON. Both carry a version. The worker has read a file that nobody trusts, so nothing
//! it answers is trusted either.

use std::{io, sync::Arc};

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::Read;
use crate::domain::knowledge::{
    block::{Block, BlockKind, Extracted},
    extract::{ExtractError, ExtractLimits},
    sniff::Format,
};

const VERSION: u32 = 1;
/// What is said of a file that a parser fell over.
pub(super) const NOT_FOLLOWED: &str = "its structure cannot be followed";
/// Bytes of a reason or a title that are taken from a worker.
const MAX_WORDS: usize = 400;
/// Headings above a block.
const MAX_DEPTH: usize = 16;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    version: u32,
    pub(super) name: String,
    pub(super) limits: ExtractLimits,
}

impl Request {
    pub(super) fn new(name: &str, limits: ExtractLimits) -> Self {
        Self {
            version: VERSION,
            name: name.to_owned(),
            limits,
        }
    }

    /// The line before the file.
    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// The request and the file behind it.
    pub(super) fn parse(bytes: &[u8]) -> io::Result<(Self, &[u8])> {
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let (line, file) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        let request: Self = serde_json::from_slice(line)?;
        if request.version != VERSION {
            return Err(io::Error::other("a request of another version"));
        }
        Ok((request, file))
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    version: u32,
    read: Result<Document, ExtractError>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Document {
    format: Format,
    title: Option<String>,
    text: String,
    markdown: bool,
    /// Each once; blocks name them by place.
    headings: Vec<Vec<String>>,
    /// Kind, start, end, heading, page.
    blocks: Vec<(BlockKind, usize, usize, usize, Option<u32>)>,
}

impl Answer {
    pub(super) fn new(read: Result<Read, ExtractError>) -> Self {
        Self {
            version: VERSION,
            read: read.map(|(format, extracted)| Document::new(format, extracted)),
        }
    }

    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }
}

impl Document {
    fn new(format: Format, extracted: Extracted) -> Self {
        let mut headings: Vec<Vec<String>> = Vec::new();
        let mut last: Option<Arc<[String]>> = None;
        let mut blocks = Vec::with_capacity(extracted.blocks.len());
        for block in extracted.blocks {
            if last.as_ref() != Some(&block.heading) {
                headings.push(block.heading.to_vec());
            }
            let at = headings.len().saturating_sub(1);
            blocks.push((block.kind, block.range.start, block.range.end, at, block.page));
            last = Some(block.heading);
        }
        Self {
            format,
            title: extracted.title,
            text: extracted.text,
            markdown: extracted.markdown,
            headings,
            blocks,
        }
    }

    /// `None` where a block is outside the text, behind a later one or under no heading.
    fn checked(self, limits: ExtractLimits) -> Option<Read> {
        if self.text.len() > limits.text_bytes || self.blocks.is_empty() {
            return None;
        }
        if self.headings.iter().any(|heading| heading.len() > MAX_DEPTH) {
            return None;
        }
        let headings: Vec<Arc<[String]>> = self.headings.into_iter().map(Arc::from).collect();
        let (mut blocks, mut end) = (Vec::with_capacity(self.blocks.len()), 0);
        for (kind, start, stop, heading, page) in self.blocks {
            self.text.get(start..stop).filter(|_| start >= end)?;
            end = stop;
            blocks.push(Block {
                kind,
                range: start..stop,
                heading: headings.get(heading)?.clone(),
                page,
            });
        }
        let extracted = Extracted {
            title: self.title.map(cut),
            text: self.text,
            blocks,
            markdown: self.markdown,
        };
        Some((self.format, extracted))
    }
}

/// What a worker answered, if it can be.
pub(super) fn understand(answer: &[u8], limits: ExtractLimits) -> Result<Read, ExtractError> {
    let garbled = || ExtractError::Damaged(NOT_FOLLOWED.into());
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| {
        warn!(%error, "the process that read a document answered nonsense");
        garbled()
    })?;
    if answer.version != VERSION {
        warn!(
            answer.version,
            "the process that read a document is of another version"
        );
        return Err(ExtractError::Unavailable);
    }
    match answer.read {
        Ok(document) => document.checked(limits).ok_or_else(garbled),
        Err(ExtractError::Damaged(reason)) => Err(ExtractError::Damaged(cut(reason))),
        Err(error) => Err(error),
    }
}

/// The beginning of words that may be of any length.
fn cut(mut words: String) -> String {
    words.truncate(words.floor_char_boundary(MAX_WORDS));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::knowledge::extract::{markdown, text};

    fn round(read: Result<Read, ExtractError>) -> Result<Read, ExtractError> {
        understand(&Answer::new(read).bytes().unwrap(), ExtractLimits::default())
    }

    #[test]
    fn what_was_read_arrives_as_it_was() {
        let page =
            "# Acme\n\nHi.\n\n## Rückgabe\n\n- 30 days\n\n| a |\n|---|\n| 1 |\n\n## Next\n\nx\n\n```\ny\n```";
        for read in [
            Ok((Format::Markdown, markdown::extract(page.into()))),
            Ok((Format::Text, text::extract("one\n\ntwo".into()))),
            Err(ExtractError::NoText),
            Err(ExtractError::Expands { limit: 3 }),
        ] {
            assert_eq!(round(read.clone()), read);
        }
    }

    #[test]
    fn blocks_that_cannot_be_are_not_believed() {
        let whole = || markdown::extract("# A\n\nfür dich\n\nmore".into());
        let mut outside = whole();
        outside.blocks[1].range.end = 999;
        let mut inside_a_letter = whole();
        inside_a_letter.blocks[0].range.end = inside_a_letter.blocks[0].range.start + 2;
        let mut backwards = whole();
        backwards.blocks.reverse();
        for wrong in [outside, inside_a_letter, backwards] {
            let answer = round(Ok((Format::Markdown, wrong)));
            assert_eq!(answer, Err(ExtractError::Damaged(NOT_FOLLOWED.into())));
        }
        let limits = ExtractLimits {
            text_bytes: 5,
            ..ExtractLimits::default()
        };
        let long = Answer::new(Ok((Format::Markdown, whole()))).bytes().unwrap();
        assert!(understand(&long, limits).is_err());
    }

    #[test]
    fn reasons_are_cut() {
        let long = ExtractError::Damaged("ä".repeat(10_000));
        assert!(round(Err(long)).unwrap_err().to_string().len() < 500);
    }

    #[test]
    fn a_request_carries_any_name_and_file() {
        let line = Request::new("a\n\"b\".pdf", ExtractLimits::default()).line();
        let whole = [line.as_slice(), b"one\ntwo"].concat();
        let (request, file) = Request::parse(&whole).unwrap();
        assert_eq!(
            (request.name.as_str(), file),
            ("a\n\"b\".pdf", b"one\ntwo".as_slice())
        );
        assert!(Request::parse(b"{\"version\":2}\nx").is_err());
        assert!(Request::parse(b"").is_err());
    }
}
