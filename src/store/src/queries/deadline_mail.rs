//! Mail about deadlines: who is to get it, and what it says.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::deadlines::DeadlineKind;
use crate::{
    control::Role,
    error::StoreError,
    ids::{TicketId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// Who is to be told of a ticket: whoever has it and its watchers; where nobody has it its team. Where it has no
/// team either, everyone in one of the roles `answer`; where nobody is in its team, in one of `configure`. Of them those who want such mail and got none of its
/// kind, at risk or breached, since `before`: from now on they did. Only those who have proven that their
/// address is theirs.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn claim(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    breached: bool,
    (answer, configure): (&[Role], &[Role]),
    (before, at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<UserId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: UserId,
    }
    let tenant = conn.tenant_id();
    let words = |roles: &[Role]| -> Vec<&'static str> { roles.iter().map(|role| role.as_str()).collect() };
    let rows: Vec<Row> = sql("WITH t AS (SELECT id, team_id, assignee_id FROM tickets WHERE id = $2), who AS ( \
             SELECT assignee_id AS user_id FROM t \
             UNION SELECT w.user_id FROM ticket_watchers w JOIN t ON w.ticket_id = t.id \
             UNION SELECT m.user_id FROM team_members m JOIN t ON m.team_id = t.team_id WHERE t.assignee_id IS NULL \
             UNION SELECT m.user_id FROM memberships m JOIN t ON t.assignee_id IS NULL \
                 AND NOT EXISTS (SELECT FROM team_members n WHERE n.team_id = t.team_id) \
                 WHERE m.tenant_id = $1 AND m.role = ANY (CASE WHEN t.team_id IS NULL THEN $4 ELSE $7 END)) \
         INSERT INTO agents AS a (tenant_id, user_id, at_risk_mailed_at, breached_mailed_at) \
         SELECT m.tenant_id, m.user_id, CASE WHEN NOT $3 THEN $6 END, CASE WHEN $3 THEN $6 END \
         FROM who JOIN memberships m ON m.user_id = who.user_id AND m.tenant_id = $1 \
         JOIN users u ON u.id = m.user_id AND u.email_verified_at IS NOT NULL ORDER BY m.user_id \
         ON CONFLICT (tenant_id, user_id) DO UPDATE \
             SET at_risk_mailed_at = coalesce(excluded.at_risk_mailed_at, a.at_risk_mailed_at), \
                 breached_mailed_at = coalesce(excluded.breached_mailed_at, a.breached_mailed_at) \
             WHERE a.deadline_mail \
               AND coalesce(CASE WHEN $3 THEN a.breached_mailed_at ELSE a.at_risk_mailed_at END <= $5, true) \
         RETURNING a.user_id")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(ticket)
    .bind::<Bool, _>(breached)
    .bind::<Array<Text>, _>(words(answer))
    .bind::<Timestamptz, _>(before)
    .bind::<Timestamptz, _>(at)
    .bind::<Array<Text>, _>(words(configure))
    .get_results(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// A deadline, as a mail tells of it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Due {
    /// Of the ticket.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// What it is about.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// What is waited for.
    #[diesel(sql_type = Text)]
    pub kind: DeadlineKind,
    /// By when.
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// Whether that has passed.
    #[diesel(sql_type = Bool)]
    pub breached: bool,
    /// How many other tickets have passed one.
    #[diesel(sql_type = BigInt)]
    pub others: i64,
}

/// What is told of a ticket's deadline: the one that is or was due first. Nothing where none is left that is
/// at risk, or where it is told of a breach and there is none any more.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    breached: bool,
) -> Result<Option<Due>, StoreError> {
    Ok(sql(
        "SELECT t.number, t.subject, d.kind, d.due_at, d.breached_at IS NOT NULL AS breached, ( \
                SELECT count(DISTINCT o.ticket_id) FROM ticket_deadlines o \
                WHERE o.met_at IS NULL AND o.breached_at IS NOT NULL AND o.ticket_id <> t.id) AS others \
             FROM tickets t JOIN ticket_deadlines d ON d.tenant_id = t.tenant_id AND d.ticket_id = t.id \
             WHERE t.id = $1 AND d.met_at IS NULL AND d.due_at IS NOT NULL \
               AND CASE WHEN $2 THEN d.breached_at IS NOT NULL ELSE d.at_risk_told_at IS NOT NULL END \
             ORDER BY d.due_at, d.kind LIMIT 1",
    )
    .bind::<SqlUuid, _>(ticket)
    .bind::<Bool, _>(breached)
    .get_result(conn.db())
    .await
    .optional()?)
}

/// Whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn wanted(conn: &mut TenantConn<'_>, user: UserId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Bool>)]
        deadline_mail: Option<bool>,
    }
    let row: Row = sql("SELECT (SELECT deadline_mail FROM agents WHERE user_id = $1) AS deadline_mail")
        .bind::<SqlUuid, _>(user)
        .get_result(conn.db())
        .await?;
    Ok(row.deadline_mail.unwrap_or(true))
}

/// Notes whether a member wants such mail.
///
/// # Errors
/// [`StoreError::Conflict`] where they do not belong to the tenant.
pub async fn want(conn: &mut TenantConn<'_>, user: UserId, on: bool) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO agents (tenant_id, user_id, deadline_mail) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET deadline_mail = excluded.deadline_mail",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(user)
    .bind::<Bool, _>(on)
    .execute(conn.db())
    .await?;
    Ok(())
}
