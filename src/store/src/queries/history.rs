//! What a visitor sees of their own past: the conversations of one browser, or of all that are one
//! contact's.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName},
    sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{conversations::ConversationStatus, messages::AuthorKind};
use crate::{
    error::StoreError,
    ids::{ContactId, ConversationId, SpaceId, VisitorId},
    schema::{
        conversations::{dsl as columns, table},
        visitors,
    },
    statement::sql,
    tenant::TenantConn,
};

/// A conversation and how it ends at present.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct Preview {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: ConversationId,
    /// Who it waits for.
    #[diesel(sql_type = Text)]
    pub status: ConversationStatus,
    /// The seq of its last event.
    #[diesel(sql_type = BigInt)]
    pub head_seq: i64,
    /// Who wrote its last message.
    #[diesel(sql_type = Text)]
    pub author_kind: AuthorKind,
    /// The first 200 characters of it.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// The names of the files sent with it.
    #[diesel(sql_type = Array<Text>)]
    pub attachments: Vec<String>,
    /// When the last event happened.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// The conversations of these visitors in which something was said, the one that changed last first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    visitors: Vec<VisitorId>,
    limit: i64,
) -> Result<Vec<Preview>, StoreError> {
    Ok(sql(
        "SELECT c.id, c.status, c.head_seq, m.author_kind, left(m.text, 200) AS text, m.attachments, c.updated_at \
         FROM conversations c CROSS JOIN LATERAL ( \
             SELECT author_kind, text, attachments FROM messages \
             WHERE tenant_id = c.tenant_id AND conversation_id = c.id ORDER BY seq DESC LIMIT 1) m \
         WHERE c.visitor_id = ANY ($1) AND c.space_id = $2 \
         ORDER BY c.updated_at DESC, c.id DESC LIMIT $3",
    )
    .bind::<Array<SqlUuid>, _>(visitors)
    .bind::<SqlUuid, _>(space)
    .bind::<BigInt, _>(limit)
    .get_results(conn.db())
    .await?)
}

/// The conversation of these visitors that changed last, of those in which something happened.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn latest(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    visitors: &[VisitorId],
) -> Result<Option<ConversationId>, StoreError> {
    let query = table
        .filter(columns::visitor_id.eq_any(visitors))
        .filter(columns::space_id.eq(space))
        .filter(columns::head_seq.gt(0))
        .order((columns::updated_at.desc(), columns::id.desc()))
        .select(columns::id);
    Ok(query.first(conn.db()).await.optional()?)
}

/// All conversations of one visitor.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_visitor(
    conn: &mut TenantConn<'_>,
    visitor: VisitorId,
) -> Result<Vec<ConversationId>, StoreError> {
    let query = table.filter(columns::visitor_id.eq(visitor)).select(columns::id);
    Ok(query.load(conn.db()).await?)
}

/// All conversations of a contact's browsers.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_contact(
    conn: &mut TenantConn<'_>,
    contact: ContactId,
) -> Result<Vec<ConversationId>, StoreError> {
    let browsers = visitors::table
        .filter(visitors::contact_id.eq(contact))
        .select(visitors::id);
    let query = table
        .filter(columns::visitor_id.eq_any(browsers))
        .select(columns::id);
    Ok(query.load(conn.db()).await?)
}
