//! Deadlines of tickets: what was promised, by when, and what became of it.

pub mod report;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::tickets::Status;
use crate::{
    error::StoreError,
    ids::{ContactId, ConversationId, SlaPolicyId, SpaceId, TicketId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What a customer waits for.
    DeadlineKind {
        /// The first word of an agent.
        FirstResponse = "first_response",
        /// That it is done.
        Resolution = "resolution",
    }
}

/// A wait that something was promised for.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Deadline {
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub ticket_id: TicketId,
    /// For what.
    #[diesel(sql_type = Text)]
    pub kind: DeadlineKind,
    /// From 1; of a resolution one more each time the ticket is opened again.
    #[diesel(sql_type = Integer)]
    pub round: i32,
    /// Which policy promises it. It may be gone.
    #[diesel(sql_type = SqlUuid)]
    pub policy_id: SlaPolicyId,
    /// What that was called.
    #[diesel(sql_type = Text)]
    pub policy_name: String,
    /// The priority it was promised for.
    #[diesel(sql_type = Text)]
    pub priority: String,
    /// Of the time that counts.
    #[diesel(sql_type = BigInt)]
    pub target_seconds: i64,
    /// Whether business hours count, or all time.
    #[diesel(sql_type = Bool)]
    pub business: bool,
    /// Since when it is waited for.
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    /// None where it is paused before it, or that is never within a year.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    /// From when on it is at risk; none likewise.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub at_risk_at: Option<DateTime<Utc>>,
    /// Since when it is paused.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub paused_at: Option<DateTime<Utc>>,
    /// Of the time that counts, until it was paused or met; of one that runs, before it last began to.
    #[diesel(sql_type = BigInt)]
    pub used_seconds: i64,
    /// When it ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub met_at: Option<DateTime<Utc>>,
    /// When it was told that it is at risk.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub at_risk_told_at: Option<DateTime<Utc>>,
    /// `due_at`, once that has passed and is noted.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub breached_at: Option<DateTime<Utc>>,
}

/// Columns of a [`Deadline`].
macro_rules! deadline {
    () => {
        "ticket_id, kind, round, policy_id, policy_name, priority, target_seconds, business, started_at, due_at, \
         at_risk_at, paused_at, used_seconds, met_at, at_risk_told_at, breached_at"
    };
}

/// All deadlines a ticket had and has, by kind and round, to be changed.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock(conn: &mut TenantConn<'_>, ticket: TicketId) -> Result<Vec<Deadline>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        deadline!(),
        " FROM ticket_deadlines WHERE ticket_id = $1 ORDER BY kind, round FOR NO KEY UPDATE"
    ))
    .bind::<SqlUuid, _>(ticket)
    .load(conn.db())
    .await?)
}

/// The present deadlines of tickets, one of a kind each.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of(conn: &mut TenantConn<'_>, tickets: &[TicketId]) -> Result<Vec<Deadline>, StoreError> {
    Ok(sql(concat!(
        "SELECT DISTINCT ON (ticket_id, kind) ",
        deadline!(),
        " FROM ticket_deadlines WHERE ticket_id = ANY ($1) ORDER BY ticket_id, kind, round DESC"
    ))
    .bind::<Array<SqlUuid>, _>(tickets)
    .load(conn.db())
    .await?)
}

/// When the deadline of a conversation's tickets passes that passes next, or has passed longest ago; none where
/// none runs. What an inbox orders by.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn next_deadline(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        due_at: Option<DateTime<Utc>>,
    }
    let row: Row = sql(
        "SELECT min(due_at) AS due_at FROM ticket_deadlines WHERE met_at IS NULL \
         AND ticket_id IN (SELECT id FROM tickets WHERE conversation_id = $1)",
    )
    .bind::<SqlUuid, _>(conversation)
    .get_result(conn.db())
    .await?;
    Ok(row.due_at)
}

/// Writes the [`next_deadline`] of a conversation to it, which the inbox is sorted by. A conversation that
/// somebody writes to at this moment is not waited for, because its writer may be waiting for the ticket: whoever
/// has changed a ticket [holds](hold_conversation) its conversation and carries again when that is committed.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn carry(conn: &mut TenantConn<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    sql(
        "WITH next AS (SELECT min(due_at) AS due_at FROM ticket_deadlines WHERE met_at IS NULL \
             AND ticket_id IN (SELECT id FROM tickets WHERE conversation_id = $1)), \
         free AS (SELECT id FROM conversations WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED) \
         UPDATE conversations c SET deadline = next.due_at FROM next, free \
         WHERE c.id = free.id AND c.deadline IS DISTINCT FROM next.due_at",
    )
    .bind::<SqlUuid, _>(conversation)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Waits for whoever writes to a conversation, and has others wait who would. For a transaction that has no
