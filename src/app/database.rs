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
    Ok(Opened {
        db: connect(config, url).await?,
        embedded,
    })
}

/// The same for a command: where a server runs on the private Postgres, that one is used as it is.
///
/// # Errors
/// Says what does not answer or cannot be started.
pub async fn open_beside(config: &Config) -> anyhow::Result<Opened> {
    if config.database.url.is_none()
        && let Some(address) = EmbeddedPostgres::running(&config.server.data_dir).await
    {
        return Ok(Opened {
            db: connect(config, address.admin_url()).await?,
            embedded: None,
        });
    }
    open(config).await
}

async fn connect(config: &Config, url: String) -> anyhow::Result<Db> {
    let connect = DbConfig {
        pool_size: config.database.pool_size,
        ..DbConfig::new(url)
    };
    Ok(Db::connect(connect).await?)
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
