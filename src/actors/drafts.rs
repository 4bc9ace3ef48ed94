//! The drafts that are being written: one for each agent and conversation, each in a task of its own, so many
//! a minute for each agent.

use std::{num::NonZeroU32, panic::AssertUnwindSafe, sync::Arc};

use dashmap::DashMap;
use futures_util::FutureExt;
use governor::Quota;
use parlance_store::ids::{ConversationId, DraftId, TenantId, UserId};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::error;

use super::ledger::LedgerHandle;
use crate::{
    domain::{
        drafting::{
            Draft,
            drafter::{Brief, Drafter, Page},
        },
        quota::keyed::Buckets,
    },
    kernel::{code::Code, problem::Problem, tasks::Tasks},
};

/// Drafts of one agent at once, and a minute.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(10).unwrap();
const A_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();

type Key = (TenantId, UserId, ConversationId);

/// News of a draft, for whoever asked for it.
#[derive(Debug)]
pub struct Step {
    pub conversation: ConversationId,
    pub id: DraftId,
    pub news: News,
}

#[derive(Debug)]
pub enum News {
    /// The `n`th piece of its text, from 0.
    Delta {
        n: u64,
        text: String,
    },
    End(Result<Box<Draft>, Problem>),
}

/// Begins drafts and stops them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Drafts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    drafter: Drafter,
    tasks: Tasks,
    ledger: LedgerHandle,
    rates: Buckets<(TenantId, UserId)>,
    running: DashMap<Key, (DraftId, CancellationToken)>,
}

impl Drafts {
    #[must_use]
    pub fn new(drafter: Drafter, tasks: Tasks, ledger: LedgerHandle) -> Self {
        let rate = Quota::per_minute(A_MINUTE).allow_burst(AT_ONCE);
        Self(Arc::new(Inner {
            rates: Buckets::new(rate, drafter.clock.clone()),
            drafter,
            tasks,
            ledger,
            running: DashMap::new(),
        }))
    }

    /// What writes them.
    #[must_use]
    pub fn drafter(&self) -> &Drafter {
        &self.0.drafter
    }

    /// Begins a draft, whose news go to `steps`, the end last. It takes the place of one that is being
    /// written for the same agent in the same conversation. Drop what is given, and it stops.
    ///
    /// # Errors
    /// `RateLimited`; `Conflict` where it is being written already.
    pub fn begin(&self, brief: Brief, steps: mpsc::Sender<Step>) -> Result<DropGuard, Problem> {
        let taken = self.0.rates.take(&(brief.tenant, brief.agent.id));
        taken.map_err(|wait| {
            let detail = format!("too many drafts, try again in {} s", wait.as_secs() + 1);
            Problem::new(Code::RateLimited, detail).retry_after(wait)
        })?;
        let (key, id) = ((brief.tenant, brief.agent.id, brief.conversation), brief.id);
        if self.0.running.get(&key).is_some_and(|running| running.0 == id) {
            return Err(Problem::new(Code::Conflict, "this draft is being written"));
        }
        let cancel = self.0.tasks.stopping().child_token();
        if let Some((_, replaced)) = self.0.running.insert(key, (id, cancel.clone())) {
            replaced.cancel();
        }
        let (drafts, guard) = (self.0.clone(), cancel.clone().drop_guard());
        self.0.tasks.spawn_local("draft", async move {
            drafts.write(&brief, &steps, &cancel).await;
            drafts.running.remove_if(&key, |_, (running, _)| *running == id);
        });
        Ok(guard)
    }

    /// Stops what is being written for an agent in a conversation.
    pub fn stop(&self, tenant: TenantId, agent: UserId, conversation: ConversationId) {
        if let Some(running) = self.0.running.get(&(tenant, agent, conversation)) {
            running.1.cancel();
        }
    }

    /// Forgets agents who may draft as much as ever.
    pub fn sweep(&self) {
        self.0.rates.sweep();
    }
}

impl Inner {
    async fn write(&self, brief: &Brief, steps: &mpsc::Sender<Step>, cancel: &CancellationToken) {
        let mut telling = Telling { brief, steps, n: 0 };
        let drafting = self.drafter.draft(brief, &mut telling, cancel);
        let end = AssertUnwindSafe(drafting).catch_unwind().await;
        let end = end.unwrap_or_else(|_| Err(Problem::internal("drafting panicked")));
        self.ledger.settled(brief.tenant);
        // Whoever asked may be gone.
        let _ = telling.tell(News::End(end.map(Box::new))).await;
    }
}

/// Tells who asked.
struct Telling<'a> {
    brief: &'a Brief,
    steps: &'a mpsc::Sender<Step>,
    n: u64,
}

impl Telling<'_> {
    async fn tell(&self, news: News) -> Result<(), mpsc::error::SendError<Step>> {
        let Brief { conversation, id, .. } = *self.brief;
        let step = Step {
            conversation,
            id,
            news,
        };
        self.steps.send(step).await
    }
}

impl Page for Telling<'_> {
    async fn write(&mut self, text: String) {
        let n = self.n;
        self.n += 1;
        // Who is gone has stopped it.
        let _ = self.tell(News::Delta { n, text }).await;
    }
}

/// A draft as a whole, for who does not follow it. It stops where they leave.
///
/// # Errors
/// As [`Drafts::begin`] and [`Drafter::draft`]; `Busy` where the server stops.
pub async fn whole(drafts: &Drafts, brief: Brief) -> Result<Draft, Problem> {
    let (steps, mut news) = mpsc::channel(1);
    let _running = drafts.begin(brief, steps)?;
    while let Some(step) = news.recv().await {
        if let News::End(end) = step.news {
            return end.map(|draft| *draft);
        }
    }
    error!("a draft ended without an end");
    Err(Problem::new(Code::Busy, "the draft was not finished, try again"))
}
