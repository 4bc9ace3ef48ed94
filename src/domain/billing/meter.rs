//! What embedding costs: reserved before the call, settled with what came of it. Where the process
//! dies or the caller leaves in between, the reservation stays open, and it is settled from its
//! estimate once it has expired.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantConn, TenantDb,
    ids::{ReservationId, SpaceId},
    queries::ledger::{self, CallKind, Marked, NewReservation, Settlement, TokenUsage},
};
use tokio::runtime::Handle;
use tracing::error;

use super::{
    prices::PriceBook,
    settlement::{RESERVED_FOR, settlement},
};
use crate::{
    adapters::{
        embed::{Call, EmbedError, Embedded, Payer},
        llm::Usage,
    },
    kernel::{clock::SharedClock, tasks::Tasks},
};

/// Keeps the books of embedding calls; with a model that runs in the process there are none.
#[derive(Clone, Debug, Default)]
pub struct Meter(Option<Books>);

#[derive(Clone, Debug)]
struct Books {
    prices: Arc<PriceBook>,
    clock: SharedClock,
    tasks: Tasks,
    home: Handle,
}

/// A call that is about to be made, or nothing where nobody charges.
#[derive(Clone, Debug)]
pub struct Metered(Option<Noted>);

#[derive(Clone, Debug)]
struct Noted {
    reservation: ReservationId,
    model: String,
    estimate: i64,
    at: DateTime<Utc>,
    books: Books,
}

impl Meter {
    /// For an embedder that charges by these prices. What nobody waits for runs among `tasks`, on the runtime that
    /// this is called in.
    #[must_use]
    pub fn new(prices: Arc<PriceBook>, clock: SharedClock, tasks: Tasks) -> Self {
        Self(Some(Books {
            prices,
            clock,
            tasks,
            home: Handle::current(),
        }))
    }

    /// Notes a call that will send about `tokens`.
    ///
    /// # Errors
    /// When the database does not answer, or the budget leaves nothing for it (`QuotaReached`); then
    /// the call must not be made.
    pub async fn reserve(
        &self,
        db: &TenantDb,
        space: SpaceId,
        model: &str,
        tokens: usize,
    ) -> Result<Metered, StoreError> {
        let Some(books) = &self.0 else {
            return Ok(Metered(None));
        };
        let (reservation, at) = (ReservationId::new(), books.clock.now());
        let estimate = i64::try_from(tokens).unwrap_or(i64::MAX);
        let new = NewReservation {
            id: reservation,
            space_id: space,
            conversation_id: None,
            message_id: None,
            kind: CallKind::Embedding,
            model: model.to_owned(),
            at,
            expires_at: at + RESERVED_FOR,
            estimate_input: estimate,
            estimate_output: 0,
        };
        let sent = Usage {
            input: u64::try_from(tokens).unwrap_or(u64::MAX),
            ..Usage::default()
        };
        let at_most = books.prices.at_most([model], at.date_naive(), &sent);
        let marked = db.note(async |conn| ledger::reserve_sent(conn, new, at_most).await);
        match marked.await? {
            Marked::Sent => {}
            Marked::NotOpen => return Err(StoreError::NotFound),
            Marked::Refused(reached) => return Err(StoreError::QuotaReached(reached)),
        }
        Ok(Metered(Some(Noted {
            reservation,
            model: model.to_owned(),
            estimate,
            at,
            books: books.clone(),
        })))
    }
}

impl Metered {
    /// Settles the call with what came of it: what one that failed may be billed all the same,
    /// the estimate for one that was not waited for.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(
        &self,
        conn: &mut TenantConn<'_>,
        came: &Result<Embedded, EmbedError>,
    ) -> Result<(), StoreError> {
        if let Some((_, bill)) = self.bill(came) {
            ledger::settle(conn, &bill).await?;
        }
        Ok(())
    }

    /// What it costs, and in whose books.
    fn bill(&self, came: &Result<Embedded, EmbedError>) -> Option<(&Books, Settlement)> {
        let noted = self.0.as_ref()?;
        let (input, estimated) = match came {
            Ok(embedded) => (
                i64::try_from(embedded.tokens).unwrap_or(i64::MAX),
                embedded.estimated,
            ),
            Err(EmbedError::Late(_)) => (noted.estimate, true),
            Err(EmbedError::Upstream { spent, .. }) => {
                (i64::try_from(*spent).unwrap_or(i64::MAX), *spent > 0)
            }
            Err(_) => (0, false),
        };
        let usage = TokenUsage {
            input,
            ..TokenUsage::default()
        };
        let Books { prices, clock, .. } = &noted.books;
        let bill = settlement(
            prices,
            noted.reservation,
            &noted.model,
            usage,
            estimated,
            noted.at,
            clock.now(),
        );
        Some((&noted.books, bill))
    }
}

/// A space that pays for its visitors' questions.
pub struct Account<'a> {
    pub meter: &'a Meter,
    pub db: &'a TenantDb,
    pub space: SpaceId,
    pub model: &'a str,
}

#[async_trait::async_trait]
impl Payer for Account<'_> {
    async fn pays(&self, tokens: usize, call: Call<'_>) -> Result<Embedded, EmbedError> {
        let reserved = self.meter.reserve(self.db, self.space, self.model, tokens).await;
        let metered = reserved.map_err(|error| EmbedError::Unnoted(error.to_string()))?;
        let came = call.await;
        // The visitor waits for the vector, and not for the books.
        if let Some((books, bill)) = metered.bill(&came) {
            let db = self.db.clone();
            books.tasks.spawn_on(&books.home, "settle", async move {
                let settled = db.at_once(async |conn| ledger::settle(conn, &bill).await);
                if let Err(error) = settled.await {
                    error!(tenant.id = %db.tenant_id(), %error, "a call is settled when it has expired");
                }
            });
        }
        came
    }
}
