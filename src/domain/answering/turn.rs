//! What goes into one answer and what comes out of it: the question, news while it is written, and
//! the outcome that is committed. [`answerer`](super::answerer) does the work between.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::ids::{ConversationId, MessageId, PassageId, TenantId};

use super::{claim::Claim, spending::Spent};
use crate::domain::{
    accounts::space::Space,
    conversations::event::{Author, Citation, Message, MessageState},
};

/// A reservation nobody has settled by then is settled from its estimates.
pub const RESERVED_FOR: TimeDelta = TimeDelta::minutes(10);
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
        message
    }
}
