//! What a visitor is told who waits for a person from now on: a message of the system's, which stands
//! behind the status change and is written with it. Where nobody is there, those who may answer get a mail.

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    queries::messages::{self, NewMessage},
    tenant::TenantConn,
};

use super::{
    Deps,
    live::Live,
    messages::Published,
    write::{durable, seq_of},
};
use crate::domain::{
    conversations::{
        event::{Asks, Author, Event, Message, Status},
        handoff::Presence,
        state::StatusChange,
    },
    notify::waiting,
};

pub(super) struct Notice {
    id: MessageId,
    text: String,
    is_there: bool,
    asks: Option<Asks>,
}

impl Notice {
    /// The notice of a change that makes the visitor wait; of any other there is none.
    pub(super) fn of(deps: &Deps, live: &Live, change: StatusChange) -> Option<Self> {
        (change.status == Status::Waiting).then(|| {
            let present = deps.consoles.present(live.space.tenant);
            let is_there = present.iter().any(|agent| !agent.away);
            let reachable = live.mirror.glimpse.email.is_some();
            let by_mail = !is_there && deps.mails;
            let presence = match (is_there, by_mail, reachable) {
                (true, ..) => Presence::There,
                (_, false, _) => Presence::Away,
                (_, _, true) => Presence::ByMail,
                (_, _, false) => Presence::AskEmail,
            };
            Self {
                id: MessageId::new(),
                text: live.space.settings.handoff.told(presence, live.locale()),
                is_there,
                asks: (presence == Presence::AskEmail).then_some(Asks::Email),
            }
        })
    }

    pub(super) async fn write(
        &self,
        conn: &mut TenantConn<'_>,
        conversation: ConversationId,
        at: DateTime<Utc>,
    ) -> Result<Published, StoreError> {
        let mut message = Message::plain(self.id, conversation, Author::system(), self.text.clone(), at);
        message.asks = self.asks;
        let event_body = serde_json::to_value(Event::Message(Box::new(message))).unwrap_or_default();
        let json = event_body.to_string();
        let new = NewMessage {
            id: self.id,
            conversation_id: conversation,
            author_kind: messages::AuthorKind::System,
            author_id: None,
            author_name: None,
            client_id: None,
            text: self.text.clone(),
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
