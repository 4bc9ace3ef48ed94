//! The face of a conversation actor: async methods, errors that callers decide on.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use actix::{Actor, Addr, ArbiterHandle, MailboxError, dev::ToEnvelope};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{AttachmentId, ClientId, ConversationId, DraftId, MessageId, TenantId, UserId},
    queries::messages::RatedVia,
};

use super::{
    Deps,
    actor::{ConversationActor, Ending},
    messages::{
        Ack, ActorError, AddNote, AgentCommand, AskHuman, Assign, ByAgent, ByItself, Drain, Feedback,
        GiveEmail, Identify, Leave, Mailed, NoteMailed, Observation, Observe, Presence, Rate, Reply, Say,
        Stop, Subscribe, Subscription,
    },
    subscribers::Audience,
};
use crate::domain::{
    accounts::email::EmailAddress,
    conversations::{event::Agent, state::Command, summary::ConversationSummary},
};

/// A cheap reference to a conversation's actor. It may have passivated: then every method
/// answers [`ActorError::NotFound`] and the registry makes a new one.
#[derive(Clone, Debug)]
pub struct ConversationHandle {
    addr: Addr<ConversationActor>,
    ending: Arc<AtomicU8>,
}

impl ConversationHandle {
    /// Starts the actor of `id` on `arbiter`; it loads itself before it takes a command.
    pub(crate) fn start(
        deps: Arc<Deps>,
        tenant: TenantId,
        id: ConversationId,
        arbiter: &ArbiterHandle,
    ) -> Self {
        let ending = Arc::<AtomicU8>::default();
        let at_end = ending.clone();
        let addr = ConversationActor::start_in_arbiter(arbiter, move |_| {
            ConversationActor::new(deps, tenant, id, at_end)
        });
        Self { addr, ending }
    }

    /// Whether the actor ended by a fault of ours: not by itself, and not because the database failed.
    pub(crate) fn crashed(&self) -> bool {
        self.ending.load(Ordering::Acquire) == Ending::Unknown as u8
    }

    fn broke_off(&self) -> bool {
        self.ending.load(Ordering::Acquire) == Ending::BrokeOff as u8
    }

