//! The conversation's row, and the glimpse of it that the inbox shows, kept as the database has them by
//! what is published: every write to the row is an event.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ContactId, ConversationId, TenantId, UserId},
    queries::{
        conversations::{Conversation, ConversationStatus},
        inbox::{self, Glimpse},
        messages::AuthorKind,
        moods::Weight,
    },
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Deps,
    attach::names,
    heard::Heard,
    messages::{ActorError, Published},
    ticket::Has,
    write::store,
};
use crate::domain::conversations::{
    event::{Attachment, Status},
    mood::{self, ConversationMood, Reading},
    queue::QueueSettings,
    summary::ConversationSummary,
    urgency,
};

/// Characters of the last message in a glimpse.
const GLIMPSE: usize = 200;

/// What the database has of a conversation, besides its log.
pub(super) struct Mirror {
    pub row: Conversation,
    pub glimpse: Glimpse,
    /// What is read of the message that is about to be followed.
    pub heard: Option<Heard>,
}

/// Who a conversation is with, as the database has it.
pub(super) async fn glimpse(
    deps: Arc<Deps>,
    tenant: TenantId,
    id: ConversationId,
) -> Result<Glimpse, ActorError> {
    let db = deps.db.tenant(tenant);
    let found = db.read(async |conn| inbox::glimpses(conn, vec![id]).await).await;
    found
        .map_err(store)?
        .into_iter()
        .next()
        .ok_or(ActorError::NotFound)
}

/// The status as the store names it.
pub(super) fn stored(status: Status) -> ConversationStatus {
    match status {
        Status::Bot => ConversationStatus::Bot,
        Status::Waiting => ConversationStatus::Waiting,
        Status::Human => ConversationStatus::Human,
        Status::Snoozed => ConversationStatus::Snoozed,
        Status::Resolved => ConversationStatus::Resolved,
    }
}

/// The status as the domain names it.
pub(super) fn status_of(stored: ConversationStatus) -> Status {
    match stored {
        ConversationStatus::Bot => Status::Bot,
        ConversationStatus::Waiting => Status::Waiting,
        ConversationStatus::Human => Status::Human,
        ConversationStatus::Snoozed => Status::Snoozed,
        ConversationStatus::Resolved => Status::Resolved,
    }
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
    pub(super) fn loaded(row: Conversation, glimpse: Glimpse) -> Self {
        Self {
            row,
            glimpse,
            heard: None,
        }
    }

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
            plan,
            deadline,
            ..
        } = now;
        self.glimpse = Glimpse {
            name,
            email,
            contact_id,
            verified,
            blocked,
            ticket,
            plan,
            deadline,
            ..self.glimpse.clone()
        };
        self.answer_by();
        blocked || self.proven() != before
    }

    pub(super) fn summary(&self) -> ConversationSummary {
        ConversationSummary::of(&self.row, &self.glimpse)
    }

    /// What was read of the newest messages, oldest first.
    pub(super) fn readings(&self) -> Vec<Reading> {
        mood::readings(&self.glimpse.moods)
    }

    /// What a conversation with these readings weighs. Those from before the last change of status alarm nobody:
    /// whoever changed it knew of them.
    pub(super) fn weight(&self, readings: &[Reading], queue: &QueueSettings) -> Weight {
        let since = readings.partition_point(|reading| reading.seq <= self.glimpse.status_seq);
        let recent = ConversationMood::of(readings.get(since..).unwrap_or_default());
        let plan = queue.credit(self.glimpse.plan.as_deref());
        Weight {
            alarmed: recent.is_some_and(|mood| mood.alarms()),
            credit: urgency::credit(ConversationMood::of(readings).as_ref(), plan),
        }
    }

    /// Takes what is written of a message that was said `at` that time.
    pub(super) fn weigh(&mut self, readings: &[Reading], weight: Weight, at: DateTime<Utc>) {
        let glimpse = &mut self.glimpse;
        glimpse.moods = serde_json::to_value(readings).unwrap_or_default();
        glimpse.credit = weight.credit;
        let alarmed = weight.alarmed && self.row.status == ConversationStatus::Bot;
        glimpse.alarmed_at = alarmed.then(|| glimpse.alarmed_at.unwrap_or(at));
        self.answer_by();
    }

    pub(super) fn has_ticket(&mut self, Has { number, deadline }: Has) {
        self.glimpse.ticket = Some(number);
        self.glimpse.deadline = deadline;
        self.answer_by();
    }

    pub(super) fn credit(&mut self, credit: i32) {
        self.glimpse.credit = credit;
        self.answer_by();
    }

    /// As the database works it out.
    fn answer_by(&mut self) {
        let Glimpse {
            alarmed_at,
            deadline,
            credit,
            ..
        } = self.glimpse;
        let since = self.row.waiting_since.or(alarmed_at);
        self.row.answer_by = since.map(|since| urgency::answer_by(since, deadline, credit));
    }

    /// Follows a durable event: what `set_status`, `say`, `append_message` and `finish_answer` do to the row.
    /// Gives whose message it is. The space's `queue` says what a plan is worth.
    pub(super) fn follow(&mut self, event: &Published, queue: &QueueSettings) -> Option<AuthorKind> {
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
                if author.kind == AuthorKind::Agent {
                    self.glimpse.alarmed_at = None;
                }
                if let Some(heard) = self.heard.take_if(|_| author.kind == AuthorKind::Visitor) {
                    self.weigh(&heard.readings(seq), heard.weight, at);
                }
                self.answer_by();
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
                if row.status == ConversationStatus::Resolved && status != ConversationStatus::Resolved {
                    row.epoch += 1;
                    self.glimpse.moods = Value::Array(Vec::new());
                    self.glimpse.credit = credit_anew(&self.glimpse, queue);
                }
                row.waiting_since = match status {
                    ConversationStatus::Waiting => row.waiting_since.or(Some(at)),
                    ConversationStatus::Human => row.waiting_since,
                    _ => None,
                };
                let assignee = assignee.and_then(|by| by.id.zip(by.name));
                (row.assignee_id, row.assignee_name) = assignee.unzip();
                (row.status, row.snoozed_until) = (status, until);
                self.glimpse.reason = reason.filter(|_| is_with_people(status));
                (self.glimpse.status_seq, self.glimpse.alarmed_at) = (seq, None);
                self.answer_by();
            }
            Err(error) => tracing::error!(conversation.id = %row.id, %error, "an event cannot be followed"),
        }
        None
    }
}

/// Minutes by which a conversation is answered earlier in whose epoch nothing was said yet.
pub(super) fn credit_anew(glimpse: &Glimpse, queue: &QueueSettings) -> i32 {
    urgency::credit(None, queue.credit(glimpse.plan.as_deref()))
}

fn is_with_people(status: ConversationStatus) -> bool {
    matches!(status, ConversationStatus::Waiting | ConversationStatus::Human)
}
