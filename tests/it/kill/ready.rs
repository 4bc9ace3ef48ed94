//! `/readyz` is asked all along, and tells the truth: no while the database is away, yes while all is well.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// Its own bound is three seconds, and the machine has other things to do.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// A change is told by then.
const TOLD_WITHIN: Duration = Duration::from_secs(40);
/// Statements in a crowd may keep all connections for so long: no longer than a call may take.
const NEVER_LONGER: Duration = Duration::from_secs(40);
const EVERY: Duration = Duration::from_millis(100);

/// What is known of the server from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Where it is; none while it is stopped.
    pub server: Option<String>,
    /// Whether something is done to it.
    pub troubled: bool,
}

/// Asks until `ended`, and fails where it says no for long though nothing is done to the server.
pub async fn watch(truth: watch::Receiver<Truth>, mut ended: watch::Receiver<bool>) {
    let watching = async {
        let mut well_since = Instant::now();
        loop {
            let now = truth.borrow().clone();
            let status = match &now.server {
                Some(base) => asked(base).await,
                None => None,
            };
            if status == Some(200) || status.is_none() || now.troubled || *truth.borrow() != now {
                well_since = Instant::now();
            }
            let wrongly = well_since.elapsed();
            assert!(
                wrongly < NEVER_LONGER,
                "not ready for {wrongly:?}, though nothing is wrong"
            );
            sleep(EVERY).await;
        }
    };
    tokio::select! {
        () = watching => {}
        _ = ended.wait_for(|ended| *ended) => {}
    }
}

/// Waits until it is told, and sees that it is told from then on.
pub async fn comes_to(base: &str, status: u16) {
    let told = async {
        while asked(base).await != Some(status) {
            sleep(EVERY).await;
        }
    };
    let told = timeout(TOLD_WITHIN, told).await;
    told.unwrap_or_else(|_| panic!("/readyz comes to {status}"));
}

/// It says that the database is away, and goes on saying so.
pub async fn says_away(base: &str) {
    comes_to(base, 503).await;
    for _ in 0..3 {
        assert_eq!(asked(base).await, Some(503), "the database is still away");
    }
}

/// Its status; none where nobody is there.
async fn asked(base: &str) -> Option<u16> {
    let asked = reqwest::Client::new().get(format!("{base}/readyz"));
    match asked.timeout(ANSWERS_WITHIN).send().await {
        Ok(answer) => Some(answer.status().as_u16()),
        Err(error) => {
            assert!(!error.is_timeout(), "/readyz answers in time");
            None
        }
    }
}
