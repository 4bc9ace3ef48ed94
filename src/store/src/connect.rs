//! How a connection comes about, and how its host notices that the other one is gone.

use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

use crate::prepared::prepare;

/// A line silent for so long is probed …
const PROBE_AFTER: Duration = Duration::from_secs(30);
/// … this often …
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// … and given up after so many probes.
const PROBES: u32 = 3;
/// What was sent and not acknowledged by then was sent to nobody.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(15);

/// A connection that was told `setup`, within `limit`.
pub(crate) async fn establish(
    url: String,
    setup: String,
    limit: Duration,
) -> Result<AsyncPgConnection, ConnectionError> {
    let connected = async {
        let config = config(&url)?;
        let (client, line) = config.connect(NoTls).await.map_err(bad)?;
        let mut conn = AsyncPgConnection::try_from_client_and_connection(client, line).await?;
        conn.batch_execute(&setup)
            .await
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        prepare(&mut conn).await?;
        Ok(conn)
    };
    timeout(limit, connected)
        .await
        .unwrap_or_else(|_| Err(ConnectionError::BadConnection("no answer in time".to_owned())))
}

/// What `url` says, and ours where it says nothing.
fn config(url: &str) -> Result<Config, ConnectionError> {
    let mut config: Config = url
        .parse()
        .map_err(|error: tokio_postgres::Error| ConnectionError::InvalidConnectionUrl(error.to_string()))?;
    let unset = Config::new();
    if config.get_keepalives_idle() == unset.get_keepalives_idle() {
        config.keepalives_idle(PROBE_AFTER);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(PROBE_EVERY);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(PROBES);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(ACKNOWLEDGED_WITHIN);
    }
    Ok(config)
}

fn bad(error: tokio_postgres::Error) -> ConnectionError {
    let cause = error.into_source();
    ConnectionError::BadConnection(
        cause.map_or_else(|| "no connection".to_owned(), |cause| cause.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_line_is_noticed_within_a_minute_unless_the_address_says_otherwise() {
        let ours = config("postgres://db.example/parlance").unwrap();
        assert_eq!(ours.get_keepalives_idle(), PROBE_AFTER);
        assert_eq!(ours.get_keepalives_interval(), Some(PROBE_EVERY));
        assert_eq!(ours.get_keepalives_retries(), Some(PROBES));
        assert_eq!(ours.get_tcp_user_timeout(), Some(&ACKNOWLEDGED_WITHIN));
        assert!(PROBE_AFTER + PROBE_EVERY * PROBES < Duration::from_secs(60));
        let theirs =
            config("postgres://db.example/parlance?keepalives_idle=600&tcp_user_timeout=5000").unwrap();
        assert_eq!(theirs.get_keepalives_idle(), Duration::from_secs(600));
        assert_ne!(theirs.get_tcp_user_timeout(), Some(&ACKNOWLEDGED_WITHIN));
    }
}
