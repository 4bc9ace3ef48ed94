//! Rows with named columns as Markdown, so that a passage never loses what its values are: questions
//! with answers become headings, narrow rows small tables with the header over each, wide ones a
//! section of their own. CSV and JSON both end here.

use super::compose;

/// Bytes of a line of a table at most, and its columns; wider rows are sections.
const MAX_ROW: usize = 240;
const MAX_COLUMNS: usize = 8;
/// Bytes of a table, its header included: a passage holds it whole, even where its cells are numbers
/// and codes, of which a token is two letters.
const MAX_TABLE: usize = 400;
/// Bytes of a value that can be the name of its row.
const MAX_NAME: usize = 80;
/// Longer values are a paragraph of their own.
const MAX_INLINE: usize = 300;

/// What columns with questions and answers are called.
const QUESTION: [&str; 9] = [
    "question",
    "questions",
    "q",
    "frage",
    "pregunta",
    "pergunta",
    "質問",
    "سؤال",
    "faq",
];
const ANSWER: [&str; 9] = [
    "answer",
    "answers",
    "a",
    "antwort",
    "respuesta",
    "resposta",
    "réponse",
    "回答",
    "جواب",
];
/// What columns are called that name their row, best first.
const NAMES: [&str; 7] = ["title", "name", "label", "subject", "topic", "heading", "product"];

/// Rows under their columns' names. Each row has as many cells as there are columns, or fewer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub columns: Vec<String>,
    pub cells: Vec<Vec<String>>,
}

/// Where questions and answers stand in `columns`.
#[must_use]
pub fn faq_columns<S: AsRef<str>>(columns: &[S]) -> Option<(usize, usize)> {
    let find = |names: &[&str]| {
        columns
            .iter()
            .position(|column| names.contains(&column.as_ref().trim().to_lowercase().as_str()))
    };
    Some((find(&QUESTION)?, find(&ANSWER)?))
}

/// The column that names its row, if one is called so.
#[must_use]
pub fn name_column<S: AsRef<str>>(columns: &[S]) -> Option<usize> {
    NAMES.iter().find_map(|name| {
        columns
            .iter()
            .position(|column| column.as_ref().trim().eq_ignore_ascii_case(name))
    })
}

impl Rows {
    /// The rows as Markdown; headings in it are of this level.
    #[must_use]
    pub fn markdown(&self, level: usize) -> String {
        if let Some((question, answer)) = faq_columns(&self.columns) {
            return self.faq(question, answer, level);
        }
        let widest = self.cells.iter().map(|row| line(row)).max().unwrap_or(0);
        if self.columns.len() <= MAX_COLUMNS && widest.max(line(&self.columns)) <= MAX_ROW {
            self.tables()
        } else {
            self.sections(level)
        }
    }

    fn faq(&self, question: usize, answer: usize, level: usize) -> String {
        let mut parts = Vec::with_capacity(self.cells.len() * 2);
        for row in &self.cells {
            let cell = |column: usize| row.get(column).map_or("", |cell| cell.trim());
            parts.push(compose::heading(level, cell(question)));
            parts.push(value(cell(answer)));
            parts.push(self.list(row, &[question, answer]));
        }
        joined(parts)
    }

    /// Tables of so many rows as fit into a passage.
    fn tables(&self) -> String {
        let header = line(&self.columns) * 2;
        let mut parts = Vec::new();
        let mut open = vec![self.columns.clone()];
        let mut bytes = header;
        for row in &self.cells {
            if open.len() > 1 && bytes + line(row) > MAX_TABLE {
                parts.push(compose::table(&open));
                open.truncate(1);
                bytes = header;
            }
            bytes += line(row);
            open.push(row.iter().map(|cell| compose::one_line(cell)).collect());
        }
        if open.len() > 1 {
            parts.push(compose::table(&open));
        }
        parts.join("\n\n")
    }

