//! The text of a document as a sequence of parts. Elements are walked, not descended into: how deep
//! they nest costs no stack.

use quick_xml::events::BytesStart;

use super::{
    notes::{Kind, Notes},
    numbering::{Mark, Numbering},
    paragraph::Paragraph,
    styles::{Role, Styles},
    xml::{self, Node},
};
use crate::domain::knowledge::extract::{ExtractError, compose};

/// Elements whose content is no text of the document: what was deleted, how it was formatted
/// before, the other reading of a drawing, tab stops.
const SKIPPED: [&str; 8] = [
    "del",
    "moveFrom",
    "Fallback",
    "pPrChange",
    "rPrChange",
    "sectPr",
    "tabs",
    "tblPrChange",
];
/// Columns a cell may span.
const MAX_SPAN: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Title(String),
    Heading(usize, String),
    Text(String),
    Code(String),
    /// Depth from 0; a number for an ordered list.
    Item(usize, Option<u32>, String),
    Table(Vec<Vec<String>>),
}

/// A table while it is read.
#[derive(Debug, Default)]
struct Table {
    rows: Vec<Vec<String>>,
    /// Paragraphs of the open cell.
    cell: Vec<String>,
    span: usize,
    notes: Vec<String>,
}

struct Body<'a> {
    styles: &'a Styles,
    numbering: Numbering,
    notes: &'a Notes,
    noted: usize,
    /// Open ones; a text box stands inside a paragraph.
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// Skipped elements that are open.
    skipped: usize,
    parts: Vec<Part>,
}

pub(super) fn read(
    part: &str,
    styles: &Styles,
    numbering: Numbering,
    notes: &Notes,
) -> Result<Vec<Part>, ExtractError> {
    let mut body = Body {
        styles,
        numbering,
        notes,
        noted: 0,
        paragraphs: Vec::new(),
        tables: Vec::new(),
        skipped: 0,
        parts: Vec::new(),
    };
    xml::walk(part, |node| body.meet(node))?;
    Ok(body.parts)
}

impl Body<'_> {
    fn meet(&mut self, node: Node<'_>) {
        match node {
            Node::Start(element) => {
                let name = element.local_name();
                let name = name.as_ref();
                if self.skipped > 0 || SKIPPED.contains(&name) {
                    self.skipped += usize::from(SKIPPED.contains(&name));
                    return;
                }
                match (name, self.tables.last_mut(), self.paragraphs.last_mut()) {
                    ("p", ..) => self.paragraphs.push(Paragraph::default()),
                    ("tbl", ..) => self.tables.push(Table::default()),
                    ("tr", Some(table), _) => table.rows.push(Vec::new()),
                    ("tc", Some(table), _) => (table.cell, table.span) = (Vec::new(), 1),
                    ("gridSpan", Some(table), _) => {
                        table.span = xml::number(element).unwrap_or(1).clamp(1, MAX_SPAN);
                    }
                    ("footnoteReference", ..) => self.refer(Kind::Foot, element),
                    ("endnoteReference", ..) => self.refer(Kind::End, element),
                    (_, _, Some(paragraph)) => paragraph.start(name, element),
                    _ => {}
                }
            }
            Node::End(name) => {
                if SKIPPED.contains(&name) {
                    self.skipped = self.skipped.saturating_sub(1);
                } else if self.skipped == 0 {
                    self.end(name);
                }
            }
            Node::Text(words) if self.skipped == 0 => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.words(words);
                }
            }
            Node::Text(_) => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.paragraph(paragraph);
                }
            }
            "tc" => {
                if let Some(table) = self.tables.last_mut()
                    && let Some(row) = table.rows.last_mut()
                {
                    row.push(std::mem::take(&mut table.cell).join(" "));
                    row.extend((1..table.span).map(|_| String::new()));
                    table.span = 1;
                }
            }
            "tbl" => {
                if let Some(table) = self.tables.pop() {
                    self.table(table);
                }
            }
            _ => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.end(name);
                }
            }
        }
    }

    fn paragraph(&mut self, mut paragraph: Paragraph) {
        let noted = std::mem::take(&mut paragraph.notes);
        let role = paragraph.role(self.styles);
        let list = paragraph.list(self.styles);
        let text = std::mem::take(&mut paragraph.text);
        if text.trim().is_empty() {
            return;
        }
        let (list, level) = list.map_or((None, 0), |(list, level)| (Some(list), level));
        let mark = list.and_then(|list| self.numbering.next(&list, level));
        if let Some(table) = self.tables.last_mut() {
            table.cell.push(compose::one_line(&text));
            table.notes.extend(noted);
            return;
        }
        self.parts.push(match (role, mark) {
            (Role::Contents, _) => return,
            (Role::Title, _) => Part::Title(text),
            (Role::Heading(level), Some(Mark::Number { printed, .. })) => {
                Part::Heading(level, format!("{printed} {text}"))
            }
            (Role::Heading(level), _) => Part::Heading(level, text),
            (Role::Code, _) => Part::Code(text),
            (Role::Text, Some(Mark::Number { number, .. })) => Part::Item(level, Some(number), text),
            (Role::Text, Some(Mark::Bullet)) => Part::Item(level, None, text),
            (Role::Text, None) => Part::Text(text),
        });
        self.parts.extend(noted.into_iter().map(Part::Text));
    }

    /// A note is numbered where it is first referred to, through the document.
    fn refer(&mut self, kind: Kind, element: &BytesStart<'_>) {
        let id = xml::attribute(element, "id").unwrap_or_default();
        if let (Some(note), Some(paragraph)) = (self.notes.get(&(kind, id)), self.paragraphs.last_mut()) {
            self.noted += 1;
            paragraph.refer(self.noted, note);
        }
    }

    /// A table in a cell is text of that cell, one of a single column is a frame around text.
    fn table(&mut self, mut table: Table) {
        table.rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        let notes = std::mem::take(&mut table.notes);
        if let Some(outer) = self.tables.last_mut() {
            let filled = |row: Vec<String>| {
                let cells: Vec<String> = row.into_iter().filter(|cell| !cell.is_empty()).collect();
                cells.join(", ")
            };
            outer.cell.extend(table.rows.into_iter().map(filled));
            outer.notes.extend(notes);
            return;
        }
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns < 2 {
            self.parts
                .extend(table.rows.into_iter().flatten().map(Part::Text));
        } else {
            self.parts.push(Part::Table(table.rows));
        }
        self.parts.extend(notes.into_iter().map(Part::Text));
    }
}
