//! What a rule asks of a ticket, and whether a ticket has it. Pure.

use parlance_store::{
    ids::{SpaceId, TicketCategoryId},
    queries::tickets::Priority,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::words;

/// Entries of each list at most.
pub const ENTRIES_MAX: usize = 100;
/// Characters of a language or a plan at most.
pub const WORD_MAX: usize = 60;

/// A mood that a rule may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feeling {
    /// What counts as angry in `domain::mood`.
    Angry,
    /// Something that cannot wait: a deadline, danger, money, the law, a threat to leave.
    Urgent,
}

/// When a ticket is made, as the hours of its space have it. A space without hours is always within them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    Within,
    Outside,
}

/// What must hold: something of every list that is not empty. Nothing at all holds for every ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = RoutingConditions)]
pub struct Conditions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 100)]
    pub categories: Vec<TicketCategoryId>,
    /// What the locale begins with: `pt` holds for `pt-BR`, `pt-BR` not for `pt`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub languages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub moods: Vec<Feeling>,
    /// The attribute `plan` of the contact, without regard to case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub plans: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<words::TicketPriority>, max_items = 100)]
    pub priorities: Vec<Priority>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 100)]
    pub spaces: Vec<SpaceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<When>,
}

/// What is known of a ticket that is to be routed.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub category: Option<TicketCategoryId>,
    pub locale: Option<String>,
    pub moods: Vec<Feeling>,
    pub plan: Option<String>,
    pub priority: Priority,
    pub space: SpaceId,
    pub hours: When,
}

/// A condition by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Category,
    Language,
    Mood,
    Plan,
    Priority,
    Space,
    Hours,
}

/// A condition that holds, and what of the ticket it holds for, as it is written in the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoutingReason)]
pub struct Reason {
    pub condition: Condition,
    pub value: String,
}

impl Conditions {
    /// Why a ticket has all that is asked for.
    ///
    /// # Errors
    /// The first condition that does not hold.
    pub fn hold(&self, facts: &Facts) -> Result<Vec<Reason>, Condition> {
        let category = self
            .categories
            .iter()
            .find(|one| facts.category == Some(**one))
            .map(ToString::to_string);
        let locale = facts.locale.as_deref().unwrap_or_default();
        let language = self.languages.iter().find(|one| speaks(locale, one)).cloned();
        let mood = self.moods.iter().find(|one| facts.moods.contains(one)).map(word);
        let plan = facts.plan.as_deref().unwrap_or_default().trim();
        let plan = self.plans.iter().find(|one| same(one, plan)).cloned();
        let priority = self
            .priorities
            .iter()
            .find(|one| facts.priority == **one)
            .map(ToString::to_string);
        let space = self
            .spaces
            .iter()
            .find(|one| facts.space == **one)
            .map(ToString::to_string);
        let hours = self
            .hours
            .filter(|when| facts.hours == *when)
            .map(|when| word(&when));
        let asked = [
            (Condition::Category, !self.categories.is_empty(), category),
            (Condition::Language, !self.languages.is_empty(), language),
            (Condition::Mood, !self.moods.is_empty(), mood),
            (Condition::Plan, !self.plans.is_empty(), plan),
            (Condition::Priority, !self.priorities.is_empty(), priority),
            (Condition::Space, !self.spaces.is_empty(), space),
            (Condition::Hours, self.hours.is_some(), hours),
        ];
        let asked = asked.into_iter().filter(|(_, is_asked, _)| *is_asked);
        asked
            .map(|(condition, _, held)| held.map(|value| Reason { condition, value }).ok_or(condition))
            .collect()
    }

    /// The same without space around entries, where it can be kept. An empty one is refused: without it, the
    /// condition might hold for everything.
    ///
    /// # Errors
    /// What is out of bounds, in words for whoever wrote it.
    pub fn sound(mut self) -> Result<Self, String> {
        for list in [&mut self.languages, &mut self.plans] {
            for entry in list.iter_mut() {
                *entry = entry.replace('\0', "").trim().to_owned();
            }
        }
        let long = |list: &[String]| list.iter().any(|entry| entry.chars().count() > WORD_MAX);
        let lengths = [
            ("categories", self.categories.len()),
            ("languages", self.languages.len()),
            ("moods", self.moods.len()),
            ("plans", self.plans.len()),
            ("priorities", self.priorities.len()),
            ("spaces", self.spaces.len()),
        ];
        if let Some((field, _)) = lengths.iter().find(|(_, length)| *length > ENTRIES_MAX) {
            return Err(format!("conditions.{field}: give at most {ENTRIES_MAX}"));
        }
        let is_tag = |entry: &String| {
            let mut parts = entry.split(['-', '_']);
            parts.all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
        };
        if !self.languages.iter().all(is_tag) || long(&self.languages) {
            return Err("conditions.languages: give codes such as de or pt-BR".to_owned());
        }
        if long(&self.plans) || self.plans.iter().any(String::is_empty) {
            return Err(format!("conditions.plans: give 1 to {WORD_MAX} characters each"));
        }
        Ok(self)
    }
}

