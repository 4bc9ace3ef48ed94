//! Logs and metrics of the process. What is logged carries ids of tenant and conversation, never
//! a secret, a token or the text of a message.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::Log;

/// Seconds: from a fast local model to the limit of a slow one.
const SECONDS: &[f64] = &[
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0,
];

/// Sends the process's logs to standard error.
///
/// # Errors
/// When `LOG` is no filter, or logging was set up before.
pub fn logs(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.filter)?;
    let lines = tracing_subscriber::registry().with(filter);
    if log.json {
        lines
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init()?;
    } else {
        lines
            .with(fmt::layer().with_target(false).with_writer(std::io::stderr))
            .try_init()?;
    }
    Ok(())
}

/// Collects the process's metrics; the handle writes them out.
///
/// # Errors
/// When metrics are collected already.
pub fn metrics() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .install_recorder()
}
