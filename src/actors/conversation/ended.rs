//! An answer has ended: what follows is decided, stored with it, published and carried out.

use actix::{ActorContext, ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use tracing::{error, info};

use super::{
    actor::ConversationActor,
    finish,
    messages::{ActorError, TurnEnded},
    write::Written,
};
use crate::domain::{
    answering::turn::Outcome,
    conversations::{
        event::Event,
        state::{self, Command, Transition},
    },
};

impl Handler<TurnEnded> for ConversationActor {
    type Result = ();

    fn handle(&mut self, msg: TurnEnded, ctx: &mut Self::Context) {
        let TurnEnded { turn, outcome, space } = msg;
        let Some(live) = self.live.as_mut().filter(|live| live.state.is_running(turn)) else {
            return;
        };
        live.space = space.unwrap_or_else(|| live.space.clone());
        let ended = Command::TurnEnded {
            turn,
            ending: outcome.ending(),
            triggers: live.space.settings.handoff.triggers(),
        };
        let transition = state::apply(&live.state, ended);
        let write = finish::answer(self.deps.clone(), self.tenant, live, &outcome, &transition);
        ctx.wait(
            write
                .into_actor(self)
                .map(move |written, actor, ctx| actor.ended(transition, &outcome, written, ctx)),
        );
    }
}

impl ConversationActor {
    fn ended(
        &mut self,
        transition: Transition,
        outcome: &Outcome,
        written: Result<Written, ActorError>,
        ctx: &mut Context<Self>,
    ) {
        let Some(live) = self.live.as_mut() else { return };
        live.answer = None;
        live.cancel = None;
        match written {
            Ok(written) => {
                info!(
                    tenant.id = %self.tenant, conversation.id = %self.id,
                    model = outcome.model.as_deref().unwrap_or("none"),
                    grounding = outcome.grounding, state = outcome.state.as_str(), "answered"
                );
                self.deps.ledger.settled(self.tenant);
                let gapless = live.publish_all(written.events);
                if let Some(note) = written.note {
                    live.publish_to_agents(&Event::note(note, Vec::new()));
                }
                live.state = transition.next;
                self.tell_inbox();
                if !gapless || written.elsewhere {
                    return ctx.stop();
                }
            }
            Err(error) => {
                // Where the reservation is still open the next load takes the question up again.
                error!(conversation.id = %self.id, %error, "an answer could not be stored");
                return self.break_off(ctx);
            }
        }
        if self.draining {
            // What is queued is answered after the next start.
            return ctx.stop();
        }
        self.carry_out(&transition.effects, None, ctx);
    }
}
