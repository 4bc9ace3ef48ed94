//! What an agent may do, whatever the transport: watch a conversation, answer in it, have something drafted,
//! write a note, take it and let it go.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError,
    ids::{AttachmentId, ClientId, ConversationId, DraftId, SpaceId, TenantId, UserId},
    queries::drafts::{self, DraftKind},
};
use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;

use super::{
    conversation::{Ack, ActorError, AgentCommand, ConversationHandle, Subscription, agent_uploader},
    drafts::{Step, whole},
    services::Services,
};
use crate::{
    domain::{
        accounts::permission::{Permission, may},
        attachments::{self, NewFile},
        conversations::{
            event::{Agent, Attachment},
            summary::ConversationSummary,
            text::worth_sending,
        },
        drafting::{Draft, drafter::Brief, wanted::Wanted},
    },
    kernel::{code::Code, problem::Problem},
};

/// For how long a conversation may be put off.
const SNOOZED_FOR: TimeDelta = TimeDelta::days(366);

/// An agent at work in a workspace.
#[derive(Clone, Debug)]
pub struct Desk {
    services: Arc<Services>,
    tenant: TenantId,
    agent: Agent,
}

impl Desk {
    #[must_use]
    pub fn new(services: Arc<Services>, tenant: TenantId, agent: Agent) -> Self {
        Self {
            services,
            tenant,
            agent,
        }
    }

    /// Who sits here.
    #[must_use]
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn actor(&self, conversation: ConversationId) -> Result<ConversationHandle, ActorError> {
        self.services.registry.conversation(self.tenant, conversation)
    }

    /// Asks the conversation. One that passivated between the look-up and the call is looked up again,
    /// which starts it anew; absent is only what is not there then either.
    async fn ask<T>(
        &self,
        conversation: ConversationId,
        ask: impl AsyncFn(ConversationHandle) -> Result<T, ActorError>,
    ) -> Result<T, Problem> {
        let answer = match ask(self.actor(conversation)?).await {
            Err(ActorError::NotFound) => ask(self.actor(conversation)?).await,
            answer => answer,
        };
        Ok(answer?)
    }

    /// Everything durable after `after` and all notes, then what happens.
    ///
    /// # Errors
    /// Absent, watched by too many, storage.
    pub async fn watch(&self, conversation: ConversationId, after: u64) -> Result<Subscription, Problem> {
        self.ask(conversation, async |actor| actor.watch(after).await)
            .await
    }

    /// Says something to the visitor, and takes a conversation that nobody has. The same `client_id` again
    /// gives the same ack. What becomes of `draft` is noted with it.
    ///
    /// # Errors
    /// Text empty or too long, a file that is not there, absent, `stale` where another agent wrote behind `after`, `held` where one
    /// answers, draining, storage.
    pub async fn say(
        &self,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
        attachments: Vec<AttachmentId>,
        after: Option<u64>,
        draft: Option<DraftId>,
    ) -> Result<Ack, Problem> {
        let text = worth_sending(text, &attachments)?;
        let say = async |actor: ConversationHandle| {
            let (agent, files) = (self.agent.clone(), attachments.clone());
            actor
                .reply(agent, client_id, text.clone(), files, after, draft)
                .await
        };
        self.ask(conversation, say).await
    }

    /// Writes a note for other agents. What becomes of `draft` is noted with it.
    ///
    /// # Errors
    /// Text empty or too long, a file that is not there, absent, draining, storage.
    pub async fn note(
        &self,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
        attachments: Vec<AttachmentId>,
        draft: Option<DraftId>,
    ) -> Result<(), Problem> {
        let text = worth_sending(text, &attachments)?;
        let note = async |actor: ConversationHandle| {
            let (agent, files) = (self.agent.clone(), attachments.clone());
            actor.note(agent, client_id, text.clone(), files, draft).await
        };
        self.ask(conversation, note).await
    }

    /// Keeps a file that the agent may send in a conversation.
    ///
    /// # Errors
    /// [`AttachmentError`](attachments::AttachmentError) as it reads to a client.
    pub async fn attach(
        &self,
        conversation: ConversationId,
        name: String,
        content: Bytes,
    ) -> Result<Attachment, Problem> {
        let Services {
            db, reader, clock, ..
        } = &*self.services;
        let file = NewFile {
            conversation,
            uploader: agent_uploader(&self.agent),
            name,
            content,
        };
        let kept = attachments::take_in(&db.tenant(self.tenant), reader, file, clock.now()).await?;
        Ok(self.services.links.attachment(self.tenant, kept))
    }

