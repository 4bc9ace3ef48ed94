//! What a model drafts for an agent: a reply to the visitor with its sources, a summary of what was said,
//! and the agent's own text in other words. Nothing of it is said to anybody: an agent reads it, changes it
//! and sends it, or does not. Start at [`drafter::Drafter`]; what is asked for is checked in [`wanted`],
//! and all but `drafter` is pure. What became of a draft is written where it is sent.

pub mod drafter;
mod plain;
mod prompt;
mod summary;
pub mod wanted;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantConn,
    ids::{ConversationId, DraftId, MessageId, UserId},
    queries::drafts::{self, DraftKind, Use},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answering::claim,
    conversations::event::{Citation, Claim, MessageState},
};
use crate::kernel::words;

/// A draft that is finished.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Draft {
    #[schema(value_type = uuid::Uuid)]
    pub conversation: ConversationId,
    /// Given with what is sent of it, so that it is known what became of it.
    #[schema(value_type = uuid::Uuid)]
    pub id: DraftId,
    #[schema(value_type = words::DraftKind)]
    pub kind: DraftKind,
    /// Without the markers of its sources.
    pub text: String,
    /// `interrupted`: it was stopped, or too long.
    pub state: MessageState,
    /// What a reply is drawn from.
    pub citations: Vec<Citation>,
    /// How far the sources support a reply, 0 to 1; null where that was not asked.
    #[serde(serialize_with = "claim::score_maybe")]
    pub grounding: Option<f32>,
    /// Each statement of a reply and how far its sources support it.
    pub claims: Vec<Claim>,
    /// Who wrote it; null where none was asked.
    pub model: Option<String>,
    /// The space knows nothing to draw a reply from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abstained: bool,
}

/// A draft that an agent sends, changed or not.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    pub draft: DraftId,
    pub conversation: ConversationId,
    pub agent: UserId,
    pub text: &'a str,
    /// None where it becomes a note.
    pub message: Option<MessageId>,
    pub at: DateTime<Utc>,
}

/// Notes what became of a draft, in the transaction that sends it. What is sent is sent whatever draft it
/// names: a draft that the agent does not have here is passed over.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn note_sent(conn: &mut TenantConn<'_>, sent: Sent<'_>) -> Result<(), StoreError> {
    let used = Use {
        conversation_id: sent.conversation,
        agent_id: sent.agent,
        text: sent.text,
        message_id: sent.message,
        at: sent.at,
    };
    drafts::used(conn, sent.draft, used).await.map(drop)
}
