//! How much there may be of something by a plan.

use std::fmt;

use parlance_store::queries::quotas::{Quota, Reached};
use serde::{Deserialize, Deserializer, de};

use super::ledger::dollars;

/// A bound, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Unlimited,
    AtMost(u32),
}

impl Limit {
    /// The bound, where there is one.
    #[must_use]
    pub fn at_most(self) -> Option<u32> {
        match self {
            Self::Unlimited => None,
            Self::AtMost(most) => Some(most),
        }
    }
}

/// A number, or `"unlimited"`.
impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Limit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or \"unlimited\"")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Limit, E> {
                let most = u32::try_from(number);
                most.map(Limit::AtMost)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Limit, E> {
                match word {
                    "unlimited" => Ok(Limit::Unlimited),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// What is counted, behind a number.
#[must_use]
pub fn counted(quota: Quota) -> &'static str {
    match quota {
        Quota::MessagesPerMonth => "messages a month",
        Quota::Spaces => "chat spaces",
        Quota::DocumentsPerSpace => "documents in a space",
        Quota::DocumentsPerMonth => "new documents a month",
        Quota::StorageMb => "MB of documents",
        Quota::DriveFolders => "Google Drive folders",
        Quota::QueriesPerDay => "queries a day",
        Quota::CostPerMonth => "for models a month",
    }
}

/// So much of it, exactly: money of what costs.
#[must_use]
pub fn amount(quota: Quota, number: i64) -> String {
    match quota {
        Quota::CostPerMonth => format!("${}", dollars(number)),
        _ => number.to_string(),
    }
}

/// A limit that is reached, in a sentence. Its numbers are exact.
#[must_use]
pub fn told(reached: &Reached) -> String {
    let Reached {
        quota,
        at_most,
        used,
        resets_at,
    } = reached;
    let again = match resets_at {
        Some(at) => format!("; it begins anew at {}", at.format("%Y-%m-%d %H:%M UTC")),
        None => String::new(),
    };
    if *quota == Quota::CostPerMonth {
        let (budget, spent) = (amount(*quota, *at_most), amount(*quota, *used));
        return format!(
            "the workspace's budget of {budget} a month leaves nothing for another call of a model: {spent} are \
             spent or reserved{again}"
        );
    }
    let too_much = if used < at_most {
        ": this is more than is left"
    } else {
        ""
    };
    format!(
        "your plan has room for {at_most} {}, and {used} are used{too_much}{again}",
        counted(*quota)
    )
}

/// A plan's limits: every quota has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    messages_per_month: Limit,
    spaces: Limit,
    documents_per_space: Limit,
    documents_per_month: Limit,
    storage_mb: Limit,
    drive_folders: Limit,
    queries_per_day: Limit,
}

impl Limits {
    #[must_use]
    pub fn of(&self, quota: Quota) -> Limit {
        match quota {
            Quota::MessagesPerMonth => self.messages_per_month,
            Quota::Spaces => self.spaces,
            Quota::DocumentsPerSpace => self.documents_per_space,
            Quota::DocumentsPerMonth => self.documents_per_month,
            Quota::StorageMb => self.storage_mb,
            Quota::DriveFolders => self.drive_folders,
            Quota::QueriesPerDay => self.queries_per_day,
            // Every workspace sets its own.
            Quota::CostPerMonth => Limit::Unlimited,
        }
    }
}