    fn brief(&self, conversation: ConversationId, id: DraftId, wanted: Wanted) -> Brief {
        Brief {
            tenant: self.tenant,
            conversation,
            agent: self.agent.clone(),
            id,
            wanted,
        }
    }

    /// Begins a draft, whose news go to `steps`, and its refusal. It takes the place of one that is being
    /// written for the agent in the conversation. Drop what is given, and it stops.
    ///
    /// # Errors
    /// Too many drafts.
    pub fn begin_draft(
        &self,
        conversation: ConversationId,
        id: DraftId,
        wanted: Wanted,
        steps: mpsc::Sender<Step>,
    ) -> Result<DropGuard, Problem> {
        self.services
            .drafts
            .begin(self.brief(conversation, id, wanted), steps)
    }

    /// The same, once it is finished. It stops where the caller leaves.
    ///
    /// # Errors
    /// Too many drafts, absent, no model that writes, nothing to answer, storage.
    pub async fn draft(&self, conversation: ConversationId, wanted: Wanted) -> Result<Draft, Problem> {
        whole(
            &self.services.drafts,
            self.brief(conversation, DraftId::new(), wanted),
        )
        .await
    }

    /// Stops what is being drafted.
    pub fn stop_draft(&self, conversation: ConversationId) {
        self.services
            .drafts
            .stop(self.tenant, self.agent.id, conversation);
    }

    /// Notes that a draft of the agent's will not be sent.
    ///
    /// # Errors
    /// Storage.
    pub async fn discard_draft(&self, conversation: ConversationId, id: DraftId) -> Result<(), Problem> {
        let (db, at) = (self.services.db.tenant(self.tenant), self.services.clock.now());
        let agent = self.agent.id;
        let discarded = db.transaction(async |conn| drafts::discard(conn, id, conversation, agent, at).await);
        discarded
            .await
            .map(drop)
            .map_err(|error: StoreError| Problem::internal(error))
    }

    /// What can be drafted in a space; nothing where it cannot be looked up.
    pub async fn drafts_offered(&self, space: SpaceId) -> &'static [DraftKind] {
        match self.services.spaces.space(self.tenant, space).await {
            Ok(Some(space)) => self.services.drafts.drafter().offers(&space),
            Ok(None) => &[],
            Err(error) => {
                tracing::error!(%error, "what can be drafted is not known");
                &[]
            }
        }
    }

    /// Carries out a command, and gives the conversation as it is then.
    ///
    /// # Errors
    /// Absent, `held` where another agent answers, a snooze that ends in the past or in more than a year,
    /// draining, storage.
    pub async fn act(
        &self,
        conversation: ConversationId,
        command: AgentCommand,
    ) -> Result<ConversationSummary, Problem> {
        if let AgentCommand::Snooze { until } = &command {
            self.check_snooze(*until)?;
        }
        let act = async |actor: ConversationHandle| actor.act(self.agent.clone(), command.clone()).await;
        self.ask(conversation, act).await
    }

    fn check_snooze(&self, until: DateTime<Utc>) -> Result<(), Problem> {
        let now = self.services.clock.now();
        if until <= now || until > now + SNOOZED_FOR {
            let detail = "until is in the future, a year at most";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
        Ok(())
    }

    /// Gives a conversation to somebody of the workspace who may answer, and gives it as it is then.
    ///
    /// # Errors
    /// Absent, `InvalidRequest` where there is no such agent, draining, storage.
    pub async fn transfer(
        &self,
        conversation: ConversationId,
        to: UserId,
    ) -> Result<ConversationSummary, Problem> {
        self.ask(conversation, async |actor| actor.observe().await)
            .await?;
        let to = self.colleague(to).await?;
        self.act(conversation, AgentCommand::Transfer { to }).await
    }

    async fn colleague(&self, id: UserId) -> Result<Agent, Problem> {
        let found = self.services.db.control().member(self.tenant, id).await;
        let member = found.map_err(Problem::internal)?;
        let member = member.filter(|member| may(member.role, Permission::ConversationsWrite));
        let Some(member) = member else {
            let detail = "to is the id of a member who may answer";
            return Err(Problem::new(Code::InvalidRequest, detail));
        };
        Ok(Agent {
            id,
            name: member.name,
        })
    }

    /// Tells the others that the agent types. Lost where the conversation is busy: it is only a hint.
    pub fn typing(&self, conversation: ConversationId, on: bool) {
        if let Ok(actor) = self.actor(conversation) {
            actor.typing(Some(self.agent.clone()), on);
        }
    }

    /// Tells the others how far the agent has read.
    pub fn read(&self, conversation: ConversationId, seq: u64) {
        if let Ok(actor) = self.actor(conversation) {
            actor.read(true, seq);
        }
    }
}
