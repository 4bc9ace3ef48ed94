//! What the visitor thinks: thumbs on an answer, and stars on the conversation, which agents are told of.

use actix::{ActorFutureExt, AtomicResponse, Handler, WrapFuture};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, TenantId},
    queries::{messages, ratings},
};

use super::{
    Deps,
    actor::ConversationActor,
    messages::{ActorError, Feedback, Published, Rate},
    write::store,
};
use crate::domain::{conversations::event::Event, csat::Rated};

impl Handler<Feedback> for ConversationActor {
    type Result = AtomicResponse<Self, Result<(), ActorError>>;

    fn handle(&mut self, given: Feedback, _: &mut Self::Context) -> Self::Result {
        let (deps, tenant) = (self.deps.clone(), self.tenant);
        let visitor = self.live.as_ref().map(|live| live.mirror.row.visitor_id);
        let write = async move {
            let new = messages::NewFeedback {
                message_id: given.message,
                visitor_id: visitor.ok_or(ActorError::NotFound)?,
                value: if given.up {
                    messages::FeedbackValue::Up
                } else {
                    messages::FeedbackValue::Down
                },
                comment: given.comment,
                at: deps.clock.now(),
            };
            let db = deps.db.tenant(tenant);
            let written = db.transaction(async |conn| messages::feedback(conn, new).await);
            written.await.map_err(|error| match error {
                StoreError::NotFound => ActorError::NoSuchMessage,
                other => store(other),
            })
        };
        AtomicResponse::new(Box::pin(write.into_actor(self)))
    }
}

impl Handler<Rate> for ConversationActor {
    type Result = AtomicResponse<Self, Result<(), ActorError>>;

    fn handle(&mut self, given: Rate, _: &mut Self::Context) -> Self::Result {
        let (deps, tenant, conversation_id) = (self.deps.clone(), self.tenant, self.id);
        let visitor = self.live.as_ref().map(|live| live.mirror.row.visitor_id);
        let write = async move {
            let new = messages::NewRating {
                conversation_id,
                visitor_id: visitor.ok_or(ActorError::NotFound)?,
                score: given.score,
                comment: given.comment.clone(),
                via: given.via,
                at: deps.clock.now(),
            };
            let rated = Rated {
                conversation: conversation_id,
                score: given.score,
                comment: given.comment,
                via: given.via,
                at: new.at,
            };
            let db = deps.db.tenant(tenant);
            let written = db.transaction(async |conn| messages::rate(conn, new).await);
            let kept: Result<bool, StoreError> = written.await;
            if !kept.map_err(store)? {
                return Err(ActorError::NothingSaid);
            }
            Ok(Event::Rated(rated))
        };
        AtomicResponse::new(Box::pin(write.into_actor(self).map(|rated, actor, _| {
            let rated = rated?;
            if let Some(live) = actor.live.as_mut() {
                live.publish_to_agents(&rated);
            }
            Ok(())
        })))
    }
}

/// The rating of a conversation, where it has one.
pub(super) async fn rated(
    deps: &Deps,
    tenant: TenantId,
    conversation: ConversationId,
) -> Result<Option<Published>, ActorError> {
    let db = deps.db.tenant(tenant);
    let found = db.read(async |conn| ratings::given(conn, conversation).await);
    let found: Result<Option<ratings::Given>, StoreError> = found.await;
    let rated = found
        .map_err(store)?
        .map(|given| Event::Rated(Rated::of(conversation, given)));
    Ok(rated.as_ref().and_then(Published::ephemeral))
}
