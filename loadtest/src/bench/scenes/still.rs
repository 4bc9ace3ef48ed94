//! Sockets that are silent, and visitors who all come back at once.

use std::time::Duration;

use anyhow::Result;
use parlance_loadtest::visitor::{idle, storm};

use super::{
    super::figures::{Figures, Goal},
    QUESTION,
    place::Place,
};

const SILENT: usize = 10_000;
const STORM: usize = 2_000;
const SETTLE: Duration = Duration::from_secs(3);

pub(super) async fn run(place: &Place<'_>, figures: &mut Figures) -> Result<()> {
    let silent = idle::run(idle::Plan {
        server: place.server.clone(),
        process: place.running.process(),
        connections: SILENT,
        question: None,
        settle: SETTLE,
    });
    figures.add(
        format!("{SILENT} silent sockets: KiB each"),
        silent.await?.bytes_per_connection / 1024.0,
        Goal::AtMost(14.0),
    );
    place.progress.say(format_args!("{SILENT} sockets were silent"));
    let back = storm::run(storm::Plan {
        servers: vec![place.server.clone()],
        connections: STORM,
        question: QUESTION.to_owned(),
    });
    figures.add(
        format!("{STORM} come back at once: ms until the last has all"),
        back.await?.resumed.max,
        Goal::AtMost(2_000.0),
    );
    place.progress.say(format_args!("{STORM} came back at once"));
    Ok(())
}
