//! 100,000 conversations, of which a console is open, and 200 of them change a second.

use std::time::Duration;

use anyhow::Result;
use parlance_loadtest::visitor::inbox;

use super::{
    super::{
        figures::{Figures, Goal},
        rig::Rig,
    },
    DATABASE, MEMBER,
    place::Place,
};

const CONVERSATIONS: &str = include_str!("inbox.sql");
const VISITORS: u32 = 50;
const A_SECOND: u32 = 200;
const LASTS: Duration = Duration::from_secs(8);

pub(super) async fn run(place: &Place<'_>, rig: &Rig, figures: &mut Figures) -> Result<()> {
    rig.run(DATABASE, CONVERSATIONS)?;
    place.progress.say("100,000 conversations are made");
    let inbox = inbox::run(inbox::Plan {
        server: place.server.clone(),
        email: MEMBER.0.to_owned(),
        password: MEMBER.1.to_owned(),
        visitors: VISITORS,
        a_second: A_SECOND,
        lasts: LASTS,
        process: place.running.process(),
    });
    let inbox = inbox.await?;
    #[expect(clippy::cast_precision_loss, reason = "thousands of messages")]
    let sent = inbox.sent as f64 / LASTS.as_secs_f64();
    let of = format!("inbox of 100,000, {sent:.0} changes a second");
    for (name, value) in [
        ("a page of 50, p50 ms", inbox.page.p50),
        ("a page of 50, p99 ms", inbox.page.p99),
        ("a change is told, p50 ms", inbox.told.p50),
        ("a change is told, p99 ms", inbox.told.p99),
        ("server, share of a processor", inbox.cpu),
    ] {
        figures.add(format!("{of}: {name}"), value, Goal::None);
    }
    place.progress.say(format_args!(
        "{} messages, {} told, {} pages",
        inbox.sent, inbox.told.count, inbox.page.count
    ));
    Ok(())
}
