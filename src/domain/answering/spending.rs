//! What one answer spends: the usage the upstream tells, or, where it never does, a count of what
//! was sent and what streamed. Every call that may be billed becomes one settlement.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId, ReservationId, SpaceId},
    queries::ledger::{self, CallKind, Marked, NewReservation, Settlement, TokenUsage},
    tenant::TenantDb,
};
use tokio::time::timeout;
use tracing::warn;

use super::{running::RunningCall, tokens};
use crate::{
    adapters::llm::{ChatRequest, Chunk, Usage, capabilities, gateway::ModelRef},
    domain::billing::{
        prices::PriceBook,
        settlement::{RESERVED_FOR, settlement},
    },
};

/// The stream stands still meanwhile.
const NOTE_WITHIN: Duration = Duration::from_millis(250);

/// The reservation of a further attempt to answer, made and settled together with the answer.
#[must_use]
pub fn attempt(
    billed: &Settlement,
    space: SpaceId,
    conversation: ConversationId,
    message: MessageId,
) -> NewReservation {
    NewReservation {
        id: billed.reservation,
        space_id: space,
        conversation_id: Some(conversation),
        message_id: Some(message),
        kind: CallKind::Chat,
        model: billed.model.clone(),
        at: billed.sent_at,
        expires_at: billed.sent_at + RESERVED_FOR,
        estimate_input: 0,
        estimate_output: 0,
    }
}

/// Follows a stream and adds up.
#[derive(Debug)]
pub struct Spending {
    running: Arc<RunningCall>,
    /// Who is asked first: pays for a call that nobody took.
    first: String,
    sent: i64,
    /// Nano-dollars that the call may cost at most.
    at_most: i64,
    sent_at: Option<DateTime<Utc>>,
    model: Option<String>,
    told: Option<Usage>,
    done: bool,
    abandoned: Vec<(String, Usage)>,
}

impl Spending {
    /// A call of whichever of `models`, by their prices at `at`.
    #[must_use]
    pub fn new(
        running: Arc<RunningCall>,
        request: &ChatRequest,
        models: &[ModelRef],
        prices: &PriceBook,
        at: DateTime<Utc>,
    ) -> Self {
        let sent = tokens::of_request(request);
        let thinking = models
            .iter()
            .map(|model| capabilities::of(&model.model).thinking_allowance);
        let most = Usage {
            input: u64::try_from(sent).unwrap_or(u64::MAX),
            output: u64::from(request.max_tokens.saturating_add(thinking.max().unwrap_or(0))),
            ..Usage::default()
        };
        let names = models.iter().map(|model| model.model.as_str());
        Self {
            running,
            first: request.model.clone(),
            sent: count(sent),
            at_most: prices.at_most(names, at.date_naive(), &most),
            sent_at: None,
            model: None,
            told: None,
            done: false,
            abandoned: Vec::new(),
        }
    }

    /// Notes that the call goes out now: from here on it may be billed, whatever becomes of us.
    ///
    /// # Errors
    /// When the database does not answer, the reservation is no longer open, or the budget leaves
    /// nothing for it (`QuotaReached`); then the call must not be made.
    pub async fn mark_sent(&mut self, db: &TenantDb, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (id, sent, at_most) = (self.running.reservation, self.sent, self.at_most);
        self.sent_at = Some(now);
        let marked = db
            .note(async |conn| ledger::mark_sent(conn, id, sent, at_most, now).await)
            .await?;
        match marked {
            Marked::Sent => Ok(()),
            Marked::NotOpen => Err(StoreError::NotFound),
            Marked::Refused(reached) => Err(StoreError::QuotaReached(reached)),
        }
    }

