//! DOCX to Markdown: headings by style, lists with their nesting, tables, and notes below the
//! paragraph that refers to them. `package` opens the ZIP within limits, `xml` walks a part of it,
//! `styles`, `numbering` and `notes` say what the parts beside the text mean, `body` reads the text,
//! `write` writes it down. Nothing outside the file is ever followed. Start at [`extract`].

mod body;
mod notes;
mod numbering;
pub mod package;
mod paragraph;
mod styles;
mod write;
mod xml;

use self::{body::Part, numbering::Numbering, package::Package, styles::Styles};
use super::{ExtractError, ExtractLimits, compose, markdown};
use crate::domain::knowledge::block::Extracted;

/// Blocks of a DOCX file.
///
/// # Errors
/// `Damaged`, `Encrypted`, or `Expands` when it would unpack to more than the limits.
pub fn extract(bytes: &[u8], limits: ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut package = Package::open(bytes, limits)?;
    let relations = package.part("_rels/.rels")?.unwrap_or_default();
    let main = xml::related(&relations, "/officeDocument")?.unwrap_or_else(|| "word/document.xml".into());
    let core = xml::related(&relations, "/core-properties")?.unwrap_or_else(|| "docProps/core.xml".into());
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut beside = |name: &str| package.part(&format!("{folder}/{name}"));
    let styles = Styles::read(&beside("styles.xml")?.unwrap_or_default())?;
    let numbering = Numbering::read(&beside("numbering.xml")?.unwrap_or_default())?;
    let mut notes = notes::read(&beside("footnotes.xml")?.unwrap_or_default(), notes::Kind::Foot)?;
    notes.extend(notes::read(
        &beside("endnotes.xml")?.unwrap_or_default(),
        notes::Kind::End,
    )?);
    let title = title(&package.part(&core)?.unwrap_or_default())?;
    let text = package
        .part(&main)?
        .ok_or_else(|| ExtractError::Damaged("it holds no text part".into()))?;
    let parts = body::read(&text, &styles, numbering, &notes)?;
    let own = parts.iter().find_map(|part| match part {
        Part::Title(text) => Some(compose::one_line(text)),
        _ => None,
    });
    let mut extracted = markdown::extract(write::markdown(parts));
    extracted.title = title.or(own).or(extracted.title);
    Ok(extracted)
}

/// What the document calls itself, unless that is what a program called it.
fn title(core: &str) -> Result<Option<String>, ExtractError> {
    let title = compose::one_line(&xml::text_of(core, "title")?);
    let lower = title.to_lowercase();
    let made =
        lower.starts_with("microsoft ") || ["untitled", "document", "document1"].contains(&lower.as_str());
    Ok((!title.is_empty() && !made).then_some(title))
}

#[cfg(test)]
mod tests;
