//! What embedding a business's documents costs: reserved before the call, settled in the
//! transaction that stores its vectors. A crash in between leaves the reservation open, and it is
//! settled from its estimate once it has expired.

use std::sync::Arc;

use parlance_store::{
    StoreError, TenantConn, TenantDb,
    ids::{ReservationId, SpaceId},
    queries::ledger::{self, CallKind, NewReservation, Settlement, TokenUsage},
};

use crate::{
    adapters::llm::Usage,
    domain::{answering::turn::RESERVED_FOR, billing::prices::PriceBook},
    kernel::clock::SharedClock,
};

/// Keeps the books of embedding calls; with a model that runs in the process there are none.
#[derive(Clone, Debug, Default)]
pub struct Meter(Option<Arc<PriceBook>>);

/// A call that is about to be made, or nothing where nobody charges.
#[derive(Clone, Debug)]
pub struct Metered(Option<(ReservationId, Arc<PriceBook>)>);

impl Meter {
    /// For an embedder that charges by these prices.
    #[must_use]
    pub fn new(prices: Arc<PriceBook>) -> Self {
        Self(Some(prices))
    }

    /// Notes a call that will send about `tokens`.
    ///
    /// # Errors
    /// When the database does not answer; then the call must not be made.
    pub async fn reserve(
        &self,
        db: &TenantDb,
        clock: &SharedClock,
        space: SpaceId,
        model: &str,
        tokens: usize,
    ) -> Result<Metered, StoreError> {
        let Some(prices) = &self.0 else {
            return Ok(Metered(None));
        };
        let (id, at) = (ReservationId::new(), clock.now());
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
        let new = NewReservation {
            id,
            space_id: space,
            conversation_id: None,
            message_id: None,
            kind: CallKind::Embedding,
            model: model.to_owned(),
            at,
            expires_at: at + RESERVED_FOR,
            estimate_input: tokens,
            estimate_output: 0,
        };
        db.transaction(async |conn| {
            ledger::reserve(conn, new).await?;
            ledger::mark_sent(conn, id, tokens, at).await
        })
        .await?;
        Ok(Metered(Some((id, prices.clone()))))
    }
}

impl Metered {
    /// Settles the call with what the upstream counted; 0 for a call that failed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(
        &self,
        conn: &mut TenantConn<'_>,
        clock: &SharedClock,
        model: &str,
        tokens: u64,
    ) -> Result<(), StoreError> {
        let Some((reservation, prices)) = &self.0 else {
            return Ok(());
        };
        let at = clock.now();
        let cost = prices.cost(
            model,
            at.date_naive(),
            &Usage {
                input: tokens,
                ..Usage::default()
            },
        );
        if let Err(unknown) = &cost {
            metrics::counter!("parlance_unpriced_calls_total", "model" => model.to_owned()).increment(1);
            tracing::error!(model, %unknown, "a call has no price: add the model to the price book");
        }
        let settlement = Settlement {
            reservation: *reservation,
            model: model.to_owned(),
            usage: TokenUsage {
                input: i64::try_from(tokens).unwrap_or(i64::MAX),
                ..TokenUsage::default()
            },
            estimated: false,
            cost_nanos: cost.as_ref().map_or(0, |cost| cost.nanos),
            price_effective: cost.ok().map(|cost| cost.effective),
            at,
        };
        ledger::settle(conn, &settlement).await?;
        Ok(())
    }
}
