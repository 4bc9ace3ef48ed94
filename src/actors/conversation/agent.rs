//! What agents do: take a conversation and let it go, answer in it, and write notes that no visitor reads.

use std::sync::Arc;

use actix::{ActorContext, ActorFutureExt, AtomicResponse, Handler, ResponseActFuture, WrapFuture};
use futures_util::future::ready;
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId, NoteId, TenantId, UserId},
    queries::{
        attachments::SentWith,
        messages::{self, NewMessage},
        notes::{self, Note},
    },
};

use super::{
    Deps,
    actor::ConversationActor,
    attach,
    live::Live,
    messages::{Ack, ActorError, AddNote, AgentCommand, Assign, ByAgent, ByItself, Published, Reply},
    moved::Moved,
    release::{give_back, released},
    say::said,
    ticket,
    write::{self, Missed, Written, ack, body, durable, store},
};
use crate::domain::{
    attachments,
    conversations::{
        event::{Agent, Attachment, Author, AuthorKind, Event, Message},
        state::{self, Act, Command, Held, Transition},
        summary::ConversationSummary,
    },
    drafting::{Sent, note_sent},
    mail_replies::outgoing,
};

impl Handler<ByAgent> for ConversationActor {
    type Result = AtomicResponse<Self, Result<ConversationSummary, ActorError>>;

    fn handle(&mut self, msg: ByAgent, _: &mut Self::Context) -> Self::Result {
        let planned = self.taking_acts().and_then(|live| {
            let ByAgent { agent, command } = msg;
            let transition = transition(live, &agent, command.act())?;
            let author = Author::agent(&agent);
            let (to, until) = match command {
                AgentCommand::Transfer { to } => (Some(to), None),
                AgentCommand::Snooze { until } => (live.assignee().or(Some(agent)), Some(until)),
                _ => (Some(agent), None),
            };
            let moved = Moved::to(live, to, &transition, author, until);
            Ok((transition, moved))
        });
        AtomicResponse::new(self.go(planned))
    }
}

impl Handler<Assign> for ConversationActor {
    type Result = AtomicResponse<Self, Result<ConversationSummary, ActorError>>;

    fn handle(&mut self, Assign { agent }: Assign, _: &mut Self::Context) -> Self::Result {
        let planned = self.taking_acts().map(|live| {
            let transition = state::apply(&live.state, Command::Assign { agent: agent.id });
            let moved = Moved::to(live, Some(agent), &transition, Author::system(), None);
            (transition, moved)
        });
        AtomicResponse::new(self.go(planned))
    }
}

impl Handler<ByItself> for ConversationActor {
    type Result = AtomicResponse<Self, Result<(), ActorError>>;

    fn handle(&mut self, ByItself(command): ByItself, _: &mut Self::Context) -> Self::Result {
        let planned = self.taking_acts().map(|live| {
            let transition = state::apply(&live.state, command);
            let moved = Moved::of(&self.deps, live, &transition, Author::system());
            (transition, moved)
        });
        AtomicResponse::new(Box::pin(self.go(planned).map(|done, _, _| done.map(drop))))
    }
}

impl Handler<Reply> for ConversationActor {
    type Result = AtomicResponse<Self, Result<Ack, ActorError>>;

    fn handle(&mut self, msg: Reply, _: &mut Self::Context) -> Self::Result {
        AtomicResponse::new(match self.new_reply(&msg) {
            Ok(reply) => self.reply(reply, msg),
            Err(answer) => Box::pin(ready(answer).into_actor(self)),
        })
    }
}

impl Handler<AddNote> for ConversationActor {
    type Result = AtomicResponse<Self, Result<(), ActorError>>;

