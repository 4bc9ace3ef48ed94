//! How visitors are: what was read of their messages, and what that does to the order of the inbox.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Float, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    statement::sql,
    tenant::TenantConn,
};

/// What was read of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// −1, bad, to 1, good.
    pub valence: f32,
    /// 0 to 1.
    pub anger: f32,
    /// What cannot wait, where something cannot.
    pub urgency: Option<String>,
    /// The words that decided it.
    pub words: Value,
}

impl Default for Reading {
    /// Nothing was read.
    fn default() -> Self {
        Self {
            valence: 0.0,
            anger: 0.0,
            urgency: None,
            words: Value::Array(Vec::new()),
        }
    }
}

/// What it does to the order of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Whether the bot has a visitor whom a person should see.
    pub alarmed: bool,
    /// Minutes by which the conversation is answered earlier, 10,000 at most.
    pub credit: i32,
}

/// A message's reading, read again.
#[derive(Clone, Debug)]
pub struct Reread {
    /// Where.
    pub conversation_id: ConversationId,
    /// Of which.
    pub message_id: MessageId,
    /// What is read of it now.
    pub reading: Reading,
    /// What the conversation weighs by now.
    pub weight: Weight,
    /// When the message was said.
    pub said_at: DateTime<Utc>,
}

/// What was read of one of several messages.
#[derive(Clone, Debug, QueryableByName)]
pub struct Flagged {
    /// Of which.
    #[diesel(sql_type = SqlUuid)]
    pub message_id: MessageId,
    /// Where it stands in the log.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// −1, bad, to 1, good.
    #[diesel(sql_type = Float)]
    pub valence: f32,
    /// 0 to 1.
    #[diesel(sql_type = Float)]
    pub anger: f32,
    /// What cannot wait, where something cannot.
    #[diesel(sql_type = Nullable<Text>)]
    pub urgency: Option<String>,
    /// The words that decided it.
    #[diesel(sql_type = Jsonb)]
    pub words: Value,
}

/// The newest messages of a conversation that are as angry, or cannot wait; `limit` at most, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn flagged(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    angry: f32,
    limit: i64,
) -> Result<Vec<Flagged>, StoreError> {
    let newest = sql(
        "SELECT message_id, seq, valence, anger, urgency, words FROM message_moods \
         WHERE conversation_id = $1 AND (anger >= $2 OR urgency IS NOT NULL) ORDER BY seq DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<Float, _>(angry)
    .bind::<BigInt, _>(limit);
    let mut flagged: Vec<Flagged> = newest.get_results(conn.db()).await?;
    flagged.reverse();
    Ok(flagged)
}

/// Replaces what was read of a message.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn read_again(conn: &mut TenantConn<'_>, again: Reread) -> Result<(), StoreError> {
    sql("WITH head AS ( \
             UPDATE conversations SET credit = $7, \
                    alarmed_at = CASE WHEN $8 AND status = 'bot' THEN coalesce(alarmed_at, $9) END \
             WHERE id = $1) \
         UPDATE message_moods SET valence = $3, anger = $4, urgency = $5, words = $6 \
         WHERE message_id = $2 AND conversation_id = $1")
    .bind::<SqlUuid, _>(again.conversation_id)
    .bind::<SqlUuid, _>(again.message_id)
    .bind::<Float, _>(again.reading.valence)
    .bind::<Float, _>(again.reading.anger)
    .bind::<Nullable<Text>, _>(again.reading.urgency)
    .bind::<Jsonb, _>(again.reading.words)
    .bind::<Integer, _>(again.weight.credit)
    .bind::<Bool, _>(again.weight.alarmed)
    .bind::<Timestamptz, _>(again.said_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Gives a conversation another credit.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn weigh(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    credit: i32,
) -> Result<(), StoreError> {
    sql("UPDATE conversations SET credit = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(conversation)
        .bind::<Integer, _>(credit)
        .execute(conn.db())
        .await?;
    Ok(())
}
