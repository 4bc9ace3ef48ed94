//! Whether the books of a day are right: reservations, calls and roll-ups compared with each other, calls with the
//! price book and with what upstreams say they billed, invoices with the plans. What differs is listed with its
//! cause and kept for the operator.
//!
//! [`reconcile`] gathers what is needed; [`books`], [`upstream`] and [`invoices`] compare, and are pure. What a cause
//! means, and what to do about it, is in docs/RECONCILIATION.md.

pub mod books;
mod gather;
pub mod invoices;
mod text;
pub mod upstream;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    StoreError,
    control::{ControlDb, reconciliations::Kept},
    ids::TenantId,
    queries::ledger::{Sums, TokenUsage},
};
use serde::{Deserialize, Serialize};

pub use self::gather::{ReconcileError, Sources, reconcile};

/// Differences that are listed; beyond it they are counted.
pub const LISTED: usize = 2_000;

/// Why books and what they are compared with differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The upstream's report could not be read, so calls are not compared with it.
    UpstreamUnread,
    /// The upstream billed more of a model than is booked.
    UpstreamMore,
    /// It billed less.
    UpstreamLess,
    /// A reservation is open although it has expired.
    NeverSettled,
    /// One is settled, and its call is not recorded.
    NotRecorded,
    /// A call is recorded otherwise than it was settled.
    NotAsSettled,
    /// Calls that are in no roll-up.
    WithoutRollUp,
    /// A roll-up is not what its calls add up to.
    RollUpDiffers,
    /// A call has no price.
    Unpriced,
    /// A call has the price of another day than the one on which it was sent.
    PriceOfAnotherDay,
    /// Its cost is not what its price makes of its tokens.
    CostDiffers,
    /// An invoice of a whole period is not of its plan's price.
    InvoiceOfAnotherPrice,
    /// An invoice is of no plan of this server.
    InvoiceOfNoPlan,
    /// A subscription is active, and no period of it was charged for over a month.
    InvoiceMissing,
    /// A call was sent on this day and is billed on another.
    BookedOnAnotherDay,
    /// The upstream never told the tokens of some calls, so they are estimates.
    Estimated,
}

impl Cause {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 16] = [
        Self::UpstreamUnread,
        Self::UpstreamMore,
        Self::UpstreamLess,
        Self::NeverSettled,
        Self::NotRecorded,
        Self::NotAsSettled,
        Self::WithoutRollUp,
        Self::RollUpDiffers,
        Self::Unpriced,
        Self::PriceOfAnotherDay,
        Self::CostDiffers,
        Self::InvoiceOfAnotherPrice,
        Self::InvoiceOfNoPlan,
        Self::InvoiceMissing,
        Self::BookedOnAnotherDay,
        Self::Estimated,
    ];

    /// Whether it is as it must be: nothing is wrong, and there is nothing to mend.
    #[must_use]
    pub fn is_expected(self) -> bool {
        matches!(self, Self::BookedOnAnotherDay | Self::Estimated)
    }

    /// Its word, as in JSON and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpstreamUnread => "upstream_unread",
            Self::UpstreamMore => "upstream_more",
            Self::UpstreamLess => "upstream_less",
            Self::NeverSettled => "never_settled",
            Self::NotRecorded => "not_recorded",
            Self::NotAsSettled => "not_as_settled",
            Self::WithoutRollUp => "without_roll_up",
            Self::RollUpDiffers => "roll_up_differs",
            Self::Unpriced => "unpriced",
            Self::PriceOfAnotherDay => "price_of_another_day",
            Self::CostDiffers => "cost_differs",
            Self::InvoiceOfAnotherPrice => "invoice_of_another_price",
            Self::InvoiceOfNoPlan => "invoice_of_no_plan",
            Self::InvoiceMissing => "invoice_missing",
            Self::BookedOnAnotherDay => "booked_on_another_day",
            Self::Estimated => "estimated",
        }
    }
}

/// Calls, their tokens and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Unknown of an upstream.
    pub calls: Option<i64>,
    #[serde(flatten)]
    pub tokens: TokenUsage,
    /// Nano-dollars; unknown of an upstream's tokens where the price goes by the length of each prompt.
    pub cost_nanos: Option<i64>,
}

