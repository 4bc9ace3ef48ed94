//! Mail about conversations that wait while nobody is there: who is to get it, and what it says.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    control::Role,
    error::StoreError,
    ids::{ConversationId, JobId, SpaceId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// Members in one of these roles who want such mail and got none since `before`: from now on they did.
/// Only those who have proven that their address is theirs.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn claim(
    conn: &mut TenantConn<'_>,
    roles: &[Role],
    before: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<Vec<UserId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: UserId,
    }
    let tenant = conn.tenant_id();
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let rows: Vec<Row> = sql("INSERT INTO agents AS a (tenant_id, user_id, waiting_mailed_at) \
         SELECT m.tenant_id, m.user_id, $4 FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.tenant_id = $1 AND m.role = ANY ($2) AND u.email_verified_at IS NOT NULL ORDER BY m.user_id \
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET waiting_mailed_at = excluded.waiting_mailed_at \
             WHERE a.waiting_mail AND (a.waiting_mailed_at IS NULL OR a.waiting_mailed_at <= $3) \
         RETURNING a.user_id")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<Text>, _>(roles)
    .bind::<Timestamptz, _>(before)
    .bind::<Timestamptz, _>(at)
    .get_results(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// A conversation that waits, as a mail tells of it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Waits {
    /// What the space is called.
    #[diesel(sql_type = Text)]
    pub space: String,
    /// The visitor, as the host site vouches, or else as the page said.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The first 200 characters of what they said last.
    #[diesel(sql_type = Nullable<Text>)]
    pub said: Option<String>,
    /// The names of the files sent with it.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub attachments: Option<Vec<String>>,
    /// How many others of the tenant wait.
    #[diesel(sql_type = BigInt)]
    pub others: i64,
}

/// What is told of a conversation; nothing where it does not wait any more, or whose it is was blocked.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Option<Waits>, StoreError> {
    Ok(sql(
        "SELECT s.name AS space, coalesce(k.name, k.edited_name, v.said ->> 'name') AS name, m.said, m.attachments, ( \
                SELECT count(*) FROM conversations o \
                WHERE o.tenant_id = c.tenant_id AND o.status = 'waiting' AND o.id <> c.id \
                  AND NOT EXISTS (SELECT FROM visitors b JOIN contacts x ON x.tenant_id = b.tenant_id AND x.id = b.contact_id \
                  WHERE b.tenant_id = o.tenant_id AND b.id = o.visitor_id AND x.blocked_at IS NOT NULL)) AS others \
         FROM conversations c JOIN spaces s ON s.tenant_id = c.tenant_id AND s.id = c.space_id \
         JOIN visitors v ON v.id = c.visitor_id LEFT JOIN contacts k ON k.id = v.contact_id \
         LEFT JOIN LATERAL ( \
             SELECT left(text, 200) AS said, attachments FROM messages \
             WHERE tenant_id = c.tenant_id AND conversation_id = c.id AND author_kind = 'visitor' \
             ORDER BY seq DESC LIMIT 1) m ON true \
         WHERE c.id = $1 AND c.status = 'waiting' AND k.blocked_at IS NULL",
    )
    .bind::<SqlUuid, _>(conversation)
    .get_result(conn.db())
    .await
    .optional()?)
}

/// What a job has held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Held {
    /// Since when: when the job was asked for.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// The one that waits longest of those that began to wait since then and still do, and are not blocked.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation: Option<ConversationId>,
}

/// What a job of the tenant's has held of a space.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such job.
pub async fn held(conn: &mut TenantConn<'_>, space: SpaceId, job: JobId) -> Result<Held, StoreError> {
    Ok(sql("SELECT j.created_at AS since, ( \
             SELECT c.id FROM conversations c \
             WHERE c.tenant_id = j.tenant_id AND c.space_id = $1 AND c.status = 'waiting' \
               AND NOT EXISTS (SELECT FROM visitors v JOIN contacts k ON k.tenant_id = v.tenant_id AND k.id = v.contact_id \
               WHERE v.tenant_id = c.tenant_id AND v.id = c.visitor_id AND k.blocked_at IS NOT NULL) \
               AND EXISTS ( \
                 SELECT FROM conversation_events e \
                 WHERE e.tenant_id = c.tenant_id AND e.conversation_id = c.id AND e.kind = 'status' \
                   AND e.at >= j.created_at AND e.body ->> 'status' = 'waiting') \
             ORDER BY c.waiting_since, c.id LIMIT 1) AS conversation \
         FROM jobs j WHERE j.id = $2")
    .bind::<SqlUuid, _>(space)
    .bind::<SqlUuid, _>(job)
    .get_result(conn.db())
    .await?)
}

/// Since when the one waits who waits longest in a space; nothing where nobody does.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn waiting_since(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        since: Option<DateTime<Utc>>,
    }
    let row: Row = sql(
        "SELECT min(waiting_since) AS since FROM conversations WHERE space_id = $1 AND status = 'waiting'",
    )
    .bind::<SqlUuid, _>(space)
    .get_result(conn.db())
    .await?;
    Ok(row.since)
}

/// Whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn wanted(conn: &mut TenantConn<'_>, user: UserId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        waiting_mail: bool,
    }
    let row: Option<Row> = sql("SELECT waiting_mail FROM agents WHERE user_id = $1")
        .bind::<SqlUuid, _>(user)
        .get_result(conn.db())
        .await
        .optional()?;
    Ok(row.is_none_or(|row| row.waiting_mail))
}

/// Notes whether a member wants such mail.
///
/// # Errors
/// [`StoreError::Conflict`] where they do not belong to the tenant.
pub async fn want(conn: &mut TenantConn<'_>, user: UserId, on: bool) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO agents (tenant_id, user_id, waiting_mail) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET waiting_mail = excluded.waiting_mail",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(user)
    .bind::<Bool, _>(on)
    .execute(conn.db())
    .await?;
    Ok(())
}
