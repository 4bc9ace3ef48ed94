//! Markdown stays as it is: the source is the canonical text, so that every offset is exact.

use std::{ops::Range, sync::Arc};

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::domain::knowledge::block::{Block, BlockKind, Extracted};

/// The dialect that is read here and rendered on document pages.
pub const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_YAML_STYLE_METADATA_BLOCKS);

/// Blocks of a Markdown text. The title is that of the front matter, else the first heading.
#[must_use]
pub fn extract(text: String) -> Extracted {
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(&text, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    outline.open(&tag, trimmed(&text, range));
                }
                depth += 1;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    outline.close(tag);
                }
            }
            Event::Text(part) | Event::Code(part) => outline.words(&part),
            Event::SoftBreak | Event::HardBreak => outline.words(" "),
            _ => {}
        }
    }
    outline.end_section(0);
    let title = outline.title.or(outline.first_heading);
    Extracted {
        title,
        text,
        blocks: outline.blocks,
        markdown: true,
    }
}

/// Heading lines are not blocks: they travel with every block below them. One with nothing
/// below it is a block after all, or its words could not be found.
#[derive(Default)]
struct Outline {
    title: Option<String>,
    first_heading: Option<String>,
    path: Vec<(HeadingLevel, String, Range<usize>, bool)>,
    names: Option<Arc<[String]>>,
    heading: Option<(HeadingLevel, String, Range<usize>)>,
    metadata: Option<String>,
    blocks: Vec<Block>,
}

impl Outline {
    fn open(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        let kind = match tag {
            Tag::Heading { level, .. } => {
                self.heading = Some((*level, String::new(), range));
                return;
            }
            Tag::MetadataBlock(_) => {
                self.metadata = Some(String::new());
                return;
            }
            Tag::List(_) | Tag::DefinitionList => BlockKind::List,
            Tag::Table(_) => BlockKind::Table,
            Tag::CodeBlock(_) => BlockKind::Code,
            _ => BlockKind::Paragraph,
        };
        self.block(kind, range);
    }

    fn block(&mut self, kind: BlockKind, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if let Some(innermost) = self.path.last_mut() {
            innermost.3 = true;
        }
        let path = &self.path;
        let heading = self
            .names
            .get_or_insert_with(|| path.iter().map(|(_, name, ..)| name.clone()).collect())
            .clone();
        self.blocks.push(Block {
            kind,
            range,
            heading,
            page: None,
        });
    }

    fn words(&mut self, part: &str) {
        if let Some((_, name, _)) = &mut self.heading {
            name.push_str(part);
        }
        if let Some(metadata) = &mut self.metadata {
            metadata.push_str(part);
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let Some((level, name, range)) = self.heading.take() else {
                    return;
                };
                let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
                if name.is_empty() {
                    return;
                }
                self.end_section(level as usize);
                self.first_heading.get_or_insert_with(|| name.clone());
                if let Some(parent) = self.path.last_mut() {
                    parent.3 = true;
                }
                self.path.push((level, name, range, false));
                self.names = None;
            }
            TagEnd::MetadataBlock(_) => {
                let metadata = self.metadata.take().unwrap_or_default();
                let title = metadata.lines().find_map(|line| line.strip_prefix("title:"));
                let title = title.map(|title| title.trim().trim_matches(['"', '\'']).to_owned());
                self.title = self.title.take().or(title.filter(|title| !title.is_empty()));
            }
            _ => {}
        }
    }

    /// Leaves every section of this level or a deeper one.
    fn end_section(&mut self, level: usize) {
        while let Some((open, _, range, used)) = self.path.last().cloned() {
            if (open as usize) < level {
                break;
            }
            self.path.pop();
            self.names = None;
            if !used {
                self.block(BlockKind::Paragraph, range);
            }
        }
    }
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (slice.len() - slice.trim_start().len());
    start..start + slice.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(BlockKind, String, String)> {
        let extracted = extract(text.to_owned());
        let describe = |block: Block| {
            (
                block.kind,
                block.heading.join(" > "),
                extracted.text[block.range].to_owned(),
            )
        };
        extracted.blocks.into_iter().map(describe).collect()
    }

    #[test]
    fn blocks_know_their_headings() {
        let text = "# Acme\n\nHello *you*.\n\n## Returns\n\n- a\n- b\n\n### Fees\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n\
                    ## Code\n\n```sh\nmake\n```\n";
        use BlockKind::*;
        let expected = [
            (Paragraph, "Acme", "Hello *you*."),
            (List, "Acme > Returns", "- a\n- b"),
            (Table, "Acme > Returns > Fees", "| x | y |\n|---|---|\n| 1 | 2 |"),
            (Code, "Acme > Code", "```sh\nmake\n```"),
        ];
        let expected = expected.map(|(kind, path, text)| (kind, path.to_owned(), text.to_owned()));
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn a_heading_with_nothing_below_is_not_lost() {
        let found = blocks("# Top\n\n## We never ship on Sundays\n\n## Next\n\ntext");
        assert_eq!(found[0].2, "## We never ship on Sundays");
        assert_eq!(found[0].1, "Top");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn the_title_is_the_front_matter_or_the_first_heading() {
        assert_eq!(
            extract("---\ntitle: \"T & C\"\n---\n# H\n\nx".into())
                .title
                .as_deref(),
            Some("T & C")
        );
        assert_eq!(
            extract("text\n\n# `H` one\n\nx".into()).title.as_deref(),
            Some("H one")
        );
        assert_eq!(extract("text".into()).title, None);
    }
}