/// ticket.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hold_conversation(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    sql("SELECT id FROM conversations WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(conversation)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Keeps a deadline: a new one, or one that is there as it is now.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn put(conn: &mut TenantConn<'_>, deadline: &Deadline) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(concat!(
        "INSERT INTO ticket_deadlines (tenant_id, ",
        deadline!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (tenant_id, ticket_id, kind, round) DO UPDATE SET policy_id = excluded.policy_id, \
            policy_name = excluded.policy_name, priority = excluded.priority, \
            target_seconds = excluded.target_seconds, business = excluded.business, \
            started_at = excluded.started_at, due_at = excluded.due_at, at_risk_at = excluded.at_risk_at, \
            paused_at = excluded.paused_at, used_seconds = excluded.used_seconds, met_at = excluded.met_at, \
            at_risk_told_at = excluded.at_risk_told_at, breached_at = excluded.breached_at"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(deadline.ticket_id)
    .bind::<Text, _>(deadline.kind)
    .bind::<Integer, _>(deadline.round)
    .bind::<SqlUuid, _>(deadline.policy_id)
    .bind::<Text, _>(&deadline.policy_name)
    .bind::<Text, _>(&deadline.priority)
    .bind::<BigInt, _>(deadline.target_seconds)
    .bind::<Bool, _>(deadline.business)
    .bind::<Timestamptz, _>(deadline.started_at)
    .bind::<Nullable<Timestamptz>, _>(deadline.due_at)
    .bind::<Nullable<Timestamptz>, _>(deadline.at_risk_at)
    .bind::<Nullable<Timestamptz>, _>(deadline.paused_at)
    .bind::<BigInt, _>(deadline.used_seconds)
    .bind::<Nullable<Timestamptz>, _>(deadline.met_at)
    .bind::<Nullable<Timestamptz>, _>(deadline.at_risk_told_at)
    .bind::<Nullable<Timestamptz>, _>(deadline.breached_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a deadline that nothing promises any more.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn forget(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    kind: DeadlineKind,
    round: i32,
) -> Result<(), StoreError> {
    sql("DELETE FROM ticket_deadlines WHERE ticket_id = $1 AND kind = $2 AND round = $3")
        .bind::<SqlUuid, _>(ticket)
        .bind::<Text, _>(kind)
        .bind::<Integer, _>(round)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// A ticket's status from some instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct StatusSince {
    /// From when on.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Which.
    #[diesel(sql_type = Text)]
    pub status: Status,
}

/// Every change of a ticket's status since it was made, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn statuses(conn: &mut TenantConn<'_>, ticket: TicketId) -> Result<Vec<StatusSince>, StoreError> {
    Ok(
        sql("SELECT at, body #>> '{status,to}' AS status FROM ticket_events \
             WHERE ticket_id = $1 AND kind = 'changed' AND body #> '{status,to}' IS NOT NULL ORDER BY seq")
        .bind::<SqlUuid, _>(ticket)
        .load(conn.db())
        .await?,
    )
}

/// What decides a deadline besides the ticket itself.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Facts {
    /// What is stored under `hours` of the space's settings.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub hours: Option<Value>,
    /// What the contact's attribute `plan` says: the host site, or else what agents know.
    #[diesel(sql_type = Nullable<Text>)]
    pub plan: Option<String>,
}

/// The hours of a space and the plan of a contact.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn facts(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    contact: Option<ContactId>,
) -> Result<Facts, StoreError> {
    Ok(sql("SELECT (SELECT settings -> 'hours' FROM spaces WHERE id = $1) AS hours, \
            (SELECT coalesce(attributes ->> 'plan', edited_attributes ->> 'plan') FROM contacts WHERE id = $2) AS plan")
    .bind::<SqlUuid, _>(space)
    .bind::<Nullable<SqlUuid>, _>(contact)
    .get_result(conn.db())
    .await?)
}

/// Tickets that are not done, in the order of their making, behind `after`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unfinished(
    conn: &mut TenantConn<'_>,
    after: Option<TicketId>,
    limit: i64,
) -> Result<Vec<TicketId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: TicketId,
    }
    let rows: Vec<Row> = sql(
        "SELECT id FROM tickets WHERE resolved_at IS NULL AND ($1 IS NULL OR id > $1) \
         ORDER BY id LIMIT $2",
    )
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
