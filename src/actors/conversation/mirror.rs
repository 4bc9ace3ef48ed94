//! The conversation's row, and the glimpse of it that the inbox shows, kept as the database has them by
//! what is published: every write to the row is an event.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ContactId, UserId},
    queries::{
        conversations::{Conversation, ConversationStatus},
        inbox::Glimpse,
        messages::AuthorKind,
    },
};
use serde::Deserialize;

use super::{attach::names, messages::Published};
use crate::domain::conversations::{event::Attachment, summary::ConversationSummary};

/// Characters of the last message in a glimpse.
const GLIMPSE: usize = 200;

/// What the database has of a conversation, besides its log.
pub(super) struct Mirror {
    pub row: Conversation,
    pub glimpse: Glimpse,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Event {
    Message {
        author: Author,
        text: String,
        #[serde(default)]
        attachments: Vec<Attachment>,
        at: DateTime<Utc>,
    },
    Status {
        status: ConversationStatus,
        reason: Option<String>,
        assignee: Option<Author>,
        until: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    },
}

#[derive(Deserialize)]
struct Author {
    kind: AuthorKind,
    id: Option<UserId>,
    name: Option<String>,
}

impl Mirror {
    /// Who the visitor is proven to be.
    pub(super) fn proven(&self) -> Option<ContactId> {
        self.glimpse.contact_id.filter(|_| self.glimpse.verified)
    }

    /// Takes who the visitor is from a newer glimpse. Gives whether those who listen as them may no longer.
    pub(super) fn identify(&mut self, now: Glimpse) -> bool {
        let before = self.proven();
        let Glimpse {
            name,
            email,
            contact_id,
            verified,
            blocked,
            ticket,
            ..
        } = now;
        self.glimpse = Glimpse {
            name,
            email,
            contact_id,
            verified,
            blocked,
            ticket,
            ..self.glimpse.clone()
        };
        blocked || self.proven() != before
    }

    pub(super) fn summary(&self) -> ConversationSummary {
        ConversationSummary::of(&self.row, &self.glimpse)
    }

    /// Follows a durable event: what `set_status`, `say`, `append_message` and `finish_answer` do to the row.
    /// Gives whose message it is.
    pub(super) fn follow(&mut self, event: &Published) -> Option<AuthorKind> {
        let seq = event.seq.and_then(|seq| i64::try_from(seq).ok())?;
        let row = &mut self.row;
        row.head_seq = seq;
        match serde_json::from_str(&event.json) {
            Ok(Event::Message {
                author,
                text,
                attachments,
                at,
            }) => {
                row.updated_at = at;
                row.waiting_since = match author.kind {
                    AuthorKind::Agent => None,
                    AuthorKind::Visitor if is_with_people(row.status) => row.waiting_since.or(Some(at)),
                    AuthorKind::Visitor => None,
                    AuthorKind::Assistant | AuthorKind::System => row.waiting_since,
                };
                // What Parlance itself says tells agents nothing.
                if author.kind != AuthorKind::System {
                    self.glimpse.author_kind = Some(author.kind);
                    self.glimpse.author_name = author.name;
                    self.glimpse.text = Some(text.chars().take(GLIMPSE).collect());
                    self.glimpse.attachments = Some(names(&attachments));
                    self.glimpse.said_at = Some(at);
                }
                return Some(author.kind);
            }
            Ok(Event::Status {
                status,
                reason,
                assignee,
                until,
                at,
            }) => {
                row.updated_at = at;
                row.epoch += i32::from(
                    row.status == ConversationStatus::Resolved && status != ConversationStatus::Resolved,
                );
                row.waiting_since = match status {
                    ConversationStatus::Waiting => row.waiting_since.or(Some(at)),
                    ConversationStatus::Human => row.waiting_since,
                    _ => None,
                };
                let assignee = assignee.and_then(|by| by.id.zip(by.name));
                (row.assignee_id, row.assignee_name) = assignee.unzip();
                (row.status, row.snoozed_until) = (status, until);
                self.glimpse.reason = reason.filter(|_| is_with_people(status));
            }
            Err(error) => tracing::error!(conversation.id = %row.id, %error, "an event cannot be followed"),
        }
        None
    }
}

fn is_with_people(status: ConversationStatus) -> bool {
    matches!(status, ConversationStatus::Waiting | ConversationStatus::Human)
}
