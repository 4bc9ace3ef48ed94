//! The end of an answer: the message, its citations, its event and the settled reservation.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Float, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;

use super::{Citation, MessageState, Written, write_locked};
use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    queries::{experiments::Assigned, ledger::Settlement},
    statement::sql,
    tenant::TenantConn,
};

/// An answer that has come to its end, whole or not.
pub struct FinishedAnswer {
    /// The id its deltas were streamed under.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// The visitor's message.
    pub in_reply_to: MessageId,
    /// The name shown for the assistant.
    pub author_name: Option<String>,
    /// What the deltas add up to.
    pub text: String,
    /// How it ended.
    pub state: MessageState,
    /// How well the sources carry it, 0 to 1.
    pub grounding: Option<f32>,
    /// The claims, as on the wire.
    pub claims: Option<Value>,
    /// The sources.
    pub citations: Vec<Citation>,
    /// The model that wrote it.
    pub model: Option<String>,
    /// Whether nothing was relevant enough to answer from.
    pub abstained: bool,
    /// Whether it repeats the answer to an earlier question.
    pub cached: bool,
    /// The arm of the experiment it was answered under, where one runs.
    pub assigned: Option<Assigned>,
    /// The wire event without `seq`.
    pub event_body: Value,
    /// When.
    pub at: DateTime<Utc>,
    /// What the call cost. Reservations of this turn that were never sent are released.
    pub settlement: Option<Settlement>,
}

/// What finishing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// The answer is in the log.
    New {
        /// Its place.
        seq: i64,
        /// The epoch it belongs to.
        epoch: i32,
    },
    /// The message had an answer; only the settlement has been applied, if it had not been.
    AlreadyAnswered {
        /// That answer.
        message_id: MessageId,
        /// Its place.
        seq: i64,
    },
}

/// Writes an answer. One round trip; a second call changes nothing.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation, [`StoreError::Conflict`] where
/// there is no such visitor's message.
pub async fn finish_answer(
    conn: &mut TenantConn<'_>,
    answer: FinishedAnswer,
) -> Result<Finished, StoreError> {
    let citations = serde_json::to_value(&answer.citations).unwrap_or_default();
    let settlement = answer.settlement.as_ref();
    let usage = settlement.map(|s| s.usage).unwrap_or_default();
    let write = sql("WITH existing AS ( \
             SELECT id, seq, epoch FROM messages WHERE in_reply_to = $3 AND author_kind = 'assistant'), \
         head AS ( \
             UPDATE conversations SET head_seq = head_seq + 1, updated_at = $12 \
             WHERE id = $2 AND NOT EXISTS (SELECT FROM existing) \
             RETURNING tenant_id, id, head_seq, epoch), \
         message AS ( \
             INSERT INTO messages (tenant_id, id, conversation_id, seq, epoch, author_kind, author_name, text, \
                                   in_reply_to, state, grounding, claims, model, created_at, cached) \
             SELECT tenant_id, $1, id, head_seq, epoch, 'assistant', $4, $5, $3, $6, $7, $8, $10, $12, $24 FROM head), \
         event AS ( \
             INSERT INTO conversation_events (tenant_id, conversation_id, seq, kind, message_id, body, at) \
             SELECT tenant_id, id, head_seq, 'message', $1, $11::json, $12 FROM head), \
         cited AS ( \
             INSERT INTO citations (tenant_id, message_id, n, passage_id, document_id, title, excerpt, url, page) \
             SELECT head.tenant_id, $1, c.n, c.passage_id, c.document_id, c.title, c.excerpt, c.url, c.page \
             FROM head, jsonb_to_recordset($9) AS c (n integer, passage_id uuid, document_id uuid, \
                                                     title text, excerpt text, url text, page integer)), \
         tested AS ( \
             INSERT INTO experiment_answers (tenant_id, message_id, experiment_id, conversation_id, question_id, \
                                             seq, arm, abstained, grounding, took_ms) \
             SELECT head.tenant_id, $1, $25, head.id, q.id, head_seq, $26, $27, $7, \
                    CASE WHEN $6 = 'complete' THEN rollup_ms(q.created_at, $12) END \
             FROM head JOIN messages q ON q.tenant_id = head.tenant_id AND q.id = $3 WHERE $25 IS NOT NULL), \
         settled AS ( \
             UPDATE reservations SET state = 'settled', settled_at = $14, model = $15, input = $16, output = $17, \
                    cache_write_5m = $18, cache_write_1h = $19, cache_read = $20, estimated = $21, \
                    cost_nanos = $22, price_effective = $23 \
             WHERE id = $13 AND state = 'open'), \
         released AS ( \
             UPDATE reservations SET state = 'released' \
             WHERE message_id = $3 AND kind = 'chat' AND state = 'open' AND sent_at IS NULL \
               AND id IS DISTINCT FROM $13) \
         SELECT false AS existing, $1 AS message_id, head_seq AS seq, epoch FROM head \
         UNION ALL SELECT true, id, seq, epoch FROM existing")
    .bind::<SqlUuid, _>(answer.id)
    .bind::<SqlUuid, _>(answer.conversation_id)
    .bind::<SqlUuid, _>(answer.in_reply_to)
    .bind::<Nullable<Text>, _>(answer.author_name)
    .bind::<Text, _>(answer.text)
    .bind::<Text, _>(answer.state)
    .bind::<Nullable<Float>, _>(answer.grounding)
    .bind::<Nullable<Jsonb>, _>(answer.claims)
    .bind::<Jsonb, _>(citations)
    .bind::<Nullable<Text>, _>(answer.model)
    .bind::<Text, _>(answer.event_body.to_string())
    .bind::<Timestamptz, _>(answer.at)
    .bind::<Nullable<SqlUuid>, _>(settlement.map(|s| s.reservation))
    .bind::<Nullable<Timestamptz>, _>(settlement.map(|s| s.at))
    .bind::<Nullable<Text>, _>(settlement.map(|s| s.model.as_str()))
    .bind::<BigInt, _>(usage.input)
    .bind::<BigInt, _>(usage.output)
    .bind::<BigInt, _>(usage.cache_write_5m)
    .bind::<BigInt, _>(usage.cache_write_1h)
    .bind::<BigInt, _>(usage.cache_read)
    .bind::<Bool, _>(settlement.is_some_and(|s| s.estimated))
    .bind::<BigInt, _>(settlement.map_or(0, |s| s.cost_nanos))
    .bind::<Nullable<Date>, _>(settlement.and_then(|s| s.price_effective))
    .bind::<Bool, _>(answer.cached)
    .bind::<Nullable<SqlUuid>, _>(answer.assigned.map(|assigned| assigned.experiment))
    .bind::<Nullable<Text>, _>(answer.assigned.map(|assigned| assigned.arm))
    .bind::<Bool, _>(answer.abstained);
    let written: Written = write_locked(conn.db(), answer.conversation_id, write).await?;
    Ok(if written.existing {
        Finished::AlreadyAnswered {
            message_id: written.message_id,
            seq: written.seq,
        }
    } else {
        Finished::New {
            seq: written.seq,
            epoch: written.epoch,
        }
    })
}
