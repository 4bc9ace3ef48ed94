//! What `utoipa` says of a field whose schema is inlined, as it is meant: the field's description and
//! default come in a second schema that is said to be of an object, so that a text would have to be both.

use serde_json::{Map, Value};

/// Puts what is said of a field into the schema that it is said of, everywhere in the document.
pub fn fold(within: &mut Value) {
    match within {
        Value::Array(all) => all.iter_mut().for_each(fold),
        Value::Object(schema) => {
            schema.values_mut().for_each(fold);
            if let Some([Value::Object(of), Value::Object(said)]) = schema.get_mut("allOf").and_then(both)
                && says_only(said)
            {
                let (of, said) = (std::mem::take(of), std::mem::take(said));
                schema.remove("allOf");
                schema.extend(of);
                schema.extend(said.into_iter().filter(|(name, _)| name != "type"));
            }
        }
        _ => {}
    }
}

fn both(all: &mut Value) -> Option<&mut [Value; 2]> {
    all.as_array_mut()?.as_mut_slice().try_into().ok()
}

/// Of an object of which nothing is known but what is written about it.
fn says_only(schema: &Map<String, Value>) -> bool {
    let known = |name: &String| ["type", "description", "default"].contains(&name.as_str());
    schema.get("type").is_some_and(|of| of == "object") && schema.keys().all(known)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_of_a_field_is_said_of_its_schema() {
        let words = json!({"type": "string", "enum": ["a", "b"], "description": "Of the type."});
        let mut document = json!({"deep": [{"properties": {
            "described": {"allOf": [words, {"type": "object", "description": "Of the field."}]},
            "given": {"allOf": [words, {"type": "object", "default": "b"}]},
        }}]});
        fold(&mut document);
        assert_eq!(
            document,
            json!({"deep": [{"properties": {
                "described": {"type": "string", "enum": ["a", "b"], "description": "Of the field."},
                "given": {"type": "string", "enum": ["a", "b"], "description": "Of the type.", "default": "b"},
            }}]})
        );
    }

    #[test]
    fn what_is_both_stays_both() {
        let reference = json!({"$ref": "#/components/schemas/Message"});
        let more =
            json!({"type": "object", "properties": {"type": {"type": "string"}}, "description": "More."});
        for both in [
            json!({"allOf": [reference, more]}),
            json!({"allOf": [more]}),
            json!({"allOf": [reference, {"type": "string", "description": "A text."}]}),
            json!({"allOf": [true, {"type": "object", "description": "Anything."}]}),
        ] {
            let mut folded = both.clone();
            fold(&mut folded);
            assert_eq!(folded, both);
        }
    }
}
