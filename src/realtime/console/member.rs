//! A member who said hello: what they are told, and what comes of what they say.

use std::{collections::VecDeque, future::poll_fn, iter, net::IpAddr, sync::Arc, time::Duration};

use bytestring::ByteString;
use chrono::{DateTime, Utc};
use parlance_store::ids::ConversationId;
use tokio::time::{Instant, Interval, interval_at};

use super::{
    drafting::Drafting,
    protocol::{MemberFrame, ServerFrame},
    socket::unknown,
    watched::{News, ROOM, Watched},
};
use crate::{
    actors::{
        console::{Event, Listening, Seat},
        conversation::{AgentCommand, Published},
        desk::Desk,
        services::Services,
    },
    domain::{
        accounts::{
            live::Standing,
            permission::{Permission, may},
            recognise::Recognised,
        },
        conversations::event::Agent,
        drafting::wanted::Wanted,
    },
    kernel::{code::Code, problem::Problem},
    realtime::socket::{Talk, unreadable},
};

/// How often it is looked whether a session goes on.
const LOOK_EVERY: Duration = Duration::from_secs(5);

pub(super) struct Member {
    services: Arc<Services>,
    standing: Standing,
    until: DateTime<Utc>,
    address: Option<IpAddr>,
    desk: Desk,
    listening: Listening,
    seat: Seat,
    watched: Watched,
    drafting: Drafting,
    /// To be watched again, behind these events.
    lost: Vec<(ConversationId, u64)>,
    /// To be told before all else.
    waiting: VecDeque<ByteString>,
    look: Interval,
}

impl Member {
    pub(super) fn new(
        services: Arc<Services>,
        recognised: Recognised,
        address: Option<IpAddr>,
        listening: Listening,
    ) -> Self {
        let Recognised {
            live,
            standing,
            until,
        } = recognised;
        let agent = Agent {
            id: live.user,
            name: live.name.clone(),
        };
        let answers = may(live.role, Permission::ConversationsWrite);
        Self {
            seat: services.consoles.sit(live.tenant, agent.clone(), answers),
            desk: Desk::new(services.clone(), live.tenant, agent),
            services,
            standing,
            until,
            address,
            listening,
            watched: Watched::default(),
            drafting: Drafting::default(),
            lost: Vec::new(),
            waiting: VecDeque::new(),
            look: interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY),
        }
    }

    /// How everything is now.
    pub(super) fn begin(&self) -> Vec<ByteString> {
        let mut begin = self.seat.begin();
        begin.extend(self.listening.begin.iter().cloned());
        begin
    }

    /// Whether the session has ended, or its person is out of the workspace. Not for want of an answer.
    async fn is_over(&self) -> bool {
        matches!(self.services.accounts.look(&self.standing).await, Ok(None))
    }

    async fn watch(&mut self, conversation: ConversationId, after: u64) -> Result<(), Problem> {
        if self.watched.len() >= ROOM {
            let detail = format!("a console watches at most {ROOM} conversations");
            return Err(Problem::new(Code::TooManyListeners, detail));
        }
        let mut subscription = self.desk.watch(conversation, after).await?;
        let backlog = std::mem::take(&mut subscription.backlog);
        self.waiting.extend(backlog.into_iter().map(|event| event.json));
        let watching = ServerFrame::Watching {
            conversation,
            seq: subscription.head,
            drafts: match self.may_answer().await {
                Ok(()) => self.desk.drafts_offered(subscription.space).await,
                Err(_) => &[],
            },
        };
        self.waiting.push_back(watching.text());
        self.watched.add(conversation, subscription);
        self.seat.watch(conversation, true);
        Ok(())
    }

    /// Watches again what was lost. Safe to drop midway: it is begun again then.
    async fn resume(&mut self) {
        while let Some((conversation, seen)) = self.lost.last().copied() {
            let watched = self.watch(conversation, seen).await;
            self.lost.pop();
            if let Err(refused) = watched {
                self.seat.watch(conversation, false);
                let refusal = ServerFrame::refusal(&refused, (Some(conversation), None));
                self.waiting.push_back(refusal.text());
            }
        }
    }

    fn unwatch(&mut self, conversation: ConversationId) {
        self.lost.retain(|(lost, _)| *lost != conversation);
        self.watched.remove(conversation);
        self.drafting.leave(conversation);
        self.seat.watch(conversation, false);
    }

    /// Refuses who may not answer as they are now.
    async fn may_answer(&self) -> Result<(), Problem> {
        let live = self.services.accounts.look(&self.standing).await;
        let live = live.map_err(Problem::internal)?;
        match live {
            Some(live) if may(live.role, Permission::ConversationsWrite) => Ok(()),
            Some(live) => {
                let detail = format!("your role, {}, does not answer visitors", live.role);
                Err(Problem::new(Code::Forbidden, detail))
            }
            None => Err(Problem::new(Code::Unauthenticated, "this session is over")),
        }
    }

    /// Goes on with a newer token of the same person in the same workspace.
    async fn renew(&mut self, token: &str) -> Result<(), Problem> {
        let recognised = self.services.accounts.recognise(token, self.address).await;
        let recognised = recognised.map_err(|error| unknown(error).0)?;
        if recognised.live.user != self.desk.agent().id || recognised.live.tenant != self.desk.tenant() {
            let detail = "the token is somebody else's, or of another workspace: open a socket for them";
            return Err(Problem::new(Code::Forbidden, detail));
        }
        (self.standing, self.until) = (recognised.standing, recognised.until);
        Ok(())
    }

    /// Carries out a frame; what to answer, if anything.
    async fn act(&mut self, frame: MemberFrame) -> Result<Option<ServerFrame>, Problem> {
        if !matches!(
            frame,
            MemberFrame::Hello { .. }
                | MemberFrame::Ping
                | MemberFrame::Watch { .. }
                | MemberFrame::Unwatch { .. }
        ) {
            self.may_answer().await?;
        }
        let (conversation, command) = match frame {
            MemberFrame::Ping => return Ok(Some(ServerFrame::Pong)),
            MemberFrame::Hello { token } => return self.renew(&token).await.map(|()| None),
            MemberFrame::Watch { conversation, after } => {
                let asked = format!("/api/console/socket/{conversation}");
                let accounts = &self.services.accounts;
                let noted = accounts
                    .attribute(&self.standing, ("WATCH", &asked), self.address)
                    .await;
                noted.map_err(|error| unknown(error).0)?;
                self.watch(conversation, after).await?;
                return Ok(None);
            }
            MemberFrame::Unwatch { conversation } => {
                self.unwatch(conversation);
                return Ok(None);
            }
            MemberFrame::Say {
                conversation,
                client_id,
                text,
                attachments,
                after,
                draft,
            } => {
                let said = self
                    .desk
                    .say(conversation, client_id, &text, attachments, after, draft);
                let ack = said.await?;
                return Ok(Some(ServerFrame::Ack {
                    conversation,
                    client_id,
                    message: Some(ack.message),
                    seq: Some(ack.seq),
                }));
            }
            MemberFrame::Note {
                conversation,
                client_id,
                text,
                attachments,
                draft,
            } => {
                self.desk
                    .note(conversation, client_id, &text, attachments, draft)
                    .await?;
                return Ok(Some(ServerFrame::Ack {
                    conversation,
                    client_id,
                    message: None,
                    seq: None,
                }));
            }
            MemberFrame::Draft {
                conversation,
                id,
                kind,
                text,
                to,
            } => {
                let wanted = Wanted::parse(kind, text.as_deref(), to.as_deref())?;
                self.drafting.begin(&self.desk, conversation, id, wanted)?;
                return Ok(None);
            }
            MemberFrame::DraftStop { conversation } => {
                self.desk.stop_draft(conversation);
                return Ok(None);
            }
            MemberFrame::DraftDiscard { conversation, id } => {
                self.desk.discard_draft(conversation, id).await?;
                return Ok(None);
            }
            MemberFrame::Typing { conversation, on } => {
                self.desk.typing(conversation, on);
                return Ok(None);
            }
            MemberFrame::Read { conversation, seq } => {
                self.desk.read(conversation, seq);
                return Ok(None);
            }
            MemberFrame::Away { on } => {
                self.seat.away(on);
                return Ok(None);
            }
            MemberFrame::Take { conversation } => (conversation, AgentCommand::Take),
            MemberFrame::Release { conversation } => (conversation, AgentCommand::Release),
            MemberFrame::Transfer { conversation, to } => {
                self.desk.transfer(conversation, to).await?;
                return Ok(None);
            }
            MemberFrame::Resolve { conversation } => (conversation, AgentCommand::Resolve),
            MemberFrame::Snooze { conversation, until } => (conversation, AgentCommand::Snooze { until }),
            MemberFrame::Reopen { conversation } => (conversation, AgentCommand::Reopen),
        };
        self.desk.act(conversation, command).await.map(|_| None)
    }
}

