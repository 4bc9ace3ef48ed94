//! How to reach a running private Postgres, and the questions asked of it.

use std::path::{Path, PathBuf};

use tokio_postgres::{Client, NoTls};

use super::error::EmbeddedError;

/// The role that initdb makes; it owns the cluster.
pub(super) const SUPERUSER: &str = "postgres";

/// Where a private Postgres listens. Valid as long as that Postgres runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    socket_dir: PathBuf,
}

impl Address {
    pub(super) fn new(socket_dir: PathBuf) -> Self {
        Self { socket_dir }
    }

    pub(super) fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Removes the socket's folder once nobody listens there any more.
    pub(super) fn tidy(&self) {
        // Not empty or gone already: neither is worth a word.
        std::fs::remove_dir(&self.socket_dir).ok();
    }

    /// The connection string of the superuser, for `create database` and roles.
    pub fn admin_url(&self) -> String {
        self.url(SUPERUSER, "postgres")
    }

    /// The connection string of `user` for `database`.
    pub fn url(&self, user: &str, database: &str) -> String {
        let host = percent_encode(&self.socket_dir.to_string_lossy());
        let (user, database) = (percent_encode(user), percent_encode(database));
        format!("postgres://{user}@{host}/{database}")
    }

    /// Whether Postgres takes connections here. It tells why not.
    pub(super) async fn connects(&self) -> Result<(), tokio_postgres::Error> {
        tokio_postgres::connect(&self.admin_url(), NoTls).await.map(drop)
    }

    pub(super) async fn answers(&self) -> bool {
        self.connects().await.is_ok()
    }

    /// Fails when pgvector is not among the extensions this Postgres can load.
    pub(super) async fn check_pgvector(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let (client, connection) = tokio_postgres::connect(&self.admin_url(), NoTls).await?;
        // The connection future carries the traffic of `client`: poll both here
        // rather than leave a task behind.
        let available = tokio::select! {
            available = has_pgvector(&client) => available?,
            closed = connection => return Err(closed.err().map_or_else(
                || EmbeddedError::NoPgvector { dir: dir.to_path_buf() },
                EmbeddedError::Query,
            )),
        };
        if available {
            Ok(())
        } else {
            Err(EmbeddedError::NoPgvector {
                dir: dir.to_path_buf(),
            })
        }
    }
}

async fn has_pgvector(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let query = "select 1 from pg_available_extensions where name = 'vector'";
    Ok(client.query_opt(query, &[]).await?.is_some())
}

/// Encodes all but the unreserved characters of RFC 3986 §2.3.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_socket_folder_as_its_host() {
        let address = Address::new(PathBuf::from("/tmp/parlance-1 a"));
        assert_eq!(
            address.url("app@x", "parlance"),
            "postgres://app%40x@%2Ftmp%2Fparlance-1%20a/parlance"
        );
    }
}
