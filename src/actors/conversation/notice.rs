//! What a visitor is told who waits for a person from now on: a message of the system's, which stands
//! behind the status change and is written with it. Where nobody is there, those who may answer get a mail,
//! outside hours when these begin.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    queries::{
        mail_replies,
        messages::{self, NewMessage},
        spaces,
    },
    tenant::TenantConn,
};

use super::{
    Deps,
    live::Live,
    messages::Published,
    write::{durable, seq_of},
};
use crate::domain::{
    accounts::{email::EmailAddress, space::Space},
    availability::Availability,
    conversations::{
        event::{Asks, Author, Event, Message, Status},
        handoff::Presence,
        state::StatusChange,
    },
    notify::waiting,
};

pub(super) struct Notice {
    id: MessageId,
    space: Arc<Space>,
    /// The visitor's language.
    locale: String,
    /// Whether an agent is there.
    is_there: bool,
    /// How long visitors waited of late; known once it is measured.
    wait: Option<TimeDelta>,
    /// Whether mail goes out at all.
    mails: bool,
}

impl Notice {
    /// The notice of a change that makes the visitor wait; of any other there is none.
    pub(super) fn of(deps: &Deps, live: &Live, change: StatusChange) -> Option<Self> {
        (change.status == Status::Waiting).then(|| Self {
            id: MessageId::new(),
            space: live.space.clone(),
            locale: live.locale().to_owned(),
            is_there: deps.consoles.is_someone_there(live.space.tenant),
            wait: None,
            mails: deps.mails,
        })
    }

    /// Whether who is handed over to people has a ticket from then on.
    pub(super) fn opens_ticket(&self) -> bool {
        self.space.settings.tickets.on_handoff
    }

    /// Measures the wait where somebody is told of it: before the transaction, which it must not hold up.
    pub(super) async fn measure(&mut self, deps: &Deps) {
        let hours = self.space.settings.hours.as_ref();
        if self.is_there && hours.is_none_or(|hours| hours.is_open(deps.clock.now())) {
            self.wait = deps.availabilities.wait(&self.space).await;
        }
    }

    /// Who is there within hours, and else how the visitor is reached.
    async fn presence(
        &self,
        conn: &mut TenantConn<'_>,
        conversation: ConversationId,
        open: bool,
    ) -> Result<Presence, StoreError> {
        if self.is_there && open {
            return Ok(Presence::There);
        }
        // As it is known now: it may have been given since the conversation was loaded.
        let thread = match self.mails {
            true => mail_replies::thread(conn, conversation).await?,
            false => None,
        };
        Ok(match thread {
            None => Presence::Away,
            Some(thread) if thread.stopped => Presence::Away,
            Some(thread) => match thread.email.as_deref().map(EmailAddress::parse) {
                Some(Ok(_)) => Presence::ByMail,
                _ => Presence::AskEmail,
            },
        })
    }

    pub(super) async fn write(
        &self,
        conn: &mut TenantConn<'_>,
        conversation: ConversationId,
        at: DateTime<Utc>,
    ) -> Result<Published, StoreError> {
        // As they are now: what is in memory may be as old as the last question.
        let stored = spaces::load(conn, self.space.id).await?;
        let settings = stored.map_or_else(|| self.space.settings.clone(), |row| Space::from(row).settings);
        let hours = settings.hours.as_ref();
        let availability = Availability::of(hours, at, self.is_there, self.wait);
        let presence = self.presence(conn, conversation, availability.open).await?;
        let text = settings.handoff.told(presence, &availability, &self.locale);
        let mut message = Message::plain(self.id, conversation, Author::system(), text.clone(), at);
        message.asks = (presence == Presence::AskEmail).then_some(Asks::Email);
        let event_body = serde_json::to_value(Event::Message(Box::new(message))).unwrap_or_default();
        let json = event_body.to_string();
        let new = NewMessage {
            id: self.id,
            conversation_id: conversation,
            author_kind: messages::AuthorKind::System,
            author_id: None,
            author_name: None,
            client_id: None,
            text,
            attachments: Vec::new(),
            in_reply_to: None,
            event_body,
            at,
        };
        let said = messages::append_message(conn, new).await?;
        if !availability.open {
            waiting::hold(conn, self.space.id, hours, at).await?;
        } else if !self.is_there {
            waiting::enqueue(conn, conversation, at).await?;
        }
        Ok(durable("message", seq_of(said), &json))
    }
}
