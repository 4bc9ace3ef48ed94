//! A database of its own for every test, cloned from a template that is migrated once. Only with
//! the feature `testing`.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::{
    QueryableByName,
    sql_types::{Bool, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use crate::{
    Db, DbConfig, StoreError, TenantConn,
    embedded::{EmbeddedConfig, EmbeddedPostgres},
    migrate,
    statement::sql,
};

/// The administrator's address of the Postgres for tests: `PARLANCE_TEST_DATABASE_URL`, or the
/// private one that all test processes of a run share (`PARLANCE_TEST_DIR`, as `make test` sets).
///
/// # Errors
/// [`StoreError::Pool`] where neither is set or the private one does not start.
pub async fn admin_url() -> Result<String, StoreError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test binaries have no configuration of their own"
    )]
    let var = |name: &str| std::env::var(name).ok();
    if let Some(url) = var("PARLANCE_TEST_DATABASE_URL") {
        return Ok(url);
    }
    let (Some(data_dir), Some(postgres_dir)) = (var("PARLANCE_TEST_DIR"), var("PARLANCE_POSTGRES_DIR"))
    else {
        return Err(StoreError::Pool(
            "run the tests with `make test`, which sets up their Postgres".to_owned(),
        ));
    };
    let settings = [("fsync", "off"), ("max_connections", "300")];
    let config = EmbeddedConfig {
        data_dir: data_dir.into(),
        postgres_dir: postgres_dir.into(),
        settings: settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    };
    let address = EmbeddedPostgres::shared(config)
        .await
        .map_err(|error| StoreError::Pool(error.to_string()))?;
    Ok(address.admin_url())
}

/// A database that lives as long as this value.
pub struct TestDb {
    admin_url: String,
    name: String,
    url: String,
    db: Db,
}

impl TestDb {
    /// Clones a database and connects to it with four connections. `admin_url` must be a
    /// superuser's; its own database is only used to give orders.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be reached or the migrations fail.
    pub async fn new(admin_url: &str) -> Result<Self, StoreError> {
        let template = template(admin_url).await?;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("parlance_test_{}_{count}", Uuid::now_v7().simple());
        let mut admin = connect(admin_url).await?;
        admin
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await?;
        let url = with_database(admin_url, &name);
        let db = Db::connect(DbConfig {
            pool_size: 4,
            ..DbConfig::new(&url)
        })
        .await?;
        Ok(Self {
            admin_url: admin_url.to_owned(),
            name,
            url,
            db,
        })
    }

    /// The database, as the server sees it.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Its address, as the administrator.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes the database as the administrator.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn run(&self, statements: &str) -> Result<(), StoreError> {
        Ok(connect(&self.url).await?.batch_execute(statements).await?)
    }

    /// What a query finds, over all tenants, a JSON object a row.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn rows(&self, query: &str) -> Result<Vec<serde_json::Value>, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Jsonb)]
            row: serde_json::Value,
        }
        let mut admin = connect(&self.url).await?;
        let rows: Vec<Row> = diesel::sql_query(format!("SELECT to_jsonb(t) AS row FROM ({query}) t"))
            .get_results(&mut admin)
            .await?;
        Ok(rows.into_iter().map(|row| row.row).collect())
    }
}

impl TestDb {
    /// Ends every connection and refuses new ones, as an outage would.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn take_away(&self) -> Result<(), StoreError> {
        let name = &self.name;
        self.order(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            .await?;
        let all =
            format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
        self.order(&all).await
    }

    /// Ends the outage.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn bring_back(&self) -> Result<(), StoreError> {
        let name = &self.name;
        self.order(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            .await
    }

    async fn order(&self, statement: &str) -> Result<(), StoreError> {
        let mut admin = connect(&self.admin_url).await?;
        Ok(admin.batch_execute(statement).await?)
    }
}

/// Dropping is blocking and happens on a thread of its own: a test's runtime may be single.
impl Drop for TestDb {
    fn drop(&mut self) {
        let url = self.admin_url.clone();
        let order = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropped = std::thread::spawn(move || -> Result<(), StoreError> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| StoreError::Pool(error.to_string()))?;
            runtime.block_on(async { Ok(connect(&url).await?.batch_execute(&order).await?) })
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            tracing::warn!(database = self.name, "test database not dropped");
        }
    }
}

/// Makes the template for this schema unless it exists. A lock lets one test make it while the
/// others wait; it gets its name when it is whole, so that a killed test leaves no half of it.
async fn template(admin_url: &str) -> Result<String, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        exists: bool,
    }
    let name = format!("parlance_template_{}", migrate::SCHEMA_HASH);
    let mut admin = connect(admin_url).await?;
    admin
        .batch_execute("SELECT pg_advisory_lock(8097862851117392742)")
        .await?;
    let row: Row = sql("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists")
        .bind::<Text, _>(&name)
        .get_result(&mut admin)
        .await?;
    if !row.exists {
        let half = format!("{name}_half");
        admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)"))
            .await?;
        admin.batch_execute(&format!("CREATE DATABASE {half}")).await?;
        migrate::run(&with_database(admin_url, &half)).await?;
        admin
            .batch_execute(&format!("ALTER DATABASE {half} RENAME TO {name}"))
            .await?;
    }
    Ok(name)
}

async fn connect(url: &str) -> Result<AsyncPgConnection, StoreError> {
    AsyncPgConnection::establish(url)
        .await
        .map_err(|error| StoreError::Pool(error.to_string()))
}

/// The same server, another database.
#[must_use]
pub fn with_database(url: &str, name: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return format!("{url} dbname={name}");
    };
    let (address, query) = rest.split_once('?').map_or((rest, None), |(a, q)| (a, Some(q)));
    let authority = address.split('/').next().unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}

/// Runs SQL on a pooled connection as a bug would: without a tenant.
///
/// # Errors
/// What the database says to it.
pub async fn sql_on_pool(db: &Db, statements: &str) -> Result<(), StoreError> {
    let work = async |mut conn: &AsyncPgConnection| Ok(conn.batch_execute(statements).await?);
    db.lease().await?.once(work).await
}

/// Runs SQL in a tenant's transaction as a bug would: with a text nobody reviewed.
///
/// # Errors
/// What the database says to it.
pub async fn sql_in(conn: &mut TenantConn<'_>, statements: &str) -> Result<(), StoreError> {
    conn.db().batch_execute(statements).await?;
    Ok(())
}

/// What a pooled connection looks like to whoever gets it next.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Pooled {
    /// The role it acts as.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// `app.tenant_id`; empty where it was never set or its transaction is over.
    #[diesel(sql_type = Text)]
    pub tenant: String,
}

/// Looks at a pooled connection, and fails where a transaction is open on it.
///
/// # Errors
/// [`StoreError`] where none can be had, or it is inside a transaction.
pub async fn inspect(db: &Db) -> Result<Pooled, StoreError> {
    // Outside a transaction the two are the same instant.
    let outside = "DO $$ BEGIN IF now() <> statement_timestamp() THEN \
                   RAISE 'inside a transaction'; END IF; END $$";
    let seen = sql(
        "SELECT current_user::text AS role, coalesce(current_setting('app.tenant_id', true), '') AS tenant",
    );
    let work = async |mut conn: &AsyncPgConnection| {
        conn.batch_execute(outside).await?;
        Ok(seen.get_result(&mut conn).await?)
    };
    db.lease().await?.once(work).await
}
