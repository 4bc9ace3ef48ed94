//! Parts of a document as one Markdown text.

use super::body::Part;
use crate::domain::knowledge::extract::compose;

/// Levels of nesting that are written; deeper items stand beside those above them.
const MAX_DEPTH: usize = 8;

pub(super) fn markdown(parts: Vec<Part>) -> String {
    // Sections belong below the document's title.
    let shift = usize::from(parts.iter().any(|part| matches!(part, Part::Title(_))));
    let mut writer = Writer::default();
    for part in parts {
        match part {
            Part::Title(text) => writer.block(&compose::heading(1, &text)),
            Part::Heading(level, text) => writer.block(&compose::heading(level + shift, &text)),
            Part::Text(text) => writer.block(&compose::prose(&text)),
            Part::Code(text) => writer.code(&text),
            Part::Item(depth, number, text) => writer.item(depth, number, &text),
            Part::Table(rows) => writer.block(&compose::table(&rows)),
        }
    }
    writer.text
}

#[derive(Default)]
struct Writer {
    text: String,
    /// Widths of the marks of the open list, outermost first; none outside of lists.
    marks: Vec<usize>,
    in_code: bool,
}

impl Writer {
    fn block(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.marks.clear();
        self.in_code = false;
        self.gap("\n\n");
        self.text.push_str(text);
    }

    /// Lines of code that follow each other are one block.
    fn code(&mut self, text: &str) {
        let line = text.trim_end().replace("```", "'''");
        if self.in_code {
            self.text.truncate(self.text.len() - "\n```".len());
            self.text.push_str(&format!("\n{line}\n```"));
        } else {
            self.block(&format!("```\n{line}\n```"));
        }
        self.in_code = true;
    }

    fn item(&mut self, depth: usize, number: Option<u32>, text: &str) {
        let mark = number.map_or_else(
            || "- ".to_owned(),
            |number| format!("{}. ", number.min(999_999_999)),
        );
        self.in_code = false;
        let begins = self.marks.is_empty();
        self.marks.truncate(depth.min(MAX_DEPTH));
        let indent = " ".repeat(self.marks.iter().sum());
        self.marks.push(mark.len());
        self.gap(if begins { "\n\n" } else { "\n" });
        let text = compose::plain(&compose::one_line(text));
        self.text.push_str(&format!("{indent}{mark}{text}"));
    }

    fn gap(&mut self, gap: &str) {
        if !self.text.is_empty() {
            self.text.push_str(gap);
        }
    }
}
