//! An answer outside of any conversation: to see what would be said. It costs what any answer costs.

use std::{sync::Arc, time::Duration};

use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, MessageId},
    queries::ledger::{self, NewReservation},
};
use tokio_util::sync::CancellationToken;

use super::{
    answerer::Answerer,
    spending,
    turn::{Extra, JustSaid, Outcome, Progress, ProgressSink, Question},
};
use crate::domain::accounts::space::Space;

/// Pauses before what an answer cost is written down once more.
const BILL_PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1_600),
];

/// Nobody watches.
struct Nobody;

impl ProgressSink for Nobody {
    async fn report(&mut self, _: Progress) {}
}

impl Answerer {
    /// Answers `text` as the first question of a conversation in `space`, never with an answer that
    /// was given before, and settles what it cost.
    /// Where the caller leaves before it ends, what was reserved is settled once it has expired.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; an upstream's fault is an outcome that failed.
    pub async fn try_out(&self, db: &TenantDb, space: &Space, text: &str) -> Result<Outcome, StoreError> {
        let mut space = space.clone();
        space.settings.ai.cache = false;
        let mut question = Question {
            tenant: db.tenant_id(),
            knowledge_version: space.knowledge_version,
            space: Arc::new(space),
            conversation: ConversationId::new(),
            message: MessageId::new(),
            epoch: 0,
            locale: None,
            said: None,
        };
        let reservation = NewReservation {
            conversation_id: None,
            message_id: None,
            ..self.reservation(&question)
        };
        let id = reservation.id;
        question.said = Some(JustSaid {
            text: text.to_owned(),
            reservation: id,
            before: Some(Vec::new()),
        });
        let space = question.space.id;
        db.transaction(async |conn| ledger::reserve(conn, reservation.clone()).await)
            .await?;
        let prepared = self.prepare(question).await;
        let uncalled = CancellationToken::new();
        let outcome = self
            .answer(prepared, MessageId::new(), &mut Nobody, &uncalled)
            .await;
        let bill = async || {
            db.transaction(async |conn| {
                for Extra::Attempt(bill) | Extra::Abandoned(bill) in &outcome.extra {
                    let attempt = NewReservation {
                        conversation_id: None,
                        message_id: None,
                        ..spending::attempt(bill, space, ConversationId::new(), MessageId::new())
                    };
                    ledger::reserve(conn, attempt).await?;
                    ledger::settle(conn, bill).await?;
                }
                match &outcome.spent {
                    Some(bill) => ledger::settle(conn, bill).await?,
                    None => ledger::release(conn, id).await?,
                };
                Ok::<_, StoreError>(())
            })
            .await
        };
        for pause in BILL_PAUSES {
            match bill().await {
                Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
                done => return done.map(|()| outcome.clone()),
            }
        }
        bill().await?;
        Ok(outcome)
    }
}
