//! JSON of any shape to Markdown: objects become headings with lists, arrays of like objects tables
//! or sections, questions with answers a heading for each question. Several values behind each
//! other, as in JSON lines, are read as an array. Everything keeps its order.

mod value;

use self::value::{Object, Value};
use super::{
    ExtractError, compose, markdown,
    rows::{self, Rows, joined},
};
use crate::domain::knowledge::block::Extracted;

/// Headings have six levels; what is deeper is named by its path.
const MAX_LEVEL: usize = 6;
/// Longer values are paragraphs under a heading.
const MAX_INLINE: usize = 200;
/// Columns that objects of one array may have together and still be rows.
const MAX_COLUMNS: usize = 24;

/// Blocks of a JSON file.
///
/// # Errors
/// `Damaged` with the place where it stops being JSON.
pub fn extract(text: &str) -> Result<Extracted, ExtractError> {
    let mut values = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter() {
        values.push(value.map_err(|error| ExtractError::Damaged(error.to_string()))?);
    }
    let mut value = match values.len() {
        1 => values.remove(0),
        _ => Value::Array(values),
    };
    let title = title(&mut value);
    let mut parts = Vec::new();
    if let Some(title) = &title {
        parts.push(compose::heading(1, title));
    }
    write(&value, 2, &mut parts);
    let mut extracted = markdown::extract(joined(parts));
    extracted.title = title;
    Ok(extracted)
}

/// What the document calls itself; it is not repeated below.
fn title(value: &mut Value) -> Option<String> {
    let Value::Object(object) = value else {
        return None;
    };
    let key = ["title", "name"]
        .into_iter()
        .find(|key| matches!(object.get(key), Some(Value::Text(text)) if is_short(text)))?;
    match object.remove(key) {
        Some(Value::Text(title)) => Some(compose::one_line(&title)),
        _ => None,
    }
}

fn write(value: &Value, level: usize, parts: &mut Vec<String>) {
    match value {
        Value::Object(object) => write_object(object, level, parts),
        Value::Array(array) => write_array(array, level, parts),
        other => parts.extend(scalar(other).map(|text| rows::value(&text))),
    }
}

/// Short values first, as a list; then what is long or has parts, each under its own heading.
fn write_object(object: &Object, level: usize, parts: &mut Vec<String>) {
    let keys = object.keys();
    if let Some((question, answer)) = rows::faq_columns(&keys)
        && keys.len() == 2
    {
        let text = |at: usize| keys.get(at).and_then(|key| object.get(key)).and_then(scalar);
        if let (Some(question), Some(answer)) = (text(question), text(answer)) {
            parts.push(compose::heading(level, &question));
            parts.push(rows::value(&answer));
            return;
        }
    }
    let mut list = Vec::new();
    let mut long = Vec::new();
    for (key, value) in &object.0 {
        match scalar(value) {
            Some(text) if is_short(&text) => list.push(item(&format!("{}: {text}", words(key)))),
            Some(text) if text.trim().is_empty() => {}
            _ if level > MAX_LEVEL => flat(&words(key), value, &mut list),
            _ => long.push((key, value)),
        }
    }
    parts.push(list.join("\n"));
    for (key, value) in long {
        parts.push(compose::heading(level, &words(key)));
        write(value, level + 1, parts);
    }
}

fn write_array(array: &[Value], level: usize, parts: &mut Vec<String>) {
    if let Some(rows) = as_rows(array) {
        parts.push(rows.markdown(level.min(MAX_LEVEL)));
        return;
    }
    let mut list = Vec::new();
    for (number, value) in (1..).zip(array) {
        match value {
            Value::Object(object) if level <= MAX_LEVEL => {
                parts.push(std::mem::take(&mut list).join("\n"));
                let (name, rest) = named(object, number);
                parts.push(compose::heading(level, &name));
                write_object(&rest, level + 1, parts);
            }
            Value::Array(inner) if level <= MAX_LEVEL && !inner.is_empty() => {
                parts.push(std::mem::take(&mut list).join("\n"));
                parts.push(compose::heading(level, &format!("Item {number}")));
                write_array(inner, level + 1, parts);
            }
            value => flat("", value, &mut list),
        }
    }
    parts.push(list.join("\n"));
}

/// A simple value, or a list of them in one line.
fn cell(value: &Value) -> Option<String> {
    let Value::Array(array) = value else {
        return scalar(value);
    };
    let texts: Option<Vec<String>> = array.iter().map(scalar).collect();
    texts.map(|texts| texts.join(", "))
}

/// Objects of simple values that have most keys in common.
fn as_rows(array: &[Value]) -> Option<Rows> {
    let mut columns: Vec<&str> = Vec::new();
    let mut filled = 0;
    for value in array {
        let Value::Object(object) = value else {
            return None;
        };
        filled += object.0.len();
        for (key, value) in &object.0 {
            cell(value)?;
            if !columns.contains(&key.as_str()) {
                columns.push(key);
            }
        }
        if columns.len() > MAX_COLUMNS {
            return None;
        }
    }
    let faq = rows::faq_columns(&columns).is_some();
    if !faq && (array.len() < 2 || filled * 2 < columns.len() * array.len()) {
        return None;
    }
    let text = |value: &Value, column: &str| match value {
        Value::Object(object) => object.get(column).and_then(cell).unwrap_or_default(),
        _ => String::new(),
    };
    Some(Rows {
        columns: columns.iter().map(|column| words(column)).collect(),
        cells: array
            .iter()
            .map(|value| columns.iter().map(|column| text(value, column)).collect())
            .collect(),
    })
}

