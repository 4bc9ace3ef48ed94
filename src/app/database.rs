//! The database: a given one, or the private Postgres of the embedded default, migrated and
//! connected to.

use parlance_store::{
    Db, DbConfig,
    embedded::{EmbeddedConfig, EmbeddedPostgres},
    migrate,
};
use tracing::info;

use crate::config::{Config, Database};

/// The open database, and the Postgres it runs in when that is ours.
#[derive(Debug)]
pub struct Opened {
    pub db: Db,
    pub embedded: Option<EmbeddedPostgres>,
}

/// Starts what is to be started, applies what migrations are missing, and connects.
///
/// # Errors
/// Says what does not answer or cannot be started.
pub async fn open(config: &Config) -> anyhow::Result<Opened> {
    let (embedded, admin_url, url) = reach(config).await?;
    let applied = migrate::run(&admin_url).await?;
    if !applied.is_empty() {
        info!(migrations = applied.len(), "the database was brought up to date");
    }
    let connect = DbConfig {
        pool_size: config.database.pool_size,
        ..DbConfig::new(url)
    };
    Ok(Opened {
        db: Db::connect(connect).await?,
        embedded,
    })
}

async fn reach(config: &Config) -> anyhow::Result<(Option<EmbeddedPostgres>, String, String)> {
    let Database {
        url,
        admin_url,
        postgres_dir,
        ..
    } = &config.database;
    if let Some(url) = url {
        return Ok((None, admin_url.as_ref().unwrap_or(url).clone(), url.clone()));
    }
    let start = EmbeddedConfig {
        data_dir: config.server.data_dir.clone(),
        postgres_dir: postgres_dir.clone(),
        settings: Vec::new(),
    };
    let postgres = EmbeddedPostgres::start(start).await?;
    let url = postgres.admin_url();
    Ok((Some(postgres), url.clone(), url))
}
