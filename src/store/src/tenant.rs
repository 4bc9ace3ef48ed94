//! The only way to a tenant's rows: a transaction that is bound to one tenant before its first
//! statement, and whose connection never returns to the pool in any other state than idle.

use std::{sync::OnceLock, time::Duration};

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{Begin, Commit, Db, Lease},
    error::StoreError,
    ids::TenantId,
    queries::quotas::{self, Refusal},
    statement::sql,
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
    /// Costs one round trip besides those of `work`, to commit: beginning and binding travel with
    /// the first statement.
    /// If the returned future is dropped half way, the connection is closed, which rolls back.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn transaction<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        self.run("BEGIN", Commit::After, work).await
    }

    /// The same for reading: the database refuses writes, and nobody waits for the commit.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn read<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        self.run("BEGIN READ ONLY", Commit::Unawaited, work).await
    }

    /// Reads with statements that are planned once, whatever their parameters: for those whose
    /// planning would take as long as running them.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin.
    pub async fn search<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn) -> Result<R, E>,
        E: From<StoreError>,
    {
        let begin = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_generic_plan";
        self.run(begin, Commit::Unawaited, work).await
    }

    /// Runs `work`, which must be statements that are sent without waiting for one another and are
    /// among those that [`prepared`](crate::prepared) names, in a transaction of one round trip:
    /// the commit is sent behind them, so what they write stays even if `work` returns an error.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn at_once<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        self.run("BEGIN", Commit::Behind, work).await
    }

    /// The same without waiting for the disk. A crash of the caller loses nothing, one of the
    /// database may lose the last fraction of a second of what was noted.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn note<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let begin = "BEGIN; SET LOCAL synchronous_commit = off";
        self.run(begin, Commit::Behind, work).await
    }

    /// Runs work that takes minutes, which a request must never: one such transaction has a limit of
    /// its own in place of those of a statement and a call.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] where the database cannot begin or commit.
    pub async fn long<R, E, F>(&self, limit: Duration, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let begin = format!("BEGIN; SET LOCAL statement_timeout = {}", limit.as_millis());
        let lease = self.db.lease().await?.within(limit);
        self.run_on(lease, &begin, Commit::After, work).await
    }

    /// The tenant is a UUID, which has one textual form without quotes: nothing to escape.
    async fn run<R, E, F>(&self, begin: &str, commit: Commit, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let lease = self.db.lease().await?;
        self.run_on(lease, begin, commit, work).await
    }

    async fn run_on<R, E, F>(&self, lease: Lease, begin: &str, commit: Commit, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let refused = OnceLock::new();
        let tenant = self.tenant;
        let statement = self.bound(begin);
        let begin = Begin {
            statement: &statement,
            commit,
        };
        let done = lease
            .transaction(begin, async |conn| {
                work(&mut TenantConn {
                    conn,
                    tenant,
                    refused: &refused,
                })
                .await
            })
            .await;
        if let Some(refusal) = refused.get()
            && let Err(error) = self.tell_of(refusal).await
        {
            tracing::warn!(%tenant, quota = %refusal.quota, %error, "nobody is told that a limit is reached");
        }
        done
    }

    fn bound(&self, begin: &str) -> String {
        format!("{begin}; SET LOCAL app.tenant_id = '{}'", self.tenant)
    }

    /// What was refused is undone with its transaction: that somebody is to be told has one of its own.
    async fn tell_of(&self, refusal: &Refusal) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let begin = Begin {
            statement: &self.bound("BEGIN"),
            commit: Commit::After,
        };
        let lease = self.db.lease().await?;
        lease
            .transaction(begin, async |conn| {
                let refused = &OnceLock::new();
                quotas::tell_of(
                    &mut TenantConn {
                        conn,
                        tenant,
                        refused,
                    },
                    refusal,
                )
                .await
            })
            .await
    }
}

/// A connection inside a transaction that is bound to one tenant. Query functions take it;
/// only this crate can reach the connection in it.
pub struct TenantConn<'a> {
    conn: &'a AsyncPgConnection,
    tenant: TenantId,
    refused: &'a OnceLock<Refusal>,
}

impl<'a> TenantConn<'a> {
    /// For statements that are to be prepared and not to do anything.
    pub(crate) fn of_nobody(conn: &'a AsyncPgConnection) -> Self {
        static NOTHING: OnceLock<Refusal> = OnceLock::new();
        Self {
            conn,
            tenant: Uuid::nil().into(),
            refused: &NOTHING,
        }
    }

    /// The tenant the transaction is bound to.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// Runs `work` so that the transaction goes on where it fails: what `work` wrote is undone then, and its
    /// error is given. Not within another attempt. Costs two round trips.
    ///
    /// # Errors
    /// A [`StoreError`] where the transaction cannot go on.
    pub async fn attempt<R, E, F>(&mut self, work: F) -> Result<Result<R, E>, StoreError>
    where
        F: AsyncFnOnce(&mut TenantConn<'_>) -> Result<R, E>,
    {
        sql("SAVEPOINT attempt").execute(self.db()).await?;
        let conn = self.conn;
        let tenant = self.tenant;
        let refused = self.refused;
        let done = work(&mut TenantConn {
            conn,
            tenant,
            refused,
        })
        .await;
        let end = match done {
            Ok(_) => "RELEASE SAVEPOINT attempt",
            Err(_) => "ROLLBACK TO SAVEPOINT attempt",
        };
        sql(end).execute(self.db()).await?;
        Ok(done)
    }

    /// Has it told, once the transaction has ended however it ends, that a limit refused something.
    pub(crate) fn refuse(&self, refusal: Refusal) {
        let _ = self.refused.set(refusal);
    }

    pub(crate) fn db(&mut self) -> &mut &'a AsyncPgConnection {
        &mut self.conn
    }
}