/// What an object of an array is called, and the rest of it.
fn named(object: &Object, number: usize) -> (String, Object) {
    let mut rest = object.clone();
    let keys = object.keys();
    let question = rows::faq_columns(&keys).map(|(question, _)| question);
    let key = question
        .or_else(|| rows::name_column(&keys))
        .and_then(|at| keys.get(at));
    let name = key
        .and_then(|key| object.get(key).and_then(scalar).map(|name| (key, name)))
        .filter(|(_, name)| is_short(name));
    let Some((key, name)) = name else {
        return (format!("Item {number}"), rest);
    };
    rest.remove(key);
    (name, rest)
}

/// List items of a value without headings, each with the path to it.
fn flat(path: &str, value: &Value, list: &mut Vec<String>) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}, {name}")
        }
    };
    match value {
        Value::Object(object) => {
            for (key, value) in &object.0 {
                flat(&below(&words(key)), value, list);
            }
        }
        Value::Array(array) if array.iter().any(|value| scalar(value).is_none()) => {
            for (number, value) in (1..).zip(array) {
                flat(&below(&number.to_string()), value, list);
            }
        }
        Value::Array(array) => {
            for text in array.iter().filter_map(scalar) {
                list.push(pair(path, &text));
            }
        }
        other => list.extend(
            scalar(other)
                .filter(|text| !text.trim().is_empty())
                .map(|text| pair(path, &text)),
        ),
    }
}

fn pair(path: &str, text: &str) -> String {
    if path.is_empty() {
        item(text)
    } else {
        item(&format!("{path}: {text}"))
    }
}

fn item(text: &str) -> String {
    format!("- {}", compose::plain(&compose::one_line(text)))
}

fn is_short(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_INLINE && !text.contains('\n')
}

/// A simple value as a person would write it; nothing for `null`.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(text) | Value::Text(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A key in words: `returnWindow_days` is `return window days`.
fn words(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    let mut small = false;
    for c in key.chars() {
        if small && c.is_uppercase() {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else if matches!(c, '_' | '-') {
            words.push(' ');
        } else {
            words.push(c);
        }
        small = c.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        extract(json).unwrap().text
    }

    #[test]
    fn questions_with_answers_are_headings() {
        let faq =
            r#"[{"question":"How long?","answer":"Two days."},{"question":"How much?","answer":"5 €"}]"#;
        let expected = "## How long?\n\nTwo days.\n\n## How much?\n\n5 €";
        assert_eq!(text(faq), expected);
        let wrapped = format!(r#"{{"title":"Shipping","faqs":{faq}}}"#);
        let extracted = extract(&wrapped).unwrap();
        assert_eq!(extracted.title.as_deref(), Some("Shipping"));
        assert_eq!(*extracted.blocks[0].heading, ["Shipping", "faqs", "How long?"]);
        let lines = "{\"q\":\"How long?\",\"a\":\"Two days.\"}\n{\"q\":\"How much?\",\"a\":\"5 €\"}\n";
        assert_eq!(text(lines), expected);
    }

    #[test]
    fn nested_objects_are_sections() {
        let json = r#"{"name":"Acme","openSince":2019,"returns":{"window_days":30,"fees":{"EU":0,"US":12.5},
            "methods":["post","shop"]},"closed":null}"#;
        assert_eq!(
            text(json),
            "# Acme\n\n- open since: 2019\n\n## returns\n\n- window days: 30\n\n### fees\n\n- EU: 0\n- US: 12.5\n\n\
             ### methods\n\n- post\n- shop"
        );
    }

    #[test]
    fn like_objects_are_a_table_and_unlike_ones_sections() {
        let table = text(r#"[{"zone":"A","days":1},{"zone":"B","days":2}]"#);
        assert!(table.starts_with("| zone | days |"), "{table}");
        let sections = text(r#"[{"name":"Arm","parts":[{"x":1},{"y":2}]},"alone",[1,[2]]]"#);
        for line in ["## Arm", "### parts", "- alone", "## Item 3"] {
            assert!(sections.contains(line), "{line} in {sections}");
        }
    }

    #[test]
    fn no_value_is_lost_however_deep() {
        let deep = (0..40).fold("\"treasure\"".to_owned(), |inner, n| {
            format!("{{\"k{n}\":[{inner}]}}")
        });
        let found = text(&deep);
        assert!(found.contains("treasure"), "{found}");
        assert!(!found.contains("#######"));
    }

    #[test]
    fn what_is_no_json_says_where() {
        let error = extract("{\"a\": 1,\n \"b\": }").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        let bottomless = "[".repeat(100_000);
        let error = extract(&bottomless).unwrap_err().to_string();
        assert!(error.contains("recursion limit"), "{error}");
    }
}
