//! The task that writes one answer beside the mailbox, under its turn number. It reports back
//! through the bounded mailbox, so a conversation that is busy slows its own answer and no other.

use std::{panic::AssertUnwindSafe, sync::Arc};

use actix::{Addr, prelude::SendError};
use futures_util::FutureExt;
use parlance_store::ids::{ConversationId, MessageId, TenantId};
use tokio::task::JoinError;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::error;

use super::{
    Deps,
    actor::ConversationActor,
    live::Live,
    messages::{TurnEnded, TurnProgress},
};
use crate::domain::{
    answering::{
        abstain,
        turn::{JustSaid, Outcome, Prepared, Progress, ProgressSink, Question},
    },
    conversations::{event::MessageState, state::TurnNumber},
};

/// An answer that is being prepared.
pub(super) type Preparing = AbortOnDropHandle<Prepared>;

/// A preparation that was begun before its question was durable.
pub(super) struct Ahead {
    pub preparing: Preparing,
    /// What it found must not be older than this, the knowledge of the space at the commit.
    pub knowledge_version: i64,
}

/// Begins to prepare the answer to `message` of the conversation as it stands, beside whatever else is to be
/// done first; `alarmed` where a person comes behind it. Settings and knowledge are read as they are now, not
/// as they were when the conversation began.
pub(super) fn prepare(
    deps: &Arc<Deps>,
    tenant: TenantId,
    live: &Live,
    message: MessageId,
    alarmed: bool,
    said: Option<JustSaid>,
) -> Preparing {
    let mut question = question(tenant, live, message, alarmed, said);
    let working = deps.clone();
    deps.tasks.begin_local("prepare", async move {
        match working.spaces.space(tenant, question.space.id).await {
            Ok(Some(space)) => {
                question.knowledge_version = space.knowledge_version;
                question.space = space.in_conversation(question.conversation);
            }
            Ok(None) => {}
            Err(error) => error!(%error, "settings could not be read again, the earlier ones are used"),
        }
        working.answerer.prepare(question).await
    })
}

/// The question of a conversation as it stands.
pub(super) fn question(
    tenant: TenantId,
    live: &Live,
    message: MessageId,
    alarmed: bool,
    said: Option<JustSaid>,
) -> Question {
    Question {
        tenant,
        space: live.space.clone(),
        conversation: live.mirror.row.id,
        message,
        epoch: live.mirror.row.epoch,
        abstentions: live.state.abstentions,
        alarmed,
        locale: live.mirror.row.locale.clone(),
        knowledge_version: live.space.knowledge_version,
        said,
    }
}

/// Everything one answer needs, taken from the conversation as it stands.
pub(super) struct Task {
    deps: Arc<Deps>,
    turn: TurnNumber,
    conversation: ConversationId,
    question: MessageId,
    answer: MessageId,
    ahead: Ahead,
    cancel: CancellationToken,
    /// For the apology, should answering panic.
    locale: String,
    actor: Addr<ConversationActor>,
}

struct Reporter {
    turn: TurnNumber,
    actor: Addr<ConversationActor>,
    /// What was reported, as the answer it makes should answering panic.
    shown: Outcome,
}

impl ProgressSink for Reporter {
    async fn report(&mut self, progress: Progress) {
        match &progress {
            Progress::Delta(text) => self.shown.text.push_str(text),
            Progress::Claim(claim) => self.shown.claims.push(claim.clone()),
        }
        let news = TurnProgress {
            turn: self.turn,
            progress,
        };
        // A conversation that ended takes no news; its next load answers the question again. One that has room
        // is not waited for: that it has heard of a word would wake this task once more.
        if let Err(SendError::Full(news)) = self.actor.try_send(news) {
            let _ = self.actor.send(news).await;
        }
    }
}

impl Task {
    /// `None` when no answer was begun.
    pub(super) fn new(
        deps: Arc<Deps>,
        live: &Live,
        turn: TurnNumber,
        ahead: Ahead,
        actor: Addr<ConversationActor>,
    ) -> Option<Self> {
        let (answer, (cancel, _)) = (live.answer.as_ref()?, live.cancel.as_ref()?);
        Some(Self {
            deps,
            turn,
            conversation: live.mirror.row.id,
            question: answer.question,
            answer: answer.message,
            ahead,
            cancel: cancel.clone(),
            locale: live.locale().to_owned(),
            actor,
        })
    }

    pub(super) fn spawn(self) {
        let tasks = self.deps.tasks.clone();
        tasks.spawn_local("turn", self.run());
    }

    async fn run(self) {
        let mut sink = Reporter {
            turn: self.turn,
            actor: self.actor.clone(),
            shown: unanswered(self.answer, self.question, MessageState::Failed),
        };
        let mut space = None;
        let answering = async {
            let answerer = &self.deps.answerer;
            let Ahead {
                preparing,
                knowledge_version,
            } = self.ahead;
            let prepared = async { Ok(answerer.renewed(preparing.await?, knowledge_version).await) };
            let prepared = tokio::select! {
                prepared = prepared => prepared?,
                () = self.cancel.cancelled() => return Ok(unanswered(self.answer, self.question, MessageState::Interrupted)),
            };
            space = Some(prepared.question.space.clone());
            Ok::<_, JoinError>(
                answerer
                    .answer(prepared, self.answer, &mut sink, &self.cancel)
                    .await,
            )
        };
        let answered = AssertUnwindSafe(answering).catch_unwind().await;
        let outcome = match answered {
            Ok(Ok(outcome)) => outcome,
            // Preparing panicked, or what the answerer does not catch itself.
            Ok(Err(_)) | Err(_) => {
                metrics::counter!("parlance_turn_panics_total").increment(1);
                error!(conversation.id = %self.conversation, "answering panicked");
                let apology = abstain::failed_after(&sink.shown.text, &self.locale, true);
                sink.report(Progress::Delta(apology)).await;
                sink.shown
            }
        };
        let _ = self
            .actor
            .send(TurnEnded {
                turn: self.turn,
                outcome: Box::new(outcome),
                space,
            })
            .await;
    }
}

fn unanswered(answer: MessageId, question: MessageId, state: MessageState) -> Outcome {
    Outcome {
        state,
        ..Outcome::empty(answer, question)
    }
}