impl Figures {
    /// Adds calls to it.
    pub fn add(&mut self, more: &Sums) {
        let tokens = &mut self.tokens;
        tokens.input += more.usage.input;
        tokens.output += more.usage.output;
        tokens.cache_write_5m += more.usage.cache_write_5m;
        tokens.cache_write_1h += more.usage.cache_write_1h;
        tokens.cache_read += more.usage.cache_read;
        self.calls = Some(self.calls.unwrap_or_default() + more.calls);
        self.cost_nanos = Some(self.cost_nanos.unwrap_or_default() + more.cost_nanos);
    }
}

impl From<Sums> for Figures {
    fn from(sums: Sums) -> Self {
        Self {
            calls: Some(sums.calls),
            tokens: sums.usage,
            cost_nanos: Some(sums.cost_nanos),
        }
    }
}

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Side {
    Figures(Box<Figures>),
    /// An amount of money, a day, or what else is compared.
    Text(String),
    Nothing,
}

impl From<Figures> for Side {
    fn from(figures: Figures) -> Self {
        Self::Figures(Box::new(figures))
    }
}

impl From<Option<Sums>> for Side {
    fn from(sums: Option<Sums>) -> Self {
        sums.map_or(Self::Nothing, |sums| Figures::from(sums).into())
    }
}

/// Something that is not as it is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub cause: Cause,
    /// Whose it is; none: of all together.
    pub workspace: Option<TenantId>,
    /// The model, reservation, roll-up and key, or invoice.
    pub about: String,
    /// What the books say, and what they are compared with.
    pub booked: Side,
    pub compared: Side,
}

/// A model's day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelDay {
    pub model: String,
    /// Calls whose tokens the upstream told.
    pub told: Figures,
    /// Calls whose tokens were counted here.
    pub estimated: Figures,
    /// What the upstream says it billed; none: no report covers this model.
    pub upstream: Option<Figures>,
}

/// What was found of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// A UTC date.
    pub day: NaiveDate,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Whose usage report was compared; none: there was none.
    pub source: Option<String>,
    pub models: Vec<ModelDay>,
    /// How many differences there are, by cause.
    pub counts: BTreeMap<Cause, usize>,
    /// The first [`LISTED`] of them, those first that are not as they must be.
    pub differences: Vec<Difference>,
    /// The reservations of estimated calls, up to [`LISTED`] of them.
    #[serde(default)]
    pub estimated: Vec<EstimatedCall>,
}

/// A call whose tokens the upstream never told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimatedCall {
    pub workspace: TenantId,
    /// The upstream was told it as the request's id, unless another attempt was made under it.
    pub reservation: String,
    pub model: String,
    #[serde(flatten)]
    pub booked: Figures,
}

impl Reconciliation {
    /// Whether there is no difference at all.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many differences are not as they must be.
    #[must_use]
    pub fn wrong(&self) -> usize {
        let wrong = self.counts.iter().filter(|(cause, _)| !cause.is_expected());
        wrong.map(|(_, count)| count).sum()
    }

    /// Keeps it for the operator, in the place of what was found of that day before.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn keep(&self, control: &ControlDb) -> Result<(), StoreError> {
        let json = |value: Result<serde_json::Value, serde_json::Error>| value.unwrap_or_default();
        let kept = Kept {
            day: self.day,
            at: self.at,
            source: self.source.clone(),
            models: json(serde_json::to_value(&self.models)),
            counts: json(serde_json::to_value(&self.counts)),
            differences: json(serde_json::to_value(&self.differences)),
        };
        control.keep_reconciliation(kept).await
    }
}

/// What was found of `day`, or of the last day that was looked at, without the list of estimated calls.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn last(
    control: &ControlDb,
    day: Option<NaiveDate>,
) -> Result<Option<Reconciliation>, ReconcileError> {
    let Some(kept) = control.reconciliation(day).await? else {
        return Ok(None);
    };
    Ok(Some(Reconciliation {
        day: kept.day,
        at: kept.at,
        source: kept.source,
        models: serde_json::from_value(kept.models)?,
        counts: serde_json::from_value(kept.counts)?,
        differences: serde_json::from_value(kept.differences)?,
        estimated: Vec::new(),
    }))
}
