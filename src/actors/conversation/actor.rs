//! The single writer of one conversation. Each command goes: decide (pure) → commit → publish →
//! effects. While a commit is under way the mailbox waits, so events reach everyone in the order
//! of their `seq`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler, ResponseActFuture,
    WrapFuture,
};
use parlance_store::ids::{ConversationId, MessageId, TenantId};
use tracing::error;

use super::{
    agent, heard,
    live::Live,
    mail::{self, Seen},
    messages::{
        ActorError, AskHuman, Drain, Leave, Observation, Observe, Presence, Stop, Subscribe, Subscription,
        TurnProgress,
    },
    mirror,
    moved::{self, Moved},
    opinion, release,
    subscribers::{Audience, Subscribers},
    tail::Tail,
    turn::{self, Ahead},
    write::{self, Written},
};
use crate::{
    actors::conversation::Deps,
    domain::{
        answering::turn::Progress,
        conversations::{
            event::{Author, AuthorKind, Event, Reason, Status},
            state::{self, Command, Effect, State, Transition, TurnNumber},
            summary::ConversationSummary,
        },
    },
};

/// Commands that may wait for this actor; a sender beyond it waits its turn.
const MAILBOX: usize = 64;

/// How often an actor looks whether it is still needed: as often as it may leave memory, within these bounds.
const IDLE_CHECK: Duration = Duration::from_secs(30);
const MIN_IDLE_CHECK: Duration = Duration::from_secs(1);

/// How an actor ended. One that panicked never says.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Ending {
    Unknown,
    /// Nobody needed it, or there is no such conversation.
    Well,
    /// The database failed.
    BrokeOff,
}

pub(super) struct ConversationActor {
    pub(super) deps: Arc<Deps>,
    pub(super) tenant: TenantId,
    pub(super) id: ConversationId,
    /// `None` until loaded, and for ever when there is no such conversation.
    pub(super) live: Option<Live>,
    quiet_checks: u32,
    pub(super) draining: bool,
    /// How the actor ended, for its handles.
    ending: Arc<AtomicU8>,
}

impl ConversationActor {
    pub(super) fn new(deps: Arc<Deps>, tenant: TenantId, id: ConversationId, ending: Arc<AtomicU8>) -> Self {
        Self {
            deps,
            tenant,
            id,
            live: None,
            quiet_checks: 0,
            draining: false,
            ending,
        }
    }

    /// Ends because the database failed: what is in memory may no longer be true, so whoever comes
    /// next loads it anew. Listeners are closed and resume.
    pub(super) fn break_off(&mut self, ctx: &mut Context<Self>) {
        self.ending.store(Ending::BrokeOff as u8, Ordering::Release);
        self.deps.consoles.look_at_queue(self.tenant);
        ctx.stop();
    }

    /// A commit that failed may have happened all the same.
    pub(super) fn reload_after(&mut self, error: &ActorError, ctx: &mut Context<Self>) {
        if matches!(error, ActorError::Store(_)) {
            self.break_off(ctx);
        }
    }

    fn loaded(&mut self, found: Result<Option<write::Loaded>, ActorError>, ctx: &mut Context<Self>) {
        match found {
            Ok(Some(loaded)) => {
                let write::Loaded {
                    mirror,
                    unanswered,
                    abstentions,
                    tail,
                    space,
                } = loaded;
                let status = mirror::status_of(mirror.row.status);
                let alarms = heard::alarms(&mirror, &space, &unanswered);
                let mut state = State::loaded(status, mirror.row.assignee_id, abstentions, unanswered);
                state.alarms = alarms;
                self.live = Some(Live {
                    state,
                    head: u64::try_from(mirror.row.head_seq).unwrap_or(0),
                    seen: Seen::loaded(u64::try_from(mirror.row.head_seq).unwrap_or(0)),
                    mirror,
                    space,
                    links: self.deps.links.clone(),
                    subscribers: Subscribers::default(),
                    tail: Tail::new(tail),
                    answer: None,
                    moved: false,
                    cancel: None,
                });
                // Who they are may have changed while nobody had it loaded.
                let weighed = self.weigh_again();
                ctx.wait(weighed);
                self.command_without_write(Command::Resume, ctx);
            }
            Ok(None) => ctx.stop(),
            Err(error) => {
                error!(conversation.id = %self.id, %error, "cannot load a conversation");
                self.break_off(ctx);
            }
        }
    }

    /// A command that writes nothing of its own (it may still start or cancel an answer).
    fn command_without_write(&mut self, command: Command, ctx: &mut Context<Self>) {
        let Some(live) = self.live.as_mut() else { return };
        let transition = state::apply(&live.state, command);
        live.state = transition.next;
        for effect in &transition.effects {
            if let Effect::Release { question } = *effect {
                let release = release::release(self.deps.clone(), self.tenant, question);
                ctx.wait(release.into_actor(self));
            }
        }
        self.carry_out(&transition.effects, None, ctx);
    }

