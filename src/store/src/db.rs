//! The pool: how connections are made, what they are allowed, and when they are thrown away.

use std::time::{Duration, Instant};

use deadpool::managed::QueueMode;
use diesel::{ConnectionError, result::Error as DieselError};
use diesel_async::{
    AsyncPgConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use futures_util::{
    FutureExt,
    future::{join, join3},
};
use tokio::{runtime::Handle, task::JoinError, time::timeout};

use crate::{connect::establish, control::ControlDb, error::StoreError, ids::TenantId, tenant::TenantDb};

/// The role every pooled connection acts as. Migrations create it; it owns nothing.
pub const APP_ROLE: &str = "parlance_app";

/// How to reach the database and how long anything there may take.
#[derive(Clone)]
pub struct DbConfig {
    /// `postgres://…`. May be the owner or a superuser: connections drop to [`APP_ROLE`].
    pub url: String,
    /// Connections at most.
    pub pool_size: usize,
    /// How long a caller waits for a connection before [`StoreError::Pool`].
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
    /// How long a caller waits for a transaction, or a statement alone, before
    /// [`StoreError::Silent`]: a server that has vanished ends no statement. Longer than the others.
    pub call_timeout: Duration,
    /// How long a statement waits for a row or table lock.
    pub lock_timeout: Duration,
    /// How long a transaction may sit between two statements.
    pub idle_in_transaction_timeout: Duration,
}

impl DbConfig {
    /// The defaults, for this address: 16 connections, 5 s to get one, 15 s a statement, 20 s a call,
    /// 5 s a lock, 10 s idle in a transaction.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            pool_size: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(15),
            call_timeout: Duration::from_secs(20),
            lock_timeout: Duration::from_secs(5),
            idle_in_transaction_timeout: Duration::from_secs(10),
        }
    }

    /// What a new connection is told before anyone uses it. A statement whose client has gone is
    /// ended within a second, so that a dropped transaction does not go on holding its locks.
    /// Messages are in English, where the login may choose.
    fn session_setup(&self) -> String {
        format!(
            "DO $$ BEGIN SET lc_messages = 'C'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$; \
             SET ROLE {APP_ROLE}; SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; SET client_connection_check_interval = 1000",
            self.statement_timeout.as_millis(),
            self.lock_timeout.as_millis(),
            self.idle_in_transaction_timeout.as_millis(),
        )
    }
}

/// The URL holds a password, so it is left out.
impl std::fmt::Debug for DbConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DbConfig")
            .field("pool_size", &self.pool_size)
            .finish_non_exhaustive()
    }
}

/// The database. Cheap to clone: all clones share one pool.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    acquire_timeout: Duration,
    call_timeout: Duration,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("pool", &self.pool_status())
            .finish_non_exhaustive()
    }
}

/// How busy the pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections at most.
    pub max_size: usize,
    /// Connections that exist.
    pub size: usize,
    /// Connections that are idle.
    pub available: usize,
    /// Callers that wait for one.
    pub waiting: usize,
}

impl Db {
    /// Makes the pool and proves that a connection can be had in the app role. Its connections
    /// live as long as the runtime this is called in.
    ///
    /// # Errors
    /// [`StoreError::Pool`] where the database cannot be reached or the role does not exist.
    pub async fn connect(config: DbConfig) -> Result<Self, StoreError> {
        let mut manager = ManagerConfig::<AsyncPgConnection>::default();
        // A ping would cost every transaction a round trip. A closed socket or an open
        // transaction is noticed without one.
        manager.recycling_method = RecyclingMethod::Fast;
        // The task that reads and writes a connection lives here, and not on the thread of whoever
        // happens to be the first to need one: that thread may end, or be busy.
        let home = Handle::current();
        let (setup, limit) = (config.session_setup(), config.call_timeout);
        manager.custom_setup = Box::new(move |url| {
            let established = home.spawn(establish(url.to_owned(), setup.clone(), limit));
            let ended = |error: JoinError| Err(ConnectionError::BadConnection(error.to_string()));
            established.map(move |done| done.unwrap_or_else(ended)).boxed()
        });
        let pool = Pool::builder(AsyncDieselConnectionManager::new_with_config(
            &config.url,
            manager,
        ))
        .max_size(config.pool_size)
        // The one used last has its plans and pages at hand.
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|error| StoreError::Pool(error.to_string()))?;
        let db = Self {
            pool,
            acquire_timeout: config.acquire_timeout,
            call_timeout: limit,
        };
        db.ping().await?;
        Ok(db)
    }

    /// The rows of one tenant.
    #[must_use]
    pub fn tenant(&self, tenant: TenantId) -> TenantDb {
        TenantDb::new(self.clone(), tenant)
    }

    /// The few tables above tenants.
    #[must_use]
    pub fn control(&self) -> ControlDb {
        ControlDb::new(self.clone())
    }

    /// How busy the pool is, for `/metrics` and `/readyz`.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        let status = self.pool.status();
        PoolStatus {
            max_size: status.max_size,
            size: status.size,
            available: status.available,
            waiting: status.waiting,
        }
    }

    /// One round trip to the database.
    ///
    /// # Errors
    /// [`StoreError::Pool`] or [`StoreError::Query`] where it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.ping_within(self.acquire_timeout + self.call_timeout).await
    }

    /// The same within a time limit, with the wait for a connection.
    ///
    /// # Errors
    /// [`StoreError::Pool`], [`StoreError::Query`] or [`StoreError::Silent`] where it does not answer in time.
    pub async fn ping_within(&self, limit: Duration) -> Result<(), StoreError> {
        let begun = Instant::now();
        let none = || Err(StoreError::Pool("none became free in time".to_owned()));
        let lease = timeout(limit, self.lease()).await.unwrap_or_else(|_| none())?;
        let ping = async |mut conn: &AsyncPgConnection| Ok(conn.batch_execute("SELECT 1").await?);
        let left = limit.saturating_sub(begun.elapsed()).min(self.call_timeout);
        lease.within(left).once(ping).await
    }

    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        match timeout(self.acquire_timeout, self.pool.get()).await {
            Ok(object) => Ok(Lease {
                object: Some(object?),
                in_transaction: false,
                limit: self.call_timeout,
            }),
            Err(_) => Err(StoreError::Pool("none became free in time".to_owned())),
        }
    }
}

