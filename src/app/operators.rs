//! Operators: who is one, by the command line, and the end of the times in which one acts as a workspace.

use std::{fmt::Write as _, time::Duration};

use parlance_store::{
    control::operators::list::{self, Added},
    embedded::EmbeddedPostgres,
};
use tracing::error;

use super::database;
use crate::{
    actors::services::Services,
    config::Config,
    kernel::clock::{Clock, SystemClock},
};

/// How often it is looked for times that are over. What they opened is shut at once; this puts the end on record.
const EVERY: Duration = Duration::from_secs(2);

/// What is wanted of the list of operators.
#[derive(Clone, Debug)]
pub enum Wanted {
    Add(String),
    Remove(String),
    List,
}

/// Looks for as long as the application runs.
pub async fn keep_looking(services: Services) {
    let looking = async {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = services.accounts.end_accesses_over().await {
                error!(%error, "the end of acting as a workspace is put on record with the next look");
            }
        }
    };
    tokio::select! {
        () = services.tasks.stopping().cancelled_owned() => {}
        () = looking => {}
    }
}

/// `parlance operator`: makes somebody an operator, takes it back, or lists them. The server may run meanwhile.
///
/// # Errors
/// When the database does not answer, or there is no such account.
pub async fn operators(config: &Config, wanted: &Wanted) -> anyhow::Result<String> {
    let database = &config.database;
    let given = database.admin_url.as_ref().or(database.url.as_ref());
    // The private Postgres of a server that runs, or one that is started for the time being.
    let running = EmbeddedPostgres::running(&config.server.data_dir).await;
    if let Some(url) = given.cloned().or(running.map(|address| address.admin_url())) {
        return carried_out(&url, wanted).await;
    }
    let opened = database::open(config).await?;
    let Some(postgres) = opened.embedded else {
        anyhow::bail!("set DATABASE_URL");
    };
    let done = carried_out(&postgres.admin_url(), wanted).await;
    drop(opened.db);
    postgres.stop().await;
    done
}

async fn carried_out(url: &str, wanted: &Wanted) -> anyhow::Result<String> {
    let now = SystemClock.now();
    match wanted {
        Wanted::Add(email) => match list::add(url, email, now).await? {
            Added { known: false, .. } => anyhow::bail!("there is no account of {email}: sign up first"),
            Added { proven: false, .. } => anyhow::bail!("the address {email} is not confirmed yet"),
            Added { added: false, .. } => Ok(format!("{email} is an operator already\n")),
            Added { .. } => Ok(format!(
                "{email} is an operator: enter at /operator, with a second factor\n"
            )),
        },
        Wanted::Remove(email) => {
            anyhow::ensure!(list::remove(url, email, now).await?, "{email} is no operator");
            Ok(format!("{email} is no operator any more\n"))
        }
        Wanted::List => {
            let mut said = String::new();
            for one in list::all(url).await? {
                let factor = if one.second_factor {
                    ""
                } else {
                    "  no second factor"
                };
                let since = one.added_at.format("%Y-%m-%d");
                writeln!(said, "{}  {}  since {since}{factor}", one.email, one.name)?;
            }
            Ok(said)
        }
    }
}
