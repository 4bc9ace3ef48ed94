//! The ledger: reserve before a call, settle after it, record what is settled.
//!
//! A reservation is open, then settled or released, once. Settling again changes nothing, so it
//! may be repeated after a crash. [`record_settled`] turns settled reservations into
//! `usage_events` and rolls them up, in the same statement, so each is counted once.

mod proof;
mod record;
mod report;
mod reservation;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    pg::Pg,
    prelude::{Queryable, QueryableByName, Selectable},
    sql_types::BigInt,
};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ConversationId, MessageId, ReservationId, SpaceId, TenantId},
    queries::quotas::Reached,
    schema::reservations,
    text_enum::text_enum,
};

pub use proof::{
    BookedCall, MissingCall, ROLL_UPS, RollUp, Sums, WrongSums, calls_of_day, missing_of_day, wrong_sums,
};
pub use record::{DailyUsage, UsageTotals, record_settled, usage_daily, usage_totals};
pub use report::{
    MonthCost, UsageBy, UsageEvent, UsageFilter, UsageGroup, UsageSum, month_cost, unpriced_models,
    usage_groups, usage_of_conversation, usage_page,
};
pub use reservation::{
    add_to_estimate, checkpoint_outputs, mark_sent, open_expired, open_of_message, release, reserve,
    reserve_sent, settle,
};

text_enum! {
    /// What an upstream call is for.
    CallKind {
        /// The answer to a visitor.
        Chat = "chat",
        /// Vectors, for passages or for a query.
        Embedding = "embedding",
        /// Ordering candidates.
        Rerank = "rerank",
        /// A draft for an agent.
        Draft = "draft",
        /// A summary of a conversation.
        Summary = "summary",
        /// Sentiment, category, language.
        Classify = "classify",
    }
}

text_enum! {
    /// How far a reservation has come. It leaves `Open` once and never comes back.
    ReservationState {
        /// The call may be under way.
        Open = "open",
        /// It was made, and what it cost is known or estimated.
        Settled = "settled",
        /// It was never made.
        Released = "released",
    }
}

/// A call that is about to be made.
#[derive(Clone, Debug)]
pub struct NewReservation {
    /// Chosen by the caller.
    pub id: ReservationId,
    /// The space it is made for.
    pub space_id: SpaceId,
    /// The conversation, where there is one.
    pub conversation_id: Option<ConversationId>,
    /// The visitor's message that causes it, where there is one.
    pub message_id: Option<MessageId>,
    /// What it is for.
    pub kind: CallKind,
    /// The model it will be sent to.
    pub model: String,
    /// When it is reserved.
    pub at: DateTime<Utc>,
    /// From when on nobody can be working on it, so that it may be settled from its estimates.
    pub expires_at: DateTime<Utc>,
    /// Tokens it will send at most.
    pub estimate_input: i64,
    /// Tokens it will receive at most.
    pub estimate_output: i64,
}

/// What became of a call that was about to go out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a call that is not sent must not be made"]
pub enum Marked {
    /// It may be made.
    Sent,
    /// It is settled, released or was refused before: it must not be made.
    NotOpen,
    /// The budget of the month leaves nothing for it, and that is noted: it must not be made.
    Refused(Reached),
}

/// Tokens of one call, as the upstream counts them. `input` leaves out what came from or went
/// into the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct TokenUsage {
    /// Sent, uncached.
    #[diesel(sql_type = BigInt)]
    pub input: i64,
    /// Received.
    #[diesel(sql_type = BigInt)]
    pub output: i64,
    /// Written to the five-minute cache.
    #[diesel(sql_type = BigInt)]
    pub cache_write_5m: i64,
    /// Written to the one-hour cache.
    #[diesel(sql_type = BigInt)]
    pub cache_write_1h: i64,
    /// Read from the cache.
    #[diesel(sql_type = BigInt)]
    pub cache_read: i64,
}

/// What a call turned out to cost.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Which call.
    pub reservation: ReservationId,
    /// The model that answered: a fallback may have.
    pub model: String,
    /// The tokens.
    pub usage: TokenUsage,
    /// Whether they were counted here, because the upstream never told.
    pub estimated: bool,
    /// The cost in nano-dollars.
    pub cost_nanos: i64,
    /// The effective date of the price used.
    pub price_effective: Option<NaiveDate>,
    /// When it was sent. Its price is of that UTC date.
    pub sent_at: DateTime<Utc>,
    /// When it was settled. Its UTC date is the day it is billed on.
    pub at: DateTime<Utc>,
}

/// A call that is neither settled nor released.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reservations, check_for_backend(diesel::pg::Pg))]
pub struct OpenReservation {
    /// Whose.
    pub tenant_id: TenantId,
    /// Which.
    pub id: ReservationId,
    /// The space it was made for.
    pub space_id: SpaceId,
    /// The conversation, where there is one.
    pub conversation_id: Option<ConversationId>,
    /// The visitor's message that caused it, where there is one.
    pub message_id: Option<MessageId>,
    /// What it is for.
    pub kind: CallKind,
    /// The model.
    pub model: String,
    /// When it was reserved.
    pub created_at: DateTime<Utc>,
    /// From when on nobody can be working on it.
    pub expires_at: DateTime<Utc>,
    /// When it was sent: from then on the upstream may charge.
    pub sent_at: Option<DateTime<Utc>>,
    /// Tokens sent, counted here.
    pub estimate_input: i64,
    /// Tokens received so far, counted here.
    pub estimate_output: i64,
    /// The limit that left nothing for it: the call is not to be made.
    pub refused_by: Option<String>,
}
