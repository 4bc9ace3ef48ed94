//! What the styles of a document mean: which are headings, and which begin a list.

use std::collections::HashMap;

use super::xml::{self, Node, attribute};
use crate::domain::knowledge::extract::ExtractError;

/// Styles rest on others, up to so many.
const MAX_BASES: usize = 16;

/// What a paragraph is by its style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Text,
    Title,
    /// From 1.
    Heading(usize),
    /// A line of a table of contents.
    Contents,
    Code,
}

#[derive(Clone, Debug, Default)]
struct Style {
    name: String,
    base: Option<String>,
    /// From 0, as the file has it.
    outline: Option<usize>,
    list: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    pub(super) fn read(part: &str) -> Result<Self, ExtractError> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        xml::walk(part, |node| match node {
            Node::Start(start) => match (start.local_name().as_ref(), &mut open) {
                ("style", _) => open = attribute(start, "styleId").map(|id| (id, Style::default())),
                ("name", Some((_, style))) => style.name = attribute(start, "val").unwrap_or_default(),
                ("basedOn", Some((_, style))) => style.base = attribute(start, "val"),
                ("outlineLvl", Some((_, style))) => style.outline = xml::number(start),
                ("numId", Some((_, style))) => style.list = attribute(start, "val"),
                _ => {}
            },
            Node::End("style") => styles.extend(open.take()),
            _ => {}
        })?;
        Ok(Self(styles))
    }

    /// The style itself and those it rests on.
    fn line(&self, id: &str) -> impl Iterator<Item = &Style> {
        let first = self.0.get(id);
        std::iter::successors(first, |style| self.0.get(style.base.as_deref()?)).take(MAX_BASES)
    }

    /// Styles of Word are known by their English names, whatever the language of the program.
    pub(super) fn role(&self, id: &str) -> Role {
        // Without its style a paragraph still names it.
        let own = (!self.0.contains_key(id)).then_some(id);
        for name in own
            .into_iter()
            .chain(self.line(id).map(|style| style.name.as_str()))
        {
            let name = name.to_lowercase().replace(' ', "");
            let level = name.strip_prefix("heading").and_then(|level| level.parse().ok());
            match level {
                Some(level @ 1..=9) => return Role::Heading(level),
                _ if name == "title" => return Role::Title,
                _ if name == "subtitle" => return Role::Text,
                _ if name.starts_with("toc") => return Role::Contents,
                _ if name.contains("code") || name == "htmlpreformatted" => return Role::Code,
                _ => {}
            }
        }
        let outline = self.line(id).find_map(|style| style.outline);
        outline
            .filter(|level| *level < 9)
            .map_or(Role::Text, |level| Role::Heading(level + 1))
    }

    /// The numbering a style brings along, and how deep its name says it stands: `List Bullet 2`.
    pub(super) fn list(&self, id: &str) -> Option<(String, usize)> {
        let list = self.line(id).find_map(|style| style.list.clone())?;
        let name = self.0.get(id).map_or("", |style| style.name.as_str());
        let depth = name
            .rsplit(' ')
            .next()
            .and_then(|last| last.parse::<usize>().ok());
        Some((list, depth.map_or(0, |depth| depth.clamp(1, 9) - 1)))
    }
}