    /// `ahead` is the preparation of the turn among the effects, where it was begun before.
    pub(super) fn carry_out(
        &mut self,
        effects: &[Effect],
        mut ahead: Option<Ahead>,
        ctx: &mut Context<Self>,
    ) {
        for effect in effects {
            match *effect {
                Effect::StartTurn { turn, question } => self.start_turn(turn, question, ahead.take(), ctx),
                Effect::CancelTurn { .. } => self.cut_short(effects),
                // Part of the transaction that led to it.
                Effect::Release { .. } => {}
            }
        }
    }

    /// Commits a transition, publishes it, and carries it out. Gives the conversation as it is then.
    pub(super) fn go(
        &mut self,
        planned: Result<(Transition, Option<Moved>), ActorError>,
    ) -> ResponseActFuture<Self, Result<ConversationSummary, ActorError>> {
        if let Ok((transition, _)) = &planned {
            self.cut_short(&transition.effects);
        }
        let moved = planned.as_ref().ok().and_then(|(_, moved)| moved.as_ref());
        let given_to = moved.and_then(Moved::given_to);
        let (deps, tenant, id) = (self.deps.clone(), self.tenant, self.id);
        let work = async move {
            let (transition, moved) = planned?;
            let written = moved::status(deps, tenant, id, &transition, moved).await?;
            Ok((transition, written))
        };
        Box::pin(work.into_actor(self).map(move |done, actor, ctx| {
            let (transition, written): (Transition, Written) =
                done.inspect_err(|error| actor.reload_after(error, ctx))?;
            let live = actor.live.as_mut().ok_or(ActorError::NotFound)?;
            live.state = transition.next;
            if let Some(agent) = given_to {
                actor.deps.consoles.miss(actor.tenant, agent);
            }
            let changed = !written.events.is_empty();
            if !live.publish_all(written.events) {
                ctx.stop();
            }
            let summary = live.mirror.summary();
            actor.carry_out(&transition.effects, None, ctx);
            if changed {
                actor.tell_inbox();
            }
            Ok(summary)
        }))
    }

    /// Stops the running answer where that is among the effects. It need not wait for the commit: where that
    /// fails, the conversation is loaded anew, and the answer ends with it.
    fn cut_short(&self, effects: &[Effect]) {
        let cancels = |effect: &Effect| matches!(effect, Effect::CancelTurn { .. });
        if effects.iter().any(cancels)
            && let Some((switch, _)) = self.live.as_ref().and_then(|live| live.cancel.as_ref())
        {
            switch.cancel();
        }
    }

    /// Tells the workspace's consoles how the conversation is now, and has it looked who is to be given
    /// what waits, where that may be another by now.
    pub(super) fn tell_inbox(&mut self) {
        if let Some(live) = &mut self.live {
            let consoles = &self.deps.consoles;
            consoles.upsert(self.tenant, self.id, || live.mirror.summary());
            if let Some(number) = live.mirror.glimpse.ticket {
                consoles.ticket(self.tenant, number);
            }
            if std::mem::take(&mut live.moved) {
                consoles.look_at_queue(self.tenant);
            }
        }
    }

    fn start_turn(
        &mut self,
        turn: TurnNumber,
        question: MessageId,
        ahead: Option<Ahead>,
        ctx: &mut Context<Self>,
    ) {
        let Some(live) = self.live.as_mut() else { return };
        live.begin_answer(question);
        let ahead = ahead.unwrap_or_else(|| Ahead {
            preparing: turn::prepare(
                &self.deps,
                self.tenant,
                live,
                question,
                live.state.alarm().is_some(),
                None,
            ),
            knowledge_version: 0,
        });
        if let Some(task) = turn::Task::new(self.deps.clone(), live, turn, ahead, ctx.address()) {
            task.spawn();
        }
    }

    fn idle_check(&self) -> Duration {
        IDLE_CHECK.min(self.deps.passivate_after).max(MIN_IDLE_CHECK)
    }

    fn check_idle(&mut self, ctx: &mut Context<Self>) {
        let needed = self
            .live
            .as_mut()
            .is_some_and(|live| live.subscribers.count() > 0 || !live.state.is_quiet());
        self.quiet_checks = if needed { 0 } else { self.quiet_checks + 1 };
        if self.idle_check() * self.quiet_checks >= self.deps.passivate_after {
            ctx.stop();
        }
    }
}

impl Actor for ConversationActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        let load = write::load(self.deps.clone(), self.tenant, self.id);
        ctx.wait(
            load.into_actor(self)
                .map(|found, actor, ctx| actor.loaded(found, ctx)),
        );
        ctx.run_interval(self.idle_check(), Self::check_idle);
        metrics::gauge!("parlance_conversations_active").increment(1.0);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        metrics::gauge!("parlance_conversations_active").decrement(1.0);
        let _ = self.ending.compare_exchange(
            Ending::Unknown as u8,
            Ending::Well as u8,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
    }
}

impl Handler<Subscribe> for ConversationActor {
    type Result = AtomicResponse<Self, Result<Subscription, ActorError>>;

