//! A place of the web, read page by page; see `domain::knowledge::{places, web}`. Each page is written
//! down before the next is asked for, so that after a crash the reading goes on where it was.

use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, SourceId},
};
use tokio_util::sync::CancellationToken;

use super::{Failure, Tools};
use crate::domain::{
    jobs::progress::Progress,
    knowledge::{
        places::Reading,
        web::{Ended, Outcome},
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
) -> Result<(), Failure> {
    let (reading, known) = match Reading::begin(db.clone(), source, job).await {
        // Removed meanwhile.
        Err(StoreError::NotFound) => return Ok(()),
        begun => begun?,
    };
    let last = |error: String| Failure {
        error,
        transient: false,
    };
    let plan = reading.plan().map_err(|error| last(error.to_string()))?;
    let crawl = tools.crawler.begin(plan, known, CancellationToken::new());
    let mut crawl = crawl.map_err(|error| last(error.to_string()))?;
    let mut failed = None;
    while let Some(visit) = crawl.next().await {
        let so_far = visit.progress;
        progress.within(0, READ, so_far.pages, so_far.pages + so_far.waiting);
        failed = refused(&visit.outcome).or(failed);
        if reading.met(visit, tools.clock.now()).await? {
            tools.bell.ring(db.tenant_id());
        }
    }
    let (ended, pages) = (crawl.ended().unwrap_or(Ended::Complete), crawl.progress().pages);
    match (ended, failed) {
        (Ended::Away, _) => Err(Failure {
            error: "the site failed again and again".to_owned(),
            transient: true,
        }),
        (_, Some(failure)) if pages == 0 => Err(failure),
        (_, None) if pages == 0 => Err(last("there is nothing there to read".to_owned())),
        _ => Ok(reading.end(pages, ended, tools.clock.now()).await?),
    }
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
