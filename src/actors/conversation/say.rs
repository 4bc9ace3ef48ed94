//! What a visitor says: told apart from what was said before, admitted by the tenant's rates,
//! committed with the answer's reservation, published, and answered.

use actix::{ActorContext, ActorFutureExt, AtomicResponse, Context, Handler, ResponseActFuture, WrapFuture};
use futures_util::future::ready;
use parlance_store::ids::{ClientId, MessageId, ReservationId, VisitorId};
use serde::Deserialize;

use super::{
    actor::ConversationActor,
    heard::Heard,
    messages::{Ack, ActorError, Say},
    tail::Tail,
    turn::{self, Ahead, Preparing},
    write,
};
use crate::domain::{
    answering::{human, turn::JustSaid},
    conversations::{
        event::Reason,
        state::{self, Command, Transition},
    },
    mood,
};

impl Handler<Say> for ConversationActor {
    type Result = AtomicResponse<Self, Result<Ack, ActorError>>;

    fn handle(&mut self, msg: Say, _: &mut Self::Context) -> Self::Result {
        let answer = match self.new_from(msg.client_id) {
            Err(answer) => Box::pin(ready(answer).into_actor(self)) as ResponseActFuture<Self, _>,
            Ok(visitor) => {
                let tenant = self.deps.tenants.of(self.tenant);
                let admit = async move {
                    let tenant = tenant.ok_or(ActorError::Draining)?;
                    let admitted = tenant.admit(visitor, msg.address).await;
                    admitted.map(|()| msg).map_err(ActorError::Limited)
                };
                let admitted = admit.into_actor(self);
                Box::pin(admitted.then(|admitted, actor, _| match admitted {
                    Ok(msg) => actor.say(msg),
                    Err(refused) => Box::pin(ready(Err(refused)).into_actor(actor)),
                }))
            }
        };
        AtomicResponse::new(answer)
    }
}

impl ConversationActor {
    /// Who speaks, where that is new; otherwise the answer: a message that is among the newest
    /// events is acknowledged again, at no cost.
    fn new_from(&self, client_id: ClientId) -> Result<VisitorId, Result<Ack, ActorError>> {
        let live = self.live.as_ref().ok_or(Err(ActorError::NotFound))?;
        match said(&live.tail, client_id) {
            Some(ack) => Err(Ok(ack)),
            None if self.draining => Err(Err(ActorError::Draining)),
            None if live.mirror.glimpse.blocked => Err(Err(ActorError::Blocked)),
            None => Ok(live.mirror.row.visitor_id),
        }
    }

    fn say(&mut self, msg: Say) -> ResponseActFuture<Self, Result<Ack, ActorError>> {
        let (message, reservation) = (MessageId::new(), ReservationId::new());
        let planned = self.live.as_ref().map(|live| {
            let asks_for_person = live.state.bot_answers() && human::asks_for_human(&msg.text);
            // Who answers a person's mail is not there to talk to the bot, and no two machines write to each
            // other.
            let command = match &msg.mailed {
                Some(_) if live.state.bot_answers() => Command::HandOver {
                    reason: Reason::EmailReply,
                },
                None if asks_for_person => Command::HandOver {
                    reason: Reason::VisitorAsked,
                },
                _ => Command::Say { message },
            };
            let mood = mood::read(&msg.text, None);
            let alarm = live.space.settings.handoff.alarm(&mood);
            let transition = state::apply(&live.state, command).alarmed(message, alarm);
            let heard = Heard::new(live, message, (&msg.text, mood), &transition);
            // A reopening begins a new epoch, which is known only when it is durable.
            // What is attached is known only then, too.
            let known = transition.status.is_none() && msg.attachments.is_empty();
            // Where there is nothing left, nothing is asked of any upstream.
            let begins = transition.starts(message) && known && !self.deps.tenants.is_limited(self.tenant);
            let ahead = begins.then(|| {
                let said = JustSaid {
                    text: msg.text.clone(),
                    reservation,
                    before: live.tail.context(live.head),
                };
                turn::prepare(
                    &self.deps,
                    self.tenant,
                    live,
                    message,
                    transition.next.alarm().is_some(),
                    Some(said),
                )
            });
            let (deps, mailed) = (self.deps.clone(), msg.mailed.is_some());
            let write = write::say(deps, self.tenant, live, heard, reservation, &msg, &transition);
            (transition, ahead, write, mailed)
        });
        let work = async move {
            let (transition, ahead, write, mailed) = planned.ok_or(ActorError::NotFound)?;
            Ok((transition, ahead, Box::pin(write).await?, mailed))
        };
        let done = work.into_actor(self);
        Box::pin(done.map(|done, actor, ctx| {
            let (transition, ahead, said, mailed) =
                done.inspect_err(|error| actor.reload_after(error, ctx))?;
            let ack = actor.has_said(transition, ahead, said, ctx);
            // Whoever writes in the chat has it before them.
            if !mailed {
                actor.visitor_saw(ack.seq);
            }
            Ok(ack)
        }))
    }

    fn has_said(
        &mut self,
        transition: Transition,
        ahead: Option<Preparing>,
        said: write::Said,
        ctx: &mut Context<Self>,
    ) -> Ack {
        let Some(live) = self.live.as_mut() else {
            return said.ack;
        };
        if said.ack.duplicate {
            if said.ack.seq > live.head {
                ctx.stop();
            }
        } else if live.publish_heard(said.heard.clone(), said.written.events) {
            let answers = transition.answers(said.ack.message);
            live.state = transition.next;
            if let Some(agent) = transition.status.and_then(|change| change.assignee) {
                // Who put it off may have gone since.
                self.deps.consoles.miss(self.tenant, agent);
            }
            // What was found for an answer that the plan has no room for is thrown away.
            let ahead = ahead.filter(|_| !said.refused).map(|preparing| Ahead {
                preparing,
                knowledge_version: said.knowledge_version,
            });
            self.carry_out(&transition.effects, ahead, ctx);
            self.tell_inbox();
            if answers {
                self.deps.tenants.note_limited(self.tenant, said.refused);
            }
            if !said.refused {
                self.listen(&said.heard, said.ack.seq, ctx);
            }
        } else {
            ctx.stop();
        }
        said.ack
    }
}

/// What this client id was acknowledged with, where it is among the newest events.
pub(super) fn said(tail: &Tail, client_id: ClientId) -> Option<Ack> {
    #[derive(Deserialize)]
    struct Message {
        id: MessageId,
        seq: u64,
        client_id: ClientId,
    }
    let named = client_id.to_string();
    tail.events()
        // Nearly every message is new, and nothing is parsed.
        .filter(|event| event.kind == "message" && event.json.contains(&named))
        .filter_map(|event| serde_json::from_str::<Message>(&event.json).ok())
        .find(|message| message.client_id == client_id)
        .map(|message| Ack {
            message: message.id,
            seq: message.seq,
            duplicate: true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::conversation::Published;

    #[test]
    fn a_message_is_known_by_its_client_id_and_by_no_word_of_its_text() {
        let (id, client_id, other) = (MessageId::new(), ClientId::new(), ClientId::new());
        let text = format!("is \\\"client_id\\\":\\\"{other}\\\" known?");
        let json = format!(r#"{{"seq":3,"id":"{id}","client_id":"{client_id}","text":"{text}"}}"#);
        let tail = Tail::new(vec![Published {
            seq: Some(3),
            kind: "message",
            json: json.into(),
        }]);
        let ack = said(&tail, client_id).unwrap();
        assert_eq!((ack.message, ack.seq, ack.duplicate), (id, 3, true));
        assert_eq!(said(&tail, other), None);
    }
}