    /// Notes that the request goes out once more after an attempt that may be billed, for whoever settles after
    /// a crash.
    pub async fn sent_again(&self, db: &TenantDb) {
        let (id, sent) = (self.running.reservation, self.sent);
        let noted = db.transaction(async |conn| ledger::add_to_estimate(conn, id, sent).await);
        match timeout(NOTE_WITHIN, noted).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => warn!(%error, "another attempt could not be noted"),
            Err(_) => warn!("another attempt was not noted in time"),
        }
    }

    /// Adds text that streamed.
    pub fn streamed(&self, text: &str) {
        self.running.streamed(text);
    }

    /// Takes in what a chunk says about model and usage.
    pub fn note(&mut self, chunk: &Chunk) {
        match chunk {
            Chunk::Started { model } => (self.model, self.told) = (Some(model.clone()), None),
            Chunk::Usage(usage) => self.told = Some(*usage),
            Chunk::Abandoned { model, usage } => {
                self.abandoned.push((model.clone(), *usage));
                (self.model, self.told) = (None, None);
            }
            Chunk::Done(_) => self.done = true,
            Chunk::Text(_) | Chunk::HandOver { .. } => {}
        }
    }

    /// Notes that we broke off by ourselves. Whether the upstream had taken the call is then not
    /// known, so it counts as taken.
    pub fn break_off(&mut self) {
        self.model.get_or_insert_with(|| self.first.clone());
    }

    /// Who answered.
    #[must_use]
    pub fn model(&self) -> Option<String> {
        self.model.clone()
    }

    /// The settlement of the turn's reservation, and of every other attempt that was billed.
    #[must_use]
    pub fn settle(self, prices: &PriceBook, at: DateTime<Utc>) -> (Settlement, Vec<Settlement>) {
        let mut calls: Vec<(String, TokenUsage, bool)> = Vec::new();
        if let Some(model) = &self.model {
            let (usage, estimated) = self.usage();
            calls.push((model.clone(), usage, estimated));
        }
        // Whatever was told of these, the upstream's last word on it never came.
        let abandoned = self.abandoned.iter().map(|(model, usage)| {
            let usage = match *usage {
                told if told == Usage::default() => self.unknown(),
                told => TokenUsage::from(told),
            };
            (model.clone(), usage, true)
        });
        calls.extend(abandoned);
        let (mut calls, sent_at) = (calls.into_iter(), self.sent_at.unwrap_or(at));
        let first = calls.next().unwrap_or((self.first, TokenUsage::default(), false));
        let bill = |id, (model, usage, estimated): (String, _, _)| {
            settlement(prices, id, &model, usage, estimated, sent_at, at)
        };
        let further = calls.map(|call| bill(ReservationId::new(), call)).collect();
        (bill(self.running.reservation, first), further)
    }

    /// What the upstream told, or, where it was cut off before its last word on it, at least a
    /// count of what streamed.
    fn usage(&self) -> (TokenUsage, bool) {
        if let (Some(told), true) = (self.told, self.done) {
            return (TokenUsage::from(told), false);
        }
        let told = self.told.map_or_else(|| self.unknown(), TokenUsage::from);
        let output = told.output.max(self.running.tokens());
        (TokenUsage { output, ..told }, true)
    }

    /// Of a call of which nothing was told.
    fn unknown(&self) -> TokenUsage {
        TokenUsage {
            input: self.sent,
            ..TokenUsage::default()
        }
    }
}

fn count(tokens: usize) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use parlance_store::ids::{ReservationId, TenantId};

    use super::*;
    use crate::{adapters::llm::StopReason, domain::answering::running::RunningCalls};

    fn request() -> ChatRequest {
        ChatRequest {
            model: "claude-sonnet-5-5".to_owned(),
            system: "Answer from the sources.".to_owned(),
            turns: Vec::new(),
            sources: Vec::new(),
            max_tokens: 100,
            temperature: None,
            hand_over: false,
            request_id: String::new(),
        }
    }

    fn started() -> Chunk {
        Chunk::Started {
            model: request().model,
        }
    }

    fn told(input: u64, output: u64) -> Usage {
        Usage {
            input,
            output,
            ..Usage::default()
        }
    }

    /// Input, output and whether it is an estimate, of the turn's own call and of each further one.
    fn settled(chunks: &[Chunk], breaks_off: bool) -> Vec<(i64, i64, bool)> {
        let prices = PriceBook::builtin().unwrap();
        let models = [ModelRef::new("anthropic", &request().model)];
        let mut spending = Spending::new(
            RunningCalls::default().begin(TenantId::new(), ReservationId::new()),
            &request(),
            &models,
            &prices,
            DateTime::UNIX_EPOCH,
        );
        chunks.iter().for_each(|chunk| spending.note(chunk));
        if breaks_off {
            spending.break_off();
        }
        let (own, further) = spending.settle(&prices, DateTime::UNIX_EPOCH);
        let bills = std::iter::once(own).chain(further);
        bills
            .map(|bill| (bill.usage.input, bill.usage.output, bill.estimated))
            .collect()
    }

    #[test]
    fn only_the_upstreams_last_word_is_no_estimate() {
        let whole = [
            started(),
            Chunk::Usage(told(90, 1)),
            Chunk::Usage(told(90, 24)),
            Chunk::Done(StopReason::EndTurn),
        ];
        assert_eq!(settled(&whole, false), [(90, 24, false)]);
        assert_eq!(settled(&whole[..2], false), [(90, 1, true)]);
    }

    #[test]
    fn an_attempt_that_failed_before_its_first_text_is_an_estimate_be_something_told_or_not() {
        let sent = count(tokens::of_request(&request()));
        let abandoned = |usage| Chunk::Abandoned {
            model: request().model,
            usage,
        };
        let again = [
            abandoned(told(90, 1)),
            abandoned(Usage::default()),
            started(),
            Chunk::Usage(told(91, 24)),
            Chunk::Done(StopReason::EndTurn),
        ];
        assert_eq!(
            settled(&again, false),
            [(91, 24, false), (90, 1, true), (sent, 0, true)]
        );
        assert_eq!(settled(&again[..1], false), [(90, 1, true)]);
    }

    #[test]
    fn a_call_that_was_left_before_it_was_answered_may_be_billed() {
        let sent = count(tokens::of_request(&request()));
        assert_eq!(settled(&[], true), [(sent, 0, true)]);
        assert_eq!(settled(&[], false), [(0, 0, false)], "nobody took it");
    }
}
