//! The queue: conversations that are to be given to somebody, and how much those have to do who may be
//! given them.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    control::Role,
    error::StoreError,
    ids::{ConversationId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A conversation that waits for somebody to be given it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Waiting {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: ConversationId,
    /// What is stored under `queue` of its space's settings.
    #[diesel(sql_type = Jsonb)]
    pub settings: Value,
    /// Under `hours`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub hours: Option<Value>,
}

/// Those that wait in spaces which assign, what is to be answered first first; of each space `limit` at most. Not those of
/// whom is blocked.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn waiting(conn: &mut TenantConn<'_>, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    Ok(sql("SELECT c.id, s.settings -> 'queue' AS settings, s.settings -> 'hours' AS hours FROM spaces s CROSS JOIN LATERAL ( \
             SELECT w.id, w.answer_by FROM conversations w \
             WHERE w.tenant_id = s.tenant_id AND w.space_id = s.id AND w.status = 'waiting' AND w.waiting_since IS NOT NULL \
               AND w.answer_by IS NOT NULL \
               AND NOT EXISTS (SELECT FROM visitors v JOIN contacts k ON k.tenant_id = v.tenant_id AND k.id = v.contact_id \
               WHERE v.tenant_id = w.tenant_id AND v.id = w.visitor_id AND k.blocked_at IS NOT NULL) \
             ORDER BY w.answer_by, w.id LIMIT $1) c \
         WHERE s.archived_at IS NULL AND s.removed_at IS NULL AND s.settings #>> '{queue,assign}' <> 'off' \
         ORDER BY c.answer_by, c.id")
    .bind::<BigInt, _>(limit)
    .load(conn.db())
    .await?)
}

/// How much a member has to do.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Load {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    /// As what they belong to the tenant.
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// Conversations they have now.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// When they were last assigned one.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub assigned_at: Option<DateTime<Utc>>,
}

/// How much each of `users` has to do who belongs to the tenant, in no particular order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn loads(conn: &mut TenantConn<'_>, users: Vec<UserId>) -> Result<Vec<Load>, StoreError> {
    let tenant = conn.tenant_id();
    Ok(sql("SELECT m.user_id, m.role, a.assigned_at, ( \
                SELECT count(*) FROM conversations c \
                WHERE c.tenant_id = m.tenant_id AND c.assignee_id = m.user_id AND c.status = 'human') AS open \
         FROM memberships m LEFT JOIN agents a ON a.tenant_id = m.tenant_id AND a.user_id = m.user_id \
         WHERE m.tenant_id = $1 AND m.user_id = ANY ($2)")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(users)
    .load(conn.db())
    .await?)
}

/// Notes that a member was assigned a conversation.
///
/// # Errors
/// [`StoreError::Conflict`] where they do not belong to the tenant.
pub async fn assigned(conn: &mut TenantConn<'_>, user: UserId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO agents (tenant_id, user_id, assigned_at) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET assigned_at = excluded.assigned_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}