    fn handle(&mut self, msg: AddNote, _: &mut Self::Context) -> Self::Result {
        let (deps, tenant, conversation_id) = (self.deps.clone(), self.tenant, self.id);
        let here = self.taking_acts().map(drop);
        let add = async move {
            here?;
            let note = Note {
                id: NoteId::new(),
                conversation_id,
                after: 0,
                author_id: msg.agent.id,
                author_name: msg.agent.name.clone(),
                client_id: msg.client_id,
                text: msg.text,
                at: deps.clock.now(),
            };
            let id = note.id;
            let db = deps.db.tenant(tenant);
            let added = db.transaction(async |conn| {
                let uploader = attach::agent(&msg.agent);
                let files = attach::found(conn, conversation_id, uploader, &msg.attachments).await?;
                let added = notes::add(conn, note).await?;
                if added.id == id {
                    attach::send(conn, &files, SentWith::Note(id)).await?;
                }
                if let Some(draft) = msg.draft.filter(|_| added.id == id) {
                    let sent = Sent {
                        draft,
                        conversation: conversation_id,
                        agent: added.author_id,
                        text: &added.text,
                        message: None,
                        at: added.at,
                    };
                    note_sent(conn, sent).await?;
                }
                Ok((added, files))
            });
            let (added, files) = added.await.map_err(NotSaid::refused)?;
            let linked = |file: Attachment| Attachment {
                url: Some(deps.links.url(tenant, file.id)),
                ..file
            };
            let files = files.into_iter().map(linked).collect();
            Ok((added.id == id).then(|| Event::note(added, files)))
        };
        AtomicResponse::new(Box::pin(add.into_actor(self).map(|added, actor, _| {
            if let (Some(note), Some(live)) = (added?, actor.live.as_mut()) {
                live.publish_to_agents(&note);
            }
            Ok(())
        })))
    }
}

/// An agent's message, decided.
struct Planned {
    transition: Transition,
    moved: Option<Moved>,
    message: MessageId,
    missed: Missed,
}

impl ConversationActor {
    /// The conversation, where something may still be done to it.
    fn taking_acts(&self) -> Result<&Live, ActorError> {
        let live = self.live.as_ref().ok_or(ActorError::NotFound)?;
        if self.draining {
            return Err(ActorError::Draining);
        }
        Ok(live)
    }

    /// What saying this leads to; otherwise the answer to it.
    fn new_reply(&self, msg: &Reply) -> Result<Planned, Result<Ack, ActorError>> {
        let live = self.taking_acts().map_err(Err)?;
        if let Some(ack) = said(&live.tail, msg.client_id) {
            return Err(Ok(ack));
        }
        let seen = msg.after.unwrap_or(live.head);
        let missed = live.tail.after(seen, live.head);
        let transition = transition(live, &msg.agent, Act::Say).map_err(|held| match &missed {
            // Who has not seen what the other wrote is told that first.
            Some(unseen) if unseen.iter().any(|event| is_of_another(event, msg.agent.id)) => {
                let (links, tenant) = (&self.deps.links, self.tenant);
                let linked = unseen.iter().map(|event| event.linked(links, tenant));
                Err(ActorError::Stale(linked.collect()))
            }
            _ => Err(held),
        })?;
        let moved = Moved::to(
            live,
            Some(msg.agent.clone()),
            &transition,
            Author::agent(&msg.agent),
            None,
        );
        Ok(Planned {
            transition,
            moved,
            message: MessageId::new(),
            missed: missed.map_or(Missed::Stored, Missed::Here),
        })
    }

    fn reply(&mut self, planned: Planned, msg: Reply) -> ResponseActFuture<Self, Result<Ack, ActorError>> {
        let write = write_reply(self.deps.clone(), self.tenant, self.id, planned, msg);
        Box::pin(write.into_actor(self).map(|done, actor, ctx| {
            let (transition, ack, written) = done.inspect_err(|error| actor.reload_after(error, ctx))?;
            let Some(live) = actor.live.as_mut() else {
                return Ok(ack);
            };
            if ack.duplicate {
                if ack.seq > live.head {
                    ctx.stop();
                }
            } else if live.publish_all(written.events) {
                live.state = transition.next;
                actor.carry_out(&transition.effects, None, ctx);
                actor.tell_inbox();
            } else {
                ctx.stop();
            }
            Ok(ack)
        }))
    }
}

fn transition(live: &Live, agent: &Agent, act: Act) -> Result<Transition, ActorError> {
    state::act(&live.state, agent.id, act).map_err(|Held { .. }| held(live))
}

fn held(live: &Live) -> ActorError {
    ActorError::Held(live.assignee().map(|agent| agent.name).unwrap_or_default())
}

/// Whether it is a message of an agent other than this one.
fn is_of_another(event: &Published, agent: UserId) -> bool {
    #[derive(serde::Deserialize)]
    struct Message {
        author: Author,
    }
    serde_json::from_str::<Message>(&event.json).is_ok_and(|Message { author }| {
        author.kind == AuthorKind::Agent && author.id != Some(agent.to_string())
    })
}

