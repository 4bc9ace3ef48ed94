//! Sources as units that read by themselves: sentences, list items, steps, table rows. Each
//! knows the words around it: title, headings, the sentence that leads in to its list.

use std::collections::BTreeSet;

use super::{keys::keys, plain::plain};
use crate::{
    adapters::llm::Source,
    kernel::text::{
        sentences::{is_item, lead_len, sentences},
        words::{Word, words},
    },
};

/// Units kept at most over all sources; further text is not read.
const UNITS_MAX: usize = 1_500;
/// Words of a lead-in that may stand before an item.
const LEAD_WORDS: usize = 22;

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Sentence,
    /// A sentence that announces what follows it (`You need three things:`).
    Lead,
    Item,
    /// An item of a numbered list.
    Step,
    Row,
}

/// A piece of a source that reads by itself.
#[derive(Debug)]
pub struct Unit {
    /// The source's number.
    pub number: u32,
    /// Position of the source among all, best first.
    pub rank: usize,
    /// Paragraph, list or table; a lead-in belongs to the list it leads to.
    pub section: usize,
    pub form: Form,
    pub text: String,
    pub words: Vec<Word>,
    /// What its words are looked for under.
    pub keys: BTreeSet<String>,
    /// The headings above it, in one line.
    pub heading: String,
    /// Keys of the headings.
    pub headed: BTreeSet<String>,
    /// Keys of title, headings and lead-in.
    pub context: BTreeSet<String>,
    /// What leads in to it, without its colon.
    pub lead: Option<String>,
}

/// All units of the sources, in order; a text that stands twice is kept once.
pub fn of_sources(sources: &[Source]) -> Vec<Unit> {
    let mut reader = Reader::default();
    for (rank, source) in sources.iter().enumerate() {
        reader.number = source.number;
        reader.rank = rank;
        reader.heading = source.heading.join(" ");
        reader.title.clone_from(&source.title);
        reader.read(&source.text);
    }
    reader.units
}

#[derive(Default)]
struct Reader {
    units: Vec<Unit>,
    seen: BTreeSet<String>,
    number: u32,
    rank: usize,
    title: String,
    heading: String,
    section: usize,
    lead: Option<String>,
    paragraph: String,
    item: Option<(Form, String)>,
    table: Vec<Vec<String>>,
    in_code: bool,
}

impl Reader {
    fn read(&mut self, text: &str) {
        self.lead = None;
        self.section += 1;
        for line in text.lines() {
            self.line(line);
        }
        self.flush();
        self.in_code = false;
    }

    fn line(&mut self, line: &str) {
        let body = line.trim();
        if body.starts_with("```") {
            self.flush();
            self.in_code = !self.in_code;
        } else if self.in_code {
        } else if body.is_empty() {
            self.flush();
        } else if body.starts_with('#') {
            self.flush();
            self.section += 1;
            self.lead = None;
            self.heading = plain(body.trim_start_matches('#'));
        } else if body.starts_with('|') {
            self.flush_text();
            self.table.push(cells(body));
        } else if is_item(body) {
            self.flush_paragraph();
            self.flush_item();
            let lead = lead_len(body);
            let numbered = body.starts_with(|c: char| c.is_ascii_digit());
            let text = body.get(lead..).unwrap_or_default().to_owned();
            self.item = Some((if numbered { Form::Step } else { Form::Item }, text));
        } else if let Some((_, item)) = &mut self.item {
            item.push(' ');
            item.push_str(body);
        } else {
            self.paragraph.push(' ');
            self.paragraph.push_str(body);
        }
    }

    fn flush(&mut self) {
        self.flush_text();
        self.flush_table();
    }

    fn flush_text(&mut self) {
        self.flush_paragraph();
        self.flush_item();
    }

    fn flush_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let paragraph = paragraph.trim_start_matches(['>', ' ']);
        if paragraph.is_empty() {
            return;
        }
        self.section += 1;
        self.lead = None;
        for span in sentences(paragraph) {
            let sentence = plain(paragraph.get(span).unwrap_or_default());
            let leads = sentence.ends_with([':', '：']);
            let form = if leads { Form::Lead } else { Form::Sentence };
            self.push(form, sentence.clone());
            self.lead = leads.then(|| sentence.trim_end_matches([':', '：']).to_owned());
        }
    }

    fn flush_item(&mut self) {
        if let Some((form, text)) = self.item.take() {
            self.push(form, plain(&text));
        }
    }

    fn flush_table(&mut self) {
        let table = std::mem::take(&mut self.table);
        let ruled = table
            .get(1)
            .is_some_and(|row| row.iter().all(|cell| is_rule(cell)));
        let header = if ruled {
            table.first().cloned().unwrap_or_default()
        } else {
            Vec::new()
        };
        if !table.is_empty() && self.lead.is_none() {
            self.section += 1;
        }
        let outer = self.lead.clone();
        for row in table.iter().skip(if ruled { 2 } else { 0 }) {
            if let Some(text) = row_text(&header, row) {
                self.lead = outer.clone().or_else(|| Some(header.join(" ")));
                self.push(Form::Row, text);
            }
        }
        self.lead = outer;
    }

    fn push(&mut self, form: Form, text: String) {
        let words = words(&text);
        if words.is_empty() || self.units.len() >= UNITS_MAX || !self.seen.insert(text.clone()) {
            return;
        }
        let lead = self.lead.clone().filter(|lead| {
            matches!(form, Form::Item | Form::Step) && lead.split_whitespace().count() <= LEAD_WORDS
        });
        let around = format!(
            "{} {} {}",
            self.title,
            self.heading,
            self.lead.as_deref().unwrap_or_default()
        );
        let context = keys(&crate::kernel::text::words::words(&around));
        let (number, rank, section) = (self.number, self.rank, self.section);
        self.units.push(Unit {
            number,
            rank,
            section,
            form,
            text,
            keys: keys(&words),
            words,
            heading: self.heading.clone(),
            headed: keys(&crate::kernel::text::words::words(&self.heading)),
            context,
            lead,
        });
    }
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner
        .replace("\\|", "\u{1}")
        .split('|')
        .map(|cell| plain(&cell.replace('\u{1}', "|")).trim().to_owned())
        .collect()
}

fn is_rule(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':' | ' '))
}

/// A row as a line: `first: second`, or with more columns `first – header: cell; header: cell`.
fn row_text(header: &[String], row: &[String]) -> Option<String> {
    let (first, rest) = row.split_first()?;
    let rest: Vec<(usize, &String)> = rest
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    if let [(_, only)] = rest.as_slice() {
        return Some(format!("{first}: {only}"));
    }
    if rest.is_empty() {
        return None;
    }
    let named = rest.iter().map(
        |(at, cell)| match header.get(at + 1).filter(|name| !name.is_empty()) {
            Some(name) => format!("{name}: {cell}"),
            None => (*cell).clone(),
        },
    );
    Some(format!("{first} – {}", named.collect::<Vec<_>>().join("; ")))
}
