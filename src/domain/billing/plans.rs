//! The plans, from one data file (`plans.toml`). A tenant names its plan by its id.

use serde::Deserialize;

use super::money::Money;

/// The plans shipped with the program.
const BUILTIN: &str = include_str!("plans.toml");

/// What a business may use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its word, as `pro`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whom it is for, in a sentence.
    pub about: String,
    /// What it costs in a month.
    pub price: Money,
    /// Turns of background work in every round, compared with other plans; at least 1.
    pub job_shares: u16,
    /// Calls of the API by keys, in any hour.
    pub api_calls_per_hour: u32,
    /// How much there may be of everything else; where a number is missing, any.
    #[serde(default)]
    pub limits: Limits,
}

/// Upper bounds of a plan; none where there is no number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Of visitors, that are answered, in a month.
    pub messages_per_month: Option<u32>,
    /// Chat spaces.
    pub spaces: Option<u32>,
    pub documents_per_space: Option<u32>,
    /// Taken in, in a month.
    pub documents_per_month: Option<u32>,
    /// Megabytes of documents.
    pub storage_mb: Option<u32>,
    /// Questions to the documents by the team and its programs, in a day.
    pub queries_per_day: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    plan: Vec<Plan>,
}

/// All plans.
#[derive(Clone, Debug)]
pub struct Plans {
    first: Plan,
    others: Vec<Plan>,
}

/// Why a plan file cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PlansError {
    #[error("the plan file is not readable: {0}")]
    Parse(#[from] toml::de::Error),
    #[error("the plan file has no plan")]
    Empty,
    #[error("the plan file has {0} twice, or without shares")]
    Plan(String),
}

impl Plans {
    /// The plans shipped with the program.
    ///
    /// # Errors
    /// Never with the file this was built with; a test reads it.
    pub fn builtin() -> Result<Self, PlansError> {
        Self::parse(BUILTIN)
    }

    /// # Errors
    /// Where a plan is there twice, or none is.
    pub fn parse(text: &str) -> Result<Self, PlansError> {
        let plans = toml::from_str::<File>(text)?.plan;
        for (n, plan) in plans.iter().enumerate() {
            if plan.job_shares == 0 || plans.iter().take(n).any(|other| other.id == plan.id) {
                return Err(PlansError::Plan(plan.id.clone()));
            }
        }
        let mut plans = plans.into_iter();
        let first = plans.next().ok_or(PlansError::Empty)?;
        Ok(Self {
            first,
            others: plans.collect(),
        })
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Plan> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The plan of this id. A workspace on one that is not in the file has what everybody has.
    #[must_use]
    pub fn of(&self, id: &str) -> &Plan {
        self.others
            .iter()
            .find(|plan| plan.id == id)
            .unwrap_or(&self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_plans_are_sound() {
        let plans = Plans::builtin().unwrap();
        assert_eq!(
            (plans.of("free").id.as_str(), plans.of("gone").id.as_str()),
            ("free", "free")
        );
        assert_eq!(plans.of("pro").job_shares, 2 * plans.of("free").job_shares);
        assert_eq!(plans.of("enterprise").api_calls_per_hour, 5_000);
        assert_eq!(plans.of("enterprise").limits, Limits::default());
        let told: Vec<_> = plans.iter().map(|plan| plan.price.to_string()).collect();
        assert_eq!(told, ["$0", "$49", "$199"]);
    }

    #[test]
    fn a_plan_twice_or_none_is_refused() {
        let one = "[[plan]]\nid = 'a'\nname = 'A'\nabout = ''\nprice = '0 USD'\njob_shares = 1\napi_calls_per_hour = 1\n";
        assert!(matches!(Plans::parse(&one.repeat(2)), Err(PlansError::Plan(id)) if id == "a"));
        assert!(matches!(
            Plans::parse(&one.replace("shares = 1", "shares = 0")),
            Err(PlansError::Plan(_))
        ));
        for unsound in [one.replace("0 USD", "0"), format!("{one}limits.spacs = 1\n")] {
            assert!(
                matches!(Plans::parse(&unsound), Err(PlansError::Parse(_))),
                "{unsound}"
            );
        }
        assert!(matches!(Plans::parse("plan = []"), Err(PlansError::Empty)));
    }
}
