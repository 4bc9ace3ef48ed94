//! From names to addresses, as an argument, so that a test can answer twice in two ways.

use std::{fmt, io, net::IpAddr};

/// Looks up names.
#[async_trait::async_trait]
pub trait Resolve: Send + Sync + fmt::Debug {
    /// All addresses of a name, in the order to try them.
    ///
    /// # Errors
    /// Where the name has none, or nobody answers.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver, `/etc/hosts` included.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait::async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}
