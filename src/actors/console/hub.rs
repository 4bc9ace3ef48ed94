//! Looks at a tenant's jobs for all who listen: when one of this process has changed, twice a second
//! at most, and every few seconds for what others do to them. Conversations and tickets that change are told ten
//! times a second at most.

use std::time::Duration;

use bytestring::ByteString;
use parlance_store::{StoreError, TenantConn, TenantDb, queries::tickets};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{
    frames::InboxEvent,
    handle::{Join, NotHeard},
    inbox::Inbox,
    listeners::Listeners,
};
use crate::{
    domain::jobs::{Bell, picture::Picture},
    kernel::clock::SharedClock,
};

/// Between two looks at least.
const REST: Duration = Duration::from_millis(500);
/// Between two tellings of conversations at least: one that only came in is told at once.
const INBOX_REST: Duration = Duration::from_millis(100);
/// How long what another process does may go unseen.
const LOOK_EVERY: Duration = Duration::from_secs(3);

pub(super) struct Hub {
    db: TenantDb,
    clock: SharedClock,
    bell: Bell,
    listeners: Listeners,
    inbox: Inbox,
    jobs: Picture,
    looked: Instant,
}

impl Hub {
    pub(super) fn new(
        db: TenantDb,
        clock: SharedClock,
        bell: Bell,
        listeners: Listeners,
        inbox: Inbox,
    ) -> Self {
        Self {
            db,
            clock,
            bell,
            listeners,
            inbox,
            jobs: Picture::default(),
            looked: Instant::now(),
        }
    }

    /// Works until nobody listens any more, or all stops.
    pub(super) async fn run(mut self, mut joining: mpsc::Receiver<Join>, stopping: CancellationToken) {
        let tenant = self.db.tenant_id();
        let mut changed = self.bell.watch(tenant);
        let mut due = self.looked + LOOK_EVERY;
        let inbox = self.inbox.clone();
        // When conversations are told next, where there is something to tell, and were last.
        let (mut telling, mut told) = (None, self.looked);
        loop {
            tokio::select! {
                () = stopping.cancelled() => break,
                join = joining.recv() => match join {
                    Some(join) => self.join(join).await,
                    None => break,
                },
                _ = changed.changed() => {
                    due = due.min(self.looked + REST);
                    continue;
                }
                () = inbox.rung(), if telling.is_none() => {
                    telling = Some(told + INBOX_REST);
                    continue;
                }
                () = sleep_until(telling.unwrap_or(due)), if telling.is_some() => {
                    (telling, told) = (None, Instant::now());
                    let mut frames = inbox.take();
                    match self.tickets(&inbox).await {
                        Ok(tickets) => frames.extend(tickets),
                        Err(error) => warn!(tenant.id = %tenant, %error, "its tickets cannot be told just now"),
                    }
                    self.listeners.tell(&frames.into());
                    continue;
                }
                () = sleep_until(due) => {
                    if self.listeners.is_empty() {
                        break;
                    }
                    if let Err(error) = self.look().await {
                        warn!(tenant.id = %tenant, %error, "its jobs cannot be watched just now");
                    }
                }
            }
            due = self.looked + LOOK_EVERY;
        }
        drop(changed);
        self.bell.unwatch(tenant);
    }

    /// Lets one more listen, who is told how it is now.
    async fn join(&mut self, join: Join) {
        let joined = match self.look().await {
            Ok(()) => {
                let begin = self.jobs.whole().into_iter().map(ByteString::from);
                self.listeners.add(begin.collect()).ok_or(NotHeard::Crowded)
            }
            Err(error) => Err(error.into()),
        };
        // Who is gone meanwhile is forgotten with the next event.
        let _ = join.send(joined);
    }

    /// The tickets that have changed, a frame each.
    async fn tickets(&self, inbox: &Inbox) -> Result<Vec<ByteString>, StoreError> {
        let numbers = inbox.take_tickets();
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let read = async |conn: &mut TenantConn<'_>| tickets::of_numbers(conn, &numbers).await;
        let found = self.db.read(read).await?;
        let frame = |ticket: tickets::Ticket| InboxEvent::Ticket {
            ticket: Box::new(ticket.into()),
        };
        Ok(found.into_iter().map(|ticket| frame(ticket).text()).collect())
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        self.looked = Instant::now();
        let news = self.jobs.look(&self.db, self.clock.now()).await?;
        if !news.is_empty() {
            let frames: Vec<ByteString> = news.into_iter().map(ByteString::from).collect();
            self.listeners.tell(&frames.into());
        }
        Ok(())
    }
}
