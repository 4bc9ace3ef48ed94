//! Reads the labelled sets. A folder that is absent is a clear word, not an error of the product.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

/// A question with the spans that answer it, in characters of its corpus.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub text: String,
    pub corpus: String,
    pub spans: Vec<Span>,
}

/// Characters `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Characters that both hold.
    #[must_use]
    pub fn overlap(self, other: Self) -> usize {
        self.end
            .min(other.end)
            .saturating_sub(self.start.max(other.start))
    }

    #[must_use]
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Corpora by name, and questions on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RetrievalSet {
    pub corpora: BTreeMap<String, Vec<u8>>,
    pub questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Reference {
    start_index: usize,
    end_index: usize,
}

/// `retrieval/` of the folder: `questions.csv` (question, references, corpus_id) and a Markdown
/// file per corpus. `None` when there is no such folder.
///
/// # Errors
/// When a file is missing or malformed.
pub fn retrieval(folder: &Path) -> Result<Option<RetrievalSet>> {
    let folder = folder.join("retrieval");
    if !folder.is_dir() {
        return Ok(None);
    }
    let path = folder.join("questions.csv");
    let table = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut set = RetrievalSet::default();
    for row in csv(&table).into_iter().skip(1) {
        let [text, references, corpus] = row.as_slice() else {
            continue;
        };
        let references: Vec<Reference> =
            serde_json::from_str(references).with_context(|| format!("references of {text:?}"))?;
        let spans = references
            .iter()
            .map(|span| Span {
                start: span.start_index,
                end: span.end_index,
            })
            .collect();
        if !set.corpora.contains_key(corpus) {
            let path = folder.join(format!("{corpus}.md"));
            let content = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            set.corpora.insert(corpus.clone(), content);
        }
        set.questions.push(Question {
            text: text.clone(),
            corpus: corpus.clone(),
            spans,
        });
    }
    Ok(Some(set))
}

/// Texts with their categories.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CategorySet {
    pub train: Vec<(String, String)>,
    pub test: Vec<(String, String)>,
}

/// `ticket_category/` of the folder: `train.csv` and `test.csv` (text, category). `None` when there is no
/// such folder.
///
/// # Errors
/// When a file is missing.
pub fn ticket_category(folder: &Path) -> Result<Option<CategorySet>> {
    let folder = folder.join("ticket_category");
    if !folder.is_dir() {
        return Ok(None);
    }
    let read = |name: &str| {
        let path = folder.join(name);
        let table = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let rows = csv(&table).into_iter().skip(1);
        let rows = rows.filter_map(|row| <[String; 2]>::try_from(row).ok());
        Ok::<_, anyhow::Error>(rows.map(|[text, category]| (text, category)).collect())
    };
    Ok(Some(CategorySet {
        train: read("train.csv")?,
        test: read("test.csv")?,
    }))
}

/// Rows of comma-separated values (RFC 4180: quotes doubled inside quotes).
pub(super) fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_commas_and_line_breaks_stay_in_their_field() {
        let rows = csv("a,\"b \"\"c\"\", d\ne\",f\r\n1,2,3");
        assert_eq!(rows, [vec!["a", "b \"c\", d\ne", "f"], vec!["1", "2", "3"]]);
    }

    #[test]
    fn spans_overlap_by_characters() {
        let span = |start, end| Span { start, end };
        assert_eq!(span(0, 10).overlap(span(5, 20)), 5);
        assert_eq!(span(0, 5).overlap(span(5, 20)), 0);
    }
}
