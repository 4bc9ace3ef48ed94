//! Calls whose answer streams: once a second it is noted of all of them how much has come, for whoever settles
//! after a crash. A stream waits for none of that, and each tenant's notes are one statement.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use parlance_store::{
    db::Db,
    ids::{ReservationId, TenantId},
    queries::ledger,
};
use tokio::{
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};
use tracing::{error, warn};

use super::tokens;

/// A crash leaves out of a bill what has streamed within this time and [`COUNT_OVER`], or since the database answered
/// last.
const NOTE_EVERY: Duration = Duration::from_secs(1);
/// Calls counted in one go, some milliseconds at most, and of that second what is let pass between them all: who counts
/// shares its processor with those who stream.
const COUNTED_AT_ONCE: usize = 16;
const COUNT_OVER: Duration = Duration::from_millis(500);
/// Tenants whose calls are noted side by side, and how long one is waited for.
const AT_ONCE: usize = 4;
const NOTE_WITHIN: Duration = Duration::from_secs(2);

/// What a reservation's call has received.
#[derive(Debug)]
pub struct RunningCall {
    tenant: TenantId,
    /// What it is paid from.
    pub reservation: ReservationId,
    received: Mutex<Received>,
    /// Held by who counts: the last note of all may come beside one of those of each second.
    counting: Mutex<()>,
}

#[derive(Debug, Default)]
struct Received {
    counted: i64,
    uncounted: String,
    /// What was noted of it.
    noted: i64,
}

impl RunningCall {
    /// Adds text that streamed.
    pub fn streamed(&self, text: &str) {
        self.with(|received| received.uncounted.push_str(text));
    }

    /// Tokens that have streamed, counted here.
    #[must_use]
    pub fn tokens(&self) -> i64 {
        let (counted, uncounted) = self.with(|received| (received.counted, received.uncounted.clone()));
        counted + count(&uncounted)
    }

    /// The same, where not all of it is noted. The stream goes on meanwhile: counting takes longer than adding.
    fn to_note(&self) -> Option<i64> {
        let _alone = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        let text = self.with(|received| received.uncounted.clone());
        let new = count(&text);
        self.with(|received| {
            received.uncounted.drain(..text.len());
            received.counted += new;
            (received.counted > received.noted).then_some(received.counted)
        })
    }