/// What a member is told.
pub(super) enum Told {
    /// Of the workspace.
    Workspace(Event),
    /// Of a conversation they watch.
    Conversation(Arc<Published>),
    Frame(ByteString),
}

impl Talk for Member {
    type Event = Told;

    async fn next(&mut self) -> Option<Self::Event> {
        loop {
            if !self.lost.is_empty() {
                self.resume().await;
            }
            if let Some(frame) = self.waiting.pop_front() {
                return Some(Told::Frame(frame));
            }
            tokio::select! {
                event = self.listening.events.recv() => return event.map(Told::Workspace),
                news = poll_fn(|context| self.watched.poll(context)) => match news {
                    News::Event(event) => return Some(Told::Conversation(event)),
                    News::Over(conversation, seen) => self.lost.push((conversation, seen)),
                },
                frame = self.drafting.next() => return frame.map(|frame| Told::Frame(frame.text())),
                // Told to come again, and then refused.
                _ = self.look.tick() => if self.is_over().await { return None },
            }
        }
    }

    fn ready(&mut self) -> Option<Self::Event> {
        if let Some(frame) = self.waiting.pop_front() {
            return Some(Told::Frame(frame));
        }
        self.listening.events.try_recv().ok().map(Told::Workspace)
    }

    fn frames(event: &Self::Event) -> impl Iterator<Item = ByteString> {
        let (one, many) = match event {
            Told::Frame(frame) => (Some(frame.clone()), None),
            Told::Conversation(event) => (Some(event.json.clone()), None),
            Told::Workspace(event) => (None, Some(event.iter().cloned())),
        };
        iter::empty().chain(one).chain(many.into_iter().flatten())
    }

    fn lagged(&self) -> bool {
        self.listening.lagged()
    }

    fn until(&self) -> DateTime<Utc> {
        self.until
    }

    async fn frame(&mut self, text: &str) -> Option<ByteString> {
        let frame: MemberFrame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(wrong) => return Some(unreadable(format!("this frame cannot be read: {wrong}"))),
        };
        let about = frame.about();
        match Box::pin(self.act(frame)).await {
            Ok(answer) => answer.map(|frame| frame.text()),
            Err(refused) => Some(ServerFrame::refusal(&refused, about).text()),
        }
    }
}
