//! A paragraph while it is read.

use quick_xml::events::BytesStart;

use super::{
    styles::{Role, Styles},
    xml::{self, attribute},
};

#[derive(Debug, Default)]
pub(super) struct Paragraph {
    pub(super) text: String,
    style: Option<String>,
    outline: Option<usize>,
    list: Option<String>,
    level: Option<usize>,
    /// Notes it refers to, in order, as they are printed below it.
    pub(super) notes: Vec<String>,
    /// The run being read is hidden.
    hidden: bool,
    in_text: bool,
}

impl Paragraph {
    /// Takes in an element of it.
    pub(super) fn start(&mut self, name: &str, element: &BytesStart<'_>) {
        match name {
            "pStyle" => self.style = attribute(element, "val"),
            "outlineLvl" => self.outline = xml::number(element),
            "numId" => self.list = attribute(element, "val"),
            "ilvl" => self.level = xml::number(element),
            "r" => self.hidden = false,
            "vanish" => self.hidden = xml::is_on(element),
            "t" => self.in_text = true,
            "tab" | "ptab" => self.push(" "),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            _ => {}
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "r" => self.hidden = false,
            _ => {}
        }
    }

    pub(super) fn words(&mut self, words: &str) {
        if self.in_text {
            self.push(words);
        }
    }

    fn push(&mut self, words: &str) {
        if !self.hidden {
            self.text.push_str(words);
        }
    }

    /// Refers to a note here.
    pub(super) fn refer(&mut self, number: usize, note: &str) {
        self.push(&format!(" (note {number})"));
        self.notes.push(format!("Note {number}: {note}"));
    }

    pub(super) fn role(&self, styles: &Styles) -> Role {
        let by_style = self.style.as_deref().map(|style| styles.role(style));
        match (by_style.unwrap_or_default(), self.outline) {
            (Role::Text, Some(level @ 0..9)) => Role::Heading(level + 1),
            (role, _) => role,
        }
    }

    /// The list it is in and its level there: its own, else its style's.
    pub(super) fn list(&self, styles: &Styles) -> Option<(String, usize)> {
        let by_style = self.style.as_deref().and_then(|style| styles.list(style));
        match (&self.list, by_style) {
            (Some(list), _) => Some((list.clone(), self.level.unwrap_or(0))),
            (None, Some((list, depth))) => Some((list, self.level.unwrap_or(depth))),
            (None, None) => None,
        }
    }
}
