//! A call's bill: its tokens, priced, as the ledger keeps them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantConn,
    ids::ReservationId,
    queries::ledger::{self, OpenReservation, Settlement, TokenUsage},
};
use tracing::error;

use super::prices::PriceBook;
use crate::adapters::llm::Usage;

/// A reservation nobody has settled by then is settled from its estimates.
pub const RESERVED_FOR: TimeDelta = TimeDelta::minutes(10);

/// The bill of a call of `model` by the prices of the day on which it was sent. `estimated` where its tokens were counted here.
#[must_use]
pub fn settlement(
    prices: &PriceBook,
    reservation: ReservationId,
    model: &str,
    usage: TokenUsage,
    estimated: bool,
    sent_at: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Settlement {
    let (cost_nanos, price_effective) = price(prices, model, &usage, sent_at.date_naive());
    count_tokens(model, &usage);
    Settlement {
        reservation,
        model: model.to_owned(),
        usage,
        estimated,
        cost_nanos,
        price_effective,
        sent_at,
        at,
    }
}

/// The bill of a call whose process died before it was told the usage, from what was noted.
#[must_use]
pub fn from_estimates(prices: &PriceBook, open: &OpenReservation, at: DateTime<Utc>) -> Settlement {
    let usage = TokenUsage {
        input: open.estimate_input,
        output: open.estimate_output,
        ..TokenUsage::default()
    };
    let sent_at = open.sent_at.unwrap_or(open.created_at);
    settlement(prices, open.id, &open.model, usage, true, sent_at, at)
}

/// Closes a call that nobody will report on: settles it from what was noted, or gives it back
/// where it was never sent.
///
/// # Errors
/// When the database does not answer.
pub async fn close(
    conn: &mut TenantConn<'_>,
    prices: &PriceBook,
    open: &OpenReservation,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if open.sent_at.is_some() {
        ledger::settle(conn, &from_estimates(prices, open, at)).await?;
    } else {
        ledger::release(conn, open.id).await?;
    }
    Ok(())
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