/// A connection on loan. Dropped inside a transaction (a cancelled future, a panic) it is closed at
/// once and not pooled: the pool alone would notice only when the next caller asks, and until then
/// the transaction would hold its locks.
pub(crate) struct Lease {
    object: Option<Object<AsyncPgConnection>>,
    in_transaction: bool,
    limit: Duration,
}

impl Lease {
    #[expect(clippy::expect_used, reason = "only drop takes it out")]
    fn conn(&mut self) -> &mut AsyncPgConnection {
        self.object
            .as_mut()
            .expect("a lease holds its connection until it is dropped")
    }

    /// Runs `work`, a statement outside a transaction, within the time limit of a call.
    pub(crate) async fn once<R, F>(mut self, work: F) -> Result<R, StoreError>
    where
        F: AsyncFnOnce(&AsyncPgConnection) -> Result<R, StoreError>,
    {
        let limit = self.limit;
        let done = timeout(limit, work(self.conn())).await;
        done.unwrap_or_else(|_| {
            self.discard();
            Err(StoreError::Silent)
        })
    }

    /// The same with another time limit of a call.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs `work` in a transaction that `begin` opens, within the time limit of a call, and
    /// commits if it returns `Ok`.
    ///
    /// Requests of one connection are sent in the order in which their futures are first polled,
    /// so `begin` and the first statement of `work` share a round trip, with [`Commit::Behind`] the
    /// commit too. Where `begin` fails, the
    /// statements find no tenant, and their results are thrown away.
    pub(crate) async fn transaction<R, E, F>(mut self, begin: Begin<'_>, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&AsyncPgConnection) -> Result<R, E>,
        E: From<StoreError>,
    {
        self.in_transaction = true;
        let limit = self.limit;
        let done = timeout(limit, self.begin_and_end(begin, work)).await;
        done.unwrap_or_else(|_| Err(StoreError::Silent.into()))
    }

    async fn begin_and_end<R, E, F>(&mut self, begin: Begin<'_>, work: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&AsyncPgConnection) -> Result<R, E>,
        E: From<StoreError>,
    {
        let conn: &AsyncPgConnection = self.conn();
        let (mut first, mut last) = (conn, conn);
        let begun = first.batch_execute(begin.statement);
        let failed = |error: DieselError| E::from(error.into());
        if let Commit::Behind = begin.commit {
            let (begun, done, committed) = join3(begun, work(conn), last.batch_execute("COMMIT")).await;
            self.in_transaction = committed.is_err();
            let value = begun.map_err(failed).and(done)?;
            return committed.map_err(failed).map(|()| value);
        }
        let (begun, done) = join(begun, work(conn)).await;
        match begun.map_err(failed).and(done) {
            Ok(value) if matches!(begin.commit, Commit::Unawaited) => {
                self.end("COMMIT");
                Ok(value)
            }
            Ok(value) => {
                self.conn().batch_execute("COMMIT").await.map_err(failed)?;
                self.in_transaction = false;
                Ok(value)
            }
            Err(error) => {
                self.end("ROLLBACK");
                Err(error)
            }
        }
    }

    /// Sends the last statement of a transaction that has nothing to lose. Nobody waits for it:
    /// whoever leases the connection next is served after it.
    fn end(&mut self, statement: &str) {
        let ended = self.conn().batch_execute(statement).now_or_never();
        self.in_transaction = matches!(ended, Some(Err(_)));
    }

    /// Closes the connection instead of giving it back.
    fn discard(&mut self) {
        if let Some(object) = self.object.take() {
            drop(Object::take(object));
        }
    }
}

/// How a transaction begins.
pub(crate) struct Begin<'a> {
    /// `BEGIN`, and what is set for the transaction.
    pub statement: &'a str,
    /// How it ends.
    pub commit: Commit,
}

/// How a transaction commits.
#[derive(Clone, Copy)]
pub(crate) enum Commit {
    /// When the work is done, and that is waited for.
    After,
    /// When the work is done; nothing is lost where the commit is.
    Unawaited,
    /// Sent behind the first statements of the work, which must be all of it and have been
    /// [prepared](crate::prepared).
    Behind,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.in_transaction {
            self.discard();
        }
    }
}
