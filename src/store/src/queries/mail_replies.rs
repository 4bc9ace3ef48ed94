//! Conversations that go on by mail: what a visitor has not seen, where it is sent to, and what was sent.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::contacts;
use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId, SpaceId, VisitorId},
    statement::sql,
    tenant::TenantConn,
};

/// Messages that one mail has at most.
pub const MOST: i64 = 50;

/// A conversation as its mail needs it.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Thread {
    /// Where it takes place.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// The language it is in, where that is known.
    #[diesel(sql_type = Nullable<Text>)]
    pub locale: Option<String>,
    /// Where the visitor is written to: as the host site vouches, or else as was said.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    /// What the host site vouches that they are called.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// They want no such mail, or may not chat.
    #[diesel(sql_type = Bool)]
    pub stopped: bool,
    /// The page that they were on last.
    #[diesel(sql_type = Nullable<Text>)]
    pub page: Option<String>,
    /// The sites of the space.
    #[diesel(sql_type = Array<Text>)]
    pub allowed_origins: Vec<String>,
    /// What their own mail was about, where the conversation began with one.
    #[diesel(sql_type = Nullable<Text>)]
    pub subject: Option<String>,
    /// Their newest mail, without brackets.
    #[diesel(sql_type = Nullable<Text>)]
    pub in_reply_to: Option<String>,
    /// When they were last written to.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub mailed_at: Option<DateTime<Utc>>,
}

/// A conversation as its mail needs it; none of a removed space.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn thread(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Option<Thread>, StoreError> {
    Ok(sql("SELECT c.space_id, c.locale, coalesce(k.email, k.edited_email, v.said ->> 'email', v.attributes ->> 'email') AS email, k.name, \
                coalesce(v.mail_stopped_at, k.mail_stopped_at, k.blocked_at) IS NOT NULL AS stopped, \
                coalesce(v.attributes ->> 'page', c.page) AS page, s.allowed_origins, \
                t.subject, t.message_id AS in_reply_to, \
                (SELECT max(at) FROM mailed_messages WHERE conversation_id = c.id) AS mailed_at \
         FROM conversations c \
         JOIN spaces s ON s.tenant_id = c.tenant_id AND s.id = c.space_id AND s.removed_at IS NULL \
         JOIN visitors v ON v.id = c.visitor_id LEFT JOIN contacts k ON k.id = v.contact_id \
         LEFT JOIN mail_threads t ON t.conversation_id = c.id \
         WHERE c.id = $1")
    .bind::<SqlUuid, _>(conversation)
    .get_result(conn.db())
    .await
    .optional()?)
}

/// Something an agent wrote.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Unseen {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    /// The agent's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub author_name: Option<String>,
    /// What they wrote; empty where they only sent files.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// The names of the files that came with it.
    #[diesel(sql_type = Array<Text>)]
    pub attachments: Vec<String>,
}

/// What agents wrote that the visitor has neither seen nor been mailed, oldest first, [`MOST`] at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unseen(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Vec<Unseen>, StoreError> {
    Ok(sql("SELECT m.id, m.author_name, m.text, m.attachments FROM conversations c \
         JOIN messages m ON m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.seq > c.read_seq \
         WHERE c.id = $1 AND m.author_kind = 'agent' \
           AND NOT EXISTS (SELECT FROM mailed_messages d WHERE d.tenant_id = m.tenant_id AND d.message_id = m.id) \
         ORDER BY m.seq LIMIT $2")
    .bind::<SqlUuid, _>(conversation)
    .bind::<BigInt, _>(MOST)
    .get_results(conn.db())
    .await?)
}

/// Notes that these were mailed to `email`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn note_mailed(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    messages: &[MessageId],
    email: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO mailed_messages (tenant_id, message_id, conversation_id, email, at) \
         SELECT tenant_id, id, conversation_id, $3, $4 FROM messages \
         WHERE conversation_id = $1 AND id = ANY ($2) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<Array<SqlUuid>, _>(messages)
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// A message that was mailed.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Mailed {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub message_id: MessageId,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// What was mailed of a conversation, oldest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn mailed(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Vec<Mailed>, StoreError> {
    Ok(
        sql("SELECT message_id, at FROM mailed_messages WHERE conversation_id = $1 ORDER BY at, message_id")
            .bind::<SqlUuid, _>(conversation)
            .get_results(conn.db())
            .await?,
    )
}