    fn noted(&self, tokens: i64) {
        self.with(|received| received.noted = received.noted.max(tokens));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Received) -> T) -> T {
        work(&mut self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The calls of this process whose answers stream. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct RunningCalls(Arc<Mutex<Vec<Weak<RunningCall>>>>);

impl RunningCalls {
    /// A call that goes out now; it is followed for as long as this is held.
    #[must_use]
    pub fn begin(&self, tenant: TenantId, reservation: ReservationId) -> Arc<RunningCall> {
        let call = Arc::new(RunningCall {
            tenant,
            reservation,
            received: Mutex::default(),
            counting: Mutex::default(),
        });
        self.with(|calls| calls.push(Arc::downgrade(&call)));
        call
    }

    /// Notes what has streamed, for as long as it is polled. What could not be noted is tried again.
    pub async fn follow(self, db: Db) -> Infallible {
        let mut ticks = interval(NOTE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.note_over(&db, COUNT_OVER).await;
        }
    }

    /// Notes what has streamed until now.
    pub async fn note(&self, db: &Db) {
        self.note_over(db, Duration::ZERO).await;
    }

    /// The same, counted little by little over so long.
    async fn note_over(&self, db: &Db, over: Duration) {
        stream::iter(self.to_note(over).await)
            .for_each_concurrent(AT_ONCE, async |(tenant, calls)| {
                let (ids, outputs): (Vec<_>, Vec<_>) = calls
                    .iter()
                    .map(|(call, tokens)| (call.reservation, *tokens))
                    .unzip();
                let db = db.tenant(tenant);
                let noted = db.note(async |conn| ledger::checkpoint_outputs(conn, &ids, &outputs).await);
                match timeout(NOTE_WITHIN, noted).await {
                    Ok(Ok(_)) => calls.iter().for_each(|(call, tokens)| call.noted(*tokens)),
                    Ok(Err(error)) => {
                        warn!(tenant.id = %tenant, %error, "how much has streamed could not be noted");
                    }
                    Err(_) => warn!(tenant.id = %tenant, "how much has streamed was not noted in time"),
                }
            })
            .await;
    }

    /// Tokens of the calls of which not all is noted, by tenant. One whose text cannot be counted holds up no other.
    async fn to_note(&self, over: Duration) -> BTreeMap<TenantId, Vec<(Arc<RunningCall>, i64)>> {
        let running = self.with(|calls| {
            calls.retain(|call| call.strong_count() > 0);
            calls.clone()
        });
        let parts = running.chunks(COUNTED_AT_ONCE);
        let pause = over / u32::try_from(parts.len().max(1)).unwrap_or(u32::MAX);
        let mut next = Instant::now();
        let mut of_tenants: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for part in parts {
            sleep_until(next).await;
            next += pause;
            let calls: Vec<_> = part.iter().filter_map(Weak::upgrade).collect();
            let Ok(counted) = spawn_blocking(move || counted(calls)).await else {
                // Nothing is counted any more by a process that ends.
                break;
            };
            for (call, tokens) in counted {
                of_tenants.entry(call.tenant).or_default().push((call, tokens));
            }
        }
        of_tenants
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Weak<RunningCall>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The calls of which not all is noted, with their tokens.
fn counted(calls: Vec<Arc<RunningCall>>) -> Vec<(Arc<RunningCall>, i64)> {
    let mut to_note = Vec::new();
    for call in calls {
        match catch_unwind(AssertUnwindSafe(|| call.to_note())) {
            Ok(Some(tokens)) => to_note.push((call, tokens)),
            Ok(None) => {}
            Err(_) => error!(tenant.id = %call.tenant, "what has streamed of a call cannot be counted"),
        }
    }
    to_note
}

fn count(text: &str) -> i64 {
    i64::try_from(tokens::count(text)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn to_note(calls: &RunningCalls) -> Vec<(TenantId, ReservationId, i64)> {
        let of_tenants = calls.to_note(Duration::ZERO).await.into_iter();
        let each = of_tenants.flat_map(|(tenant, calls)| calls.into_iter().map(move |call| (tenant, call)));
        each.map(|(tenant, (call, tokens))| {
            call.noted(tokens);
            (tenant, call.reservation, tokens)
        })
        .collect()
    }

    #[tokio::test]
    async fn what_streamed_is_told_until_it_is_noted_and_a_call_that_ended_is_forgotten() {
        let calls = RunningCalls::default();
        let (tenant, first) = (TenantId::new(), ReservationId::new());
        let one = calls.begin(tenant, first);
        let other = calls.begin(TenantId::new(), ReservationId::new());
        assert_eq!(to_note(&calls).await, []);
        one.streamed("hello ");
        one.streamed("world");
        assert_eq!(
            calls.to_note(Duration::ZERO).await[&tenant][0].1,
            2,
            "and could not be noted"
        );
        assert_eq!(to_note(&calls).await, [(tenant, first, 2)]);
        assert_eq!(to_note(&calls).await, []);
        one.streamed(" again");
        assert_eq!((one.tokens(), other.tokens()), (3, 0));
        assert_eq!(to_note(&calls).await, [(tenant, first, 3)]);
        assert_eq!(one.tokens(), 3);
        drop(one);
        assert_eq!(to_note(&calls).await, []);
        assert_eq!(calls.with(|calls| calls.len()), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_many_stream_is_counted_little_by_little_and_all_of_it_in_time() {
        let calls = RunningCalls::default();
        let tenants = [TenantId::new(), TenantId::new(), TenantId::new()];
        let mut running: Vec<_> = (0..40)
            .map(|n| {
                let call = calls.begin(tenants[n % 3], ReservationId::new());
                call.streamed("hello");
                call
            })
            .collect();
        let ended = running.pop().unwrap().reservation;
        let began = Instant::now();
        let to_note = calls.to_note(COUNT_OVER).await;
        let took = began.elapsed();
        assert!(COUNT_OVER / 2 < took && took <= COUNT_OVER, "{took:?}");
        let mut counted: Vec<_> = to_note
            .iter()
            .flat_map(|(tenant, calls)| calls.iter().map(move |(call, tokens)| (tenant, call, *tokens)))
            .map(|(tenant, call, tokens)| {
                assert_eq!((*tenant, tokens), (call.tenant, 1));
                call.reservation
            })
            .collect();
        counted.sort();
        let mut sent: Vec<_> = running.iter().map(|call| call.reservation).collect();
        sent.sort();
        assert!(!counted.contains(&ended));
        assert_eq!((to_note.len(), counted), (3, sent));
    }
}
