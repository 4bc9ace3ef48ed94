//! Those who run the installation: who is one ([`list`]), their entries, and the times in which one acts as a tenant
//! ([`access`]). The server cannot make anybody an operator: it has no right to.

pub mod access;
pub mod list;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Binary, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::ControlDb;
use crate::{
    error::StoreError,
    ids::{OperatorActId, OperatorSessionId, TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// Somebody who has entered as an operator and still is one.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct OperatorSession {
    /// The entry.
    #[diesel(sql_type = SqlUuid)]
    pub id: OperatorSessionId,
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub user: UserId,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// What they are called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// When it ends by itself.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

/// An entry that begins.
#[derive(Clone, Debug)]
pub struct NewOperatorSession {
    /// Chosen by the caller.
    pub id: OperatorSessionId,
    /// Who.
    pub user: UserId,
    /// SHA-256 of its secret.
    pub hash: Vec<u8>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Something an operator did.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct OperatorAct {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: OperatorActId,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Who; none for the command line.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub operator: Option<UserId>,
    /// Their address then; by the command line, of whom it was done to.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// From where.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    /// What, as `operator.enter`.
    #[diesel(sql_type = Text)]
    pub action: String,
    /// Which tenant it was about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub tenant: Option<TenantId>,
    /// What that tenant is called now.
    #[diesel(sql_type = Nullable<Text>)]
    pub tenant_name: Option<String>,
    /// What there is to say of it.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub details: Option<Value>,
}

/// The same, about to be put on record.
#[derive(Clone, Debug)]
pub struct NewOperatorAct<'a> {
    /// Who.
    pub operator: UserId,
    /// Their address.
    pub email: &'a str,
    /// From where.
    pub address: Option<String>,
    /// What.
    pub action: &'static str,
    /// About which tenant.
    pub tenant: Option<TenantId>,
    /// What there is to say of it.
    pub details: Option<Value>,
    /// When.
    pub at: DateTime<Utc>,
}

impl ControlDb {
    /// Whether somebody is an operator.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn is_operator(&self, user: UserId) -> Result<bool, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            is: bool,
        }
        let query =
            sql("SELECT EXISTS (SELECT FROM operators WHERE user_id = $1) AS is").bind::<SqlUuid, _>(user);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.iter().any(|row| row.is))
    }

    /// The entry with this secret, by its hash. None where it is over, its person is no operator any more, or their
    /// second factor was taken off or is another one by now.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_session(
        &self,
        hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<OperatorSession>, StoreError> {
        let query = sql(
            "SELECT s.id, s.operator_id AS \"user\", u.email, u.name, s.expires_at \
             FROM operator_sessions s JOIN operators o ON o.user_id = s.operator_id \
             JOIN users u ON u.id = s.operator_id \
             JOIN second_factors f ON f.user_id = s.operator_id AND f.enabled_at <= s.began_at \
             WHERE s.hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2",
        )
        .bind::<Binary, _>(hash.to_vec())
        .bind::<Timestamptz, _>(now);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// What operators did, the newest first, before the act of this id; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_acts(
        &self,
        before: Option<OperatorActId>,
        limit: i64,
    ) -> Result<Vec<OperatorAct>, StoreError> {
        let query = sql(
            "SELECT a.id, a.at, a.operator_id AS operator, a.email, a.address, a.action, \
                    a.tenant_id AS tenant, t.name AS tenant_name, a.details \
             FROM operator_acts a LEFT JOIN tenants t ON t.id = a.tenant_id \
             WHERE $1 IS NULL OR a.id < $1 ORDER BY a.id DESC LIMIT $2",
        )
        .bind::<Nullable<SqlUuid>, _>(before)
        .bind::<BigInt, _>(limit);
        self.rows(query).await
    }
}

/// Begins an entry.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn enter(conn: &mut TenantConn<'_>, new: NewOperatorSession) -> Result<(), StoreError> {
    sql("INSERT INTO operator_sessions (id, operator_id, hash, began_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind::<SqlUuid, _>(new.id)
        .bind::<SqlUuid, _>(new.user)
        .bind::<Binary, _>(new.hash)
        .bind::<Timestamptz, _>(new.at)
        .bind::<Timestamptz, _>(new.expires_at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Ends an entry.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn leave(
    conn: &mut TenantConn<'_>,
    session: OperatorSessionId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("UPDATE operator_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind::<SqlUuid, _>(session)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Puts an act on record, in the transaction that does it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn record(conn: &mut TenantConn<'_>, act: NewOperatorAct<'_>) -> Result<(), StoreError> {
    sql(
        "INSERT INTO operator_acts (id, at, operator_id, email, address, action, tenant_id, details) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Timestamptz, _>(act.at)
    .bind::<SqlUuid, _>(act.operator)
    .bind::<Text, _>(act.email)
    .bind::<Nullable<Text>, _>(act.address)
    .bind::<Text, _>(act.action)
    .bind::<Nullable<SqlUuid>, _>(act.tenant)
    .bind::<Nullable<Jsonb>, _>(act.details)
    .execute(conn.db())
    .await?;
    Ok(())
}
