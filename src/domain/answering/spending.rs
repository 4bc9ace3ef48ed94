//! What one answer spends: the usage the upstream tells, or, where it never does, a count of what
//! was sent and what streamed. Every call that may be billed becomes one settlement.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId, ReservationId, SpaceId},
    queries::ledger::{self, CallKind, NewReservation, OpenReservation, Settlement, TokenUsage},
    tenant::TenantDb,
};
use tokio::time::Instant;
use tracing::{error, warn};

use super::{tokens, turn::RESERVED_FOR};
use crate::{
    adapters::llm::{ChatRequest, Chunk, Usage},
    domain::billing::prices::PriceBook,
};

/// How often it is noted how much has streamed.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// One call that is or may be billed.
#[derive(Clone, Debug)]
pub struct Spent {
    pub kind: CallKind,
    pub settlement: Settlement,
}

impl Spent {
    /// The reservation of a further call of `space`, made and settled together with the answer.
    #[must_use]
    pub fn reservation(
        &self,
        space: SpaceId,
        conversation: ConversationId,
        message: MessageId,
    ) -> NewReservation {
        NewReservation {
            id: self.settlement.reservation,
            space_id: space,
            conversation_id: Some(conversation),
            message_id: Some(message),
            kind: self.kind,
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
    reservation: ReservationId,
    /// Who is asked first: pays for a call that nobody took.
    first: String,
    sent: i64,
    model: Option<String>,
    told: Option<Usage>,
    done: bool,
    /// Tokens that streamed, and text that is not counted yet.
    streamed: i64,
    uncounted: String,
    noted_at: Instant,
    abandoned: Vec<(String, Usage)>,
}

impl Spending {
    #[must_use]
    pub fn new(reservation: ReservationId, request: &ChatRequest) -> Self {
        Self {
            reservation,
            first: request.model.clone(),
            sent: count(tokens::of_request(request)),
            model: None,
            told: None,
            done: false,
            streamed: 0,
            uncounted: String::new(),
            noted_at: Instant::now(),
            abandoned: Vec::new(),
        }
    }

    /// Notes that the call goes out now: from here on it may be billed, whatever becomes of us.
    ///
    /// # Errors
    /// When the database does not answer or the reservation is no longer open; then the call
    /// must not be made.
    pub async fn mark_sent(&self, db: &TenantDb, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (id, sent) = (self.reservation, self.sent);
        let open = db
            .transaction(async |conn| ledger::mark_sent(conn, id, sent, now).await)
            .await?;
        if open { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Adds text that streamed; now and then notes how much, for whoever settles after a crash.
    pub async fn streamed(&mut self, db: &TenantDb, text: &str) {
        self.uncounted.push_str(text);
        if self.noted_at.elapsed() < NOTE_EVERY {
            return;
        }
        self.noted_at = Instant::now();
        self.streamed += count(tokens::count(&self.uncounted));
        self.uncounted.clear();
        let (id, output) = (self.reservation, self.streamed);
        let noted = db
            .transaction(async |conn| ledger::checkpoint_output(conn, id, output).await)
            .await;
        if let Err(error) = noted {
            warn!(%error, "how much has streamed could not be noted");
        }
    }

    /// Takes in what a chunk says about model and usage.
    pub fn note(&mut self, chunk: &Chunk) {
        match chunk {
            Chunk::Started { model } => (self.model, self.told) = (Some(model.clone()), None),
            Chunk::Usage(usage) => self.told = Some(*usage),
            Chunk::Abandoned { model, usage } => {
                self.abandoned.push((model.clone(), *usage));
                (self.model, self.told) = (None, None);
            }
            Chunk::Done(_) => self.done = true,
            Chunk::Text(_) => {}
        }
    }

    /// Who answered.
    #[must_use]
    pub fn model(&self) -> Option<String> {
        self.model.clone()
    }

    /// The settlement of the turn's reservation, and of every other attempt that was billed.
    #[must_use]
    pub fn settle(self, prices: &PriceBook, at: DateTime<Utc>) -> (Spent, Vec<Spent>) {
        let mut calls: Vec<(String, TokenUsage, bool)> = Vec::new();
        if let Some(model) = &self.model {
            let (usage, estimated) = self.usage();
            calls.push((model.clone(), usage, estimated));
        }
        let billed = self
            .abandoned
            .iter()
            .filter(|(_, usage)| *usage != Usage::default());
        calls.extend(billed.map(|(model, usage)| (model.clone(), TokenUsage::from(*usage), false)));
        if calls.is_empty() {
            calls.push((self.first.clone(), TokenUsage::default(), false));
        }
        let own = std::iter::once(self.reservation);
        let ids = own.chain(std::iter::repeat_with(ReservationId::new));
        let mut spent = calls.into_iter().zip(ids).map(|((model, usage, estimated), id)| {
            spent(prices, CallKind::Chat, id, &model, usage, estimated, at)
        });
        let first = spent.next().unwrap_or_else(|| {
            let nothing = TokenUsage::default();
            self::spent(
                prices,
                CallKind::Chat,
                self.reservation,
                &self.first,
                nothing,
                false,
                at,
            )
        });
        (first, spent.collect())
    }

    /// What the upstream told, or, where it was cut off before its last word on it, at least a
    /// count of what streamed.
    fn usage(&self) -> (TokenUsage, bool) {
        if let (Some(told), true) = (self.told, self.done) {
            return (TokenUsage::from(told), false);
        }
        let told = self.told.map_or(
            TokenUsage {
                input: self.sent,
                ..TokenUsage::default()
            },
            TokenUsage::from,
        );
        let streamed = self.streamed + count(tokens::count(&self.uncounted));
        let output = told.output.max(streamed);
        (TokenUsage { output, ..told }, true)
    }
}

/// A question's embedding by an upstream that charges for it.
#[must_use]
pub fn embedding(prices: &PriceBook, model: &str, input: u64, at: DateTime<Utc>) -> Spent {
    let usage = TokenUsage {
        input: i64::try_from(input).unwrap_or(i64::MAX),
        ..TokenUsage::default()
    };
    spent(
        prices,
        CallKind::Embedding,
        ReservationId::new(),
        model,
        usage,
        false,
        at,
    )
}

/// A call whose process died before it was told the usage, settled from what was noted.
#[must_use]
pub fn from_estimates(prices: &PriceBook, open: &OpenReservation, at: DateTime<Utc>) -> Spent {
    let usage = TokenUsage {
        input: open.estimate_input,
        output: open.estimate_output,
        ..TokenUsage::default()
    };
    spent(prices, open.kind, open.id, &open.model, usage, true, at)
}

fn spent(
    prices: &PriceBook,
    kind: CallKind,
    reservation: ReservationId,
    model: &str,
    usage: TokenUsage,
    estimated: bool,
    at: DateTime<Utc>,
) -> Spent {
    let (cost_nanos, price_effective) = price(prices, model, &usage, at.date_naive());
    count_tokens(model, &usage);
    let settlement = Settlement {
        reservation,
        model: model.to_owned(),
        usage,
        estimated,
        cost_nanos,
        price_effective,
        at,
    };
    Spent { kind, settlement }
}

/// `parlance_tokens_total{model, kind}`.
fn count_tokens(model: &str, usage: &TokenUsage) {
    for (kind, tokens) in [
        ("input", usage.input),
        ("output", usage.output),
        ("cache_write", usage.cache_write_5m + usage.cache_write_1h),
        ("cache_read", usage.cache_read),
    ] {
        let tokens = u64::try_from(tokens).unwrap_or(0);
        metrics::counter!("parlance_tokens_total", "model" => model.to_owned(), "kind" => kind)
            .increment(tokens);
    }
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
