//! What a change of settings may name, as a schema: made of the schema of the settings themselves.

use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::inlined;
use crate::domain::accounts::settings::SpaceSettings;

const ABOUT: &str = "What is absent stays; null gives a field its default again (RFC 7396).";

/// A merge patch of a space's settings.
pub enum SettingsPatch {}

impl PartialSchema for SettingsPatch {
    fn schema() -> RefOr<Schema> {
        let mut schema = serde_json::to_value(SpaceSettings::schema()).unwrap_or_default();
        inlined::fold(&mut schema);
        patched(&mut schema);
        schema["description"] = json!(ABOUT);
        serde_json::from_value(schema).unwrap_or_default()
    }
}

impl ToSchema for SettingsPatch {}

/// Every field of an object may be absent or null, and there are no others.
fn patched(schema: &mut Value) {
    if let Some(Value::Array(either)) = schema.get_mut("oneOf") {
        return either.iter_mut().for_each(patched);
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("default");
        schema.remove("required");
    }
    let Some(Value::Object(fields)) = schema.get_mut("properties") else {
        return;
    };
    for field in fields.values_mut() {
        patched(field);
        nullable(field);
    }
    schema["additionalProperties"] = json!(false);
}

fn nullable(schema: &mut Value) {
    match schema.get("type") {
        Some(Value::String(kind)) => schema["type"] = json!([kind, "null"]),
        Some(_) => return,
        None if is_nullable(schema) => return,
        None => {
            let mut either = Map::new();
            if let Some(about) = schema
                .as_object_mut()
                .and_then(|schema| schema.remove("description"))
            {
                either.insert("description".to_owned(), about);
            }
            either.insert("oneOf".to_owned(), json!([{ "type": "null" }, schema.take()]));
            *schema = Value::Object(either);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
}

/// Whether it is a choice of which null is one.
fn is_nullable(schema: &Value) -> bool {
    let either = schema.get("oneOf").and_then(Value::as_array);
    either.is_some_and(|either| either.iter().any(|one| one["type"] == "null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_may_name_each_setting_with_its_bounds_or_null_and_nothing_else() {
        let schema = serde_json::to_value(SettingsPatch::schema()).unwrap();
        let known = serde_json::to_value(SpaceSettings::default()).unwrap();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(names(&schema["properties"])), sorted(names(&known)));
        assert_eq!(schema["additionalProperties"], false);
        let ai = &schema["properties"]["ai"];
        assert_eq!(sorted(names(&ai["properties"])), sorted(names(&known["ai"])));
        assert_eq!(
            (&ai["type"], &ai["additionalProperties"]),
            (&json!(["object", "null"]), &json!(false))
        );
        assert_eq!(ai["properties"]["top_k"]["maximum"], 12);
        assert_eq!(ai["properties"]["top_k"]["type"], json!(["integer", "null"]));
        let either = schema["properties"]["hours"]["oneOf"].as_array().unwrap();
        let of = |kind: &str| either.iter().find(|one| one["type"] == kind).unwrap();
        assert_eq!((either.len(), of("null").get("properties")), (2, None));
        let hours = of("object");
        assert_eq!(
            (hours.get("required"), &hours["additionalProperties"]),
            (None, &json!(false))
        );
        let monday = &hours["properties"]["week"]["properties"]["monday"];
        assert_eq!(monday["type"], json!(["array", "null"]));
        assert_eq!(
            schema["properties"]["mode"]["enum"],
            json!(["auto", "light", "dark", null])
        );
        assert_eq!(schema.get("required"), None);
    }
}
