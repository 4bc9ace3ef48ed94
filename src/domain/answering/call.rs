//! A call to the models: noted before it goes out, and followed until it ends. One for a question that is being
//! written goes out beside that, and nobody is shown anything of it before the question is durable (ADR 21).

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
};

use futures_util::{FutureExt, StreamExt, poll};
use parlance_store::{
    StoreError,
    ids::ReservationId,
    queries::{ledger::Settlement, quotas::Reached},
};
use std::task::Poll;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{
    answerer::{Answerer, timed},
    citing,
    ending::Ended,
    pending::Pending,
    spending::Spending,
    stream::AnswerStream,
    turn::{Outcome, Plan, Prepared, ProgressSink, Question},
};
use crate::{
    adapters::llm::{ChatRequest, Chunk, ChunkStream, LlmError, StopReason},
    domain::retrieval::Passage,
};

/// A call that is out, or will be as soon as it is polled.
pub(super) struct Call {
    /// The model that is asked first.
    pub asked: String,
    spending: Spending,
    stream: ChunkStream,
    /// What came before anybody followed.
    early: Option<Result<Chunk, LlmError>>,
    may_hand_over: bool,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("spending", &self.spending)
            .finish_non_exhaustive()
    }
}

/// Why a call was not made.
#[derive(Debug)]
pub(super) enum Uncalled {
    /// The budget leaves nothing for it.
    OverBudget(Reached),
    /// It could not be noted.
    Unnoted,
}

impl From<StoreError> for Uncalled {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::QuotaReached(reached) => Self::OverBudget(reached),
            cause => {
                error!(%cause, "a call could not be noted before it was made, so it is not made");
                Self::Unnoted
            }
        }
    }
}

impl Answerer {
    /// Calls the models for an answer to `question`, paid from `reservation`.
    pub(super) async fn call(
        &self,
        question: &Question,
        reservation: ReservationId,
        request: ChatRequest,
    ) -> Result<Call, Uncalled> {
        let db = self.db.tenant(question.tenant);
        let mut call = self.opened(question, reservation, request);
        let noted = call.spending.mark_sent(&db, self.clock.now());
        timed("note", noted).await?;
        Ok(call)
    }

    /// Makes the call of `prepared` now, while its question is being written, where one is to be made to a model that
    /// writes by itself. Where it cannot be noted, or the budget leaves nothing for it, it is left for later.
    pub async fn call_ahead(&self, prepared: &mut Prepared) {
        let question = &prepared.question;
        let Plan::Ask { request, .. } = &prepared.plan else {
            return;
        };
        if !self.has_writer(&question.space.settings.ai) {
            return;
        }
        let reservation = self.reservation(question);
        let request = ChatRequest {
            request_id: reservation.id.to_string(),
            ..request.clone()
        };
        let db = self.db.tenant(question.tenant);
        let mut call = self.opened(question, reservation.id, request);
        let noted = call.spending.reserve_ahead(&db, reservation, question.message);
        match timed("note", noted).await {
            Ok(()) => {
                // The request goes out; what comes back waits until somebody follows.
                if let Poll::Ready(early) = poll!(call.stream.next()) {
                    call.early = early;
                }
                prepared.called = Some(Box::new(call));
            }
            Err(StoreError::QuotaReached(_)) => {}
            Err(cause) => warn!(%cause, "a call could not be noted ahead of its question"),
        }
    }

    /// Ends what was begun for an answer that is not given; what a call costs that was made ahead, as far as it is known.
    #[must_use]
    pub fn break_off(&self, prepared: Prepared) -> Option<Settlement> {
        let Call { mut spending, .. } = *prepared.called?;
        spending.break_off();
        // A second attempt is made by who follows, and nobody did.
        let (spent, _) = spending.settle(&self.prices, self.clock.now());
        Some(spent)
    }

    fn opened(&self, question: &Question, reservation: ReservationId, request: ChatRequest) -> Call {
        let models = self.models(&question.space.settings.ai);
        let running = self.running.begin(question.tenant, reservation);
        Call {
            asked: request.model.clone(),
            spending: Spending::new(running, &request, &models, &self.prices, self.clock.now()),
            may_hand_over: request.hand_over,
            stream: self.gateway.stream(&models, request),
            early: None,
        }
    }

    /// Streams the answer into `outcome`, until it ends or `cancel` is cancelled.
    #[expect(
        clippy::too_many_arguments,
        reason = "two call sites; a struct would only rename them"
    )]
    pub(super) async fn follow(
        &self,
        call: Call,
        outcome: &mut Outcome,
        question: &Question,
        begun: Instant,
        passages: &[Passage],
        sink: &mut impl ProgressSink,
        cancel: &CancellationToken,
    ) -> (Ended, Spending) {
        let Call {
            mut spending,
            mut stream,
            mut early,
            may_hand_over,
            asked: _,
        } = call;
        let db = self.db.tenant(question.tenant);
        let mut reader = Some(Box::new(AnswerStream::new(citing::sources(passages))));
        let mut pending = Pending::new(self.window, begun);
        let streaming = async {
            let mut cancelled = pin!(cancel.cancelled());
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut cancelled => break Ended::Stopped,
                    () = pending.due() => {
                        pending.flush(outcome, sink).await;
                        continue;
                    }
                    next = following(&mut early, &mut stream) => next,
                };
                match next {
                    Some(Ok(chunk)) => {
                        spending.note(&chunk);
                        match chunk {
                            Chunk::Text(text) => {
                                // Where it fails it is gone, and nothing goes on behind the hole.
                                if let Some(mut reading) = reader.take() {
                                    pending.add(reading.push(&text));
                                    reader = Some(reading);
                                }
                                if pending.is_due() {
                                    pending.flush(outcome, sink).await;
                                }
                                spending.streamed(&text);
                            }
                            Chunk::HandOver { reason } => {
                                outcome.hand_over = Some(reason).filter(|_| may_hand_over);
                            }
                            Chunk::Done(reason) => {
                                if reason == StopReason::Refusal {
                                    warn!(conversation.id = %question.conversation, "the model declined");
                                }
                                break Ended::Done(reason);
                            }
                            Chunk::Abandoned { .. } => spending.sent_again(&db).await,
                            Chunk::Started { .. } | Chunk::Usage(_) => {}
                        }
                    }
                    Some(Err(cause)) => break Ended::Failed(cause),
                    None => break Ended::Failed(LlmError::Cut),
                }
            }
        };
        // A fault of ours ends as one of the upstream does: with what was shown, and what it cost.
        let ended = AssertUnwindSafe(streaming).catch_unwind().await;
        let ended = ended.unwrap_or(Ended::Panicked);
        drop(stream);
        outcome.model = spending.model();
        let cut = !matches!(ended, Ended::Done(_));
        let finished = catch_unwind(AssertUnwindSafe(|| reader.map(|reader| reader.finish(cut))));
        let Ok(Some((events, answer))) = finished else {
            return (Ended::Panicked, spending);
        };
        pending.add(events);
        pending.flush(outcome, sink).await;
        outcome.grounding = answer.grounding;
        outcome.cited = citing::cited(passages, &answer, &self.place(question));
        (ended, spending)
    }
}

async fn following(
    early: &mut Option<Result<Chunk, LlmError>>,
    stream: &mut ChunkStream,
) -> Option<Result<Chunk, LlmError>> {
    match early.take() {
        Some(came) => Some(came),
        None => stream.next().await,
    }
}
