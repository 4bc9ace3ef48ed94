//! A place of the web, read page by page; see `domain::knowledge::{places, reading, web}`. Each page is
//! written down before the next is asked for, so that after a crash, or when others have had their
//! turn, the reading goes on where it was.

use std::sync::Arc;

use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, SourceId},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Came, Failure, Tools};
use crate::domain::{
    jobs::progress::Progress,
    knowledge::{
        reading::Reading,
        web::{Crawl, Ended, Forgotten, Outcome},
    },
};

/// Percent at the end of the pages; the rest is writing down that it ended.
const READ: u8 = 99;

pub(super) async fn run(
    tools: &Tools,
    db: &TenantDb,
    source: SourceId,
    job: JobId,
    progress: &Progress,
) -> Result<Came, Failure> {
    match read(tools, db, source, job, progress).await {
        Err(Stopped::Store(StoreError::NotFound)) => Ok(Came::Removed("the source was removed")),
        Err(Stopped::Store(StoreError::Archived)) => Ok(Came::Removed("the space is archived")),
        Err(Stopped::Store(error)) => Err(error.into()),
        Err(Stopped::Failed(failure)) => Err(failure),
        Ok(came) => Ok(came),
    }
}

/// Why a reading did not come to its end.
enum Stopped {
    Store(StoreError),
    Failed(Failure),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn failed(error: impl ToString, transient: bool) -> Failure {
    Failure {
        error: error.to_string(),
        transient,
    }
}

async fn read(
    tools: &Tools,
    db: &TenantDb,
    source: SourceId,
    job: JobId,
    progress: &Progress,
) -> Result<Came, Stopped> {
    let begun = Instant::now();
    let (reading, known) = Reading::begin(db.clone(), source, job).await?;
    let last = |error: String| Stopped::Failed(failed(error, false));
    let plan = reading.plan().map_err(|error| last(error.to_string()))?;
    let crawl = tools.crawler.begin(plan, known, CancellationToken::new());
    let mut crawl = crawl
        .map_err(|error| last(error.to_string()))?
        .recalling(Arc::new(reading.clone()));
    let mut failure = None;
    while let Some(visit) = crawl.next().await {
        let so_far = visit.progress;
        progress.within(0, READ, so_far.pages, so_far.pages + so_far.waiting);
        failure = refused(&visit.outcome).or(failure);
        if reading.met(visit, tools.clock.now()).await? {
            tools.bell.ring(db.tenant_id());
        }
        if begun.elapsed() >= tools.turn && !reading.is_one_page() {
            return Ok(Came::ToItsTurn);
        }
    }
    end(tools, &reading, &crawl, failure).await?;
    Ok(Came::ToItsEnd)
}

async fn end(
    tools: &Tools,
    reading: &Reading,
    crawl: &Crawl,
    failure: Option<Failure>,
) -> Result<(), Stopped> {
    let (ended, pages) = (crawl.ended().unwrap_or(Ended::Complete), crawl.progress().pages);
    let failure = match (ended, failure) {
        (Ended::Away, _) => failed("the site failed again and again", true),
        (Ended::Interrupted, _) => failed(Forgotten, true),
        (_, Some(failure)) if pages == 0 => failure,
        (_, None) if pages == 0 => failed("there is nothing there to read", false),
        _ => return Ok(reading.end(pages, ended, tools.clock.now()).await?),
    };
    if failure.transient {
        reading.ask_failed_again().await?;
    }
    Err(Stopped::Failed(failure))
}

/// Why nothing came of an address, in case that nothing comes of any.
fn refused(outcome: &Outcome) -> Option<Failure> {
    let (error, transient) = match outcome {
        Outcome::Failed(why) => (why.to_string(), why.is_transient()),
        Outcome::Skipped(why) => (why.to_string(), false),
        Outcome::Gone => ("there is no such page".to_owned(), false),
        Outcome::Page(_) | Outcome::Unchanged | Outcome::Moved(_) => return None,
    };
    Some(Failure { error, transient })
}
