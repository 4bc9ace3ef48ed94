//! The record of administrative acts. It is only ever added to.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{error::StoreError, ids::AuditEventId, statement::sql, tenant::TenantConn, text_enum::text_enum};

text_enum! {
    /// What kind of actor did something.
    ActorKind {
        /// Somebody who logs in.
        User = "user",
        /// A program.
        ApiKey = "api_key",
        /// Somebody who chats.
        Visitor = "visitor",
        /// Parlance itself.
        System = "system",
        /// Somebody who runs the installation, acting as the tenant.
        Operator = "operator",
    }
}

/// One administrative act.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct AuditEvent {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: AuditEventId,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// What kind of actor.
    #[diesel(sql_type = Text)]
    pub actor_kind: ActorKind,
    /// Who; none for Parlance itself.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub actor_id: Option<Uuid>,
    /// What they were called then.
    #[diesel(sql_type = Text)]
    pub actor_name: String,
    /// From where, as text.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    /// What was done, as `space.publish`.
    #[diesel(sql_type = Text)]
    pub action: String,
    /// What kind of thing it was done to.
    #[diesel(sql_type = Nullable<Text>)]
    pub target_kind: Option<String>,
    /// Which one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub target_id: Option<Uuid>,
    /// What changed, as it was.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub before: Option<Value>,
    /// What changed, as it is now.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub after: Option<Value>,
}

/// Which acts are wanted. What is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of this actor.
    pub actor: Option<Uuid>,
    /// Of this kind, as `space.publish`; `space.` for all of a space.
    pub action: Option<String>,
    /// Done to this.
    pub target: Option<Uuid>,
    /// At this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// Where a page of acts begins: after this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    /// Its moment.
    pub at: DateTime<Utc>,
    /// Its identity.
    pub id: AuditEventId,
}

impl From<&AuditEvent> for AuditCursor {
    fn from(event: &AuditEvent) -> Self {
        Self {
            at: event.at,
            id: event.id,
        }
    }
}

/// Adds an act to the record, in the transaction that does it.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn record(conn: &mut TenantConn<'_>, event: AuditEvent) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO audit_events (tenant_id, id, at, actor_kind, actor_id, actor_name, address, action, \
                                   target_kind, target_id, before, after) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(event.id)
    .bind::<Timestamptz, _>(event.at)
    .bind::<Text, _>(event.actor_kind)
    .bind::<Nullable<SqlUuid>, _>(event.actor_id)
    .bind::<Text, _>(event.actor_name)
    .bind::<Nullable<Text>, _>(event.address)
    .bind::<Text, _>(event.action)
    .bind::<Nullable<Text>, _>(event.target_kind)
    .bind::<Nullable<SqlUuid>, _>(event.target_id)
    .bind::<Nullable<Jsonb>, _>(event.before)
    .bind::<Nullable<Jsonb>, _>(event.after)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// A page of the record, the newest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(
    conn: &mut TenantConn<'_>,
    filter: &AuditFilter,
    after: Option<AuditCursor>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StoreError> {
    let statement = sql(
        "SELECT id, at, actor_kind, actor_id, actor_name, address, action, target_kind, target_id, before, after \
         FROM audit_events \
         WHERE ($1::uuid IS NULL OR actor_id = $1) \
           AND ($2::text IS NULL OR action = $2 OR right($2, 1) = '.' AND starts_with(action, $2)) \
           AND ($3::uuid IS NULL OR target_id = $3) \
           AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5) \
           AND ($6::timestamptz IS NULL OR (at, id) < ($6, $7)) \
         ORDER BY at DESC, id DESC LIMIT $8",
    )
    .bind::<Nullable<SqlUuid>, _>(filter.actor)
    .bind::<Nullable<Text>, _>(filter.action.as_deref())
    .bind::<Nullable<SqlUuid>, _>(filter.target)
    .bind::<Nullable<Timestamptz>, _>(filter.from)
    .bind::<Nullable<Timestamptz>, _>(filter.to)
    .bind::<Nullable<Timestamptz>, _>(after.map(|cursor| cursor.at))
    .bind::<Nullable<SqlUuid>, _>(after.map(|cursor| cursor.id))
    .bind::<BigInt, _>(limit);
    Ok(statement.load(conn.db()).await?)
}
