//! The plans, from one data file (`plans.toml`, or the one that `PLAN_FILE` names). A tenant names its plan
//! by its id. Statements apply the limits by a copy in the database, which [`Plans::keep`] writes at the start.

use std::{fs, io, path::Path};

use parlance_store::{
    StoreError,
    control::{ControlDb, plans::PlanRow},
    queries::quotas::Quota,
};
use serde::Deserialize;
use serde_json::Value;

use super::{limit::Limits, money::Money};

/// The plans shipped with the program.
const BUILTIN: &str = include_str!("plans.toml");
/// Days a plan may be tried; beyond it they are a typing error.
const TRIAL_DAYS_MAX: u16 = 365;

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
    /// Days before it is first charged; 0 is none.
    pub trial_days: u16,
    /// Turns of background work in every round, compared with other plans; at least 1.
    pub job_shares: u16,
    /// Calls of the API by keys, in any hour: a rate, which always has a bound; at least 1.
    pub api_calls_per_hour: u32,
    pub limits: Limits,
    pub features: Features,
}

/// What a plan has besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// How often data may be exported.
    pub exports: Exports,
    /// Whether the widget need not name this product.
    pub white_label: bool,
    /// Whether the chat may have an address of the business's own.
    pub custom_domain: bool,
}

/// Once in each, by the workspace's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exports {
    Month,
    Week,
    Day,
    /// Whenever somebody wants to.
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default: String,
    plan: Vec<Plan>,
}

/// All plans.
#[derive(Clone, Debug)]
pub struct Plans {
    all: Vec<Plan>,
    default: Plan,
}

/// Why a plan file cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PlansError {
    #[error("the plan file {path} cannot be read: {cause}")]
    Io { path: String, cause: io::Error },
    #[error("the plan file is not readable: {0}")]
    Parse(#[from] toml::de::Error),
    #[error("the plan file has no plan of the id that it names as default, `{0}`")]
    NoDefault(String),
    #[error("the plan file has the plan `{0}` twice")]
    Twice(String),
    #[error("the plan file has prices in {0} and in {1}: use one currency")]
    Currencies(String, String),
    #[error("the plan `{0}` is the default of the plan file: who pays nothing has it, so its price is 0")]
    DefaultCosts(String),
    #[error("the plan `{id}` in the plan file: {detail}")]
    Plan { id: String, detail: &'static str },
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
    /// As [`Self::parse`], and where the file cannot be read.
    pub fn from_file(path: &Path) -> Result<Self, PlansError> {
        let text = fs::read_to_string(path).map_err(|cause| PlansError::Io {
            path: path.display().to_string(),
            cause,
        })?;
        Self::parse(&text)
    }

    /// # Errors
    /// [`PlansError`], which says what to mend.
    pub fn parse(text: &str) -> Result<Self, PlansError> {
        let File { default, plan: all } = toml::from_str::<File>(text)?;
        for (n, plan) in all.iter().enumerate() {
            let unsound = |detail| PlansError::Plan {
                id: plan.id.clone(),
                detail,
            };
            if all.iter().take(n).any(|other| other.id == plan.id) {
                return Err(PlansError::Twice(plan.id.clone()));
            }
            if let Some(detail) = plan.problem() {
                return Err(unsound(detail));
            }
        }
        let found = all.iter().find(|plan| plan.id == default).cloned();
        let default = found.ok_or(PlansError::NoDefault(default))?;
        if !default.price.is_zero() {
            return Err(PlansError::DefaultCosts(default.id));
        }
        let currency = default.price.currency();
        if let Some(other) = all.iter().find(|plan| plan.price.currency() != currency) {
            let other = other.price.currency().to_owned();
            return Err(PlansError::Currencies(currency.to_owned(), other));
        }
        Ok(Self { all, default })
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Plan> {
        self.all.iter()
    }

    /// What a workspace begins with.
    #[must_use]
    pub fn default_plan(&self) -> &Plan {
        &self.default
    }

    /// The plan of this id. A workspace on one that is not in the file has the default.
    #[must_use]
    pub fn of(&self, id: &str) -> &Plan {
        self.get(id).unwrap_or(&self.default)
    }

    /// The plan of this id, where it is in the file.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Plan> {
        self.all.iter().find(|plan| plan.id == id)
    }

    /// Copies the plans into the database: from then on limits are those of this file.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn keep(&self, db: &ControlDb) -> Result<(), StoreError> {
        let rows: Vec<PlanRow> = self.all.iter().map(|plan| self.row(plan)).collect();
        db.keep_plans(&rows).await
    }

    fn row(&self, plan: &Plan) -> PlanRow {
        let limit = |quota: &Quota| {
            let most = plan.limits.of(*quota).at_most();
            (quota.to_string(), most.map_or(Value::Null, Value::from))
        };
        PlanRow {
            id: plan.id.clone(),
            is_default: plan.id == self.default.id,
            price: plan.price.amount(),
            currency: plan.price.currency().to_owned(),
            limits: Value::Object(Quota::ALL.iter().map(limit).collect()),
        }
    }
}

