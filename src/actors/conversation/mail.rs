//! What leads to mail to the visitor, and away from it: how far they have seen it, an address that they
//! give, and what agents are told of mail that went out.

use actix::{ActorFutureExt, AtomicResponse, Handler, WrapFuture};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, TenantId},
    queries::{inbox::Glimpse, mail_replies},
};
use tracing::error;

use super::{
    Deps,
    actor::ConversationActor,
    messages::{ActorError, GiveEmail, NoteMailed, Published},
    mirror,
    write::store,
};
use crate::domain::{conversations::event::Event, mail_replies::outgoing};

/// How far the visitor has seen what agents wrote: written down only where that is news.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Up to here.
    upto: u64,
    /// An agent may have written at this place, and nowhere behind it.
    agent: u64,
}

impl Seen {
    /// Of a log of this length: who wrote last in it is not known.
    pub(super) fn loaded(head: u64) -> Self {
        Self { upto: 0, agent: head }
    }

    pub(super) fn agent_wrote(&mut self, seq: u64) {
        self.agent = seq;
    }

    /// Moves on to `seq`, and says whether that may be past something an agent wrote.
    fn moves(&mut self, seq: u64) -> bool {
        let news = seq > self.upto && self.upto < self.agent;
        self.upto = self.upto.max(seq);
        news
    }
}

impl ConversationActor {
    /// The visitor has everything up to `seq` before them. Where writing that down fails they are mailed
    /// what they have seen, and nothing is lost.
    pub(super) fn visitor_saw(&mut self, seq: u64) {
        let Some(live) = self.live.as_mut() else { return };
        if !live.seen.moves(seq) {
            return;
        }
        let (db, id) = (self.deps.db.tenant(self.tenant), self.id);
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        self.deps.tasks.spawn_local("read mark", async move {
            let noted = db.transaction(async |conn| mail_replies::note_read(conn, id, seq).await);
            let noted: Result<bool, StoreError> = noted.await;
            if let Err(error) = noted {
                error!(conversation.id = %id, %error, "what a visitor has read is not written down");
            }
        });
    }
}

impl Handler<GiveEmail> for ConversationActor {
    type Result = AtomicResponse<Self, Result<(), ActorError>>;

    fn handle(&mut self, GiveEmail(email): GiveEmail, _: &mut Self::Context) -> Self::Result {
        let (deps, tenant, id) = (self.deps.clone(), self.tenant, self.id);
        let visitor = match &self.live {
            None => Err(ActorError::NotFound),
            Some(_) if self.draining => Err(ActorError::Draining),
            Some(live) => Ok(live.mirror.row.visitor_id),
        };
        let give = async move {
            let (visitor, at) = (visitor?, deps.clock.now());
            let db = deps.db.tenant(tenant);
            let given = db.transaction(async |conn| {
                mail_replies::give_email(conn, visitor, email.as_str()).await?;
                outgoing::enqueue(conn, id, at).await
            });
            given.await.map_err(store)?;
            // The address is kept: where it cannot be read back, the console shows it later.
            let now = mirror::glimpse(deps, tenant, id).await;
            Ok(now
                .inspect_err(|error| error!(conversation.id = %id, %error, "cannot tell who a visitor is"))
                .ok())
        };
        AtomicResponse::new(Box::pin(give.into_actor(self).map(|given, actor, _| {
            let now: Option<Glimpse> = given?;
            if let (Some(live), Some(now)) = (actor.live.as_mut(), now)
                && live.mirror.identify(now)
            {
                live.subscribers.dismiss_visitor();
            }
            actor.tell_inbox();
            Ok(())
        })))
    }
}

impl Handler<NoteMailed> for ConversationActor {
    type Result = ();

    fn handle(&mut self, NoteMailed { messages, at }: NoteMailed, _: &mut Self::Context) {
        let conversation = self.id;
        if let Some(live) = self.live.as_mut() {
            live.publish_to_agents(&Event::Mailed {
                conversation,
                messages,
                at,
            });
        }
    }
}

/// What was mailed of a conversation, a mail an event.
pub(super) async fn mailed(
    deps: &Deps,
    tenant: TenantId,
    conversation: ConversationId,
) -> Result<Vec<Published>, ActorError> {
    let db = deps.db.tenant(tenant);
    let found = db.read(async |conn| mail_replies::mailed(conn, conversation).await);
    let found: Result<Vec<mail_replies::Mailed>, StoreError> = found.await;
    let found = found.map_err(store)?;
    let mails = found.chunk_by(|one, next| one.at == next.at).filter_map(|mail| {
        let at = mail.first()?.at;
        let messages = mail.iter().map(|message| message.message_id).collect();
        Published::ephemeral(&Event::Mailed {
            conversation,
            messages,
            at,
        })
    });
    Ok(mails.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_written_down_where_an_agent_may_have_written() {
        let mut seen = Seen::loaded(4);
        assert!(seen.moves(2) && seen.moves(4), "who wrote it is not known");
        assert!(!seen.moves(4) && !seen.moves(6), "the bot's answers cost nothing");
        seen.agent_wrote(7);
        assert!(!seen.moves(5), "it was seen before");
        assert!(seen.moves(8));
        assert!(!seen.moves(9));
    }
}
