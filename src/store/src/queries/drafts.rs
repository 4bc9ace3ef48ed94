//! What was drafted for agents, and what became of it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Float, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ConversationId, DraftId, MessageId, UserId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What is drafted.
    DraftKind {
        /// An answer to what the visitor wrote.
        Reply = "reply",
        /// What was said so far.
        Summary = "summary",
        /// The agent's text in better words.
        Rephrase = "rephrase",
        /// The agent's text in fewer words.
        Shorter = "shorter",
        /// The agent's text in another language.
        Translate = "translate",
    }
}

text_enum! {
    /// What became of a draft.
    DraftOutcome {
        /// It was sent as it was proposed.
        Accepted = "accepted",
        /// It was sent changed.
        Edited = "edited",
        /// It was not sent.
        Discarded = "discarded",
    }
}

/// A draft that is begun.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// Chosen by the client.
    pub id: DraftId,
    /// Where.
    pub conversation_id: ConversationId,
    /// For whom.
    pub agent_id: UserId,
    /// What is drafted.
    pub kind: DraftKind,
    /// When.
    pub at: DateTime<Utc>,
}

/// A draft and what became of it.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Draft {
    /// What was drafted.
    #[diesel(sql_type = Text)]
    pub kind: DraftKind,
    /// The model that wrote it.
    #[diesel(sql_type = Nullable<Text>)]
    pub model: Option<String>,
    /// As it was proposed.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// How well the sources carry it, 0 to 1.
    #[diesel(sql_type = Nullable<Float>)]
    pub grounding: Option<f32>,
    /// What became of it, once that is known.
    #[diesel(sql_type = Nullable<Text>)]
    pub outcome: Option<DraftOutcome>,
    /// What the visitor was sent.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub message_id: Option<MessageId>,
}

/// Begins a draft. It takes the place of those of the same agent in the same conversation of which
/// nothing became, which are discarded; a summary that of summaries only, and all else that of all else.
///
/// # Errors
/// [`StoreError::Conflict`] `drafts_id_once` where the tenant has a draft of this id; where there is no
/// such conversation.
pub async fn begin(conn: &mut TenantConn<'_>, draft: NewDraft) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("WITH replaced AS ( \
             UPDATE drafts SET outcome = 'discarded', decided_at = $6 \
             WHERE conversation_id = $3 AND agent_id = $4 AND outcome IS NULL \
               AND (kind = 'summary') = ($5 = 'summary')) \
         INSERT INTO drafts (tenant_id, id, conversation_id, agent_id, kind, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(draft.id)
    .bind::<SqlUuid, _>(draft.conversation_id)
    .bind::<SqlUuid, _>(draft.agent_id)
    .bind::<Text, _>(draft.kind)
    .bind::<Timestamptz, _>(draft.at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Notes what was proposed.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn finish(
    conn: &mut TenantConn<'_>,
    id: DraftId,
    text: &str,
    grounding: Option<f32>,
    model: Option<&str>,
) -> Result<(), StoreError> {
    sql("UPDATE drafts SET text = $2, grounding = $3, model = $4 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(text)
        .bind::<Nullable<Float>, _>(grounding)
        .bind::<Nullable<Text>, _>(model)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Who uses a draft, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub agent_id: UserId,
    /// What was sent.
    pub text: &'a str,
    /// The message to the visitor; none where it became a note.
    pub message_id: Option<MessageId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes that a draft was sent, unchanged or not: that is found here. `false`, and nothing changes,
/// where the agent has no such draft in the conversation, or it was sent before.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn used(conn: &mut TenantConn<'_>, id: DraftId, used: Use<'_>) -> Result<bool, StoreError> {
    let changed = sql(
        "UPDATE drafts SET outcome = CASE WHEN text = $4 THEN 'accepted' ELSE 'edited' END, \
                           message_id = $5, decided_at = $6 \
         WHERE id = $1 AND conversation_id = $2 AND agent_id = $3 \
           AND (outcome IS NULL OR outcome = 'discarded')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(used.conversation_id)
    .bind::<SqlUuid, _>(used.agent_id)
    .bind::<Text, _>(used.text)
    .bind::<Nullable<SqlUuid>, _>(used.message_id)
    .bind::<Timestamptz, _>(used.at)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}

/// Notes that a draft will not be sent. `false`, and nothing changes, where the agent has no such draft
/// in the conversation, or it is known what became of it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn discard(
    conn: &mut TenantConn<'_>,
    id: DraftId,
    conversation: ConversationId,
    agent: UserId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = sql("UPDATE drafts SET outcome = 'discarded', decided_at = $4 \
         WHERE id = $1 AND conversation_id = $2 AND agent_id = $3 AND outcome IS NULL")
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(conversation)
    .bind::<SqlUuid, _>(agent)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}

/// A draft.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: DraftId) -> Result<Option<Draft>, StoreError> {
    let found: Vec<Draft> =
        sql("SELECT kind, model, text, grounding, outcome, message_id FROM drafts WHERE id = $1")
            .bind::<SqlUuid, _>(id)
            .load(conn.db())
            .await?;
    Ok(found.into_iter().next())
}
