//! Who the visitor is, where that has changed, and by how much their plan has them answered earlier.

use actix::{ActorFutureExt, AtomicResponse, Handler, ResponseActFuture, WrapFuture};
use parlance_store::queries::moods;
use tracing::error;

use super::{actor::ConversationActor, messages::Identify, mirror, write::store};

impl Handler<Identify> for ConversationActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, _: Identify, _: &mut Self::Context) -> Self::Result {
        let read = mirror::glimpse(self.deps.clone(), self.tenant, self.id);
        let identified = read.into_actor(self).then(|now, actor, ctx| {
            if let Some(live) = actor.live.as_mut() {
                let is_another = now.map(|now| live.mirror.identify(now));
                match is_another {
                    Ok(true) => live.subscribers.dismiss_visitor(),
                    Ok(false) => {}
                    Err(error) => {
                        error!(conversation.id = %actor.id, %error, "cannot tell who a visitor is");
                        actor.break_off(ctx);
                    }
                }
            }
            actor.weigh_again()
        });
        AtomicResponse::new(Box::pin(identified.map(|(), actor, _| {
            // Nobody has seen one in which nothing was said.
            if actor.live.as_ref().is_some_and(|live| live.head > 0) {
                actor.tell_inbox();
            }
        })))
    }
}

impl ConversationActor {
    /// Writes down what the conversation weighs where the visitor turns out to have another plan.
    pub(super) fn weigh_again(&self) -> ResponseActFuture<Self, ()> {
        let (db, id) = (self.deps.db.tenant(self.tenant), self.id);
        let weighs = self.live.as_ref().and_then(|live| {
            let weight = live
                .mirror
                .weight(&live.mirror.readings(), &live.space.settings.queue);
            (weight.credit != live.mirror.glimpse.credit).then_some(weight.credit)
        });
        let write = async move {
            let Some(credit) = weighs else { return Ok(None) };
            let written = db.transaction(async |conn| moods::weigh(conn, id, credit).await);
            written.await.map(|()| Some(credit)).map_err(store)
        };
        Box::pin(write.into_actor(self).map(|written, actor, ctx| {
            match (written, actor.live.as_mut()) {
                (Ok(Some(credit)), Some(live)) => live.mirror.credit(credit),
                (Ok(_), _) => {}
                (Err(error), _) => {
                    error!(conversation.id = %actor.id, %error, "what a plan is worth is not written down");
                    actor.reload_after(&error, ctx);
                }
            }
        }))
    }
}
