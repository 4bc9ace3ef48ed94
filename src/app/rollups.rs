//! `parlance rollups`: whether the counters of every workspace are what they count.

use std::fmt::Write as _;

use parlance_store::queries::rollups::Window;

use super::database;
use crate::{
    config::Config,
    domain::insight::keeping::{self, cause},
};

/// What there is to say of all counters, and in how many places they differ still.
#[derive(Debug)]
pub struct Proof {
    pub said: String,
    pub left: usize,
}

/// Compares the counters of every workspace with what they count, and with `repair` puts them right.
///
/// # Errors
/// When the database does not start or fails.
pub async fn rollups(config: &Config, repair: bool) -> anyhow::Result<Proof> {
    let opened = database::open_beside(config).await?;
    let (mut said, mut left, mut looked_at) = (String::new(), 0, 0);
    for tenant in opened.db.control().tenants().await? {
        let checked = keeping::check(&opened.db.tenant(tenant), Window::default(), repair).await?;
        looked_at += 1;
        for found in &checked.differences {
            writeln!(
                said,
                "workspace {tenant}  space {}  {:6}  {}  {:24} counted {:>8}  there {:>8}  {}",
                found.space_id,
                found.channel,
                found.at.format("%Y-%m-%d %H:%M"),
                found.metric,
                found.counted,
                found.there,
                cause(found),
            )?;
        }
        if repair && checked.repaired > 0 {
            writeln!(said, "workspace {tenant}  {} put right", checked.repaired)?;
        } else {
            left += checked.differences.len();
        }
    }
    if left == 0 {
        writeln!(said, "{looked_at} workspaces: every counter is what it counts")?;
    }
    if let Some(postgres) = opened.embedded {
        postgres.stop().await;
    }
    Ok(Proof { said, left })
}
