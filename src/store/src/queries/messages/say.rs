//! What a visitor says: the message, its event and the reservation for its answer, at once.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Float, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;

use super::{Said, Written, write_locked};
use crate::{
    error::StoreError,
    ids::{ClientId, ConversationId, MessageId, SpaceId, VisitorId},
    queries::{
        ledger::NewReservation,
        moods::{Reading, Weight},
    },
    statement::sql,
    tenant::TenantConn,
};

/// Something a visitor says.
pub struct NewVisitorMessage {
    /// Chosen by the caller; not used where it turns out to be a duplicate.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// The space of the conversation.
    pub space_id: SpaceId,
    /// The visitor of the conversation.
    pub visitor_id: VisitorId,
    /// The client's own id of it.
    pub client_id: ClientId,
    /// What is said, without NUL characters.
    pub text: String,
    /// The names of the files sent with it.
    pub attachments: Vec<String>,
    /// The wire event without `seq`.
    pub event_body: Value,
    /// When.
    pub at: DateTime<Utc>,
    /// What was read of it.
    pub reading: Reading,
    /// What the conversation weighs from now on.
    pub weight: Weight,
    /// For the answer, where the bot is to answer: as long as it is open, the turn is. Space,
    /// conversation and message are taken from the message.
    pub reservation: Option<NewReservation>,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Row {
    #[diesel(embed)]
    written: Written,
    #[diesel(sql_type = BigInt)]
    knowledge_version: i64,
    #[diesel(sql_type = Bool)]
    refused: bool,
}

/// A visitor's message that is written, or was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidNow {
    /// Where it stands.
    pub said: Said,
    /// The version of the space's knowledge: an answer is to be found in nothing older.
    pub knowledge_version: i64,
    /// Whether the tenant's plan leaves nothing for its answer: the call of its reservation is not to be made.
    pub refused: bool,
}

/// Writes a visitor's message, and where the bot is to answer takes it of the month's. One round trip.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation of this visitor in this space.
pub async fn say(conn: &mut TenantConn<'_>, new: NewVisitorMessage) -> Result<SaidNow, StoreError> {
    let reservation = new.reservation.as_ref();
    let write = sql("WITH existing AS ( \
             SELECT m.id, m.seq, m.epoch FROM messages m \
             JOIN conversations c ON c.id = m.conversation_id AND c.visitor_id = $3 \
             WHERE m.conversation_id = $2 AND m.client_id = $5), \
         head AS ( \
             UPDATE conversations SET head_seq = head_seq + 1, updated_at = $8, \
                    waiting_since = CASE WHEN status IN ('waiting', 'human') THEN coalesce(waiting_since, $8) END, \
                    alarmed_at = CASE WHEN $20 AND status = 'bot' THEN coalesce(alarmed_at, $8) END, credit = $21 \
             WHERE id = $2 AND visitor_id = $3 AND space_id = $4 AND NOT EXISTS (SELECT FROM existing) \
             RETURNING tenant_id, id, space_id, head_seq, epoch), \
         message AS ( \
             INSERT INTO messages (tenant_id, id, conversation_id, seq, epoch, author_kind, author_id, \
                                   client_id, text, state, created_at, attachments) \
             SELECT tenant_id, $1, id, head_seq, epoch, 'visitor', $3, $5, $6, 'complete', $8, $15 FROM head), \
         mood AS ( \
             INSERT INTO message_moods (tenant_id, message_id, conversation_id, seq, epoch, valence, anger, \
                                        urgency, words) \
             SELECT tenant_id, $1, id, head_seq, epoch, $16, $17, $18, $19 FROM head), \
         event AS ( \
             INSERT INTO conversation_events (tenant_id, conversation_id, seq, kind, message_id, body, at) \
             SELECT tenant_id, id, head_seq, 'message', $1, $7::json, $8 FROM head), \
         quota AS MATERIALIZED ( \
             SELECT (parlance_take_quota('messages_per_month', 1, $8)).taken FROM head WHERE $9 IS NOT NULL), \
         reserved AS ( \
             INSERT INTO reservations (tenant_id, id, space_id, conversation_id, message_id, kind, model, state, \
                                       created_at, expires_at, estimate_input, estimate_output, refused_by) \
             SELECT tenant_id, $9, space_id, id, $1, $10, $11, 'open', $8, $12, $13, $14, \
                    CASE WHEN NOT taken THEN 'messages_per_month' END \
             FROM head, quota) \
         SELECT w.existing, w.message_id, w.seq, w.epoch, s.knowledge_version, \
                EXISTS (SELECT FROM quota WHERE NOT taken) AS refused \
         FROM (SELECT false AS existing, $1 AS message_id, head_seq AS seq, epoch FROM head \
               UNION ALL SELECT true, id, seq, epoch FROM existing) w \
         JOIN spaces s ON s.id = $4")
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.conversation_id)
    .bind::<SqlUuid, _>(new.visitor_id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<SqlUuid, _>(new.client_id)
    .bind::<Text, _>(&new.text)
    .bind::<Text, _>(new.event_body.to_string())
    .bind::<Timestamptz, _>(new.at)
    .bind::<Nullable<SqlUuid>, _>(reservation.map(|r| r.id))
    .bind::<Nullable<Text>, _>(reservation.map(|r| r.kind))
    .bind::<Nullable<Text>, _>(reservation.map(|r| r.model.as_str()))
    .bind::<Nullable<Timestamptz>, _>(reservation.map(|r| r.expires_at))
    .bind::<Nullable<BigInt>, _>(reservation.map(|r| r.estimate_input))
    .bind::<Nullable<BigInt>, _>(reservation.map(|r| r.estimate_output))
    .bind::<Array<Text>, _>(new.attachments)
    .bind::<Float, _>(new.reading.valence)
    .bind::<Float, _>(new.reading.anger)
    .bind::<Nullable<Text>, _>(new.reading.urgency)
    .bind::<Jsonb, _>(new.reading.words)
    .bind::<Bool, _>(new.weight.alarmed)
    .bind::<Integer, _>(new.weight.credit);
    let row: Row = write_locked(conn.db(), new.conversation_id, write).await?;
    Ok(SaidNow {
        said: row.written.into(),
        knowledge_version: row.knowledge_version,
        refused: row.refused,
    })
}
