//! Tenants, the people who log in, and what they are in which tenant.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};

use diesel_async::RunQueryDsl;

use super::ControlDb;
use crate::{
    error::StoreError,
    ids::{TenantId, UserId},
    schema::users,
    statement::{Sql, sql},
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What a person may do in a tenant; each may do what those after it may.
    Role {
        /// Everything, billing and deletion included.
        Owner = "owner",
        /// Settings, knowledge, team.
        Admin = "admin",
        /// Conversations and tickets.
        Agent = "agent",
        /// Looks on.
        Viewer = "viewer",
    }
}

/// A person who logs in.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub struct User {
    /// Its identity.
    pub id: UserId,
    /// As it was entered; unique without regard to case.
    pub email: String,
    /// How others see them.
    pub name: String,
    /// When they signed up.
    pub created_at: DateTime<Utc>,
    /// When they proved that the address is theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
}

/// Someone new.
pub struct NewUser {
    /// Chosen by the caller.
    pub id: UserId,
    /// Already parsed.
    pub email: String,
    /// How others see them.
    pub name: String,
    /// A PHC string; never a password.
    pub password_hash: String,
    /// When they signed up.
    pub at: DateTime<Utc>,
}

/// One tenant a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub tenant_id: TenantId,
    /// The tenant's name.
    pub tenant_name: String,
    /// As what.
    pub role: Role,
}

/// What a login needs to know.
#[derive(Clone)]
pub struct Login {
    /// Who.
    pub user: User,
    /// A PHC string to compare with.
    pub password_hash: String,
    /// Whether a code is asked for besides the password.
    pub second_factor: bool,
    /// In active tenants, oldest first.
    pub memberships: Vec<Membership>,
}

impl ControlDb {
    /// Makes a tenant.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `tenants_pkey` where the id is taken.
    pub async fn create_tenant(&self, id: TenantId, name: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let statement = sql("INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)")
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(name)
            .bind::<Timestamptz, _>(at);
        self.execute(statement).await
    }

    /// Makes a login, whose address counts as proven: whoever makes it knows whose it is.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `users_email_once` where the address has one.
    pub async fn create_user(&self, user: NewUser) -> Result<(), StoreError> {
        let statement = sql(
            "INSERT INTO users (id, email, name, password_hash, created_at, email_verified_at) \
                 VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind::<SqlUuid, _>(user.id)
        .bind::<Text, _>(user.email)
        .bind::<Text, _>(user.name)
        .bind::<Text, _>(user.password_hash)
        .bind::<Timestamptz, _>(user.at);
        self.execute(statement).await
    }

    /// Gives a person a role in a tenant, or another one than before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such person or tenant.
    pub async fn add_membership(&self, user: UserId, tenant: TenantId, role: Role) -> Result<(), StoreError> {
        let statement = sql(
            "INSERT INTO memberships (user_id, tenant_id, role) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id, tenant_id) DO UPDATE SET role = excluded.role",
        )
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(role);
        self.execute_in(tenant, statement).await
    }

    /// Makes a workspace for somebody whose address counts as proven: tenant, login and ownership, all
    /// or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `users_email_once` where the address has a login.
    pub async fn sign_up(&self, tenant: TenantId, workspace: &str, owner: NewUser) -> Result<(), StoreError> {
        let at = owner.at;
        let statement = signing_up(tenant, workspace, owner, Some(at));
        self.execute_in(tenant, statement).await
    }

    /// Finds a login by its address, in any case.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn login_by_email(&self, email: &str) -> Result<Option<Login>, StoreError> {
        self.login(
            sql(
                "SELECT u.id, u.email, u.name, u.created_at, u.email_verified_at, u.password_hash, \
                        EXISTS (SELECT FROM second_factors f \
                                WHERE f.user_id = u.id AND f.enabled_at IS NOT NULL) AS second_factor, \
                        t.id AS tenant_id, t.name AS tenant_name, m.role \
                 FROM users u LEFT JOIN memberships m ON m.user_id = u.id \
                 LEFT JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
                 WHERE lower(u.email) = lower($1) ORDER BY m.created_at, t.id",
            )
            .bind::<Text, _>(email),
        )
        .await
    }

    /// Finds a login by its id.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn login_by_id(&self, id: UserId) -> Result<Option<Login>, StoreError> {
        self.login(
            sql(
                "SELECT u.id, u.email, u.name, u.created_at, u.email_verified_at, u.password_hash, \
                        EXISTS (SELECT FROM second_factors f \
                                WHERE f.user_id = u.id AND f.enabled_at IS NOT NULL) AS second_factor, \
                        t.id AS tenant_id, t.name AS tenant_name, m.role \
                 FROM users u LEFT JOIN memberships m ON m.user_id = u.id \
                 LEFT JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
                 WHERE u.id = $1 ORDER BY m.created_at, t.id",
            )
            .bind::<SqlUuid, _>(id),
        )
        .await
    }

    async fn login(&self, query: Sql<'_>) -> Result<Option<Login>, StoreError> {
        let rows: Vec<LoginRow> = self.rows(query).await?;
        let mut login = None;
        for row in rows {
            let login = login.get_or_insert_with(|| Login {
                user: row.user,
                password_hash: row.password_hash,
                second_factor: row.second_factor,
                memberships: Vec::new(),
            });
            if let (Some(tenant_id), Some(tenant_name), Some(role)) =
                (row.tenant_id, row.tenant_name, row.role)
            {
                login.memberships.push(Membership {
                    tenant_id,
                    tenant_name,
                    role,
                });
            }
        }
        Ok(login)
    }
}

/// Makes the tenant of the transaction, which nobody belongs to yet.
///
/// # Errors
/// [`StoreError::Conflict`] `tenants_pkey` where the id is taken.
pub async fn found(conn: &mut TenantConn<'_>, workspace: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(workspace)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Signs up in the transaction of the new tenant: tenant, login and ownership. The address is not
/// proven yet.
///
/// # Errors
/// [`StoreError::Conflict`] `users_email_once` where the address has a login.
pub async fn sign_up(conn: &mut TenantConn<'_>, workspace: &str, owner: NewUser) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    signing_up(tenant, workspace, owner, None)
        .execute(conn.db())
        .await?;
    Ok(())
}

fn signing_up(
    tenant: TenantId,
    workspace: &str,
    owner: NewUser,
    verified_at: Option<DateTime<Utc>>,
) -> Sql<'_> {
    sql(
        "WITH tenant AS (INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)), \
              login AS (INSERT INTO users (id, email, name, password_hash, created_at, email_verified_at) \
                        VALUES ($4, $5, $6, $7, $3, $8)) \
         INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES ($4, $1, 'owner', $3)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(workspace)
    .bind::<Timestamptz, _>(owner.at)
    .bind::<SqlUuid, _>(owner.id)
    .bind::<Text, _>(owner.email)
    .bind::<Text, _>(owner.name)
    .bind::<Text, _>(owner.password_hash)
    .bind::<Nullable<Timestamptz>, _>(verified_at)
}

/// One row per membership, and one with nothing in it for someone who has none.
#[derive(QueryableByName)]
struct LoginRow {
    #[diesel(embed)]
    user: User,
    #[diesel(sql_type = Text)]
    password_hash: String,
    #[diesel(sql_type = Bool)]
    second_factor: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant_id: Option<TenantId>,
    #[diesel(sql_type = Nullable<Text>)]
    tenant_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<Role>,
}
