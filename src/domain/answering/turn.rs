//! One answer, from question to outcome: retrieve → prompt → model → citations → grounding. It
//! reports progress as it goes and always comes back with an outcome, whatever fails: the text so
//! far, how it ended, and what was spent.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use parlance_store::{
    db::Db,
    ids::{ConversationId, MessageId, PassageId, ReservationId, TenantId},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{
    abstain,
    memory,
    prompt::{self, PromptParts},
    source_link::Place,
    spending::{self, Spending, Spent},
    stream::{AnswerEvent, AnswerStream, Claim, SourceText},
};
use crate::{
    adapters::llm::{Chunk, LlmError, gateway::Gateway},
    domain::{
        accounts::space::Space,
        billing::prices::PriceBook,
        conversations::event::{Author, Citation, Message, MessageState},
        retrieval::{Passage, Retrieval, Retriever},
    },
    kernel::clock::SharedClock,
};

/// A reservation nobody has settled by then is settled from its estimates.
pub const RESERVED_FOR: TimeDelta = TimeDelta::minutes(10);
/// Input tokens reserved before the prompt is known: its budget.
pub const RESERVED_INPUT: i64 = 8_000;
/// Characters of a citation's excerpt at most.
const EXCERPT: usize = 280;

/// News while an answer is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    Delta(String),
    Claim(Claim),
}

/// Takes the news. Bounded: it may make the writer wait.
pub trait ProgressSink {
    fn report(&mut self, progress: Progress) -> impl Future<Output = ()>;
}

/// What is to be answered.
#[derive(Clone, Debug)]
pub struct Question {
    pub tenant: TenantId,
    pub space: Arc<Space>,
    pub conversation: ConversationId,
    /// The visitor's message.
    pub message: MessageId,
    /// The id the answer will have.
    pub answer: MessageId,
    pub epoch: i32,
    pub locale: Option<String>,
}

/// A source the answer cites, with the passage it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited {
    pub passage: PassageId,
    pub citation: Citation,
}

/// A billed call besides the one that answered.
#[derive(Clone, Debug)]
pub enum Extra {
    /// An attempt of this turn: reserved and settled with the answer.
    Attempt(Spent),
    /// A call whose reservation is still open.
    Abandoned(Spent),
}

/// How an answer ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub answer: MessageId,
    pub in_reply_to: MessageId,
    pub text: String,
    pub state: MessageState,
    pub cited: Vec<Cited>,
    pub grounding: Option<f32>,
    pub claims: Vec<Claim>,
    pub model: Option<String>,
    pub abstained: bool,
    /// The call on the turn's own reservation, when one was made.
    pub spent: Option<Spent>,
    /// Further calls: attempts that were billed before another model answered, and calls of an
    /// earlier try that a crash cut off.
    pub extra: Vec<Extra>,
}

/// Writes answers. Shared by all conversations.
#[derive(Debug)]
pub struct Answerer {
    pub db: Db,
    pub clock: SharedClock,
    pub retriever: Retriever,
    pub gateway: Gateway,
    pub prices: PriceBook,
    /// Deltas within this time go out as one.
    pub window: Duration,
    /// Where sources can be opened, as `https://host`; empty for addresses relative to the frame.
    pub public_url: String,
}

impl Answerer {
    /// Answers `question`; ends early, with what there is, when `cancel` is cancelled.
    pub async fn answer(
        &self,
        question: &Question,
        sink: &mut impl ProgressSink,
        cancel: &CancellationToken,
    ) -> Outcome {
        let mut draft = Draft::new(question);
        let prepared = tokio::select! {
            prepared = self.prepare(question, &mut draft) => Some(prepared),
            () = cancel.cancelled() => None,
        };
        let locale = question.locale.as_deref().unwrap_or(&question.space.settings.locale);
        let Some(prepared) = prepared else { return draft.interrupted() };
        match prepared {
            Ok(Prepared::Said(text)) => draft.say(text, sink).await,
            Ok(Prepared::Abstain) => {
                draft.outcome.abstained = true;
                draft.say(abstain::nothing_found(locale), sink).await;
            }
            Ok(Prepared::Ask { parts, passages, reservation }) => {
                self.ask(&mut draft, question, parts, passages, reservation, sink, cancel).await;
            }
            Err(cause) => {
                error!(conversation.id = %question.conversation, %cause, "an answer could not be prepared");
                draft.outcome.state = MessageState::Failed;
                draft.say(abstain::failed(locale), sink).await;
            }
        }
        draft.outcome
    }

