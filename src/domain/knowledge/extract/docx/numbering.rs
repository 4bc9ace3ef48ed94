//! Lists and numbered headings: which mark a paragraph gets from its numbering, counted as Word
//! does.

use std::collections::HashMap;

use super::xml::{self, Node, attribute};
use crate::domain::knowledge::extract::ExtractError;

/// Levels a list may have.
const LEVELS: usize = 9;

#[derive(Clone, Debug)]
struct Level {
    bullet: bool,
    start: u32,
    /// Such as `%1.%2`, where `%1` stands for the number of the first level.
    pattern: String,
}

impl Default for Level {
    fn default() -> Self {
        Self {
            bullet: true,
            start: 1,
            pattern: String::new(),
        }
    }
}

type Levels = [Level; LEVELS];

/// What stands before a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Bullet,
    Number {
        number: u32,
        /// As it is printed, without the dot at its end.
        printed: String,
    },
}

#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// By abstract id.
    levels: HashMap<String, Levels>,
    /// From the id that paragraphs name to the abstract one.
    lists: HashMap<String, String>,
    /// Counted so far, by abstract id.
    counted: HashMap<String, [u32; LEVELS]>,
}

impl Numbering {
    pub(super) fn read(part: &str) -> Result<Self, ExtractError> {
        let mut numbering = Self::default();
        let (mut open, mut list, mut at) = (None::<(String, Levels)>, None::<String>, 0);
        xml::walk(part, |node| match node {
            Node::Start(start) => {
                let name = start.local_name();
                let value = || attribute(start, "val");
                match (name.as_ref(), &mut open) {
                    ("abstractNum", _) => {
                        open = attribute(start, "abstractNumId").map(|id| (id, Levels::default()));
                    }
                    ("lvl", Some(_)) => {
                        at = attribute(start, "ilvl")
                            .and_then(|at| at.parse().ok())
                            .unwrap_or(LEVELS);
                    }
                    ("num", None) => list = attribute(start, "numId"),
                    ("abstractNumId", None) => {
                        numbering.lists.extend(list.take().zip(value()));
                    }
                    (name, Some((_, levels))) => {
                        if let Some(level) = levels.get_mut(at) {
                            level.set(name, value().unwrap_or_default());
                        }
                    }
                    _ => {}
                }
            }
            Node::End("abstractNum") => numbering.levels.extend(open.take()),
            _ => {}
        })?;
        Ok(numbering)
    }

    /// The mark of the next paragraph at this level of a list; none for list `0`, which takes a
    /// paragraph out of its style's list.
    pub(super) fn next(&mut self, list: &str, level: usize) -> Option<Mark> {
        if list == "0" {
            return None;
        }
        let level = level.min(LEVELS - 1);
        let Some((id, levels)) = self
            .lists
            .get(list)
            .and_then(|id| Some((id, self.levels.get(id)?)))
        else {
            return Some(Mark::Bullet);
        };
        let this = levels.get(level)?;
        if this.bullet {
            return Some(Mark::Bullet);
        }
        let counted = self.counted.entry(id.clone()).or_default();
        for (at, count) in counted.iter_mut().enumerate().skip(level) {
            *count = if at == level { *count + 1 } else { 0 };
        }
        let number = |at: usize| {
            let (count, start) = (counted.get(at)?, levels.get(at)?.start);
            Some((start + *count).saturating_sub(1).max(start))
        };
        let mut printed = this.pattern.clone();
        for at in 0..LEVELS {
            let text = number(at).unwrap_or(1).to_string();
            printed = printed.replace(&format!("%{}", at + 1), &text);
        }
        Some(Mark::Number {
            number: number(level)?,
            printed: printed.trim_end_matches('.').trim().to_owned(),
        })
    }
}

impl Level {
    fn set(&mut self, name: &str, value: String) {
        match name {
            "numFmt" => self.bullet = value == "bullet" || value == "none",
            // Longer than any label; it is written before every heading of its level.
            "lvlText" if value.len() <= 40 => self.pattern = value,
            "start" => self.start = value.parse().unwrap_or(1).min(1_000_000),
            _ => {}
        }
    }
}