enum NotSaid {
    Before(MessageId, i64),
    Stale,
    Refused(ActorError),
}

impl From<StoreError> for NotSaid {
    fn from(error: StoreError) -> Self {
        Self::Refused(store(error))
    }
}

impl NotSaid {
    /// Of a note, which is never said before and never stale.
    fn refused(self) -> ActorError {
        match self {
            Self::Refused(refused) => refused,
            Self::Before(..) | Self::Stale => ActorError::Busy,
        }
    }
}

impl From<ActorError> for NotSaid {
    fn from(refused: ActorError) -> Self {
        Self::Refused(refused)
    }
}

/// The message, behind the status change where the agent had not the conversation yet.
async fn write_reply(
    deps: Arc<Deps>,
    tenant: TenantId,
    conversation: ConversationId,
    planned: Planned,
    msg: Reply,
) -> Result<(Transition, Ack, Written), ActorError> {
    let Planned {
        transition,
        moved,
        message: id,
        missed,
    } = planned;
    let (at, client_id) = (deps.clock.now(), msg.client_id);
    let author = Author::agent(&msg.agent);
    let mut message = Message::plain(id, conversation, author, msg.text.clone(), at);
    message.client_id = Some(client_id);
    let sent = msg.draft.map(|draft| Sent {
        draft,
        conversation,
        agent: msg.agent.id,
        text: &msg.text,
        message: Some(id),
        at,
    });
    let (agent, released) = (msg.agent.id, released(&transition));
    let seen = msg.after.and_then(|after| i64::try_from(after).ok());
    let db = deps.db.tenant(tenant);
    let done = db
        .transaction(async |conn| {
            if let Some(seen) = seen
                && messages::another_agent_wrote(conn, conversation, agent, seen).await?
            {
                return Err(NotSaid::Stale);
            }
            let mut events = Vec::new();
            if let Some(moved) = &moved {
                events.extend(moved.write(conn, conversation, at).await?);
            }
            let files =
                attach::found(conn, conversation, attach::agent(&msg.agent), &msg.attachments).await?;
            message.attachments = files.clone();
            let event_body = body(&Event::Message(Box::new(message)))?;
            let json = event_body.to_string();
            let new = NewMessage {
                id,
                conversation_id: conversation,
                author_kind: messages::AuthorKind::Agent,
                author_id: Some(agent.into()),
                author_name: Some(msg.agent.name.clone()),
                client_id: Some(client_id),
                text: msg.text.clone(),
                attachments: attach::names(&files),
                in_reply_to: None,
                event_body,
                at,
            };
            match messages::append_message(conn, new).await? {
                messages::Said::New { seq, .. } => {
                    attach::send(conn, &files, SentWith::Message(id)).await?;
                    events.push(durable("message", seq, &json));
                    if let Some(sent) = sent {
                        note_sent(conn, sent).await?;
                    }
                    give_back(conn, &deps, &released).await?;
                    outgoing::enqueue(conn, conversation, at).await?;
                    events.extend(ticket::agent_wrote(conn, conversation, &msg.agent, at).await?);
                    Ok((seq, events))
                }
                // Rolls the status change back.
                messages::Said::Duplicate { message_id, seq } => Err(NotSaid::Before(message_id, seq)),
            }
        })
        .await;
    match done {
        Ok((seq, events)) => Ok((transition, ack(id, seq, false), Written::of(events))),
        Err(NotSaid::Before(message, seq)) => Ok((transition, ack(message, seq, true), Written::default())),
        Err(NotSaid::Stale) => {
            let unseen = write::missed(deps.clone(), tenant, conversation, msg.after.unwrap_or(0), missed);
            let unseen = unseen.await?;
            let linked = unseen.iter().map(|event| event.linked(&deps.links, tenant));
            Err(ActorError::Stale(linked.collect()))
        }
        Err(NotSaid::Refused(refused)) => Err(refused),
    }
}

/// The newest notes of a conversation, oldest first.
pub(super) async fn notes(
    deps: &Deps,
    tenant: TenantId,
    conversation: ConversationId,
) -> Result<Vec<Published>, ActorError> {
    let db = deps.db.tenant(tenant);
    let found = db.read(async |conn| attachments::notes(conn, &deps.links, conversation).await);
    let found: Result<_, StoreError> = found.await;
    let found = found.map_err(store)?;
    Ok(found.iter().filter_map(Published::ephemeral).collect())
}
