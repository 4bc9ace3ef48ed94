//! The few tables above tenants: who may log in where, their sessions, and which tenant a space's
//! slug or key belongs to. They hold nothing else, because row-level security does not cover them.
//!
//! [`ControlDb`] reads them before a tenant is known. What changes an account is done in the
//! transaction of a tenant, together with the mail and the record of it: those functions take a
//! `TenantConn`.

mod accounts;
pub mod billing_events;
mod directory;
pub mod factors;
pub mod identities;
mod keys;
pub mod links;
pub mod members;
pub mod operator_view;
pub mod operators;
pub mod people;
pub mod plans;
pub mod reconciliations;
pub mod refresh;
pub mod sessions;
pub mod workspace;

use diesel::{QueryableByName, pg::Pg};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::{
    db::{Db, Lease},
    error::StoreError,
    ids::TenantId,
    statement::Sql,
};

pub use accounts::{Login, Membership, NewUser, Role, User, found, sign_up};
pub use directory::{SpaceRef, WaitingTenant};
pub use keys::ApiKeyRef;
pub use members::Member;
pub use refresh::{NewRefreshToken, RefreshSession, Rotation};
pub use sessions::LiveSession;

/// The tables above tenants. Cheap to clone.
#[derive(Clone)]
pub struct ControlDb {
    db: Db,
}

impl ControlDb {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        self.db.lease().await
    }

    async fn execute(&self, statement: Sql<'_>) -> Result<(), StoreError> {
        let work = async |mut conn: &AsyncPgConnection| {
            statement.execute(&mut conn).await?;
            Ok(())
        };
        self.lease().await?.once(work).await
    }

    /// As the tenant, which alone may write who belongs to it.
    async fn execute_in(&self, tenant: TenantId, statement: Sql<'_>) -> Result<(), StoreError> {
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| {
            statement.execute(conn.db()).await?;
            Ok(())
        })
        .await
    }

    async fn rows<R>(&self, query: Sql<'_>) -> Result<Vec<R>, StoreError>
    where
        R: QueryableByName<Pg> + Send + 'static,
    {
        let work = async |mut conn: &AsyncPgConnection| Ok(query.get_results(&mut conn).await?);
        self.lease().await?.once(work).await
    }
}
