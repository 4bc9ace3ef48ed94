//! The task that writes one answer beside the mailbox, under its turn number. It reports back
//! through the bounded mailbox, so a conversation that is busy slows its own answer and no other.

use std::sync::Arc;

use actix::Addr;
use futures_util::FutureExt;
use parlance_store::ids::TenantId;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{
    Deps,
    actor::ConversationActor,
    live::Live,
    messages::{TurnEnded, TurnProgress},
};
use crate::domain::{
    answering::turn::{Outcome, Progress, ProgressSink, Question},
    conversations::{event::MessageState, state::TurnNumber},
};

/// Everything one answer needs, taken from the conversation as it stands.
pub(super) struct Task {
    deps: Arc<Deps>,
    turn: TurnNumber,
    question: Question,
    cancel: CancellationToken,
    actor: Addr<ConversationActor>,
}

struct Reporter {
    turn: TurnNumber,
    actor: Addr<ConversationActor>,
}

impl ProgressSink for Reporter {
    async fn report(&mut self, progress: Progress) {
        // A conversation that ended takes no news; its next load answers the question again.
        let _ = self
            .actor
            .send(TurnProgress {
                turn: self.turn,
                progress,
            })
            .await;
    }
}

impl Task {
    /// `None` when no answer was begun.
    pub(super) fn new(
        deps: Arc<Deps>,
        tenant: TenantId,
        live: &Live,
        turn: TurnNumber,
        actor: Addr<ConversationActor>,
    ) -> Option<Self> {
        let (answer, (cancel, _)) = (live.answer.as_ref()?, live.cancel.as_ref()?);
        let question = Question {
            tenant,
            space: live.space.clone(),
            conversation: live.conversation.id,
            message: answer.question,
            answer: answer.message,
            epoch: live.conversation.epoch,
            locale: live.conversation.locale.clone(),
        };
        Some(Self {
            deps,
            turn,
            question,
            cancel: cancel.clone(),
            actor,
        })
    }

    pub(super) fn spawn(self) {
        let tasks = self.deps.tasks.clone();
        tasks.spawn_local("turn", self.run());
    }

    async fn run(mut self) {
        // Settings and knowledge as they are now, not as they were when the conversation began.
        match self
            .deps
            .spaces
            .space(self.question.tenant, self.question.space.id)
            .await
        {
            Ok(Some(space)) => self.question.space = space,
            Ok(None) => {}
            Err(error) => error!(%error, "settings could not be read again, the earlier ones are used"),
        }
        let mut sink = Reporter {
            turn: self.turn,
            actor: self.actor.clone(),
        };
        let answering = self.deps.answerer.answer(&self.question, &mut sink, &self.cancel);
        let outcome = match std::panic::AssertUnwindSafe(answering).catch_unwind().await {
            Ok(outcome) => outcome,
            Err(_) => crashed(&self.question),
        };
        let _ = self
            .actor
            .send(TurnEnded {
                turn: self.turn,
                outcome: Box::new(outcome),
            })
            .await;
    }
}

/// A panic while answering still ends the turn.
fn crashed(question: &Question) -> Outcome {
    metrics::counter!("parlance_turn_panics_total").increment(1);
    error!(conversation.id = %question.conversation, "answering panicked");
    Outcome {
        state: MessageState::Failed,
        ..Outcome::empty(question.answer, question.message)
    }
}
