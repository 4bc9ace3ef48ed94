//! Reservations of questions that the bot will not answer after all.

use std::sync::Arc;

use parlance_store::{
    error::StoreError,
    ids::{MessageId, TenantId},
    queries::ledger,
    tenant::TenantConn,
};

use super::Deps;
use crate::domain::{
    billing::settlement,
    conversations::state::{Effect, Transition},
};

/// Questions the bot will not answer after all.
pub(super) fn released(transition: &Transition) -> Vec<MessageId> {
    let released = |effect: &Effect| match effect {
        Effect::Release { question } => Some(*question),
        Effect::StartTurn { .. } | Effect::CancelTurn { .. } => None,
    };
    transition.effects.iter().filter_map(released).collect()
}

/// Gives back what was reserved for questions. What a crash had already sent is settled from what
/// was noted of it.
pub(super) async fn give_back(
    conn: &mut TenantConn<'_>,
    deps: &Deps,
    questions: &[MessageId],
) -> Result<(), StoreError> {
    for question in questions {
        for open in ledger::open_of_message(conn, *question).await? {
            settlement::close(conn, &deps.answerer.prices, &open, deps.clock.now()).await?;
        }
    }
    Ok(())
}

/// Gives back what was reserved for a question, on its own.
pub(super) async fn release(deps: Arc<Deps>, tenant: TenantId, question: MessageId) {
    let released = deps
        .db
        .tenant(tenant)
        .transaction(async |conn| give_back(conn, &deps, &[question]).await)
        .await;
    match released {
        Ok(()) => deps.ledger.settled(tenant),
        Err(error) => {
            tracing::error!(tenant.id = %tenant, %error, "a reservation could not be released");
        }
    }
}
