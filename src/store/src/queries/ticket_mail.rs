//! Mail about what happens to tickets: who is to get it, and what it tells.

use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::StoreError,
    ids::{JobId, TicketId, UserId},
    queries::{audit::ActorKind, tickets::events::Kind},
    statement::sql,
    tenant::TenantConn,
};

/// Events of a mail at most.
const MOST: i64 = 20;

/// Which of those a ticket concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Who has it.
    pub assignee: bool,
    /// Who watches it.
    pub watchers: bool,
}

/// Who is to be told of a ticket: of those whom it concerns the members who want such mail and have proven that
/// their address is theirs, without `except`, who did it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn readers(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    told: Told,
    except: Option<Uuid>,
) -> Result<Vec<UserId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: UserId,
    }
    let tenant = conn.tenant_id();
    let rows: Vec<Row> = sql("WITH who AS ( \
             SELECT assignee_id AS user_id FROM tickets WHERE id = $2 AND $3 \
             UNION SELECT user_id FROM ticket_watchers WHERE ticket_id = $2 AND $4) \
         SELECT m.user_id FROM who JOIN memberships m ON m.user_id = who.user_id AND m.tenant_id = $1 \
         JOIN users u ON u.id = m.user_id AND u.email_verified_at IS NOT NULL \
         LEFT JOIN agents a ON a.tenant_id = m.tenant_id AND a.user_id = m.user_id \
         WHERE coalesce(a.ticket_mail, true) AND m.user_id IS DISTINCT FROM $5 ORDER BY m.user_id")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(ticket)
    .bind::<Bool, _>(told.assignee)
    .bind::<Bool, _>(told.watchers)
    .bind::<Nullable<SqlUuid>, _>(except)
    .get_results(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// A ticket as a mail tells of it.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct About {
    /// What people call it by.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// What it is about.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// Whether the reader has it.
    #[diesel(sql_type = Bool)]
    pub has: bool,
    /// Whether the reader watches it.
    #[diesel(sql_type = Bool)]
    pub watches: bool,
}

/// Something that happened to it.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct News {
    /// What happened.
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    /// An object, as its kind says.
    #[diesel(sql_type = Jsonb)]
    pub body: Value,
    /// What kind of actor did it.
    #[diesel(sql_type = Text)]
    pub actor_kind: ActorKind,
    /// What they were called then.
    #[diesel(sql_type = Text)]
    pub actor_name: String,
}

/// What others than `user` did to a ticket since the job was put in line, the oldest first, 20 at most. Nothing
/// where the ticket or the job is gone.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn news(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    user: UserId,
    job: JobId,
) -> Result<Option<(About, Vec<News>)>, StoreError> {
    let about: Option<About> = sql(
        "SELECT t.number, t.subject, coalesce(t.assignee_id = $2, false) AS has, EXISTS ( \
             SELECT FROM ticket_watchers w WHERE w.ticket_id = t.id AND w.user_id = $2) AS watches \
         FROM tickets t WHERE t.id = $1",
    )
    .bind::<SqlUuid, _>(ticket)
    .bind::<SqlUuid, _>(user)
    .get_result(conn.db())
    .await
    .optional()?;
    let Some(about) = about else { return Ok(None) };
    let news = sql("SELECT e.kind, e.body, e.actor_kind, e.actor_name \
         FROM jobs j JOIN ticket_events e ON e.tenant_id = j.tenant_id AND e.ticket_id = $1 AND e.at >= j.created_at \
         WHERE j.id = $3 AND e.actor_id IS DISTINCT FROM $2 ORDER BY e.seq LIMIT $4")
    .bind::<SqlUuid, _>(ticket)
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(job)
    .bind::<BigInt, _>(MOST)
    .load(conn.db())
    .await?;
    Ok(Some((about, news)))
}

/// Whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn wanted(conn: &mut TenantConn<'_>, user: UserId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        ticket_mail: bool,
    }
    let row: Option<Row> = sql("SELECT ticket_mail FROM agents WHERE user_id = $1")
        .bind::<SqlUuid, _>(user)
        .get_result(conn.db())
        .await
        .optional()?;
    Ok(row.is_none_or(|row| row.ticket_mail))
}

/// Notes whether a member wants such mail.
///
/// # Errors
/// [`StoreError::Conflict`] where they do not belong to the tenant.
pub async fn want(conn: &mut TenantConn<'_>, user: UserId, on: bool) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO agents (tenant_id, user_id, ticket_mail) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET ticket_mail = excluded.ticket_mail",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(user)
    .bind::<Bool, _>(on)
    .execute(conn.db())
    .await?;
    Ok(())
}
