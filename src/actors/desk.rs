//! What an agent may do, whatever the transport: watch a conversation, answer in it, write a note, take it
//! and let it go.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::ids::{ClientId, ConversationId, TenantId, UserId};

use super::{
    conversation::{Ack, ActorError, AgentCommand, ConversationHandle, Subscription},
    services::Services,
};
use crate::{
    domain::{
        accounts::permission::{Permission, may},
        conversations::{event::Agent, summary::ConversationSummary, text::worth_saying},
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
    /// gives the same ack.
    ///
    /// # Errors
    /// Text empty or too long, absent, `stale` where another agent wrote behind `after`, `held` where one
    /// answers, draining, storage.
    pub async fn say(
        &self,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
        after: Option<u64>,
    ) -> Result<Ack, Problem> {
        let text = worth_saying(text)?;
        let say = async |actor: ConversationHandle| {
            actor
                .reply(self.agent.clone(), client_id, text.clone(), after)
                .await
        };
        self.ask(conversation, say).await
    }

    /// Writes a note for other agents.
    ///
    /// # Errors
    /// Text empty or too long, absent, draining, storage.
    pub async fn note(
        &self,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
    ) -> Result<(), Problem> {
        let text = worth_saying(text)?;
        let note =
            async |actor: ConversationHandle| actor.note(self.agent.clone(), client_id, text.clone()).await;
        self.ask(conversation, note).await
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
