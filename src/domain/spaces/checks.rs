//! Whether a space can be published: what is there, what is missing, and what to do about it.

use parlance_store::queries::{space_life::Knows, spaces::Space};
use serde::Serialize;
use utoipa::ToSchema;

use super::{SpaceError, slug};
use crate::domain::{
    accounts::{
        caller::Caller,
        settings::{self, SpaceSettings},
    },
    answering::settings::AnswerSettings,
};

/// Something that is looked at before a space is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// Stable: `documents`, `settings`, `slug`, `model`, `greeting`, `allowed_origins` or `email`.
    #[schema(example = "documents")]
    pub code: &'static str,
    /// For people.
    pub title: &'static str,
    pub passed: bool,
    /// Whether the space cannot be published without.
    pub blocks: bool,
    /// What to do, where it did not pass.
    pub advice: Option<String>,
}

impl Check {
    /// One that passed unless there is advice.
    #[must_use]
    pub fn new(code: &'static str, title: &'static str, blocks: bool, advice: Option<String>) -> Self {
        Self {
            code,
            title,
            passed: advice.is_none(),
            blocks,
            advice,
        }
    }
}

/// All of them, as things stand. `answers` is whether a model that these settings name is connected.
#[must_use]
pub fn checks(space: &Space, knows: Knows, answers: impl Fn(&AnswerSettings) -> bool) -> Vec<Check> {
    let (settings, unsound) = match settings::sound(&space.settings) {
        Ok(settings) => (settings, None),
        Err(refused) => {
            let named: Vec<String> = refused
                .iter()
                .map(|refused| format!("{}: {}", refused.field, refused.detail))
                .collect();
            (SpaceSettings::default(), Some(named.join("; ")))
        }
    };
    let advise = |missing: bool, advice: &str| missing.then(|| advice.to_owned());
    vec![
        Check::new("documents", "Something to answer from", true, unknowing(knows)),
        Check::new("settings", "Settings within their bounds", true, unsound),
        Check::new(
            "slug",
            "An address",
            true,
            slug::refused(&space.slug).map(str::to_owned),
        ),
        Check::new(
            "model",
            "A model that writes answers",
            false,
            advise(
                !answers(&settings.ai),
                "none of the models it names is connected here: answers are put together from sentences of \
                 the documents",
            ),
        ),
        Check::new(
            "greeting",
            "A greeting",
            false,
            advise(
                settings.greeting.trim().is_empty(),
                "write what visitors read first",
            ),
        ),
        Check::new(
            "allowed_origins",
            "The sites that may embed it",
            false,
            advise(
                space.allowed_origins.is_empty(),
                "every site may embed it: name yours to keep others from it",
            ),
        ),
    ]
}

/// Whether whoever publishes has confirmed their e-mail address.
#[must_use]
pub fn confirmed(caller: &Caller) -> Check {
    let advice = "confirm your e-mail address by the link that was mailed to you";
    let advice = (!caller.email_verified).then(|| advice.to_owned());
    Check::new("email", "Your e-mail address confirmed", true, advice)
}

fn unknowing(knows: Knows) -> Option<String> {
    let advice = match knows {
        Knows { something: true, .. } => return None,
        Knows {
            more_to_come: true, ..
        } => "wait until the first document has been read",
        _ => "add a document, or questions with their answers",
    };
    Some(advice.to_owned())
}

/// Lets publishing go on where no check that blocks has failed.
///
/// # Errors
/// `NotReady` with those that failed.
pub fn ready(checks: &[Check]) -> Result<(), SpaceError> {
    let failed: Vec<Check> = checks
        .iter()
        .filter(|check| check.blocks && !check.passed)
        .cloned()
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(SpaceError::NotReady(failed))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use parlance_store::ids::{SpaceId, TenantId};
    use serde_json::{Value, json};

    use super::*;

    const READY: Knows = Knows {
        something: true,
        more_to_come: false,
    };

    fn space(slug: &str, settings: Value, origins: &[&str]) -> Space {
        let at = DateTime::UNIX_EPOCH;
        Space {
            tenant_id: TenantId::new(),
            id: SpaceId::new(),
            slug: slug.to_owned(),
            name: "Shop".to_owned(),
            public_key: "pk_12345678".to_owned(),
            settings,
            published: false,
            allowed_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            knowledge_version: 0,
            created_at: at,
            updated_at: at,
            version: 1,
            old_key: None,
            old_key_until: None,
            archived_at: None,
        }
    }

    fn failed(checks: &[Check]) -> Vec<(&str, bool)> {
        let failed = checks.iter().filter(|check| !check.passed);
        failed.map(|check| (check.code, check.blocks)).collect()
    }

    #[test]
    fn each_check_fails_for_its_own_reason() {
        let sites = ["https://shop.example"];
        let fine = checks(&space("shop", json!({}), &sites), READY, |_| true);
        assert_eq!(failed(&fine), []);
        assert!(ready(&fine).is_ok());
        let nothing = Knows {
            something: false,
            ..READY
        };
        for (space, knows, answers, expected) in [
            (
                space("shop", json!({}), &sites),
                nothing,
                true,
                ("documents", true),
            ),
            (
                space("shop", json!({ "color": "red" }), &sites),
                READY,
                true,
                ("settings", true),
            ),
            (space("api", json!({}), &sites), READY, true, ("slug", true)),
            (space("shop", json!({}), &sites), READY, false, ("model", false)),
            (
                space("shop", json!({ "greeting": " " }), &sites),
                READY,
                true,
                ("greeting", false),
            ),
            (
                space("shop", json!({}), &[]),
                READY,
                true,
                ("allowed_origins", false),
            ),
        ] {
            let all = checks(&space, knows, |_| answers);
            assert_eq!(failed(&all), [expected]);
            assert_eq!(ready(&all).is_err(), expected.1, "{expected:?}");
        }
    }

    #[test]
    fn a_document_on_its_way_is_waited_for() {
        let soon = Knows {
            something: false,
            more_to_come: true,
        };
        let all = checks(&space("shop", json!({}), &[]), soon, |_| true);
        assert!(all[0].advice.as_ref().unwrap().starts_with("wait"));
    }
}
