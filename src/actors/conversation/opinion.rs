//! What the visitor thinks, committed: thumbs on an answer, stars on the conversation.

use std::sync::Arc;

use parlance_store::{
    error::StoreError,
    ids::{ConversationId, TenantId, VisitorId},
    queries::messages,
};

use super::{
    Deps,
    messages::{ActorError, Feedback, Rate},
    write::store,
};

pub(super) async fn feedback(
    deps: Arc<Deps>,
    tenant: TenantId,
    visitor_id: Option<VisitorId>,
    given: Feedback,
) -> Result<(), ActorError> {
    let at = deps.clock.now();
    let value = if given.up {
        messages::FeedbackValue::Up
    } else {
        messages::FeedbackValue::Down
    };
    let visitor_id = visitor_id.ok_or(ActorError::NotFound)?;
    let new = messages::NewFeedback {
        message_id: given.message,
        visitor_id,
        value,
        comment: given.comment,
        at,
    };
    let written = deps
        .db
        .tenant(tenant)
        .transaction(async |conn| messages::feedback(conn, new).await)
        .await;
    written.map_err(|error| match error {
        StoreError::NotFound => ActorError::NoSuchMessage,
        other => store(other),
    })
}

pub(super) async fn rate(
    deps: Arc<Deps>,
    tenant: TenantId,
    conversation: Option<(ConversationId, VisitorId)>,
    given: Rate,
) -> Result<(), ActorError> {
    let at = deps.clock.now();
    let (conversation_id, visitor_id) = conversation.ok_or(ActorError::NotFound)?;
    let new = messages::NewRating {
        conversation_id,
        visitor_id,
        score: given.score,
        comment: given.comment,
        at,
    };
    deps.db
        .tenant(tenant)
        .transaction(async |conn| messages::rate(conn, new).await)
        .await
        .map_err(store)
}
