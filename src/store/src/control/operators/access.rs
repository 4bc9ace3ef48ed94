//! The times in which an operator acts as a tenant, and what was asked for in them.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::super::{ControlDb, sessions::LiveSession};
use crate::{
    error::StoreError,
    ids::{OperatorAccessId, OperatorSessionId, TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A time in which an operator acts as a tenant, not ended.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct OperatorAccess {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: OperatorAccessId,
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub operator: UserId,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// As whom.
    #[diesel(sql_type = SqlUuid)]
    pub tenant: TenantId,
    /// What that tenant is called.
    #[diesel(sql_type = Text)]
    pub tenant_name: String,
    /// Why.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// Whether more than reading.
    #[diesel(sql_type = Bool)]
    pub may_write: bool,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub began_at: DateTime<Utc>,
    /// When it ends by itself.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

/// One that begins, in the transaction of the tenant.
#[derive(Clone, Debug)]
pub struct NewOperatorAccess<'a> {
    /// Chosen by the caller.
    pub id: OperatorAccessId,
    /// Who.
    pub operator: UserId,
    /// By which entry.
    pub session: OperatorSessionId,
    /// Why; 10 to 500 characters.
    pub reason: &'a str,
    /// Whether more than reading.
    pub may_write: bool,
    /// From when.
    pub at: DateTime<Utc>,
    /// When it ends by itself, an hour later at most.
    pub expires_at: DateTime<Utc>,
}

impl ControlDb {
    /// What a token of this time is worth now: somebody who looks on. None where the time is over, or its entry, or
    /// the operator is none any more, or the tenant is not active.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn live_operator(
        &self,
        access: OperatorAccessId,
        now: DateTime<Utc>,
    ) -> Result<Option<LiveSession>, StoreError> {
        let query = sql("SELECT a.operator_id AS \"user\", a.tenant_id AS tenant, 'viewer' AS role, u.email, \
                    u.name || ' (operator)' AS name, true AS email_verified \
             FROM operator_access a JOIN operators o ON o.user_id = a.operator_id \
             JOIN operator_sessions s ON s.id = a.session_id AND s.ended_at IS NULL AND s.expires_at > $2 \
             JOIN second_factors f ON f.user_id = a.operator_id AND f.enabled_at <= s.began_at \
             JOIN users u ON u.id = a.operator_id JOIN tenants t ON t.id = a.tenant_id AND t.status = 'active' \
             WHERE a.id = $1 AND a.ended_at IS NULL AND a.expires_at > $2")
        .bind::<SqlUuid, _>(access)
        .bind::<Timestamptz, _>(now);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// The times of an entry that go on, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_accesses(
        &self,
        session: OperatorSessionId,
        now: DateTime<Utc>,
    ) -> Result<Vec<OperatorAccess>, StoreError> {
        let query = sql("SELECT a.id, a.operator_id AS operator, u.email, a.tenant_id AS tenant, \
                    t.name AS tenant_name, a.reason, a.may_write, a.began_at, a.expires_at \
             FROM operator_access a JOIN users u ON u.id = a.operator_id JOIN tenants t ON t.id = a.tenant_id \
             WHERE a.session_id = $1 AND a.ended_at IS NULL AND a.expires_at > $2 ORDER BY a.began_at DESC, a.id")
        .bind::<SqlUuid, _>(session)
        .bind::<Timestamptz, _>(now);
        self.rows(query).await
    }

    /// Times that are over while nobody ended them: their hour, or the entry, or the operator is none any more.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_accesses_over(
        &self,
        now: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<OperatorAccess>, StoreError> {
        let query = sql("SELECT a.id, a.operator_id AS operator, u.email, a.tenant_id AS tenant, \
                    t.name AS tenant_name, a.reason, a.may_write, a.began_at, a.expires_at \
             FROM operator_access a JOIN users u ON u.id = a.operator_id JOIN tenants t ON t.id = a.tenant_id \
             JOIN operator_sessions s ON s.id = a.session_id \
             WHERE a.ended_at IS NULL AND (a.expires_at <= $1 OR s.ended_at IS NOT NULL OR s.expires_at <= $1 \
                OR NOT EXISTS (SELECT FROM operators o WHERE o.user_id = a.operator_id)) \
             ORDER BY a.expires_at LIMIT $2")
        .bind::<Timestamptz, _>(now)
        .bind::<Integer, _>(limit);
        self.rows(query).await
    }

    /// Notes a request that was made in such a time.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn note_operator_request(
        &self,
        access: OperatorAccessId,
        method: &str,
        path: &str,
        address: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let note = sql("INSERT INTO operator_requests (access_id, at, method, path, address) VALUES ($1, $2, $3, $4, $5)")
            .bind::<SqlUuid, _>(access)
            .bind::<Timestamptz, _>(at)
            .bind::<Text, _>(method.to_owned())
            .bind::<Text, _>(path.to_owned())
            .bind::<Nullable<Text>, _>(address);
        self.execute(note).await
    }
}

/// Begins one, as the tenant of the transaction.
///
/// # Errors
/// [`StoreError::Conflict`] `operator_access_tenant_id_fkey` where there is no such tenant.
pub async fn begin(conn: &mut TenantConn<'_>, new: NewOperatorAccess<'_>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO operator_access \
             (id, operator_id, session_id, tenant_id, reason, may_write, began_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.operator)
    .bind::<SqlUuid, _>(new.session)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(new.reason)
    .bind::<Bool, _>(new.may_write)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Timestamptz, _>(new.expires_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Ends one. How many requests were made in it; none where it was ended before.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn end(
    conn: &mut TenantConn<'_>,
    access: OperatorAccessId,
    at: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        requests: i64,
    }
    let tenant = conn.tenant_id();
    let ended: Option<Row> = sql("UPDATE operator_access SET ended_at = $3 \
         WHERE id = $1 AND tenant_id = $2 AND ended_at IS NULL \
         RETURNING (SELECT count(*) FROM operator_requests WHERE access_id = $1) AS requests")
    .bind::<SqlUuid, _>(access)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(at)
    .get_result(conn.db())
    .await
    .optional()?;
    Ok(ended.map(|row| row.requests))
}
