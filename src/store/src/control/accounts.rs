//! Tenants, the people who log in, and what they are in which tenant.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};

use super::ControlDb;
use crate::{
    error::StoreError,
    ids::{TenantId, UserId},
    schema::users,
    statement::{Sql, sql},
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

    /// Makes a login.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `users_email_once` where the address has one.
    pub async fn create_user(&self, user: NewUser) -> Result<(), StoreError> {
        let statement =
            sql("INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)")
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
        self.execute(statement).await
    }

    /// Signs up: tenant, login and ownership, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `users_email_once` where the address has a login.
    pub async fn sign_up(&self, tenant: TenantId, workspace: &str, owner: NewUser) -> Result<(), StoreError> {
        let statement = sql(
            "WITH tenant AS (INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)), \
                  login AS (INSERT INTO users (id, email, name, password_hash, created_at) \
                            VALUES ($4, $5, $6, $7, $3)) \
             INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES ($4, $1, 'owner', $3)",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(workspace)
        .bind::<Timestamptz, _>(owner.at)
        .bind::<SqlUuid, _>(owner.id)
        .bind::<Text, _>(owner.email)
        .bind::<Text, _>(owner.name)
        .bind::<Text, _>(owner.password_hash);
        self.execute(statement).await
    }

    /// Finds a login by its address, in any case.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn login_by_email(&self, email: &str) -> Result<Option<Login>, StoreError> {
        self.login(
            sql("SELECT u.id, u.email, u.name, u.created_at, u.password_hash, \
                        t.id AS tenant_id, t.name AS tenant_name, m.role \
                 FROM users u LEFT JOIN memberships m ON m.user_id = u.id \
                 LEFT JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
                 WHERE lower(u.email) = lower($1) ORDER BY m.created_at, t.id")
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
            sql("SELECT u.id, u.email, u.name, u.created_at, u.password_hash, \
                        t.id AS tenant_id, t.name AS tenant_name, m.role \
                 FROM users u LEFT JOIN memberships m ON m.user_id = u.id \
                 LEFT JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
                 WHERE u.id = $1 ORDER BY m.created_at, t.id")
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

/// One row per membership, and one with nothing in it for someone who has none.
#[derive(QueryableByName)]
struct LoginRow {
    #[diesel(embed)]
    user: User,
    #[diesel(sql_type = Text)]
    password_hash: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant_id: Option<TenantId>,
    #[diesel(sql_type = Nullable<Text>)]
    tenant_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<Role>,
}