/// Whether the visitor of a conversation was written to at `email`, or began it from there, in whatever case.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn was_mailed_to(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    email: &str,
) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        was: bool,
    }
    let row: Row = sql("SELECT EXISTS (SELECT FROM mailed_messages \
                        WHERE conversation_id = $1 AND lower(email) = lower($2)) \
                     OR EXISTS (SELECT FROM mail_threads \
                        WHERE conversation_id = $1 AND lower(email) = lower($2)) AS was")
    .bind::<SqlUuid, _>(conversation)
    .bind::<Text, _>(email)
    .get_result(conn.db())
    .await?;
    Ok(row.was)
}

/// Notes that the visitor has seen what agents wrote, up to `seq`. Writes nothing where they had, or where
/// no agent wrote since.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn note_read(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    seq: i64,
) -> Result<bool, StoreError> {
    let noted = sql(
        "UPDATE conversations c SET read_seq = $2 WHERE id = $1 AND read_seq < $2 \
           AND EXISTS (SELECT FROM messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id \
                       AND m.seq > c.read_seq AND m.seq <= $2 AND m.author_kind = 'agent')",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<BigInt, _>(seq)
    .execute(conn.db())
    .await?;
    Ok(noted > 0)
}

/// Keeps where a visitor says that they can be written to, from now on again where they wanted no mail. For the
/// contact that they are, only where that is proven or nobody vouches for it: a stop is not lifted by a stranger.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such visitor.
pub async fn give_email(
    conn: &mut TenantConn<'_>,
    visitor: VisitorId,
    email: &str,
) -> Result<(), StoreError> {
    let said = serde_json::json!({ "email": email });
    // The contact before the visitor, as everywhere: nobody waits in a circle.
    contacts::enter(conn, false).await?;
    sql(
        "UPDATE contacts k SET mail_stopped_at = NULL, said_email = $2 FROM visitors v \
         WHERE v.id = $1 AND k.id = v.contact_id AND (v.verified OR k.external_id IS NULL) \
           AND (k.mail_stopped_at IS NOT NULL OR k.said_email IS DISTINCT FROM $2)",
    )
    .bind::<SqlUuid, _>(visitor)
    .bind::<Text, _>(email)
    .execute(conn.db())
    .await?;
    let changed = sql("UPDATE visitors SET said = said || $2, mail_stopped_at = NULL WHERE id = $1")
        .bind::<SqlUuid, _>(visitor)
        .bind::<Jsonb, _>(said)
        .execute(conn.db())
        .await?;
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Notes that the visitor of a conversation wants no such mail, nor does the contact that they are.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn stop(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    contacts::enter(conn, false).await?;
    sql(
        "UPDATE contacts k SET mail_stopped_at = $2 FROM conversations c JOIN visitors v ON v.id = c.visitor_id \
         WHERE c.id = $1 AND k.id = v.contact_id AND k.mail_stopped_at IS NULL",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    let stopped = sql(
        "UPDATE visitors v SET mail_stopped_at = coalesce(v.mail_stopped_at, $2) FROM conversations c \
         WHERE c.id = $1 AND v.id = c.visitor_id",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(stopped > 0)
}

/// Whether a visitor, or the contact that they are, wants no such mail.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn has_stopped(conn: &mut TenantConn<'_>, visitor: VisitorId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        stopped: bool,
    }
    let row: Option<Row> = sql(
        "SELECT coalesce(v.mail_stopped_at, k.mail_stopped_at, k.blocked_at) IS NOT NULL AS stopped \
         FROM visitors v LEFT JOIN contacts k ON k.id = v.contact_id WHERE v.id = $1",
    )
    .bind::<SqlUuid, _>(visitor)
    .get_result(conn.db())
    .await
    .optional()?;
    Ok(row.is_some_and(|row| row.stopped))
}
