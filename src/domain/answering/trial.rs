//! An answer outside of any conversation: to see what would be said. It costs what any answer costs.

use std::sync::Arc;

use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, MessageId},
    queries::ledger::{self, NewReservation},
};
use tokio_util::sync::CancellationToken;

use super::{
    answerer::Answerer,
    aside,
    turn::{JustSaid, Outcome, Progress, ProgressSink, Question},
};
use crate::domain::accounts::space::Space;

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
            abstentions: 0,
            alarmed: false,
            locale: None,
            said: None,
        };
        let reservation = NewReservation {
            conversation_id: None,
            message_id: None,
            ..self.reservation(&question)
        };
        question.said = Some(JustSaid {
            text: text.to_owned(),
            reservation: reservation.id,
            before: Some(Vec::new()),
        });
        db.transaction(async |conn| ledger::reserve(conn, reservation.clone()).await)
            .await?;
        let prepared = self.prepare(question).await;
        let uncalled = CancellationToken::new();
        let outcome = self
            .answer(prepared, MessageId::new(), &mut Nobody, &uncalled)
            .await;
        let settle = || db.transaction(async |conn| aside::settle(conn, &reservation, &outcome).await);
        aside::persist(settle).await?;
        Ok(outcome)
    }
}
