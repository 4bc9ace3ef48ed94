//! People whose accounts another service keeps. What it calls them, and its organisations, is kept with
//! the name of the service.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{ControlDb, LiveSession, Role};
use crate::{
    error::StoreError,
    ids::{TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// Somebody, as a service names them.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// The service.
    pub provider: &'a str,
    /// Its id of them.
    pub subject: &'a str,
}

/// Who that is here.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Identity {
    /// The person.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    /// When the service was last asked about them.
    #[diesel(sql_type = Timestamptz)]
    pub refreshed_at: DateTime<Utc>,
}

/// An organisation of a service that is a tenant here.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Organisation {
    /// The service.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// Its id of the organisation.
    #[diesel(sql_type = Text)]
    pub subject: String,
}

/// A membership, and the service's word that its role was last taken from.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Standing {
    /// As what.
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// None where no service said it.
    #[diesel(sql_type = Nullable<Text>)]
    pub provider_role: Option<String>,
}

/// What somebody presents of their place in an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The organisation.
    pub organisation: &'a str,
    /// The service's word for what they are there.
    pub provider_role: &'a str,
    /// Whether whoever has that word owns the tenant where nobody else does.
    pub may_own: bool,
}

/// A tenant that somebody belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct OwnTenant {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub tenant_id: TenantId,
    /// Whether anybody may come in.
    #[diesel(sql_type = Bool)]
    pub active: bool,
}

#[derive(QueryableByName)]
struct TenantRow {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}

impl ControlDb {
    /// Who somebody is here, if they ever came.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer; so below.
    pub async fn identity(&self, name: Name<'_>) -> Result<Option<Identity>, StoreError> {
        let query = sql("SELECT user_id, refreshed_at FROM identities WHERE provider = $1 AND subject = $2")
            .bind::<Text, _>(name.provider)
            .bind::<Text, _>(name.subject);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// The tenant that an organisation is here.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn organisation(&self, name: Name<'_>) -> Result<Option<TenantId>, StoreError> {
        let query = sql("SELECT tenant_id FROM organisations WHERE provider = $1 AND subject = $2")
            .bind::<Text, _>(name.provider)
            .bind::<Text, _>(name.subject);
        let rows: Vec<TenantRow> = self.rows(query).await?;
        Ok(rows.into_iter().next().map(|row| row.tenant_id))
    }

    /// The organisation that a tenant is, if it is one.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn organisation_of(&self, tenant: TenantId) -> Result<Option<Organisation>, StoreError> {
        let query = sql("SELECT provider, subject FROM organisations WHERE tenant_id = $1")
            .bind::<SqlUuid, _>(tenant);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// What the service calls a person; the latest where it has had several accounts of theirs.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn subject_of(&self, provider: &str, user: UserId) -> Result<Option<String>, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            subject: String,
        }
        let query = sql(
            "SELECT subject FROM identities WHERE provider = $1 AND user_id = $2 \
             ORDER BY created_at DESC, subject LIMIT 1",
        )
        .bind::<Text, _>(provider)
        .bind::<SqlUuid, _>(user);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.into_iter().next().map(|row| row.subject))
    }

    /// The tenants of a person that are no organisation, the oldest membership first.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn own_tenants(&self, user: UserId) -> Result<Vec<OwnTenant>, StoreError> {
        let query = sql("SELECT m.tenant_id, t.status = 'active' AS active FROM memberships m \
             JOIN tenants t ON t.id = m.tenant_id \
             WHERE m.user_id = $1 AND NOT EXISTS (SELECT FROM organisations o WHERE o.tenant_id = m.tenant_id) \
             ORDER BY m.created_at, m.tenant_id")
        .bind::<SqlUuid, _>(user);
        self.rows(query).await
    }

    /// Somebody who acts for themselves, in the tenant they are in. None where they never came, or were
    /// last asked about before `since`, or do not belong to that tenant any more, or it is not active.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn live_person(
        &self,
        name: Name<'_>,
        since: DateTime<Utc>,
    ) -> Result<Option<LiveSession>, StoreError> {
        let query = sql(
            "SELECT i.user_id AS \"user\", m.tenant_id AS tenant, m.role, u.email, u.name, \
                    u.email_verified_at IS NOT NULL AS email_verified \
             FROM identities i JOIN users u ON u.id = i.user_id \
             JOIN memberships m ON m.user_id = i.user_id AND m.tenant_id = i.tenant_id \
             JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
             WHERE i.provider = $1 AND i.subject = $2 AND i.refreshed_at > $3",
        )
        .bind::<Text, _>(name.provider)
        .bind::<Text, _>(name.subject)
        .bind::<Timestamptz, _>(since);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Somebody who acts for an organisation. None as for [`Self::live_person`], and where their role was
    /// taken from another word than the one they present, or the tenant waits for them to own it.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn live_member(
        &self,
        name: Name<'_>,
        claim: Claim<'_>,
        since: DateTime<Utc>,
    ) -> Result<Option<LiveSession>, StoreError> {
        let query = sql(
            "SELECT i.user_id AS \"user\", m.tenant_id AS tenant, m.role, u.email, u.name, \
                    u.email_verified_at IS NOT NULL AS email_verified \
             FROM identities i JOIN users u ON u.id = i.user_id \
             JOIN organisations o ON o.provider = i.provider AND o.subject = $4 \
             JOIN memberships m ON m.user_id = i.user_id AND m.tenant_id = o.tenant_id \
             JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
             WHERE i.provider = $1 AND i.subject = $2 AND i.refreshed_at > $3 AND m.provider_role = $5 \
               AND (NOT $6 OR EXISTS (SELECT FROM memberships w \
                                      WHERE w.tenant_id = m.tenant_id AND w.role = 'owner'))",
        )
        .bind::<Text, _>(name.provider)
        .bind::<Text, _>(name.subject)
        .bind::<Timestamptz, _>(since)
        .bind::<Text, _>(claim.organisation)
        .bind::<Text, _>(claim.provider_role)
        .bind::<Bool, _>(claim.may_own);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Notes that the service was asked about somebody.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn note_refreshed(&self, name: Name<'_>, at: DateTime<Utc>) -> Result<(), StoreError> {
        let statement = sql("UPDATE identities SET refreshed_at = $3 WHERE provider = $1 AND subject = $2")
            .bind::<Text, _>(name.provider)
            .bind::<Text, _>(name.subject)
            .bind::<Timestamptz, _>(at);
        self.execute(statement).await
    }
}