/// Whether a locale is of a language, or of a variety of it: whole parts are compared.
fn speaks(locale: &str, language: &str) -> bool {
    let parts = |tag: &str| -> Vec<String> {
        let parts = tag.split(['-', '_']).filter(|part| !part.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    parts(locale).starts_with(&parts(language))
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// The word that stands for it in JSON.
fn word(of: &impl Serialize) -> String {
    let word = serde_json::to_value(of).ok();
    word.and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn facts() -> Facts {
        Facts {
            category: Some(Uuid::from_u128(1).into()),
            locale: Some("pt-BR".to_owned()),
            moods: vec![Feeling::Angry],
            plan: Some("Enterprise".to_owned()),
            priority: Priority::High,
            space: Uuid::from_u128(2).into(),
            hours: When::Outside,
        }
    }

    fn held(conditions: serde_json::Value) -> Result<Vec<(Condition, String)>, Condition> {
        let conditions: Conditions = serde_json::from_value(conditions).expect("conditions");
        let reasons = conditions.hold(&facts())?;
        Ok(reasons
            .into_iter()
            .map(|why| (why.condition, why.value))
            .collect())
    }

    #[test]
    fn each_condition_holds_for_what_it_names() {
        use serde_json::json;
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let cases = [
            (
                json!({"categories": [two, one]}),
                Ok((Condition::Category, one.to_string())),
            ),
            (json!({"categories": [two]}), Err(Condition::Category)),
            (
                json!({"languages": ["de", "pt"]}),
                Ok((Condition::Language, "pt".to_owned())),
            ),
            (
                json!({"languages": ["pt_br"]}),
                Ok((Condition::Language, "pt_br".to_owned())),
            ),
            (json!({"languages": ["p"]}), Err(Condition::Language)),
            (json!({"languages": ["pt-BR-x"]}), Err(Condition::Language)),
            (
                json!({"moods": ["urgent", "angry"]}),
                Ok((Condition::Mood, "angry".to_owned())),
            ),
            (json!({"moods": ["urgent"]}), Err(Condition::Mood)),
            (
                json!({"plans": ["free", "enterprise"]}),
                Ok((Condition::Plan, "enterprise".to_owned())),
            ),
            (json!({"plans": ["free"]}), Err(Condition::Plan)),
            (
                json!({"priorities": ["high"]}),
                Ok((Condition::Priority, "high".to_owned())),
            ),
            (json!({"priorities": ["low", "urgent"]}), Err(Condition::Priority)),
            (json!({"spaces": [two]}), Ok((Condition::Space, two.to_string()))),
            (json!({"spaces": [one]}), Err(Condition::Space)),
            (
                json!({"hours": "outside"}),
                Ok((Condition::Hours, "outside".to_owned())),
            ),
            (json!({"hours": "within"}), Err(Condition::Hours)),
        ];
        for (conditions, expected) in cases {
            let shown = conditions.to_string();
            assert_eq!(held(conditions), expected.map(|why| vec![why]), "{shown}");
        }
    }

    #[test]
    fn all_conditions_must_hold_and_none_holds_for_every_ticket() {
        use serde_json::json;
        assert_eq!(held(json!({})), Ok(Vec::new()));
        let both = held(json!({"moods": ["angry"], "hours": "outside"})).expect("both hold");
        assert_eq!(both.len(), 2);
        let one = json!({"moods": ["angry"], "hours": "within", "plans": ["enterprise"]});
        assert_eq!(held(one), Err(Condition::Hours));
    }

    #[test]
    fn what_is_not_known_of_a_ticket_meets_no_condition() {
        let unknown = Facts {
            category: None,
            locale: None,
            moods: Vec::new(),
            plan: None,
            ..facts()
        };
        for conditions in [
            Conditions {
                categories: vec![Uuid::from_u128(1).into()],
                ..Conditions::default()
            },
            Conditions {
                languages: vec!["pt".to_owned()],
                ..Conditions::default()
            },
            Conditions {
                moods: vec![Feeling::Angry],
                ..Conditions::default()
            },
            Conditions {
                plans: vec!["enterprise".to_owned()],
                ..Conditions::default()
            },
        ] {
            assert!(conditions.hold(&unknown).is_err(), "{conditions:?}");
        }
    }

    #[test]
    fn entries_are_tidied_and_bounded() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let tidied = Conditions {
            languages: words(&[" de ", "pt-BR"]),
            plans: words(&[" pro\0"]),
            ..Conditions::default()
        };
        let tidied = tidied.sound().expect("sound");
        assert_eq!(
            (tidied.languages, tidied.plans),
            (words(&["de", "pt-BR"]), words(&["pro"]))
        );
        for empty in ["  ", "-", "de-", "\0"] {
            let languages = words(&["de", empty]);
            let conditions = Conditions {
                languages,
                ..Conditions::default()
            };
            assert!(conditions.sound().is_err(), "{empty:?}");
        }
        let nameless = Conditions {
            plans: words(&["pro", " "]),
            ..Conditions::default()
        };
        assert!(nameless.sound().is_err());
        let many = Conditions {
            moods: vec![Feeling::Angry; ENTRIES_MAX + 1],
            ..Conditions::default()
        };
        assert!(
            many.sound()
                .expect_err("too many")
                .starts_with("conditions.moods")
        );
        let odd = Conditions {
            languages: words(&["de; x"]),
            ..Conditions::default()
        };
        assert!(
            odd.sound()
                .expect_err("no code")
                .starts_with("conditions.languages")
        );
        let long = Conditions {
            plans: vec!["x".repeat(WORD_MAX + 1)],
            ..Conditions::default()
        };
        assert!(
            long.sound()
                .expect_err("too long")
                .starts_with("conditions.plans")
        );
    }
}
