//! A server of its own: visitors ask and leave, the upstream misbehaves by the seed, the server is killed and started
//! again, then stopped, and its books are judged.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use tokio::{task::JoinSet, time::sleep};

use super::{
    chaos::Chaos,
    judge::{Rates, Verdict, judge},
};
use crate::{
    own::{Place, stop},
    upstream::{Behaviour, Ending, MockUpstream},
    visitor::{Server, leaving},
};

/// Requests to which something may happen; the others are answered.
const FAULTS: usize = 2_000;
/// The model that the demo's bot asks, and its price since October 2026.
const MODEL: &str = "claude-sonnet-5-5";
const RATES: Rates = Rates {
    input: 2_000,
    output: 10_000,
    cache_write_5m: 2_500,
    cache_read: 100,
};
/// Without a request for so long, everything that was left open is taken up.
const QUIET: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program `parlance`.
    pub program: PathBuf,
    pub seed: u64,
    pub visitors: u64,
    /// How often the server is killed.
    pub kills: u64,
    /// Requests between two kills, at most.
    pub requests: u64,
}

/// Runs it and judges the books.
///
/// # Errors
/// Says what is wrong with the books, or why they could not be judged.
pub async fn run(plan: Plan) -> Result<Verdict> {
    let pace = Behaviour {
        tokens_per_second: 60.0,
        first_token_ms: 50,
        ..Behaviour::default()
    };
    let mock = MockUpstream::start(pace.clone()).await?;
    let faults = Chaos::new(plan.seed).take(FAULTS);
    mock.queue(faults.map(|fault| Behaviour {
        fault,
        ..pace.clone()
    }));
    let place = Place::make(&plan.program, mock.base_url())?;
    let judged = lived(&plan, &place, &mock).await;
    place.remove()?;
    judged
}

async fn lived(plan: &Plan, place: &Place, mock: &MockUpstream) -> Result<Verdict> {
    let mut luck = Chaos::new(plan.seed ^ 0x5EED);
    for round in 0..=plan.kills {
        let (mut child, base) = place.start(0).await?;
        let mut visitors = JoinSet::new();
        for n in 0..plan.visitors {
            let server = Server::new(&base, "acme", None)?;
            let luck = Chaos::new(plan.seed.wrapping_add(1_000 * round + n));
            visitors.spawn(leaving::ask_and_leave(server, luck));
        }
        let goal = mock.requests().len() + usize::try_from(1 + luck.below(plan.requests))?;
        mock.wait_for(|requests| requests.len() >= goal).await;
        if round < plan.kills {
            child.kill().await?;
        }
        visitors.shutdown().await;
        if round == plan.kills {
            falls_quiet(mock).await;
            stop(child).await?;
        }
    }
    let requests = mock.requests();
    let day = requests.first().context("nothing was asked")?.day;
    ensure!(
        requests.iter().all(|request| request.day == day),
        "midnight passed: run it again"
    );
    judge(
        &place.reconciled(&day.to_string()).await?,
        &requests,
        MODEL,
        RATES,
    )
}

/// Waits until nothing is asked any more.
async fn falls_quiet(mock: &MockUpstream) {
    let (mut asked, mut quiet) = (0, Duration::ZERO);
    while quiet < QUIET {
        sleep(LOOK_EVERY).await;
        let requests = mock.requests();
        let is_running = requests.iter().any(|request| request.ending == Ending::Running);
        quiet = if is_running || requests.len() != asked {
            Duration::ZERO
        } else {
            quiet + LOOK_EVERY
        };
        asked = requests.len();
    }
}
