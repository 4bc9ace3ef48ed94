//! What Parlance alone is held to, beside streaming to visitors. On the demo workspace, with a database of its own.
//! `beside.rs` is streaming with something beside it, `still.rs` sockets that are silent or come back, `inbox.rs` a large
//! inbox, `books.rs` the ledger; `place.rs` is a server as all of them come to it.

mod beside;
mod books;
mod inbox;
mod place;
mod still;

use std::time::Duration;

use anyhow::Result;
use parlance_loadtest::upstream::{Behaviour, MockUpstream};

use self::place::Place;
pub(crate) use self::place::{MEMBER, QUESTION, SPACE};
use super::{
    contender::{Around, Programs, start_demo},
    figures::Figures,
    rig::Rig,
};

const DATABASE: &str = "bench_demo";
/// Where the demo is kept as it was made: half a minute of embedding.
const MADE: &str = "bench_demo_made";
const MAKING: &str = "bench_demo_making";
/// For scenes in which the answer is not what is measured.
const AT_ONCE: &str = "tokens=20,tps=0,first=0,stamps";
const FAST_UPSTREAM: u16 = 8_191;
/// Questions of scenes that look at cost, and not at how evenly tokens come, begin within this time.
const QUICKLY: Duration = Duration::from_millis(500);

/// What is measured before one fails stays.
pub(crate) async fn run(programs: &Programs, rig: &Rig, figures: &mut Figures) -> Result<()> {
    let around = demo(programs, rig).await?;
    let server = start_demo(programs, &around, &[]).await?;
    let sent = || Some(rig.mock.totals().sent);
    let place = Place::of(&server, &sent, rig.progress)?;
    rig.progress.say("scenes: a server with the demo is ready");
    beside::run(&place, figures).await?;
    server.stop().await?;

    let mock = MockUpstream::start_on(FAST_UPSTREAM, Behaviour::default().directed(AT_ONCE)?).await?;
    // Without the documents, some of which are still being read.
    let around = Around {
        upstream: mock.base_url(),
        ..demo(programs, rig).await?
    };
    let server = start_demo(programs, &around, &[]).await?;
    let place = Place::of(&server, &|| None, rig.progress)?;
    still::run(&place, figures).await?;
    inbox::run(&place, rig, figures).await?;
    server.stop().await?;
    rig.drop_database(DATABASE)?;
    books::run(programs, rig, figures)
}

/// A new database with the demo. A later server brings what was made by an earlier one up to date.
pub(crate) async fn demo(programs: &Programs, rig: &Rig) -> Result<Around> {
    let around = |admin_url| Around {
        admin_url,
        ..rig.around.clone()
    };
    if !rig.has_database(MADE)? {
        rig.progress.say("making the demo, once: half a minute");
        let url = rig.database(MAKING, None)?;
        start_demo(programs, &around(url), &[]).await?.stop().await?;
        rig.rename_database(MAKING, MADE)?;
    }
    Ok(around(rig.database(DATABASE, Some(MADE))?))
}