impl Plan {
    fn problem(&self) -> Option<&'static str> {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let checks = [
            (
                (1..=40).contains(&self.id.len()) && self.id.bytes().all(is_word),
                "id takes 1 to 40 small letters, digits and dashes",
            ),
            (!self.name.trim().is_empty(), "name is empty"),
            (self.job_shares > 0, "job_shares is at least 1"),
            (self.api_calls_per_hour > 0, "api_calls_per_hour is at least 1"),
            (self.trial_days <= TRIAL_DAYS_MAX, "trial_days is at most 365"),
        ];
        checks
            .into_iter()
            .find(|(sound, _)| !sound)
            .map(|(_, detail)| detail)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::limit::Limit, *};

    #[test]
    fn the_shipped_plans_are_sound() {
        let plans = Plans::builtin().unwrap();
        assert_eq!(
            (plans.of("free").id.as_str(), plans.of("gone").id.as_str()),
            ("free", "free")
        );
        assert_eq!(plans.of("pro").job_shares, 2 * plans.of("free").job_shares);
        assert_eq!(plans.of("enterprise").api_calls_per_hour, 5_000);
        let unlimited = |quota: &&Quota| plans.of("enterprise").limits.of(**quota) == Limit::Unlimited;
        assert_eq!(Quota::ALL.iter().filter(unlimited).count(), Quota::ALL.len());
        let pro = plans.of("pro").limits;
        assert_eq!(pro.of(Quota::QueriesPerDay), Limit::Unlimited);
        assert_eq!(pro.of(Quota::MessagesPerMonth), Limit::AtMost(10_000));
        let told: Vec<_> = plans.iter().map(|plan| plan.price.to_string()).collect();
        assert_eq!(told, ["$0", "$49", "$199"]);
    }

    #[test]
    fn the_database_is_told_what_the_file_says() {
        let plans = Plans::builtin().unwrap();
        let row = plans.row(plans.of("pro"));
        assert_eq!(
            (row.price.as_str(), row.currency.as_str(), row.is_default),
            ("49.000", "USD", false)
        );
        assert_eq!(row.limits["spaces"], 10);
        assert_eq!(row.limits["queries_per_day"], Value::Null);
        assert!(plans.row(plans.of("free")).is_default);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named() {
        let refusal = |from: &str, to: &str| {
            let text = BUILTIN.replacen(from, to, 1);
            assert_ne!(text, BUILTIN, "{from}");
            Plans::parse(&text).unwrap_err().to_string()
        };
        for (from, to, named) in [
            ("default = \"free\"", "default = \"gone\"", "`gone`"),
            ("default = \"free\"\n", "", "default"),
            ("id = \"pro\"", "id = \"free\"", "`free` twice"),
            ("id = \"pro\"", "id = \"Pro plan\"", "small letters"),
            ("\"0 USD\"", "\"0\"", "`0` is no amount"),
            ("\"0 USD\"", "\"0 USX\"", "USX"),
            ("job_shares = 1", "job_shares = 0", "job_shares"),
            (
                "api_calls_per_hour = 50\n",
                "api_calls_per_hour = 0\n",
                "api_calls_per_hour",
            ),
            ("trial_days = 14", "trial_days = 1400", "trial_days"),
            ("price = \"0 USD\"", "price = \"1 USD\"", "default"),
            ("price = \"49 USD\"", "price = \"49 EUR\"", "EUR"),
            ("price = \"49 USD\"", "price = \"49.005 USD\"", "49.005"),
            ("spaces = 1\n", "spacs = 1\n", "spacs"),
            ("spaces = 1\n", "", "spaces"),
            ("spaces = 1\n", "spaces = -1\n", "-1"),
            ("spaces = 1\n", "spaces = \"none\"\n", "none"),
            ("exports = \"month\"", "exports = \"year\"", "year"),
            ("white_label = false", "white_labels = false", "white_labels"),
        ] {
            let said = refusal(from, to);
            assert!(said.contains(named), "{to}: {said}");
        }
        let missing = Plans::from_file(Path::new("/nowhere/plans.toml")).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/plans.toml"));
    }
}
