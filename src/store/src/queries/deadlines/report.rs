//! How promises were kept, in figures: counted from the deadlines themselves.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Double, Integer, Nullable, Text, Timestamptz},
};
use diesel_async::RunQueryDsl;

use super::DeadlineKind;
use crate::{error::StoreError, statement::sql, tenant::TenantConn, text_enum::text_enum};

text_enum! {
    /// What figures are told by.
    SlaGroup {
        /// All together.
        Total = "total",
        /// By the slot of the period in which it was known how it ends.
        Slot = "slot",
        /// By the priority it was promised for.
        Priority = "priority",
        /// By the team that has the ticket.
        Team = "team",
        /// By the member who has the ticket.
        Agent = "agent",
        /// By the policy that promises it.
        Policy = "policy",
    }
}

/// What became of the deadlines of a group.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Figures {
    /// What it is a group of.
    #[diesel(sql_type = Text)]
    pub by: SlaGroup,
    /// Which one: the priority's word, or an identity; none is those without one.
    #[diesel(sql_type = Nullable<Text>)]
    pub key: Option<String>,
    /// What people call it.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Which slot, from 0.
    #[diesel(sql_type = Nullable<Integer>)]
    pub slot: Option<i32>,
    /// Of what.
    #[diesel(sql_type = Text)]
    pub kind: DeadlineKind,
    /// How many were met in time.
    #[diesel(sql_type = BigInt)]
    pub met: i64,
    /// How many were not.
    #[diesel(sql_type = BigInt)]
    pub breached: i64,
    /// How long it took, at the median, of those that were met in the period, also late ones; in seconds of
    /// the time that counts.
    #[diesel(sql_type = Nullable<Double>)]
    pub median_seconds: Option<f64>,
}

/// What became of the deadlines of which that was known between the first and the last of `edges`, by
/// everything there is to tell them by.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn figures(conn: &mut TenantConn<'_>, edges: &[DateTime<Utc>]) -> Result<Vec<Figures>, StoreError> {
    Ok(sql("WITH told AS ( \
             SELECT d.kind, d.priority, d.used_seconds, d.breached_at IS NOT NULL AS late, \
                    CASE WHEN d.decided_at >= ($1)[1] AND d.decided_at < ($1)[cardinality($1)] \
                         THEN width_bucket(d.decided_at, $1) - 1 END AS slot, \
                    d.met_at >= ($1)[1] AND d.met_at < ($1)[cardinality($1)] AS ended, \
                    t.team_id::text AS team_id, m.name AS team_name, \
                    t.assignee_id::text AS agent_id, t.assignee_name AS agent_name, \
                    d.policy_id::text AS policy_id, coalesce(p.name, d.policy_name) AS policy_name \
             FROM ticket_deadlines d JOIN tickets t ON t.tenant_id = d.tenant_id AND t.id = d.ticket_id \
             LEFT JOIN teams m ON m.tenant_id = t.tenant_id AND m.id = t.team_id \
             LEFT JOIN sla_policies p ON p.tenant_id = d.tenant_id AND p.id = d.policy_id \
             WHERE d.decided_at >= ($1)[1] AND d.decided_at < ($1)[cardinality($1)] \
                OR d.met_at >= ($1)[1] AND d.met_at < ($1)[cardinality($1)]) \
         SELECT CASE WHEN GROUPING(slot) = 0 THEN 'slot' WHEN GROUPING(priority) = 0 THEN 'priority' \
                     WHEN GROUPING(team_id) = 0 THEN 'team' WHEN GROUPING(agent_id) = 0 THEN 'agent' \
                     WHEN GROUPING(policy_id) = 0 THEN 'policy' ELSE 'total' END AS by, \
                CASE WHEN GROUPING(slot) = 0 THEN NULL ELSE coalesce(priority, team_id, agent_id, policy_id) END AS key, \
                CASE WHEN GROUPING(priority) = 0 THEN priority WHEN GROUPING(team_id) = 0 THEN max(team_name) \
                     WHEN GROUPING(agent_id) = 0 THEN max(agent_name) \
                     WHEN GROUPING(policy_id) = 0 THEN max(policy_name) END AS name, \
                slot, kind, \
                count(*) FILTER (WHERE slot IS NOT NULL AND NOT late) AS met, \
                count(*) FILTER (WHERE slot IS NOT NULL AND late) AS breached, \
                percentile_cont(0.5) WITHIN GROUP (ORDER BY used_seconds) FILTER (WHERE ended) AS median_seconds \
         FROM told GROUP BY GROUPING SETS \
             ((kind), (kind, slot), (kind, priority), (kind, team_id), (kind, agent_id), (kind, policy_id)) \
         ORDER BY by, name NULLS LAST, key, slot, kind")
    .bind::<Array<Timestamptz>, _>(edges)
    .load(conn.db())
    .await?)
}