    fn handle(&mut self, msg: Subscribe, _: &mut Self::Context) -> Self::Result {
        let missed = match self.live.as_ref() {
            None => write::Missed::Unknown,
            Some(live) => match live.tail.after(msg.after, live.head) {
                Some(events) => write::Missed::Here(events),
                None => write::Missed::Stored,
            },
        };
        let (deps, tenant, id) = (self.deps.clone(), self.tenant, self.id);
        let read = async move {
            let mut backlog = write::missed(deps.clone(), tenant, id, msg.after, missed).await?;
            if msg.audience == Audience::Agents {
                backlog.extend(agent::notes(&deps, tenant, id).await?);
                backlog.extend(mail::mailed(&deps, tenant, id).await?);
                backlog.extend(heard::flagged(&deps, tenant, id).await?);
                backlog.extend(opinion::rated(&deps, tenant, id).await?);
            }
            Ok(backlog)
        };
        AtomicResponse::new(Box::pin(read.into_actor(self).map(move |backlog, actor, _| {
            let live = actor.live.as_mut().ok_or(ActorError::NotFound)?;
            if msg.audience == Audience::Visitor && live.mirror.glimpse.blocked {
                return Err(ActorError::Blocked);
            }
            live.subscribe(msg.audience, backlog?)
        })))
    }
}

impl Handler<Stop> for ConversationActor {
    type Result = Result<(), ActorError>;

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) -> Self::Result {
        self.live.as_ref().ok_or(ActorError::NotFound)?;
        self.command_without_write(Command::Stop, ctx);
        Ok(())
    }
}

impl Handler<AskHuman> for ConversationActor {
    type Result = AtomicResponse<Self, Result<(), ActorError>>;

    fn handle(&mut self, _: AskHuman, _: &mut Self::Context) -> Self::Result {
        let planned = self.live.as_ref().map(|live| {
            if live.mirror.glimpse.blocked {
                return Err(ActorError::Blocked);
            }
            let reason = Reason::VisitorAsked;
            let transition = state::apply(&live.state, Command::HandOver { reason });
            let visitor = Author::visitor(live.mirror.row.visitor_id);
            let moved = Moved::of(&self.deps, live, &transition, visitor);
            Ok((transition, moved))
        });
        let planned = planned.unwrap_or(Err(ActorError::NotFound));
        AtomicResponse::new(Box::pin(self.go(planned).map(|done, _, _| done.map(drop))))
    }
}

impl Handler<Presence> for ConversationActor {
    type Result = ();

    fn handle(&mut self, msg: Presence, _: &mut Self::Context) {
        let Some(live) = self.live.as_mut() else { return };
        let visitor = live.mirror.row.visitor_id;
        match msg {
            Presence::Typing { agent: None, on } => live.publish_ephemeral(&Event::Typing {
                author: Author::visitor(visitor),
                on,
            }),
            // The visitor sees them write who answers.
            Presence::Typing {
                agent: Some(agent),
                on,
            } => {
                let answers = live.state.status == Status::Human && live.state.assignee == Some(agent.id);
                let author = Author::agent(&agent);
                let event = Event::Typing { author, on };
                if answers {
                    live.publish_ephemeral(&event);
                } else {
                    live.publish_to_agents(&event);
                }
            }
            Presence::Read { agent, seq } => {
                let (by, seq) = match agent {
                    true => (AuthorKind::Agent, seq.min(live.head)),
                    false => (AuthorKind::Visitor, seq.min(live.head)),
                };
                live.publish_ephemeral(&Event::Read { by, seq });
                if !agent {
                    self.visitor_saw(seq);
                }
            }
        }
    }
}

impl Handler<TurnProgress> for ConversationActor {
    type Result = ();

    fn handle(&mut self, msg: TurnProgress, _: &mut Self::Context) {
        let Some(live) = self.live.as_mut().filter(|live| live.state.is_running(msg.turn)) else {
            return;
        };
        match msg.progress {
            Progress::Delta(text) => live.delta(text),
            Progress::Claim(claim) => live.claim(claim),
        }
    }
}

impl Handler<Observe> for ConversationActor {
    type Result = Result<Observation, ActorError>;

    fn handle(&mut self, _: Observe, _: &mut Self::Context) -> Self::Result {
        let live = self.live.as_mut().ok_or(ActorError::NotFound)?;
        Ok(Observation {
            visitor: live.mirror.row.visitor_id,
            contact: live.mirror.proven(),
            blocked: live.mirror.glimpse.blocked,
            space: live.mirror.row.space_id,
            status: live.state.status,
            assignee: live.state.assignee,
            head: live.head,
            subscribers: live.subscribers.count(),
            visitor_listens: live.subscribers.visitor_listens(),
            answering: live.state.running.is_some(),
            queued: live.state.queue.len(),
        })
    }
}

impl Handler<Drain> for ConversationActor {
    type Result = bool;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> bool {
        self.draining = true;
        self.live
            .as_ref()
            .is_some_and(|live| live.state.running.is_some())
    }
}

impl Handler<Leave> for ConversationActor {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Self::Context) {
        ctx.stop();
    }
}
