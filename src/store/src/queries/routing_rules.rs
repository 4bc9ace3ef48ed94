//! Rules that say who is given a ticket, in the order in which they are tried. Whoever changes them calls
//! [`hold`] first.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{RoutingRuleId, TeamId, TicketCategoryId, TicketId, UserId},
    queries::tickets::Priority,
    statement::sql,
    tenant::TenantConn,
};

/// A rule.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct RoutingRule {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: RoutingRuleId,
    /// What people call it.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether it is tried.
    #[diesel(sql_type = Bool)]
    pub enabled: bool,
    /// What must hold, as the domain reads it.
    #[diesel(sql_type = Jsonb)]
    pub conditions: Value,
    /// Whose the ticket becomes.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub team_id: Option<TeamId>,
    /// Who is given it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub agent_id: Option<UserId>,
    /// How urgent it becomes.
    #[diesel(sql_type = Nullable<Text>)]
    pub priority: Option<Priority>,
    /// What it is tagged with besides.
    #[diesel(sql_type = Array<Text>)]
    pub tags: Vec<String>,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it last changed, but for its place.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// Columns of a [`RoutingRule`].
macro_rules! rule {
    () => {
        "id, name, enabled, conditions, team_id, agent_id, priority, tags, created_at, updated_at"
    };
}

/// Makes others who change rules wait for this transaction, and gives how many the tenant has.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hold(conn: &mut TenantConn<'_>) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        rules: i64,
    }
    let tenant = conn.tenant_id().to_string();
    sql("SELECT pg_advisory_xact_lock(hashtextextended('routing_rules/' || $1, 0))")
        .bind::<Text, _>(tenant)
        .execute(conn.db())
        .await?;
    let row: Row = sql("SELECT count(*) AS rules FROM routing_rules")
        .get_result(conn.db())
        .await?;
    Ok(row.rules)
}

/// All rules of the tenant, in the order in which they are tried.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<RoutingRule>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        rule!(),
        " FROM routing_rules ORDER BY position"
    ))
    .load(conn.db())
    .await?)
}

/// One rule.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such rule.
pub async fn get(conn: &mut TenantConn<'_>, id: RoutingRuleId) -> Result<RoutingRule, StoreError> {
    Ok(
        sql(concat!("SELECT ", rule!(), " FROM routing_rules WHERE id = $1"))
            .bind::<SqlUuid, _>(id)
            .get_result(conn.db())
            .await?,
    )
}

/// The name of a rule that asks for a category, where there is one.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn of_category(
    conn: &mut TenantConn<'_>,
    category: TicketCategoryId,
) -> Result<Option<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Row> =
        sql("SELECT name FROM routing_rules WHERE conditions -> 'categories' ? $1 ORDER BY position LIMIT 1")
            .bind::<Text, _>(category.to_string())
            .load(conn.db())
            .await?;
    Ok(rows.into_iter().next().map(|row| row.name))
}

/// Keeps a rule: a new one, which is tried last, or one that is there, at its place.
///
/// # Errors
/// [`StoreError::Conflict`] `routing_rules_team` where the tenant has no such team, `routing_rules_agent`
/// where the agent does not belong to it.
pub async fn put(conn: &mut TenantConn<'_>, rule: &RoutingRule) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO routing_rules (tenant_id, id, position, name, enabled, conditions, team_id, agent_id, \
                                    priority, tags, created_at, updated_at) \
         VALUES ($1, $2, (SELECT coalesce(max(position) + 1, 0) FROM routing_rules), $3, $4, $5, $6, $7, $8, $9, \
                 $10, $11) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, enabled = excluded.enabled, \
            conditions = excluded.conditions, team_id = excluded.team_id, agent_id = excluded.agent_id, \
            priority = excluded.priority, tags = excluded.tags, updated_at = excluded.updated_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(rule.id)
    .bind::<Text, _>(&rule.name)
    .bind::<Bool, _>(rule.enabled)
    .bind::<Jsonb, _>(&rule.conditions)
    .bind::<Nullable<SqlUuid>, _>(rule.team_id)
    .bind::<Nullable<SqlUuid>, _>(rule.agent_id)
    .bind::<Nullable<Text>, _>(rule.priority)
    .bind::<Array<Text>, _>(&rule.tags)
    .bind::<Timestamptz, _>(rule.created_at)
    .bind::<Timestamptz, _>(rule.updated_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Has all rules tried in this order.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn order(conn: &mut TenantConn<'_>, rules: &[RoutingRuleId]) -> Result<(), StoreError> {
    sql("UPDATE routing_rules r SET position = o.place - 1 \
         FROM unnest($1) WITH ORDINALITY AS o (id, place) WHERE r.id = o.id AND r.position <> o.place - 1")
    .bind::<Array<SqlUuid>, _>(rules)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a rule.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such rule.
pub async fn remove(conn: &mut TenantConn<'_>, id: RoutingRuleId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM routing_rules WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    (removed == 1).then_some(()).ok_or(StoreError::NotFound)
}

/// What is known of a ticket besides its own row.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Told {
    /// What it began with, or what the visitor first said in its conversation: 2,000 characters at most.
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
    /// The contact's attribute `plan`: as the host site vouches, or else as agents know.
    #[diesel(sql_type = Nullable<Text>)]
    pub plan: Option<String>,
    /// What is stored under `hours` of its space's settings.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub hours: Option<Value>,
}

/// Reads what a ticket is categorised and routed by.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such ticket.
pub async fn told(conn: &mut TenantConn<'_>, ticket: TicketId) -> Result<Told, StoreError> {
    Ok(sql("SELECT s.settings -> 'hours' AS hours, \
                coalesce(k.attributes ->> 'plan', k.edited_attributes ->> 'plan') AS plan, \
                left(coalesce( \
                    (SELECT e.body ->> 'text' FROM ticket_events e \
                     WHERE e.tenant_id = t.tenant_id AND e.ticket_id = t.id AND e.kind = 'created' \
                     ORDER BY e.seq LIMIT 1), \
                    (SELECT string_agg(m.text, E'\\n' ORDER BY m.seq) FROM ( \
                        SELECT f.text, f.seq FROM messages f WHERE f.tenant_id = t.tenant_id \
                        AND f.conversation_id = t.conversation_id AND f.author_kind = 'visitor' \
                        ORDER BY f.seq LIMIT 3) m)), 2000) AS text \
         FROM tickets t JOIN spaces s ON s.tenant_id = t.tenant_id AND s.id = t.space_id \
         LEFT JOIN contacts k ON k.tenant_id = t.tenant_id AND k.id = t.contact_id WHERE t.id = $1")
    .bind::<SqlUuid, _>(ticket)
    .get_result(conn.db())
    .await?)
}

/// How many unfinished tickets each of `users` has who has any.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn loads(conn: &mut TenantConn<'_>, users: &[UserId]) -> Result<Vec<(UserId, i64)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: UserId,
        #[diesel(sql_type = BigInt)]
        tickets: i64,
    }
    let rows: Vec<Row> = sql("SELECT assignee_id AS user_id, count(*) AS tickets FROM tickets \
         WHERE assignee_id = ANY ($1) AND resolved_at IS NULL GROUP BY assignee_id")
    .bind::<Array<SqlUuid>, _>(users)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.tickets)).collect())
}
