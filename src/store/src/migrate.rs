//! Brings a database up to the schema this binary was built with.

use diesel::Connection;
use diesel_async::{AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::StoreError;

/// Every migration, compiled in.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Changes whenever a migration does; `build.rs` makes it.
pub const SCHEMA_HASH: &str = env!("PARLANCE_SCHEMA_HASH");

/// Nodes that start together take turns: "parlance" in ASCII.
const LOCK: &str = "SELECT pg_advisory_lock(8097862851117392741)";

/// Applies what is missing and returns the names of what it applied.
///
/// `admin_url` is a role that may create tables and roles. The lock is held by the session, so
/// that a crash frees it.
///
/// # Errors
/// [`StoreError::Pool`] where the database cannot be reached, [`StoreError::Migration`] where a
/// migration fails; that one is rolled back and those before it stay.
pub async fn run(admin_url: &str) -> Result<Vec<String>, StoreError> {
    let url = admin_url.to_owned();
    // The harness is synchronous; on a blocking thread it may wait for its own socket.
    tokio::task::spawn_blocking(move || run_blocking(&url))
        .await
        .map_err(|error| StoreError::Migration(error.to_string()))?
}

fn run_blocking(url: &str) -> Result<Vec<String>, StoreError> {
    let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::establish(url)
        .map_err(|error| StoreError::Pool(error.to_string()))?;
    diesel::connection::SimpleConnection::batch_execute(&mut conn, LOCK)?;
    let applied = conn
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(applied.iter().map(ToString::to_string).collect())
}
