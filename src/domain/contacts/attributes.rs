//! What is told about somebody: a flat merge of JSON objects, with a bound on the whole.

use serde_json::{Map, Value};

use crate::domain::accounts::settings::has_nul;

/// Bytes of somebody's attributes as JSON at most, however often they are added to.
pub const MAX: usize = 8 * 1024;

/// Why attributes are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("attributes are a JSON object")]
    NoObject,
    #[error("attributes have at most 8 KiB in all; set some to null to remove them")]
    TooLarge,
    #[error("attributes cannot hold the character NUL")]
    Nul,
}

/// `before` with the fields of `patch`; null removes a field.
///
/// # Errors
/// [`Refused`], and nothing is changed.
pub fn merged(before: &Value, patch: Value) -> Result<Value, Refused> {
    let Value::Object(patch) = patch else {
        return Err(Refused::NoObject);
    };
    let mut all = before.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            all.remove(&name);
        } else {
            all.insert(name, value);
        }
    }
    bounded(all)
}

fn bounded(all: Map<String, Value>) -> Result<Value, Refused> {
    let all = Value::Object(all);
    if all.to_string().len() > MAX {
        return Err(Refused::TooLarge);
    }
    if has_nul(&all) {
        return Err(Refused::Nul);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_adds_replaces_and_removes() {
        let before = json!({ "plan": "free", "seats": 3 });
        let after = merged(
            &before,
            json!({ "plan": "pro", "seats": null, "beta": true, "never": null }),
        );
        assert_eq!(after, Ok(json!({ "plan": "pro", "beta": true })));
    }

    #[test]
    fn what_is_no_object_too_large_or_not_to_be_stored_is_refused() {
        for wrong in [json!([]), json!("x"), json!(null), json!(1)] {
            assert_eq!(merged(&json!({}), wrong), Err(Refused::NoObject));
        }
        let half = json!({ "a": "x".repeat(MAX / 2) });
        let held = merged(&json!({}), half).unwrap();
        let more = json!({ "b": "x".repeat(MAX / 2) });
        assert_eq!(merged(&held, more.clone()), Err(Refused::TooLarge));
        let mut instead = more;
        instead["a"] = Value::Null;
        assert!(merged(&held, instead).is_ok(), "what is removed makes room");
        for nul in [
            json!({ "a\0": 1 }),
            json!({ "a": ["\0"] }),
            json!({ "a": { "b": "\0" } }),
        ] {
            assert_eq!(merged(&json!({}), nul), Err(Refused::Nul));
        }
        assert!(merged(&json!({}), json!({ "a": "\\u0000 is text" })).is_ok());
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            "[a-z\"\\\\]{0,3000}".prop_map(Value::from)
        ]
    }

    fn object() -> impl Strategy<Value = Value> {
        prop::collection::btree_map("[a-e]", value(), 0..5)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn any_number_of_patches_stays_within_bounds_and_the_same_again_changes_nothing(patches in prop::collection::vec(object(), 1..12)) {
            let mut held = json!({});
            for patch in patches {
                if let Ok(after) = merged(&held, patch.clone()) {
                    prop_assert_eq!(merged(&after, patch.clone()), Ok(after.clone()));
                    held = after;
                }
                prop_assert!(held.to_string().len() <= MAX);
                prop_assert!(held.as_object().unwrap().values().all(|value| !value.is_null()));
            }
        }
    }
}
