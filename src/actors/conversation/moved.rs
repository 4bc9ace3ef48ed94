//! A status change as a transaction writes it: the event, the notice for who waits, the ticket that follows.

use std::{future::Future, sync::Arc};

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, TenantId, UserId},
    queries::{conversations, moods, queue},
    tenant::TenantConn,
};

use super::{
    Deps,
    live::Live,
    messages::{ActorError, Published},
    mirror,
    notice::Notice,
    release::{give_back, released},
    ticket,
    write::{Written, durable, store},
};
use crate::domain::{
    conversations::{
        event::{Agent, Author, Event, Reason, Status},
        state::{StatusChange, Transition},
    },
    csat::asking,
};

/// A status change as it is written: by whom, with the names of those it is about, and with what the
/// visitor is told of it.
pub(super) struct Moved {
    pub(super) change: StatusChange,
    pub(super) by: Author,
    pub(super) assignee: Option<Agent>,
    /// When what is snoozed comes back.
    until: Option<DateTime<Utc>>,
    pub(super) notice: Option<Notice>,
    /// Minutes by which it is answered earlier from now on, where a new epoch begins.
    anew: Option<i32>,
}

impl Moved {
    /// What a transition writes that leaves a conversation with who has it, or with nobody.
    pub(super) fn of(deps: &Deps, live: &Live, transition: &Transition, by: Author) -> Option<Self> {
        let moved = Self::to(live, live.assignee(), transition, by, None)?;
        Some(Self {
            notice: Notice::of(deps, live, moved.change),
            ..moved
        })
    }

    /// What a transition writes where whom it goes to is `assignee`.
    pub(super) fn to(
        live: &Live,
        assignee: Option<Agent>,
        transition: &Transition,
        by: Author,
        until: Option<DateTime<Utc>>,
    ) -> Option<Self> {
        let change = transition.status?;
        let anew = live.state.status == Status::Resolved && change.status != Status::Resolved;
        Some(Self {
            anew: anew.then(|| mirror::credit_anew(&live.mirror.glimpse, &live.space.settings.queue)),
            change,
            by,
            assignee: assignee.filter(|agent| change.assignee == Some(agent.id)),
            until,
            notice: None,
        })
    }

    /// Takes out of it what goes before a message that reopens a conversation and asks for a person at once.
    pub(super) fn reopening(&mut self) -> Option<Self> {
        let anew = self.anew.take_if(|_| self.change.reason != Reason::Reopened)?;
        Some(Self {
            change: StatusChange {
                status: Status::Bot,
                reason: Reason::Reopened,
                assignee: None,
            },
            by: self.by.clone(),
            assignee: None,
            until: None,
            notice: None,
            anew: Some(anew),
        })
    }

    /// Whoever has it from now on without having taken it. They may be gone.
    pub(super) fn given_to(&self) -> Option<UserId> {
        let agent = self.change.assignee?;
        (self.by.id != Some(agent.to_string())).then_some(agent)
    }

    /// What is measured for the notice, before the transaction.
    pub(super) async fn measure(&mut self, deps: &Deps) {
        if let Some(notice) = &mut self.notice {
            notice.measure(deps).await;
        }
    }

    pub(super) async fn write(
        &self,
        conn: &mut TenantConn<'_>,
        conversation: ConversationId,
        at: DateTime<Utc>,
    ) -> Result<Vec<Published>, StoreError> {
        let event = Event::Status {
            status: self.change.status,
            by: self.by.clone(),
            reason: self.change.reason,
            assignee: self.assignee.as_ref().map(Author::agent),
            until: self.until,
            at,
        };
        let event_body = serde_json::to_value(&event).unwrap_or_default();
        let json = event_body.to_string();
        let change = conversations::StatusChange {
            conversation_id: conversation,
            status: mirror::stored(self.change.status),
            assignee: self.assignee.clone().map(|agent| (agent.id, agent.name)),
            snoozed_until: self.until,
            event_body,
            at,
        };
        let appended = conversations::set_status(conn, change).await?;
        if let Some(credit) = self.anew {
            moods::weigh(conn, conversation, credit).await?;
        }
        // The ticket before what notes who is told or given something: see the order of locks in `docs/TICKETS.md`.
        let ticket = ticket::moved(conn, conversation, self, at).await?;
        let mut events = vec![durable("status", appended.seq, &json)];
        if let Some(notice) = &self.notice {
            events.push(notice.write(conn, conversation, at).await?);
        }
        events.extend(ticket);
        if let Some(agent) = &self.assignee
            && self.change.reason == Reason::Assigned
        {
            queue::assigned(conn, agent.id, at).await?;
        }
        if self.change.status == Status::Resolved {
            asking::enqueue(conn, conversation, at).await?;
        }
        Ok(events)
    }
}

/// The status change of a transition, if it has one.
pub(super) fn status(
    deps: Arc<Deps>,
    tenant: TenantId,
    conversation: ConversationId,
    transition: &Transition,
    moved: Option<Moved>,
) -> impl Future<Output = Result<Written, ActorError>> + use<> {
    let released = released(transition);
    async move {
        let Some(mut moved) = moved else {
            return Ok(Written::default());
        };
        moved.measure(&deps).await;
        let at = deps.clock.now();
        let db = deps.db.tenant(tenant);
        let events = db
            .transaction(async |conn| {
                let events = moved.write(conn, conversation, at).await?;
                give_back(conn, &deps, &released).await?;
                Ok::<_, StoreError>(events)
            })
            .await
            .map_err(store)?;
        Ok(Written::of(events))
    }
}