    /// Whether the actor still takes messages.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.addr.connected()
    }

    async fn ask<M, T>(&self, message: M) -> Result<T, ActorError>
    where
        M: actix::Message<Result = Result<T, ActorError>> + Send + 'static,
        T: Send + 'static,
        ConversationActor: actix::Handler<M>,
        actix::Context<ConversationActor>: ToEnvelope<ConversationActor, M>,
    {
        self.addr.send(message).await.unwrap_or_else(|gone| {
            Err(match gone {
                // One that broke off says so: what it could not read may well be there.
                MailboxError::Closed if self.broke_off() => ActorError::Busy,
                MailboxError::Closed => ActorError::NotFound,
                MailboxError::Timeout => ActorError::Busy,
            })
        })
    }

    /// Every durable event after `after`, then what happens from now on.
    ///
    /// # Errors
    /// `NotFound`, `Crowded`, `Store`.
    pub async fn subscribe(&self, after: u64) -> Result<Subscription, ActorError> {
        let audience = Audience::Visitor;
        self.ask(Subscribe { audience, after }).await
    }

    /// The same for an agent, who is told of notes, too, and with every event of which conversation it is.
    ///
    /// # Errors
    /// `NotFound`, `Crowded`, `Store`.
    pub async fn watch(&self, after: u64) -> Result<Subscription, ActorError> {
        let audience = Audience::Agents;
        self.ask(Subscribe { audience, after }).await
    }

    /// Carries out what `agent` does, and gives the conversation as it is then. What does not fit changes
    /// nothing.
    ///
    /// # Errors
    /// `NotFound`, `Draining`, `Store`; `Held` where another agent answers.
    pub async fn act(&self, agent: Agent, command: AgentCommand) -> Result<ConversationSummary, ActorError> {
        self.ask(ByAgent { agent, command }).await
    }

    /// Makes what `agent` says durable, and takes what nobody has. The same `client_id` again gives the same
    /// ack. What became of `draft` is written with it.
    ///
    /// # Errors
    /// `NotFound`, `NoSuchAttachment`, `Draining`, `Store`; `Stale` where another agent wrote behind `after`,
    /// `Held` where one answers.
    pub async fn reply(
        &self,
        agent: Agent,
        client_id: ClientId,
        text: String,
        attachments: Vec<AttachmentId>,
        after: Option<u64>,
        draft: Option<DraftId>,
    ) -> Result<Ack, ActorError> {
        let reply = Reply {
            agent,
            client_id,
            text,
            attachments,
            after,
            draft,
        };
        self.ask(reply).await
    }

    /// Writes a note for other agents. The same `client_id` again writes nothing.
    ///
    /// # Errors
    /// `NotFound`, `NoSuchAttachment`, `Draining`, `Store`.
    pub async fn note(
        &self,
        agent: Agent,
        client_id: ClientId,
        text: String,
        attachments: Vec<AttachmentId>,
        draft: Option<DraftId>,
    ) -> Result<(), ActorError> {
        let note = AddNote {
            agent,
            client_id,
            text,
            attachments,
            draft,
        };
        self.ask(note).await
    }

    /// Ends a snooze.
    ///
    /// # Errors
    /// `NotFound`, `Draining`, `Store`.
    pub async fn wake(&self) -> Result<(), ActorError> {
        self.ask(ByItself(Command::Wake)).await
    }

    /// What `agent` has waits for another.
    ///
    /// # Errors
    /// `NotFound`, `Draining`, `Store`.
    pub async fn drop_off(&self, agent: UserId) -> Result<(), ActorError> {
        self.ask(ByItself(Command::DropOff { agent })).await
    }

    /// Gives the conversation to `agent` where it still waits, and says whether they have it then.
    ///
    /// # Errors
    /// `NotFound`, `Draining`, `Store`.
    pub async fn assign(&self, agent: Agent) -> Result<bool, ActorError> {
        let id = agent.id;
        let now = self.ask(Assign { agent }).await?;
        Ok(now.assignee.is_some_and(|has| has.id == id))
    }

    /// Makes what the visitor said from `address` durable. The same `client_id` again gives the same
    /// ack, and among the newest events costs nothing of the tenant's rates.
    ///
    /// # Errors
    /// `NotFound`, `NoSuchAttachment`, `Limited`, `Draining`, `Store`.
    pub async fn say(
        &self,
        client_id: ClientId,
        address: Option<IpAddr>,
        text: String,
        attachments: Vec<AttachmentId>,
    ) -> Result<Ack, ActorError> {
        let say = Say {
            client_id,
            address,
            text,
            attachments,
            mailed: None,
        };
        self.ask(say).await
    }

    /// The same for what the visitor mailed, which people answer.
    ///
    /// # Errors
    /// `NotFound`, `Limited`, `Draining`, `Store`.
    pub async fn say_by_mail(
        &self,
        client_id: ClientId,
        text: String,
        mailed: Mailed,
    ) -> Result<Ack, ActorError> {
        let say = Say {
            client_id,
            address: None,
            text,
            attachments: Vec::new(),
            mailed: Some(mailed),
        };
        self.ask(say).await
    }

    /// Keeps where the visitor can be written to, and puts what they have not seen in line.
    ///
    /// # Errors
    /// `NotFound`, `Draining`, `Store`.
    pub async fn give_email(&self, email: EmailAddress) -> Result<(), ActorError> {
        self.ask(GiveEmail(email)).await
    }

    /// Tells agents who watch that these messages were mailed. Lost when the mailbox is full: who looks
    /// again sees it.
    pub fn note_mailed(&self, messages: Vec<MessageId>, at: DateTime<Utc>) {
        let _ = self.addr.try_send(NoteMailed { messages, at });
    }

    /// Stops the answer being streamed, if any.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn stop(&self) -> Result<(), ActorError> {
        self.ask(Stop).await
    }

    /// Asks for a person: the bot falls silent.
    ///
    /// # Errors
    /// `NotFound`, `Store`.
    pub async fn ask_human(&self) -> Result<(), ActorError> {
        self.ask(AskHuman).await
    }

    /// Thumbs up or down on an answer; the last one counts.
    ///
    /// # Errors
    /// `NoSuchMessage` when `message` is not an answer of this conversation, `Store`.
    pub async fn feedback(
        &self,
        message: MessageId,
        up: bool,
        comment: Option<String>,
    ) -> Result<(), ActorError> {
        self.ask(Feedback { message, up, comment }).await
    }

    /// Rates the conversation, 1–5; the last one counts.
    ///
    /// # Errors
    /// `NotFound`, `Store`.
    pub async fn rate(&self, score: i16, comment: Option<String>, via: RatedVia) -> Result<(), ActorError> {
        self.ask(Rate { score, comment, via }).await
    }

    /// Tells the others that the visitor types, or `agent`. Lost when the mailbox is full: it is only a
    /// hint.
    pub fn typing(&self, agent: Option<Agent>, on: bool) {
        let _ = self.addr.try_send(Presence::Typing { agent, on });
    }

    /// Tells the others how far the visitor has read, or an agent. Lost when the mailbox is full.
    pub fn read(&self, agent: bool, seq: u64) {
        let _ = self.addr.try_send(Presence::Read { agent, seq });
    }

    /// What stands in the actor now.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn observe(&self) -> Result<Observation, ActorError> {
        self.ask(Observe).await
    }

    /// Waits until nothing is being answered and nothing waits to be, or the actor ends.
    ///
    /// # Errors
    /// `NotFound`, `Busy`.
    pub async fn quiet(&self) -> Result<(), ActorError> {
        let mut listening = self.subscribe(u64::MAX).await?;
        loop {
            let seen = match self.observe().await {
                Err(ActorError::NotFound) => return Ok(()),
                seen => seen?,
            };
            if !seen.answering && seen.queued == 0 {
                return Ok(());
            }
            // An answer ends with a durable event.
            while listening
                .events
                .recv()
                .await
                .is_some_and(|event| event.seq.is_none())
            {}
        }
    }

    /// Tells it to look who its visitor is now. Where that is proven to be another one, or they are blocked,
    /// the visitor's listeners are closed and resume.
    pub(crate) async fn identify(&self) {
        let _ = self.addr.send(Identify).await;
    }

    /// Has new commands refused, and the actor end with the running answer. Whether there is one.
    pub(crate) async fn drain(&self) -> bool {
        self.addr.send(Drain).await.unwrap_or(false)
    }

    /// Ends the actor. Its listeners are told to move.
    pub(crate) async fn leave(&self) {
        let _ = self.addr.send(Leave).await;
    }
}
