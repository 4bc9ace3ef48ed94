//! The schemas of the API's document hold together.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::document;
use crate::support::TestApp;

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, all: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                all.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| references(field, all));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, all)),
            _ => {}
        }
    }
    let document = document(&TestApp::start().await).await;
    let mut all = BTreeSet::new();
    references(&document, &mut all);
    assert!(all.len() > 100, "{}", all.len());
    for reference in all {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// A text that has to be an object as well can be neither; and where a part takes no fields but its own
/// the others' are refused.
#[tokio::test]
async fn what_is_made_of_several_is_made_of_objects() {
    fn wholes<'a>(value: &'a Value, all: &mut Vec<&'a Value>) {
        match value {
            Value::Object(fields) => {
                all.extend(fields.get("allOf"));
                fields.values().for_each(|field| wholes(field, all));
            }
            Value::Array(items) => items.iter().for_each(|item| wholes(item, all)),
            _ => {}
        }
    }
    let document = document(&TestApp::start().await).await;
    let mut all = Vec::new();
    wholes(&document, &mut all);
    assert!(all.len() > 10, "{}", all.len());
    for part in all.into_iter().flat_map(|parts| parts.as_array().unwrap()) {
        let schema = part["$ref"].as_str().map_or(part, |reference| {
            document.pointer(reference.strip_prefix('#').unwrap()).unwrap()
        });
        assert!(
            schema["properties"].is_object() || schema["allOf"].is_array(),
            "{schema}"
        );
        assert_ne!(schema["additionalProperties"], false, "{schema}");
    }
}

/// A type that has the name of another takes its place in the document.
#[test]
fn no_two_schemas_have_one_name() {
    fn files(folder: &std::path::Path, all: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, all);
            } else {
                all.push(path);
            }
        }
    }
    let mut all = Vec::new();
    files(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut all,
    );
    let mut names = BTreeSet::new();
    for file in all
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "rs"))
    {
        let text = std::fs::read_to_string(file).unwrap();
        for part in text.split("ToSchema)]").skip(1) {
            let head = part.split(['{', ';']).next().unwrap();
            let said = head.split_once("schema(as = ").map(|(_, rest)| rest);
            let kept = ["struct ", "enum "]
                .iter()
                .find_map(|kind| Some(head.split_once(kind)?.1));
            let name = said.or(kept).unwrap_or_default();
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            assert!(
                names.insert(name.clone()),
                "{name} of {} is not the only one",
                file.display()
            );
        }
    }
    assert!(names.len() > 100, "{}", names.len());
}
