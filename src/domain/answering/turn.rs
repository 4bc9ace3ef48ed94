//! What goes into one answer and what comes out of it: the question, news while it is written, and
//! the outcome that is committed. [`answerer`](super::answerer) does the work between.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ConversationId, MessageId, PassageId, ReservationId, TenantId},
    queries::{ledger::Settlement, quotas::Reached},
};
use tokio::time::Instant;

use super::{
    cache::{Asked, kept::Kept},
    claim::Claim,
    memory::Spoken,
    source_link::Spot,
};
use crate::{
    adapters::llm::ChatRequest,
    domain::{
        accounts::space::Space,
        conversations::{
            event::{Author, Citation, Message, MessageState},
            state::Ending,
        },
        retrieval::Passage,
    },
};

/// Input tokens reserved before the prompt is known: its budget.
pub const RESERVED_INPUT: i64 = 8_000;
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
    pub epoch: i32,
    /// Answers before it that found nothing, since a person last could have answered.
    pub abstentions: u8,
    /// Whether a person comes after the answer, for what the visitor says.
    pub alarmed: bool,
    pub locale: Option<String>,
    /// The space's, as far as it is known: no older knowledge is searched.
    pub knowledge_version: i64,
    /// Set while the message is being committed; otherwise the store knows it.
    pub said: Option<JustSaid>,
}

impl Question {
    /// The visitor's language, as a tag.
    #[must_use]
    pub fn locale(&self) -> &str {
        self.locale.as_deref().unwrap_or(&self.space.settings.locale)
    }

    /// Whether the visitor is to be offered a person at such an end: not where one comes anyway.
    #[must_use]
    pub fn offers_person(&self, ending: Ending) -> bool {
        let triggers = self.space.settings.handoff.triggers();
        let reason = triggers.reason(ending, self.abstentions.saturating_add(1));
        !self.alarmed && reason.is_none()
    }
}

/// What is known of a question that has just come in, before it is durable.
#[derive(Clone, Debug)]
pub struct JustSaid {
    pub text: String,
    /// Made in the same transaction as the message, for its answer.
    pub reservation: ReservationId,
    /// What was said before it in the same context, oldest first, where that is at hand.
    pub before: Option<Vec<Spoken>>,
}

impl JustSaid {
    /// Whether it is known that nothing was said before it.
    #[must_use]
    pub fn starts(&self) -> bool {
        self.before.as_ref().is_some_and(Vec::is_empty)
    }
}

/// What an answer needs, found out before any model is asked. Nothing of it has been shown, and
/// nothing of it is lost if it is dropped.
#[derive(Debug)]
pub struct Prepared {
    pub question: Question,
    pub(super) begun: Instant,
    pub(super) plan: Plan,
    /// The version of the knowledge that was searched, where it was.
    pub(super) searched: Option<i64>,
    /// Calls that a crash cut off in an earlier try.
    pub(super) abandoned: Vec<Settlement>,
}

/// How a question is answered.
#[derive(Debug)]
pub(super) enum Plan {
    /// Small talk: a reply that needs no model.
    Say(String),
    /// Nothing was found above the floor.
    Abstain,
    Ask {
        request: ChatRequest,
        passages: Vec<Passage>,
        reservation: ReservationId,
        /// Where the answer may be kept, and the question's vector.
        keep: Option<Box<(Asked, Vec<f32>)>>,
    },
    /// The same was answered before.
    Repeat(Arc<Kept>),
    /// The workspace's plan leaves nothing for it.
    Limited,
    /// It could not be prepared.
    Fail,
}

/// A source the answer cites, with the passage it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited {
    pub passage: PassageId,
    pub citation: Citation,
    pub spot: Spot,
}

/// A billed call besides the one that answered.
#[derive(Clone, Debug)]
pub enum Extra {
    /// An attempt of this turn: reserved and settled with the answer.
    Attempt(Settlement),
    /// A call whose reservation is still open.
    Abandoned(Settlement),
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
    /// No model could be reached, or the last one broke off.
    pub unreachable: bool,
    /// The workspace's plan or budget left nothing for it, and nothing was asked.
    pub limited: bool,
    /// The budget, where it is what left nothing.
    pub over_budget: Option<Box<Reached>>,
    /// The model asked for a person: why, perhaps without a word.
    pub hand_over: Option<String>,
    /// It is the answer to an earlier question.
    pub cached: bool,
    /// The call on the turn's own reservation, when one was made.
    pub spent: Option<Settlement>,
    /// Further calls: attempts that were billed before another model answered, and calls of an
    /// earlier try that a crash cut off.
    pub extra: Vec<Extra>,
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
            unreachable: false,
            limited: false,
            over_budget: None,
            hand_over: None,
            cached: false,
            spent: None,
            extra: Vec::new(),
        }
    }

    /// How it ended, as far as that decides who answers next.
    #[must_use]
    pub fn ending(&self) -> Ending {
        match self.state {
            _ if self.hand_over.is_some() => Ending::HandOver,
            _ if self.unreachable => Ending::Unreachable,
            _ if self.limited => Ending::Limited,
            MessageState::Complete if self.abstained => Ending::Abstained,
            MessageState::Complete => Ending::Answered,
            MessageState::Interrupted | MessageState::Failed => Ending::Broken,
        }
    }

    /// The durable message this outcome becomes.
    #[must_use]
    pub fn message(&self, conversation: ConversationId, bot_name: &str, at: DateTime<Utc>) -> Message {
        let mut message = Message::plain(
            self.answer,
            conversation,
            Author::assistant(bot_name),
            self.text.clone(),
            at,
        );
        message.in_reply_to = Some(self.in_reply_to);
        message.state = self.state;
        message.citations = self.cited.iter().map(|cited| cited.citation.clone()).collect();
        message.grounding = self.grounding;
        message.claims.clone_from(&self.claims);
        message.model.clone_from(&self.model);
        message.abstained = self.abstained;
        message.cached = self.cached;
        message
    }
}
