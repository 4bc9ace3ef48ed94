//! What a visitor is told who waits for a person from now on: a message of the system's, which stands
//! behind the status change and is written with it. Where nobody is there, those who may answer get a mail.

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    queries::{
        mail_replies,
        messages::{self, NewMessage},
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
    accounts::email::EmailAddress,
    conversations::{
        event::{Asks, Author, Event, Message, Status},
        handoff::{HandoffSettings, Presence},
        state::StatusChange,
    },
    notify::waiting,
};

pub(super) struct Notice {
    id: MessageId,
    handoff: HandoffSettings,
    locale: String,
    is_there: bool,
    /// Whether mail goes out at all.
    mails: bool,
}

impl Notice {
    /// The notice of a change that makes the visitor wait; of any other there is none.
    pub(super) fn of(deps: &Deps, live: &Live, change: StatusChange) -> Option<Self> {
        (change.status == Status::Waiting).then(|| Self {
            id: MessageId::new(),
            handoff: live.space.settings.handoff.clone(),
            locale: live.locale().to_owned(),
            is_there: deps
                .consoles
                .present(live.space.tenant)
                .iter()
                .any(|agent| !agent.away),
            mails: deps.mails,
        })
    }

    async fn presence(
        &self,
        conn: &mut TenantConn<'_>,
        conversation: ConversationId,
    ) -> Result<Presence, StoreError> {
        if self.is_there {
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
        let presence = self.presence(conn, conversation).await?;
        let text = self.handoff.told(presence, &self.locale);
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
            in_reply_to: None,
            event_body,
            at,
        };
        let said = messages::append_message(conn, new).await?;
        if !self.is_there {
            waiting::enqueue(conn, conversation, at).await?;
        }
        Ok(durable("message", seq_of(said), &json))
    }
}