    async fn prepare(&self, question: &Question, draft: &mut Draft) -> anyhow::Result<Prepared> {
        let db = self.db.tenant(question.tenant);
        let memory = memory::load(&db, question, self.clock.now()).await?;
        let abandoned = memory.abandoned.iter();
        draft.outcome.extra.extend(
            abandoned.map(|open| Extra::Abandoned(spending::from_estimates(&self.prices, open, self.clock.now()))),
        );
        if let Some(reply) = abstain::small_talk(&memory.question, question.locale.as_deref()) {
            return Ok(Prepared::Said(reply));
        }
        let space = &question.space;
        let settings = space.settings.ai.retrieval();
        let found = self.retriever.retrieve(&db, space.id, space.knowledge_version, &memory.search, &settings).await?;
        let Retrieval { passages, abstained, .. } = found;
        if abstained || passages.is_empty() {
            return Ok(Prepared::Abstain);
        }
        let parts = PromptParts {
            settings: &space.settings.ai,
            bot_name: &space.settings.bot_name,
            locale: question.locale.as_deref(),
            history: &memory.history,
            question: &memory.question,
            sources: passages.iter().zip(1..).map(source).collect(),
        };
        Ok(Prepared::Ask { parts: prompt::build(parts), passages, reservation: memory.reservation })
    }

    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
    async fn ask(
        &self,
        draft: &mut Draft,
        question: &Question,
        mut request: crate::adapters::llm::ChatRequest,
        passages: Vec<Passage>,
        reservation: Option<ReservationId>,
        sink: &mut impl ProgressSink,
        cancel: &CancellationToken,
    ) {
        let mut spending = Spending::new(reservation, &request);
        if let Some(id) = reservation {
            request.request_id = id.to_string();
            if let Err(cause) = spending.mark_sent(&self.db.tenant(question.tenant), self.clock.now()).await {
                error!(%cause, "a call could not be noted before it was made, so it is not made");
                draft.outcome.state = MessageState::Failed;
                draft.say(abstain::failed(question.locale.as_deref().unwrap_or("en")), sink).await;
                return;
            }
        }
        let texts = passages.iter().zip(1..).map(|(p, number)| SourceText { number, text: p.context.clone() }).collect();
        let mut parser = AnswerStream::new(texts);
        let mut pending = Pending::new(self.window);
        let mut stream = self.gateway.stream(&question.space.settings.ai.models, request);
        let mut ended = Ended::Cut;
        loop {
            let next = tokio::select! {
                biased;
                () = cancel.cancelled() => { ended = Ended::Stopped; break }
                () = pending.due() => { pending.flush(draft, sink).await; continue }
                next = stream.next() => next,
            };
            match next {
                None => break,
                Some(Ok(Chunk::Text(text))) => {
                    spending.streamed(&text);
                    pending.add(parser.push(&text));
                    if pending.first_or_overdue() {
                        pending.flush(draft, sink).await;
                    }
                }
                Some(Ok(Chunk::Done(reason))) => {
                    ended = Ended::Done;
                    if reason == crate::adapters::llm::StopReason::Refusal {
                        warn!(conversation.id = %question.conversation, "the model declined");
                    }
                    break;
                }
                Some(Ok(other)) => spending.note(&other),
                Some(Err(cause)) => {
                    ended = Ended::Failed(cause);
                    break;
                }
            }
        }
        drop(stream);
        let (events, answer) = parser.finish();
        pending.add(events);
        pending.flush(draft, sink).await;
        draft.outcome.grounding = answer.grounding;
        let place = Place { base: &self.public_url, space: &question.space.slug };
        draft.outcome.cited = cited(&passages, &answer.cited, &place);
        draft.outcome.model = spending.model();
        let locale = question.locale.as_deref().unwrap_or(&question.space.settings.locale);
        match ended {
            Ended::Done => {}
            Ended::Stopped => draft.outcome.state = MessageState::Interrupted,
            Ended::Cut | Ended::Failed(_) => {
                let cause = if let Ended::Failed(cause) = ended { cause } else { LlmError::Cut };
                warn!(conversation.id = %question.conversation, %cause, "the upstream failed");
                metrics::counter!("parlance_upstream_failures_total").increment(1);
                draft.outcome.state = MessageState::Failed;
                if draft.outcome.text.is_empty() {
                    draft.say(abstain::failed(locale), sink).await;
                }
            }
        }
        let (spent, attempts) = spending.settle(&self.prices, self.clock.now());
        draft.outcome.spent = spent;
        draft.outcome.extra.extend(attempts.into_iter().map(Extra::Attempt));
    }
}

