//! The scenario `soak`: visitors come and go for as long as it takes. Most read their answer to its end; some leave in its
//! middle, some stop reading, and some lose their connection and come back.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    session::Server,
    stall,
    stall::Visited,
    ws::{Reads, Socket},
};
use crate::ledger::Chaos;

const PATIENCE: Duration = Duration::from_secs(60);
/// When somebody leaves, or loses the connection: then the question is there, and the answer is not, or not whole.
const LEAVES_MS: (u64, u64) = (500, 3_500);
/// How long who stalls is there.
const STALLS: Duration = Duration::from_secs(10);

/// What a visitor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    Reads,
    Leaves,
    Stalls,
    ComesBack,
}

impl Habit {
    /// Three visits in ten are none that reads to the end.
    fn of(luck: &mut Chaos) -> Self {
        match luck.below(10) {
            0 => Self::Leaves,
            1 => Self::Stalls,
            2 => Self::ComesBack,
            _ => Self::Reads,
        }
    }
}

/// Visits, and what went wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    pub done: BTreeMap<Habit, u64>,
    pub faults: BTreeMap<String, u64>,
}

impl Visits {
    fn count(&mut self, habit: Habit, done: Result<()>) {
        match done {
            Ok(()) => *self.done.entry(habit).or_default() += 1,
            Err(fault) => *self.faults.entry(format!("{habit:?}: {fault:#}")).or_default() += 1,
        }
    }
}

/// Visitors who are there, until they are told to go.
#[derive(Debug)]
pub struct Soak {
    visitors: JoinSet<Visits>,
    over: Arc<AtomicBool>,
}

impl Soak {
    /// Has as many be there at every moment, each new one behind the one who left.
    #[must_use]
    pub fn begin(server: &Server, visitors: u32, question: &str, spread: Duration) -> Self {
        let mut soak = Self {
            visitors: JoinSet::new(),
            over: Arc::default(),
        };
        for number in 0..visitors {
            let (server, over) = (server.clone(), Arc::clone(&soak.over));
            let question = question.to_owned();
            let begins = spread * number / visitors;
            soak.visitors.spawn(async move {
                let (mut visits, mut luck) = (Visits::default(), Chaos::new(number.into()));
                sleep(begins).await;
                while !over.load(Ordering::Relaxed) {
                    let habit = Habit::of(&mut luck);
                    let visit = visit(&server, &question, habit, &mut luck);
                    let visit = timeout(PATIENCE, visit).await.context("no answer in time");
                    visits.count(habit, visit.flatten());
                }
                visits
            });
        }
        soak
    }

    /// Waits until all have gone.
    ///
    /// # Errors
    /// When a visitor ended by itself.
    pub async fn end(mut self) -> Result<Visits> {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Visits::default();
        while let Some(visits) = self.visitors.join_next().await {
            let visits = visits?;
            for (habit, number) in visits.done {
                *all.done.entry(habit).or_default() += number;
            }
            for (fault, number) in visits.faults {
                *all.faults.entry(fault).or_default() += number;
            }
        }
        Ok(all)
    }
}

async fn visit(server: &Server, question: &str, habit: Habit, luck: &mut Chaos) -> Result<()> {
    if habit == Habit::Stalls {
        let _socket = stall::ask(server, question, Reads::Never).await?;
        sleep(STALLS).await;
        return Ok(());
    }
    let (mut socket, Visited { token, conversation }) = Socket::open(server).await?;
    if habit == Habit::Reads {
        let answered = socket.ask(question).await?;
        ensure!(answered.fault.is_none(), "{}", answered.fault.unwrap_or_default());
        socket.close().await;
        return Ok(());
    }
    // Whatever was read by then; who leaves says nothing.
    let leaves = Duration::from_millis(LEAVES_MS.0 + luck.below(LEAVES_MS.1));
    let _ = timeout(leaves, socket.ask(question)).await;
    drop(socket);
    if habit == Habit::ComesBack {
        let (mut socket, _) = Socket::visit(server, &token, Some(&conversation), Reads::AtOnce).await?;
        while socket.next().await?.pointer("/author/kind") != Some(&json!("assistant")) {}
        socket.close().await;
    }
    Ok(())
}