    fn sections(&self, level: usize) -> String {
        let named = name_column(&self.columns);
        let mut parts = Vec::with_capacity(self.cells.len() * 2);
        for (number, row) in (1..).zip(&self.cells) {
            let short = |column: &usize| {
                row.get(*column)
                    .is_some_and(|cell| !cell.trim().is_empty() && cell.len() <= MAX_NAME)
            };
            let name = named.filter(&short).or_else(|| Some(0).filter(short));
            let text = name.and_then(|column| row.get(column));
            let text = text.cloned().unwrap_or_else(|| format!("Row {number}"));
            parts.push(compose::heading(level, &text));
            parts.push(self.list(row, name.as_slice()));
        }
        joined(parts)
    }

    /// `- column: value` of all columns but these that have a value.
    fn list(&self, row: &[String], without: &[usize]) -> String {
        let mut list = String::new();
        let mut long = Vec::new();
        for (column, (name, cell)) in self.columns.iter().zip(row).enumerate() {
            if without.contains(&column) || cell.trim().is_empty() {
                continue;
            }
            if cell.len() > MAX_INLINE {
                long.push(format!("**{}:**", compose::plain(&compose::one_line(name))));
                long.push(value(cell));
                continue;
            }
            let pair = format!("{name}: {cell}");
            list.push_str(&format!("- {}\n", compose::plain(&compose::one_line(&pair))));
        }
        long.insert(0, list.trim_end().to_owned());
        joined(long)
    }
}

/// A value of any length as Markdown below a heading; markup in it is read.
#[must_use]
pub fn value(text: &str) -> String {
    let markup = text.contains("</") || text.contains("<br") || text.contains("<p>");
    if markup && let Ok(read) = htmd::convert(text) {
        return compose::below(&read);
    }
    compose::below(text)
}

/// Bytes of a row as a line of a table.
fn line(row: &[String]) -> usize {
    row.iter().map(|cell| cell.len() + 3).sum()
}

/// Parts below each other, without the empty ones.
#[must_use]
pub fn joined(mut parts: Vec<String>) -> String {
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::knowledge::{block::BlockKind, extract::markdown};

    fn rows(columns: &[&str], cells: &[&[&str]]) -> Rows {
        let owned = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        Rows {
            columns: owned(columns),
            cells: cells.iter().map(|row| owned(row)).collect(),
        }
    }

    #[test]
    fn every_table_has_its_header() {
        let many: Vec<Vec<String>> = (0..100)
            .map(|n| vec![format!("DE-{n}"), format!("{n} | days")])
            .collect();
        let rows = Rows {
            columns: vec!["zone".into(), "time".into()],
            cells: many,
        };
        let extracted = markdown::extract(rows.markdown(2));
        assert!(extracted.blocks.len() > 3);
        for block in &extracted.blocks {
            assert_eq!(block.kind, BlockKind::Table);
            let text = &extracted.text[block.range.clone()];
            assert!(text.starts_with("| zone | time |\n| --- | --- |\n"), "{text}");
            assert!(text.len() <= MAX_TABLE + MAX_ROW, "{text}");
        }
        assert!(extracted.text.contains("| DE-99 | 99 \\| days |"));
    }

    #[test]
    fn wide_rows_are_sections_under_their_names() {
        let long = "It does a lot. ".repeat(30);
        let rows = rows(
            &["id", "name", "about"],
            &[&["7", "Sweep 3", &long], &["8", "", "x"]],
        );
        let extracted = markdown::extract(rows.markdown(2));
        assert_eq!(*extracted.blocks[0].heading, ["Sweep 3"]);
        assert!(extracted.text.contains("- id: 7"));
        assert!(extracted.text.contains("**about:**\n\nIt does"));
        assert!(extracted.text.contains("## 8\n\n- about: x"));
    }

    #[test]
    fn answers_stand_below_their_questions_and_markup_is_read() {
        let rows = rows(
            &["Frage", "Antwort", "since"],
            &[&["Wie lange?", "<p>Zwei <b>Tage</b></p><p># mehr</p>", "2024"]],
        );
        assert_eq!(
            rows.markdown(2),
            "## Wie lange?\n\nZwei **Tage**\n\n\\# mehr\n\n- since: 2024"
        );
    }
}
