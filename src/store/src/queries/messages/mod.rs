//! Messages, and the event that tells each of them to everyone.
//!
//! Every write takes the conversation's row first, so writers of one conversation take turns and
//! `seq` has no gaps; the lock and the write are sent together and cost one round trip. Taking
//! the lock in a statement of its own matters: the write then sees what the previous holder
//! committed, so a repeated client id is noticed before `seq` moves.

mod append;
mod finish;
mod rate;
mod read;
mod say;

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::{Queryable, QueryableByName, Selectable},
    sql_types::{BigInt, Bool, Integer, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::StoreError,
    ids::{ConversationId, DocumentId, MessageId, PassageId},
    schema::{citations, messages},
    statement::{Sql, sql},
    text_enum::text_enum,
};

pub use append::{NewMessage, another_agent_wrote, append_message};
pub use finish::{Finished, FinishedAnswer, finish_answer};
pub use rate::{FeedbackValue, NewFeedback, NewRating, feedback, rate};
pub use read::{citations, history, list, message, unanswered};
pub use say::{NewVisitorMessage, SaidNow, say};

text_enum! {
    /// Who speaks.
    AuthorKind {
        /// The person on the host page.
        Visitor = "visitor",
        /// The model.
        Assistant = "assistant",
        /// A person of the tenant.
        Agent = "agent",
        /// Parlance itself.
        System = "system",
    }
}

text_enum! {
    /// How a message ended.
    MessageState {
        /// Whole.
        Complete = "complete",
        /// Stopped; the text is what there was until then.
        Interrupted = "interrupted",
        /// The upstream gave up; the text is what there was until then.
        Failed = "failed",
    }
}

/// One message of a conversation.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg))]
pub struct Message {
    /// Its identity.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// The place of its event in the log.
    pub seq: i64,
    /// The epoch it belongs to.
    pub epoch: i32,
    /// Who spoke.
    pub author_kind: AuthorKind,
    /// The visitor or user, where there is one.
    pub author_id: Option<Uuid>,
    /// The name shown.
    pub author_name: Option<String>,
    /// What was said.
    pub text: String,
    /// What it answers.
    pub in_reply_to: Option<MessageId>,
    /// How it ended.
    pub state: MessageState,
    /// How well the sources carry it, 0 to 1.
    pub grounding: Option<f32>,
    /// The claims, as on the wire.
    pub claims: Option<Value>,
    /// The model that wrote it.
    pub model: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Whether it repeats the answer to an earlier question.
    pub cached: bool,
    /// The names of the files sent with it.
    pub attachments: Vec<String>,
}

/// A source of an answer. It is a copy: it outlives the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable)]
#[diesel(table_name = citations, check_for_backend(diesel::pg::Pg))]
pub struct Citation {
    /// The number in the text, from 1.
    pub n: i32,
    /// The passage.
    pub passage_id: PassageId,
    /// Its document.
    pub document_id: DocumentId,
    /// The document's title.
    pub title: String,
    /// The words that carry the claim.
    pub excerpt: String,
    /// Where the document came from.
    pub url: Option<String>,
    /// The page, from 1, where the document has pages.
    pub page: Option<i32>,
}

/// What saying something came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is in the log.
    New {
        /// Its place.
        seq: i64,
        /// The epoch it belongs to.
        epoch: i32,
    },
    /// The same client id had been said before; nothing has changed.
    Duplicate {
        /// The message it was said with.
        message_id: MessageId,
        /// Its place.
        seq: i64,
    },
}

/// What the write statements answer: one row, or none where there is no such conversation.
#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Bool)]
    existing: bool,
    #[diesel(sql_type = SqlUuid)]
    message_id: MessageId,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Integer)]
    epoch: i32,
}

impl From<Written> for Said {
    fn from(written: Written) -> Self {
        let Written {
            existing,
            message_id,
            seq,
            epoch,
        } = written;
        if existing {
            Self::Duplicate { message_id, seq }
        } else {
            Self::New { seq, epoch }
        }
    }
}

/// Locks the conversation and writes, in one round trip: requests are sent in the order in which
/// their futures are first polled, and the second takes its snapshot when the first has the lock.
async fn write_locked<T>(
    conn: &AsyncPgConnection,
    conversation: ConversationId,
    write: Sql<'_>,
) -> Result<T, StoreError>
where
    T: QueryableByName<Pg> + Send + 'static,
{
    let (mut first, mut second) = (conn, conn);
    let lock = sql("SELECT 1 FROM conversations WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(conversation)
        .execute(&mut first);
    let write = write.get_results::<T>(&mut second);
    let (_, written) = futures_util::future::try_join(lock, write).await?;
    written.into_iter().next().ok_or(StoreError::NotFound)
}
