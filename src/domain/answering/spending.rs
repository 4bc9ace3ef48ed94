//! What one answer spends: the usage the upstream tells, or, where it never does, a count of what
//! was sent and what streamed. Every call that may be billed becomes one settlement.

use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    error::StoreError,
    ids::{MessageId, ReservationId, SpaceId},
    queries::ledger::{self, CallKind, NewReservation, OpenReservation, Settlement, TokenUsage},
    tenant::TenantDb,
};
use tracing::error;

use super::{tokens, turn::RESERVED_FOR};
use crate::{
    adapters::llm::{ChatRequest, Chunk, Usage},
    domain::billing::prices::PriceBook,
};

/// One billed call.
#[derive(Clone, Debug)]
pub struct Spent {
    pub settlement: Settlement,
}

impl Spent {
    /// The reservation of a further call of `space`, made and settled together with the answer.
    #[must_use]
    pub fn reservation(&self, space: SpaceId, message: MessageId) -> NewReservation {
        NewReservation {
            id: self.settlement.reservation,
            space_id: space,
            conversation_id: None,
            message_id: Some(message),
            kind: CallKind::Chat,
            model: self.settlement.model.clone(),
            at: self.settlement.at,
            expires_at: self.settlement.at + RESERVED_FOR,
            estimate_input: 0,
            estimate_output: 0,
        }
    }
}

/// Follows a stream and adds up.
#[derive(Debug)]
pub struct Spending {
    reservation: Option<ReservationId>,
    sent: i64,
    model: Option<String>,
    told: Option<Usage>,
    streamed: String,
    abandoned: Vec<(String, Usage)>,
}

impl Spending {
    #[must_use]
    pub fn new(reservation: Option<ReservationId>, request: &ChatRequest) -> Self {
        Self {
            reservation,
            sent: count(tokens::of_request(request)),
            model: None,
            told: None,
            streamed: String::new(),
            abandoned: Vec::new(),
        }
    }

    /// Notes that the call goes out now: from here on it may be billed, whatever becomes of us.
    ///
    /// # Errors
    /// When the database does not answer; then the call must not be made.
    pub async fn mark_sent(&self, db: &TenantDb, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(id) = self.reservation else { return Ok(()) };
        let sent = self.sent;
        db.transaction(async |conn| ledger::mark_sent(conn, id, sent, now).await).await?;
        Ok(())
    }

    pub fn streamed(&mut self, text: &str) {
        self.streamed.push_str(text);
    }

    /// Takes in what a chunk says about model and usage.
    pub fn note(&mut self, chunk: &Chunk) {
        match chunk {
            Chunk::Started { model } => self.model = Some(model.clone()),
            Chunk::Usage(usage) => self.told = Some(*usage),
            Chunk::Abandoned { model, usage } => self.abandoned.push((model.clone(), *usage)),
            Chunk::Text(_) | Chunk::Done(_) => {}
        }
    }

    /// Who answered.
    #[must_use]
    pub fn model(&self) -> Option<String> {
        self.model.clone()
    }

    /// The settlement of the turn's reservation, and of every attempt before it that was billed.
    #[must_use]
    pub fn settle(self, prices: &PriceBook, at: DateTime<Utc>) -> (Option<Spent>, Vec<Spent>) {
        let extra = self.abandoned.iter().map(|(model, usage)| {
            spent(prices, ReservationId::new(), model, TokenUsage::from(*usage), false, at)
        });
        let extra = extra.collect();
        let (Some(reservation), Some(model)) = (self.reservation, self.model.as_deref()) else {
            return (None, extra);
        };
        let (usage, estimated) = match self.told {
            Some(told) => (TokenUsage::from(told), false),
            None => {
                let output = count(tokens::count(&self.streamed));
                (TokenUsage { input: self.sent, output, ..TokenUsage::default() }, true)
            }
        };
        (Some(spent(prices, reservation, model, usage, estimated, at)), extra)
    }
}

/// A call whose process died before it was told the usage, settled from what was noted.
#[must_use]
pub fn from_estimates(prices: &PriceBook, open: &OpenReservation, at: DateTime<Utc>) -> Spent {
    let usage = TokenUsage { input: open.estimate_input, output: open.estimate_output, ..TokenUsage::default() };
    spent(prices, open.id, &open.model, usage, true, at)
}

fn spent(
    prices: &PriceBook,
    reservation: ReservationId,
    model: &str,
    usage: TokenUsage,
    estimated: bool,
    at: DateTime<Utc>,
) -> Spent {
    let (cost_nanos, price_effective) = price(prices, model, &usage, at.date_naive());
    let settlement =
        Settlement { reservation, model: model.to_owned(), usage, estimated, cost_nanos, price_effective, at };
    Spent { settlement }
}

/// An unknown model has no price: an alarm, and the row says so by having no price date.
fn price(prices: &PriceBook, model: &str, usage: &TokenUsage, day: NaiveDate) -> (i64, Option<NaiveDate>) {
    match prices.cost(model, day, &Usage::from(*usage)) {
        Ok(cost) => (cost.nanos, Some(cost.effective)),
        Err(unknown) => {
            metrics::counter!("parlance_unpriced_calls_total", "model" => model.to_owned()).increment(1);
            error!(model, %unknown, "a call has no price: add the model to the price book");
            (0, None)
        }
    }
}

fn count(tokens: usize) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
        Self {
            input: count(usage.input),
            output: count(usage.output),
            cache_write_5m: count(usage.cache_write_5m),
            cache_write_1h: count(usage.cache_write_1h),
            cache_read: count(usage.cache_read),
        }
    }
}

impl From<TokenUsage> for Usage {
    fn from(usage: TokenUsage) -> Self {
        let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
        Self {
            input: count(usage.input),
            output: count(usage.output),
            cache_write_5m: count(usage.cache_write_5m),
            cache_write_1h: count(usage.cache_write_1h),
            cache_read: count(usage.cache_read),
        }
    }
}
