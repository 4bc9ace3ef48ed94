//! A server with the demo, as visitors and agents come to it.

use std::time::Duration;

use anyhow::{Result, ensure};
use parlance_loadtest::visitor::{
    Server,
    chat::{self, Plan, Transport},
    report::Report,
    stall::Company,
    watch::Agents,
};

use super::super::{FIRST_TOKEN, PATIENCE, contender::Running, progress::Progress};

pub(crate) const SPACE: &str = "acme";
pub(crate) const QUESTION: &str = "How long does the warranty of my robot last?";
/// A member of the demo's workspace.
pub(crate) const MEMBER: (&str, &str) = ("admin@acme.example", "acmedemo1!");

pub(super) struct Place<'a> {
    pub(super) server: Server,
    pub(super) running: &'a Running,
    pub(super) progress: Progress,
    sent: chat::TokenCount<'a>,
}

/// Who is there beside the visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beside {
    Nobody,
    /// Consoles that watch each conversation.
    Watchers(usize),
    /// As many of each kind who read.
    Readers(usize),
    /// The same who stall.
    Stalled(usize),
}

impl<'a> Place<'a> {
    pub(super) fn of(running: &'a Running, sent: chat::TokenCount<'a>, progress: Progress) -> Result<Self> {
        Ok(Self {
            server: running.server(SPACE)?,
            running,
            progress,
            sent,
        })
    }

    pub(super) async fn chat(&self, visitors: usize, spread: Duration, beside: Beside) -> Result<Report> {
        let (email, password) = (MEMBER.0.to_owned(), MEMBER.1.to_owned());
        let (mut agents, mut company) = (None, None);
        match beside {
            Beside::Nobody => {}
            Beside::Watchers(each) => {
                agents = Some(Agents {
                    email,
                    password,
                    each,
                });
            }
            Beside::Readers(each) | Beside::Stalled(each) => {
                company = Some(Company {
                    stalls: matches!(beside, Beside::Stalled(_)),
                    each,
                    email,
                    password,
                });
            }
        }
        let plan = Plan {
            servers: vec![self.server.clone()],
            visitors,
            rounds: 1,
            transport: Transport::WebSocket,
            questions: vec![QUESTION.to_owned()],
            patience: PATIENCE,
            spread,
            pause: Duration::ZERO,
            process: Some(self.running.process()),
            upstream_first_token: Some(FIRST_TOKEN),
            agents,
            company,
        };
        let report = chat::run(plan, self.sent).await?;
        ensure!(report.failed() == 0, "answers failed: {:?}", report.errors);
        Ok(report)
    }
}
