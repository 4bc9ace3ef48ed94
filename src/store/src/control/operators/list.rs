//! Who is an operator. What is written here is written by the command line with the administrator's rights.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{error::StoreError, statement::sql};

/// An operator.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Operator {
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// What they are called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub added_at: DateTime<Utc>,
    /// Without one they cannot enter.
    #[diesel(sql_type = Bool)]
    pub second_factor: bool,
}

/// What came of making somebody an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Added {
    /// Whether there is an account of this address.
    #[diesel(sql_type = Bool)]
    pub known: bool,
    /// Whether the address is proven.
    #[diesel(sql_type = Bool)]
    pub proven: bool,
    /// Whether they were none before.
    #[diesel(sql_type = Bool)]
    pub added: bool,
}

/// Makes the account of this address an operator. Nothing happens where the address is not proven.
///
/// # Errors
/// [`StoreError`] where the database cannot be reached, or `admin_url` names a role that may not do this.
pub async fn add(admin_url: &str, email: &str, at: DateTime<Utc>) -> Result<Added, StoreError> {
    let mut conn = connect(admin_url).await?;
    let query = sql(
        "WITH known AS (SELECT id, email, email_verified_at IS NOT NULL AS proven FROM users \
                  WHERE lower(email) = lower($1)), \
              added AS (INSERT INTO operators (user_id, added_at) SELECT id, $2 FROM known WHERE proven \
                  ON CONFLICT DO NOTHING RETURNING user_id), \
              noted AS (INSERT INTO operator_acts (id, at, email, action) \
                  SELECT $3, $2, k.email, 'operator.add' FROM known k JOIN added a ON a.user_id = k.id) \
         SELECT EXISTS (SELECT FROM known) AS known, EXISTS (SELECT FROM known WHERE proven) AS proven, \
                EXISTS (SELECT FROM added) AS added",
    )
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(at)
    .bind::<SqlUuid, _>(Uuid::now_v7());
    Ok(query.get_result(&mut conn).await?)
}

/// Takes it back, with all that was entered. False where there is no such operator.
///
/// # Errors
/// As of [`add`].
pub async fn remove(admin_url: &str, email: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        gone: bool,
    }
    let mut conn = connect(admin_url).await?;
    let query = sql("WITH gone AS (DELETE FROM operators o USING users u \
                  WHERE u.id = o.user_id AND lower(u.email) = lower($1) RETURNING o.user_id, u.email), \
              ended AS (UPDATE operator_sessions s SET ended_at = $2 FROM gone g \
                  WHERE s.operator_id = g.user_id AND s.ended_at IS NULL), \
              noted AS (INSERT INTO operator_acts (id, at, email, action) \
                  SELECT $3, $2, email, 'operator.remove' FROM gone) \
         SELECT EXISTS (SELECT FROM gone) AS gone")
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(at)
    .bind::<SqlUuid, _>(Uuid::now_v7());
    let row: Row = query.get_result(&mut conn).await?;
    Ok(row.gone)
}

/// All operators, the oldest first.
///
/// # Errors
/// As of [`add`].
pub async fn all(admin_url: &str) -> Result<Vec<Operator>, StoreError> {
    let mut conn = connect(admin_url).await?;
    let query = sql("SELECT u.email, u.name, o.added_at, \
                EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id AND f.enabled_at IS NOT NULL) \
                    AS second_factor \
         FROM operators o JOIN users u ON u.id = o.user_id ORDER BY o.added_at, u.email");
    Ok(query.get_results(&mut conn).await?)
}

async fn connect(admin_url: &str) -> Result<AsyncPgConnection, StoreError> {
    let connected = AsyncPgConnection::establish(admin_url).await;
    connected.map_err(|error| StoreError::Pool(error.to_string()))
}