/// Notes who somebody is.
///
/// # Errors
/// [`StoreError::Conflict`] `identities_pkey` where they were noted meanwhile.
pub async fn put(
    conn: &mut TenantConn<'_>,
    name: Name<'_>,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO identities (provider, subject, user_id, created_at, refreshed_at) \
         VALUES ($1, $2, $3, $4, $4)",
    )
    .bind::<Text, _>(name.provider)
    .bind::<Text, _>(name.subject)
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Somebody for whom a tenant is to be founded: others who would do so wait for this transaction. False
/// where they belong to one of their own by now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn hold_homeless(conn: &mut TenantConn<'_>, name: Name<'_>) -> Result<bool, StoreError> {
    sql("SELECT user_id FROM identities WHERE provider = $1 AND subject = $2 FOR UPDATE")
        .bind::<Text, _>(name.provider)
        .bind::<Text, _>(name.subject)
        .execute(conn.db())
        .await?;
    let homes = sql(
        "SELECT FROM identities i JOIN memberships m ON m.user_id = i.user_id \
         WHERE i.provider = $1 AND i.subject = $2 \
           AND NOT EXISTS (SELECT FROM organisations o WHERE o.tenant_id = m.tenant_id)",
    )
    .bind::<Text, _>(name.provider)
    .bind::<Text, _>(name.subject)
    .execute(conn.db())
    .await?;
    Ok(homes == 0)
}

/// Puts somebody into this tenant until they choose another. False where they do not belong to it, or it
/// is an organisation, whose members present that.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn settle(conn: &mut TenantConn<'_>, name: Name<'_>) -> Result<bool, StoreError> {
    let tenant = conn.tenant_id();
    let settled = sql(
        "UPDATE identities i SET tenant_id = $3 WHERE i.provider = $1 AND i.subject = $2 \
           AND EXISTS (SELECT FROM memberships m WHERE m.user_id = i.user_id AND m.tenant_id = $3) \
           AND NOT EXISTS (SELECT FROM organisations o WHERE o.tenant_id = $3)",
    )
    .bind::<Text, _>(name.provider)
    .bind::<Text, _>(name.subject)
    .bind::<SqlUuid, _>(tenant)
    .execute(conn.db())
    .await?;
    Ok(settled == 1)
}

/// Makes this tenant what an organisation is here.
///
/// # Errors
/// [`StoreError::Conflict`] `organisations_pkey` where another is.
pub async fn bind(conn: &mut TenantConn<'_>, name: Name<'_>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO organisations (provider, subject, tenant_id) VALUES ($1, $2, $3)")
        .bind::<Text, _>(name.provider)
        .bind::<Text, _>(name.subject)
        .bind::<SqlUuid, _>(tenant)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// What somebody is in the tenant. Others who ask so wait for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn standing(conn: &mut TenantConn<'_>, user: UserId) -> Result<Option<Standing>, StoreError> {
    let tenant = conn.tenant_id();
    sql("SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(tenant)
        .execute(conn.db())
        .await?;
    Ok(
        sql("SELECT role, provider_role FROM memberships WHERE tenant_id = $1 AND user_id = $2")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(user)
            .get_result(conn.db())
            .await
            .optional()?,
    )
}

/// Makes somebody a member of the tenant as what a service says they are, or gives them another role.
///
/// # Errors
/// [`StoreError::Conflict`] where there is no such person.
pub async fn place(
    conn: &mut TenantConn<'_>,
    user: UserId,
    role: Role,
    provider_role: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO memberships (user_id, tenant_id, role, provider_role, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id, tenant_id) DO UPDATE SET role = excluded.role, provider_role = excluded.provider_role",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(role)
    .bind::<Text, _>(provider_role)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}