enum Prepared {
    /// Small talk: a reply that needs no model.
    Said(String),
    /// Nothing found above the floor.
    Abstain,
    Ask { parts: crate::adapters::llm::ChatRequest, passages: Vec<Passage>, reservation: Option<ReservationId> },
}

enum Ended {
    Done,
    Stopped,
    Cut,
    Failed(LlmError),
}

struct Draft {
    outcome: Outcome,
}

impl Draft {
    fn new(question: &Question) -> Self {
        Self {
            outcome: Outcome::empty(question.answer, question.message),
        }
    }

    fn interrupted(mut self) -> Outcome {
        self.outcome.state = MessageState::Interrupted;
        self.outcome
    }

    async fn say(&mut self, text: String, sink: &mut impl ProgressSink) {
        self.outcome.text.push_str(&text);
        sink.report(Progress::Delta(text)).await;
    }
}

/// Deltas that wait for the window to close. The first goes out at once.
struct Pending {
    window: Duration,
    text: String,
    claims: Vec<Claim>,
    due_at: Option<Instant>,
    sent: bool,
}

impl Pending {
    fn new(window: Duration) -> Self {
        Self { window, text: String::new(), claims: Vec::new(), due_at: None, sent: false }
    }

    fn add(&mut self, events: Vec<AnswerEvent>) {
        for event in events {
            match event {
                AnswerEvent::Delta(text) => self.text.push_str(&text),
                AnswerEvent::Claim(claim) => self.claims.push(claim),
            }
        }
        if self.due_at.is_none() && !(self.text.is_empty() && self.claims.is_empty()) {
            self.due_at = Some(Instant::now() + self.window);
        }
    }

    fn first_or_overdue(&self) -> bool {
        (!self.sent && !self.text.is_empty()) || self.due_at.is_some_and(|due| due <= Instant::now())
    }

    async fn due(&self) {
        match self.due_at {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    async fn flush(&mut self, draft: &mut Draft, sink: &mut impl ProgressSink) {
        self.due_at = None;
        if !self.text.is_empty() {
            self.sent = true;
            let text = std::mem::take(&mut self.text);
            draft.outcome.text.push_str(&text);
            sink.report(Progress::Delta(text)).await;
        }
        for claim in self.claims.drain(..) {
            draft.outcome.claims.push(claim.clone());
            sink.report(Progress::Claim(claim)).await;
        }
    }
}

fn source((passage, number): (&Passage, u32)) -> crate::adapters::llm::Source {
    crate::adapters::llm::Source {
        number,
        title: passage.title.clone(),
        heading: passage.heading.clone(),
        text: passage.context.clone(),
    }
}

/// The sources the answer cites, in the order of their numbers.
fn cited(
    passages: &[Passage],
    numbers: &std::collections::BTreeSet<u32>,
    place: &Place<'_>,
) -> Vec<Cited> {
    let numbered = passages.iter().zip(1..).filter(|(_, n)| numbers.contains(n));
    numbered
        .map(|(passage, n)| Cited {
            passage: passage.id,
            citation: Citation {
                n,
                document: passage.document,
                title: passage.title.clone(),
                excerpt: excerpt(&passage.text),
                url: Some(place.of(passage)),
                page: passage.page,
            },
        })
        .collect()
}

/// The passage's beginning, cut at a word.
fn excerpt(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = flat.char_indices().nth(EXCERPT) else { return flat };
    let head = flat.get(..end).unwrap_or_default();
    let cut = head.rfind(' ').unwrap_or(end);
    format!("{}…", head.get(..cut).unwrap_or_default())
}

impl Outcome {
    /// An answer of which nothing is written yet.
    #[must_use]
    pub fn empty(answer: MessageId, in_reply_to: MessageId) -> Self {
        Self {
            answer,
            in_reply_to,
            text: String::new(),
            state: MessageState::Complete,
            cited: Vec::new(),
            grounding: None,
            claims: Vec::new(),
            model: None,
            abstained: false,
            spent: None,
            extra: Vec::new(),
        }
    }

    /// The durable message this outcome becomes.
    #[must_use]
    pub fn message(&self, conversation: ConversationId, bot_name: &str, at: DateTime<Utc>) -> Message {
        let mut message =
            Message::plain(self.answer, conversation, Author::assistant(bot_name), self.text.clone(), at);
        message.in_reply_to = Some(self.in_reply_to);
        message.state = self.state;
        message.citations = self.cited.iter().map(|cited| cited.citation.clone()).collect();
        message.grounding = self.grounding;
        message.claims.clone_from(&self.claims);
        message.model.clone_from(&self.model);
        message.abstained = self.abstained;
        message
    }
}
