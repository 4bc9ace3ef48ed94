//! `parlance reconcile`: whether the books of a day are right.

use std::path::Path;

use chrono::NaiveDate;
use tracing::warn;

use super::database;
use crate::{
    adapters::usage_report::{AnthropicUsage, UsageReport, UsageReportError, from_file},
    config::Config,
    domain::billing::{
        plans::Plans,
        prices::PriceBook,
        reconciliation::{self, Reconciliation, Sources},
    },
    kernel::clock::{Clock, SystemClock},
};

/// Compares the books of `day` with each other, with the invoices and with a usage report: that of `file`, else
/// Anthropic's where its admin key is set. Keeps what is found.
///
/// # Errors
/// When the day is to come, the database does not start or fails, or the file cannot be read.
pub async fn reconcile(
    config: &Config,
    day: NaiveDate,
    file: Option<&Path>,
) -> anyhow::Result<Reconciliation> {
    anyhow::ensure!(
        day <= SystemClock.now().date_naive(),
        "{day} has not begun (days are of UTC)"
    );
    let (prices, plans) = (prices(config)?, plans(config)?);
    let report: Option<Result<UsageReport, UsageReportError>> = match (file, usage_api(config)?) {
        (Some(file), _) => Some(Ok(from_file(file, day)?)),
        (None, Some(api)) => Some(api.of_day(day).await),
        (None, None) => None,
    };
    if let Some(Err(error)) = &report {
        warn!(%error, "calls are not compared with what the upstream billed");
    }
    let opened = database::open_beside(config).await?;
    let sources = Sources {
        prices: &prices,
        plans: &plans,
        report: report.as_ref(),
    };
    let found = async {
        let found = reconciliation::reconcile(&opened.db, sources, day, SystemClock.now()).await?;
        found.keep(&opened.db.control()).await?;
        anyhow::Ok(found)
    };
    let found = found.await;
    if let Some(postgres) = opened.embedded {
        postgres.stop().await;
    }
    found
}

/// Who tells what Anthropic billed; none: no admin key is set.
pub(super) fn usage_api(config: &Config) -> Result<Option<AnthropicUsage>, UsageReportError> {
    let admin = config.models.anthropic_admin.as_ref();
    admin
        .map(|admin| AnthropicUsage::new(&admin.base_url, &admin.key))
        .transpose()
}

pub(super) fn prices(config: &Config) -> anyhow::Result<PriceBook> {
    Ok(match &config.chat.prices {
        Some(file) => PriceBook::from_file(file)?,
        None => PriceBook::builtin()?,
    })
}

pub(super) fn plans(config: &Config) -> anyhow::Result<Plans> {
    Ok(match &config.plans {
        Some(file) => Plans::from_file(file)?,
        None => Plans::builtin()?,
    })
}
