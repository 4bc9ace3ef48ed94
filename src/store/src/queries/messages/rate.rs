//! What visitors think: thumbs on an answer, stars on a conversation. The last word counts.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId, VisitorId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// A thumb.
    FeedbackValue {
        /// It helped.
        Up = "up",
        /// It did not.
        Down = "down",
    }
}

/// A visitor's word on one answer.
pub struct NewFeedback {
    /// The answer, the assistant's or an agent's.
    pub message_id: MessageId,
    /// The visitor of its conversation.
    pub visitor_id: VisitorId,
    /// The thumb.
    pub value: FeedbackValue,
    /// Their words.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps a thumb.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such answer in a conversation of this visitor.
pub async fn feedback(conn: &mut TenantConn<'_>, new: NewFeedback) -> Result<(), StoreError> {
    let kept = sql(
        "INSERT INTO feedback (tenant_id, message_id, visitor_id, value, comment, at) \
         SELECT m.tenant_id, m.id, c.visitor_id, $3, $4, $5 \
         FROM messages m JOIN conversations c ON c.id = m.conversation_id \
         WHERE m.id = $1 AND c.visitor_id = $2 AND m.author_kind IN ('assistant', 'agent') \
         ON CONFLICT (tenant_id, message_id) DO UPDATE \
         SET value = excluded.value, comment = excluded.comment, at = excluded.at",
    )
    .bind::<SqlUuid, _>(new.message_id)
    .bind::<SqlUuid, _>(new.visitor_id)
    .bind::<Text, _>(new.value)
    .bind::<Nullable<Text>, _>(new.comment)
    .bind::<Timestamptz, _>(new.at)
    .execute(conn.db())
    .await?;
    if kept == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

text_enum! {
    /// Where a conversation was rated.
    RatedVia {
        /// In the widget.
        Widget = "widget",
        /// By the link of a mail.
        Mail = "mail",
    }
}

/// A visitor's word on a conversation.
pub struct NewRating {
    /// Which.
    pub conversation_id: ConversationId,
    /// Its visitor.
    pub visitor_id: VisitorId,
    /// 1 to 5.
    pub score: i16,
    /// Their words.
    pub comment: Option<String>,
    /// Where.
    pub via: RatedVia,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps a rating, as of the agent who wrote to the visitor last. False where the visitor has no such conversation,
/// or neither they nor an agent said anything in it.
///
/// # Errors
/// [`StoreError::Conflict`] `ratings_score_range` where the score is not 1 to 5.
pub async fn rate(conn: &mut TenantConn<'_>, new: NewRating) -> Result<bool, StoreError> {
    let kept = sql(
        "INSERT INTO ratings (tenant_id, conversation_id, space_id, score, comment, via, agent_id, agent_name, at) \
         SELECT c.tenant_id, c.id, c.space_id, $3, $4, $6, a.author_id, a.author_name, $5 FROM conversations c \
         LEFT JOIN LATERAL (SELECT m.author_id, m.author_name FROM messages m \
             WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.author_kind = 'agent' \
             ORDER BY m.seq DESC LIMIT 1) a ON true \
         WHERE c.id = $1 AND c.visitor_id = $2 AND EXISTS (SELECT FROM messages m WHERE m.tenant_id = c.tenant_id \
             AND m.conversation_id = c.id AND m.author_kind IN ('visitor', 'agent')) \
         ON CONFLICT (tenant_id, conversation_id) DO UPDATE \
         SET score = excluded.score, comment = excluded.comment, via = excluded.via, \
             agent_id = excluded.agent_id, agent_name = excluded.agent_name, at = excluded.at",
    )
    .bind::<SqlUuid, _>(new.conversation_id)
    .bind::<SqlUuid, _>(new.visitor_id)
    .bind::<SmallInt, _>(new.score)
    .bind::<Nullable<Text>, _>(new.comment)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Text, _>(new.via)
    .execute(conn.db())
    .await?;
    Ok(kept == 1)
}
