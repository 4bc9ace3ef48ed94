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
        event::{Author, Event, Message, Status},
        state::StatusChange,
    },
    notify::waiting,
};

pub(super) struct Notice {
    id: MessageId,
    text: String,
    is_there: bool,
}

impl Notice {
    /// The notice of a change that makes the visitor wait; of any other there is none.
    pub(super) fn of(deps: &Deps, live: &Live, change: StatusChange) -> Option<Self> {
        (change.status == Status::Waiting).then(|| {
            let present = deps.consoles.present(live.space.tenant);
            let is_there = present.iter().any(|agent| !agent.away);
            Self {
                id: MessageId::new(),
                text: live.space.settings.handoff.told(is_there, live.locale()),
                is_there,
            }
        })
    }

    pub(super) async fn write(
        &self,
        conn: &mut TenantConn<'_>,
        conversation: ConversationId,
        at: DateTime<Utc>,
    ) -> Result<Published, StoreError> {
        let message = Message::plain(self.id, conversation, Author::system(), self.text.clone(), at);
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
            attachments: Vec::new(),
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
