//! The only way to a tenant's rows: a transaction that is bound to one tenant before its first
//! statement, and whose connection never returns to the pool in any other state than idle.

use diesel_async::AsyncPgConnection;

use crate::{
    db::{Db, Lease},
    error::StoreError,
    ids::TenantId,
};

/// One tenant's view of the database. Cheap to clone and to make.
#[derive(Clone)]
pub struct TenantDb {
    db: Db,
    tenant: TenantId,
}

impl TenantDb {
    pub(crate) fn new(db: Db, tenant: TenantId) -> Self {
        Self { db, tenant }
    }

    /// Whose rows these are.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// Runs `work` in one transaction bound to the tenant and commits if it returns `Ok`.
    ///
    /// Costs two round trips besides those of `work`: one that begins and binds, one that commits.
    /// If the returned future is dropped half way, the connection is closed, which rolls back.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn transaction<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn) -> Result<R, E>,
        E: From<StoreError>,
    {
        self.run("BEGIN", work).await
    }

    /// The same for reading: the database refuses writes.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn read<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn) -> Result<R, E>,
        E: From<StoreError>,
    {
        self.run("BEGIN READ ONLY", work).await
    }

    async fn run<R, E, F>(&self, begin: &str, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn) -> Result<R, E>,
        E: From<StoreError>,
    {
        let mut conn = TenantConn {
            lease: self.db.lease().await?,
            tenant: self.tenant,
        };
        conn.begin(begin).await?;
        match work(&mut conn).await {
            Ok(value) => {
                conn.lease.commit().await?;
                Ok(value)
            }
            Err(error) => {
                conn.lease.rollback().await;
                Err(error)
            }
        }
    }
}

/// A connection inside a transaction that is bound to one tenant. Query functions take it;
/// only this crate can reach the connection in it.
pub struct TenantConn {
    lease: Lease,
    tenant: TenantId,
}

impl TenantConn {
    /// The tenant the transaction is bound to.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    pub(crate) fn db(&mut self) -> &mut AsyncPgConnection {
        self.lease.conn()
    }

    /// One simple-protocol message carries both statements, so binding costs no round trip. The
    /// tenant is a UUID, which has one textual form without quotes: nothing to escape.
    async fn begin(&mut self, begin: &str) -> Result<(), StoreError> {
        self.lease
            .begin(&format!("{begin}; SET LOCAL app.tenant_id = '{}'", self.tenant))
            .await
    }
}
