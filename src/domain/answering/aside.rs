//! Answers beside any conversation's log: what trials and drafts share. Each call has a reservation that
//! its caller makes before and settles after.

use std::time::Duration;

use parlance_store::{
    StoreError, TenantConn,
    ids::MessageId,
    queries::ledger::{self, NewReservation},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    answerer::Answerer,
    ending::Ended,
    spending::Spending,
    turn::{Extra, Outcome, Plan, ProgressSink, Question},
};
use crate::{
    adapters::llm::{ChatRequest, StopReason, extractive, gateway::ModelRef},
    domain::{
        answering::settings::AnswerSettings, billing::settlement::RESERVED_FOR,
        conversations::event::MessageState, retrieval::Passage,
    },
};

/// Pauses before what an answer cost is written down once more.
const BILL_PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1_600),
];

/// What is known of a question before a model is asked.
pub enum Finding {
    /// What the bot would ask, and from which passages.
    Ask {
        request: ChatRequest,
        passages: Vec<Passage>,
    },
    /// The space knows nothing of it.
    Nothing,
    /// It could not be looked for.
    Failed,
}

impl Answerer {
    /// Those of the models a space asks that write by themselves, in order; none where no key is set.
    #[must_use]
    pub fn writers(&self, settings: &AnswerSettings) -> Vec<ModelRef> {
        let mut models = self.models(settings);
        models.retain(|model| model.upstream != extractive::NAME);
        models
    }

    /// Looks for what answers `question`, which is not in any log.
    pub(crate) async fn find(&self, question: Question) -> Finding {
        match self.prepare(question).await.plan {
            Plan::Ask {
                request, passages, ..
            } => Finding::Ask { request, passages },
            Plan::Say(_) | Plan::Abstain | Plan::Repeat(_) | Plan::Limited => Finding::Nothing,
            Plan::Fail => Finding::Failed,
        }
    }

    /// Asks the models of the question's space on an open reservation. The outcome has nothing but what a
    /// model said; one that was cut at its longest is `interrupted`, one that the budget leaves nothing for is
    /// `failed`, and says so.
    pub(crate) async fn write(
        &self,
        question: &Question,
        request: ChatRequest,
        passages: &[Passage],
        reservation: &NewReservation,
        sink: &mut impl ProgressSink,
        cancel: &CancellationToken,
    ) -> Outcome {
        let mut outcome = Outcome::empty(MessageId::new(), question.message);
        let mut spending = self.spending(question, reservation.id, &request);
        let (begun, out) = (Instant::now(), &mut outcome);
        let ended = self
            .ask(
                out,
                question,
                begun,
                request,
                passages,
                &mut spending,
                sink,
                cancel,
            )
            .await;
        outcome.state = match &ended {
            Some(Ended::Done(StopReason::EndTurn | StopReason::Other)) => MessageState::Complete,
            Some(Ended::Done(StopReason::MaxTokens) | Ended::Stopped) => MessageState::Interrupted,
            Some(Ended::Done(StopReason::Refusal) | Ended::Failed(_) | Ended::Panicked) | None => {
                MessageState::Failed
            }
        };
        if let Some(ended) = ended {
            self.charge(&mut outcome, spending, &ended);
        }
        outcome
    }

    /// Notes on the outcome what a call cost.
    pub(super) fn charge(&self, outcome: &mut Outcome, mut spending: Spending, ended: &Ended) {
        if matches!(ended, Ended::Panicked | Ended::Stopped) {
            spending.break_off();
        }
        let (spent, attempts) = spending.settle(&self.prices, self.clock.now());
        outcome.spent = Some(spent);
        outcome.extra.extend(attempts.into_iter().map(Extra::Attempt));
    }
}

/// Settles what an outcome cost on its reservation, or gives that back where no call was made. Further
/// attempts get reservations like it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub(crate) async fn settle(
    conn: &mut TenantConn<'_>,
    reservation: &NewReservation,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    for Extra::Attempt(bill) | Extra::Abandoned(bill) in &outcome.extra {
        let attempt = NewReservation {
            id: bill.reservation,
            model: bill.model.clone(),
            at: bill.sent_at,
            expires_at: bill.sent_at + RESERVED_FOR,
            estimate_input: 0,
            estimate_output: 0,
            ..reservation.clone()
        };
        ledger::reserve(conn, attempt).await?;
        ledger::settle(conn, bill).await?;
    }
    match &outcome.spent {
        Some(bill) => ledger::settle(conn, bill).await?,
        None => ledger::release(conn, reservation.id).await?,
    };
    Ok(())
}

/// Does `work` once more where the database was away, a few times.
///
/// # Errors
/// What `work` said last.
pub(crate) async fn persist<F>(work: impl Fn() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<(), StoreError>>,
{
    for pause in BILL_PAUSES {
        match work().await {
            Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
            done => return done,
        }
    }
    work().await
}
