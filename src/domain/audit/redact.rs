//! What of a change is kept: what differs, and no secret.

use serde_json::{Map, Value};

/// Stands for what is not shown.
const HIDDEN: &str = "•••";
/// A field is secret where its name has one of these among its words.
const SECRETS: &[&str] = &[
    "password",
    "secret",
    "token",
    "hash",
    "signature",
    "code",
    "codes",
];

/// What differs between the two, without secrets. Where only one is there, all of it.
pub fn changed(before: Option<Value>, after: Option<Value>) -> (Option<Value>, Option<Value>) {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => {
            let (before, after) = differ(before, after);
            (Some(before), Some(after))
        }
        one => one,
    };
    (before.map(redacted), after.map(redacted))
}

/// Fields of objects that are the same are left out, at any depth.
fn differ(before: Value, after: Value) -> (Value, Value) {
    let (Value::Object(before), Value::Object(mut after)) = (before.clone(), after.clone()) else {
        return (before, after);
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for (name, old) in before {
        match after.remove(&name) {
            Some(new) if new == old => {}
            Some(new) => {
                let (old, new) = differ(old, new);
                was.insert(name.clone(), old);
                is.insert(name, new);
            }
            None => {
                was.insert(name, old);
            }
        }
    }
    is.append(&mut after);
    (Value::Object(was), Value::Object(is))
}

fn redacted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let shown = |(name, value): (String, Value)| {
                let value = if is_secret(&name) && !value.is_null() && !value.is_boolean() {
                    HIDDEN.into()
                } else {
                    redacted(value)
                };
                (name, value)
            };
            Value::Object(fields.into_iter().map(shown).collect())
        }
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        other => other,
    }
}

fn is_secret(name: &str) -> bool {
    name.split(['_', '-', '.'])
        .any(|word| SECRETS.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let before =
            json!({ "name": "Acme", "settings": { "color": "#000000", "ai": { "top_k": 5 } }, "gone": 1 });
        let after =
            json!({ "name": "Acme", "settings": { "color": "#ffffff", "ai": { "top_k": 5 } }, "new": 2 });
        assert_eq!(
            changed(Some(before), Some(after)),
            (
                Some(json!({ "settings": { "color": "#000000" }, "gone": 1 })),
                Some(json!({ "settings": { "color": "#ffffff" }, "new": 2 }))
            )
        );
    }

    #[test]
    fn a_secret_is_not_kept_at_any_depth() {
        let after = json!({ "password": "x", "keys": [{ "client_secret": "y", "id": 1 }], "has_password": true, "max_tokens": 5 });
        let (_, after) = changed(None, Some(after));
        assert_eq!(
            after,
            Some(
                json!({ "password": HIDDEN, "keys": [{ "client_secret": HIDDEN, "id": 1 }], "has_password": true, "max_tokens": 5 })
            )
        );
    }
}
