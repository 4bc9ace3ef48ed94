//! Footnotes and endnotes: their texts by the id that paragraphs refer to.

use std::collections::HashMap;

use super::xml::{self, Node, attribute};
use crate::domain::knowledge::extract::{ExtractError, compose};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Foot,
    End,
}

pub(super) type Notes = HashMap<(Kind, String), String>;

/// The notes of one part; separators between notes and text are not among them.
pub(super) fn read(part: &str, kind: Kind) -> Result<Notes, ExtractError> {
    let mut notes = Notes::new();
    let (mut open, mut text, mut reading) = (None::<String>, String::new(), false);
    xml::walk(part, |node| match node {
        Node::Start(start) => match start.local_name().as_ref() {
            "footnote" | "endnote" => {
                let separator = attribute(start, "type").is_some_and(|kind| kind != "normal");
                open = attribute(start, "id").filter(|_| !separator);
                text.clear();
            }
            "t" => reading = true,
            "p" | "tab" | "br" | "tc" => text.push(' '),
            _ => {}
        },
        Node::End("t") => reading = false,
        Node::End("footnote" | "endnote") => {
            let text = compose::one_line(&text);
            notes.extend(
                open.take()
                    .filter(|_| !text.is_empty())
                    .map(|id| ((kind, id), text)),
            );
        }
        Node::Text(part) if reading => text.push_str(part),
        _ => {}
    })?;
    Ok(notes)
}
