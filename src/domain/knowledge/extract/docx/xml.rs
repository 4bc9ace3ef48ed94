//! One part of a package, element by element. Names are told without their prefix, entities other
//! than the five of XML are nothing, and no document type is read: nothing can be included or
//! expanded.

use quick_xml::{
    Reader,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use crate::domain::knowledge::extract::ExtractError;

/// What a walk meets.
pub(super) enum Node<'a> {
    Start(&'a BytesStart<'a>),
    End(&'a str),
    Text(&'a str),
}

/// Meets every node of `part` in order; an empty element is a start and an end.
pub(super) fn walk(part: &str, mut meet: impl FnMut(Node<'_>)) -> Result<(), ExtractError> {
    let mut reader = Reader::from_str(part);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().allow_dangling_amp = true;
    let damaged = |error: quick_xml::Error| ExtractError::Damaged(error.to_string());
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(start) => meet(Node::Start(&start)),
            Event::End(end) => meet(Node::End(end.local_name().as_ref())),
            Event::Text(text) => meet(Node::Text(&text.xml10_content())),
            Event::CData(text) => meet(Node::Text(&text.xml10_content())),
            Event::GeneralRef(reference) => {
                if let Ok(Some(c)) = reference.resolve_char_ref() {
                    meet(Node::Text(c.encode_utf8(&mut [0; 4])));
                } else if let Some(text) = resolve_xml_entity(&reference) {
                    meet(Node::Text(text));
                }
            }
            Event::Eof => return Ok(()),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The value of an attribute, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    value.ok().map(|value| value.into_owned())
}

/// `w:val` as a number.
pub(super) fn number(element: &BytesStart<'_>) -> Option<usize> {
    attribute(element, "val")?.trim().parse().ok()
}

/// Whether a switch such as `<w:vanish/>` is on.
pub(super) fn is_on(element: &BytesStart<'_>) -> bool {
    attribute(element, "val").is_none_or(|value| !["0", "false", "off", "none"].contains(&value.as_str()))
}

/// All text in the first elements of this name.
pub(super) fn text_of(part: &str, name: &str) -> Result<String, ExtractError> {
    let (mut inside, mut text) = (false, String::new());
    walk(part, |node| match node {
        Node::Start(start) if start.local_name().as_ref() == name => inside = true,
        Node::End(end) if end == name => inside = false,
        Node::Text(part) if inside => text.push_str(part),
        _ => {}
    })?;
    Ok(text)
}

/// The target inside the package of the first relationship whose type ends so.
pub(super) fn related(relations: &str, kind: &str) -> Result<Option<String>, ExtractError> {
    let mut found = None;
    walk(relations, |node| {
        let Node::Start(relation) = node else { return };
        let outside = attribute(relation, "TargetMode").is_some_and(|mode| mode == "External");
        let fits = attribute(relation, "Type").is_some_and(|given| given.ends_with(kind));
        if found.is_none() && fits && !outside {
            found = attribute(relation, "Target").map(|target| target.trim_start_matches('/').to_owned());
        }
    })?;
    Ok(found)
}
