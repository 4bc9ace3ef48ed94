//! What is different between two versions of a space, and how one answered.

use parlance_store::{
    StoreError,
    ids::SpaceId,
    queries::space_versions::{self, SpaceVersion},
    tenant::TenantConn,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::domain::{
    accounts::settings::{self, SpaceSettings},
    answering::settings::AnswerSettings,
};

/// A field that is not the same in both.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Its path, as `settings.ai.top_k`.
    pub field: String,
    /// `null` where it was not there.
    pub before: Value,
    pub after: Value,
}

/// How version `n` of a space answered; none where there is no such version, or it is not sound by today's
/// rules.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn answers_of(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    n: i64,
) -> Result<Option<AnswerSettings>, StoreError> {
    let version = space_versions::get(conn, space, n).await?;
    Ok(version
        .and_then(|version| settings::sound(&version.settings).ok())
        .map(|settings| settings.ai))
}

/// What differs in how two arms of an experiment answer, as [`diff`] of versions does.
#[must_use]
pub fn diff_of_answers(before: &Value, after: &Value) -> Vec<Difference> {
    let whole = |ai: &Value| {
        let read = serde_json::from_value::<AnswerSettings>(ai.clone()).ok();
        read.and_then(|ai| serde_json::to_value(ai).ok())
            .unwrap_or_else(|| ai.clone())
    };
    let mut found = Vec::new();
    differ("settings.ai", &whole(before), &whole(after), &mut found);
    found
}

/// What differs, field by field; a list is one field. What a version did not set counts as the default
/// it has today.
#[must_use]
pub fn diff(before: &SpaceVersion, after: &SpaceVersion) -> Vec<Difference> {
    let mut found = Vec::new();
    differ("", &whole(before), &whole(after), &mut found);
    found
}

fn whole(version: &SpaceVersion) -> Value {
    // Settings of earlier rules that cannot be read by today's are compared as they stand.
    let settings = serde_json::from_value::<SpaceSettings>(version.settings.clone())
        .ok()
        .and_then(|settings| serde_json::to_value(settings).ok())
        .unwrap_or_else(|| version.settings.clone());
    json!({ "name": version.name, "allowed_origins": version.allowed_origins, "settings": settings })
}

fn differ(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if let (Value::Object(was), Value::Object(is)) = (before, after) {
        let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let below = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            let none = &Value::Null;
            differ(
                &below,
                was.get(name).unwrap_or(none),
                is.get(name).unwrap_or(none),
                found,
            );
        }
    } else if before != after {
        found.push(Difference {
            field: path.to_owned(),
            before: before.clone(),
            after: after.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use parlance_store::queries::audit::ActorKind;

    use super::*;

    fn version(name: &str, settings: Value) -> SpaceVersion {
        SpaceVersion {
            n: 1,
            name: name.to_owned(),
            settings,
            allowed_origins: vec!["https://shop.example".to_owned()],
            actor_kind: ActorKind::System,
            actor_id: None,
            actor_name: String::new(),
            note: None,
            restored_from: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_differs_is_named_by_its_path() {
        let before = version("Shop", json!({ "ai": { "top_k": 4 }, "color": "#112233" }));
        let mut after = version(
            "Store",
            json!({ "ai": { "top_k": 5 }, "mode": "auto", "prechat": ["name"] }),
        );
        after.allowed_origins.clear();
        let default = SpaceSettings::default();
        let difference = |field: &str, before: Value, after: Value| Difference {
            field: field.to_owned(),
            before,
            after,
        };
        assert_eq!(
            diff(&before, &after),
            [
                difference("allowed_origins", json!(["https://shop.example"]), json!([])),
                difference("name", json!("Shop"), json!("Store")),
                difference("settings.ai.top_k", json!(4), json!(5)),
                difference("settings.color", json!("#112233"), json!(default.color)),
                difference("settings.prechat", json!([]), json!(["name"])),
            ]
        );
        assert_eq!(diff(&after, &after), []);
    }

    #[test]
    fn settings_that_cannot_be_read_any_more_are_compared_as_they_stand() {
        let (before, after) = (
            version("Shop", json!({ "color": 7 })),
            version("Shop", json!({ "color": 8 })),
        );
        let found = diff(&before, &after);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].field.as_str(), &found[0].after),
            ("settings.color", &json!(8))
        );
    }
}
