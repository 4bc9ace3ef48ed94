//! What clients were told they used, request by request and in sum.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use super::bills::Bills;

/// Requests kept; older ones stay in the totals.
const KEPT: usize = 200_000;

/// Usage as last told to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    pub input: u64,
    pub output: u64,
    pub cache_write_5m: u64,
    pub cache_read: u64,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Running,
    Complete,
    /// The mock ended it, by a status or in mid-stream, as its behaviour said.
    Faulted,
    /// The client closed the connection first.
    Closed,
}

/// One chat request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// `metadata.user_id` or `user`, as the client sent it.
    pub request_id: String,
    /// Without directive.
    pub model: String,
    /// The path it came by: tells the dialect.
    pub path: String,
    pub told: Told,
    /// What it is billed, told or not.
    pub billed: Told,
    /// The UTC date on which it is.
    pub day: NaiveDate,
    /// Text tokens written, told as usage or not.
    pub sent: u64,
    pub ending: Ending,
    /// The body, for tests of what goes over the wire. Only the latest 1,000 requests keep it.
    #[serde(skip)]
    pub body: String,
}

/// Sums over all requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub requests: u64,
    pub complete: u64,
    pub faulted: u64,
    pub closed: u64,
    pub sent: u64,
    pub told: Told,
    pub embedding_requests: u64,
    pub embedding_tokens: u64,
}

#[derive(Debug, Default)]
struct Log {
    records: VecDeque<Record>,
    /// Sequence number of the first record kept.
    first: u64,
    totals: Totals,
    bills: Bills,
}

#[derive(Debug, Default)]
pub(super) struct Records {
    log: Mutex<Log>,
    changed: Notify,
}

/// A record's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket(u64);

impl Records {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, record: Record) -> Ticket {
        let mut log = self.log();
        log.totals.requests += 1;
        log.records.push_back(record);
        if let Some(old) = log
            .records
            .len()
            .checked_sub(1_001)
            .and_then(|n| log.records.get_mut(n))
        {
            old.body = String::new();
        }
        if log.records.len() > KEPT {
            log.records.pop_front();
            log.first += 1;
        }
        let number = log.first + u64::try_from(log.records.len()).unwrap_or(u64::MAX) - 1;
        drop(log);
        self.changed.notify_waiters();
        Ticket(number)
    }

    fn change(&self, Ticket(number): Ticket, change: impl FnOnce(&mut Record, &mut Totals, &mut Bills)) {
        let mut log = self.log();
        let Log {
            records,
            first,
            totals,
            bills,
        } = &mut *log;
        let place = number.checked_sub(*first).and_then(|n| usize::try_from(n).ok());
        if let Some(record) = place.and_then(|n| records.get_mut(n)) {
            change(record, totals, bills);
        }
        drop(log);
        self.changed.notify_waiters();
    }

    /// `told` replaces what was told before, as usage on the wire does.
    pub(super) fn tell(&self, ticket: Ticket, told: Told) {
        self.change(ticket, |record, totals, _| {
            let before = std::mem::replace(&mut record.told, told);
            totals.told.input = totals.told.input + told.input - before.input;
            totals.told.output = totals.told.output + told.output - before.output;
            totals.told.cache_write_5m =
                totals.told.cache_write_5m + told.cache_write_5m - before.cache_write_5m;
            totals.told.cache_read = totals.told.cache_read + told.cache_read - before.cache_read;
        });
    }

    /// It is billed `billed` in all from now on.
    pub(super) fn bill(&self, ticket: Ticket, billed: Told) {
        self.change(ticket, |record, _, bills| {
            let before = std::mem::replace(&mut record.billed, billed);
            bills.replace((record.day, &record.model), before, billed);
        });
    }

    pub(super) fn sent(&self, ticket: Ticket) {
        self.change(ticket, |record, totals, _| {
            record.sent += 1;
            totals.sent += 1;
        });
    }

    /// The first ending stays.
    pub(super) fn end(&self, ticket: Ticket, ending: Ending) {
        self.change(ticket, |record, totals, _| {
            if record.ending == Ending::Running {
                record.ending = ending;
                match ending {
                    Ending::Running => {}
                    Ending::Complete => totals.complete += 1,
                    Ending::Faulted => totals.faulted += 1,
                    Ending::Closed => totals.closed += 1,
                }
            }
        });
    }

    pub(super) fn embedded(&self, day: NaiveDate, model: &str, tokens: u64) {
        let mut log = self.log();
        let billed = Told {
            input: tokens,
            ..Told::default()
        };
        log.bills.replace((day, model), Told::default(), billed);
        log.totals.embedding_requests += 1;
        log.totals.embedding_tokens += tokens;
    }

    pub(super) fn all(&self) -> Vec<Record> {
        self.log().records.iter().cloned().collect()
    }

    /// A page of the usage API; none where the query cannot be read.
    pub(super) fn usage_page(&self, query: &str) -> Option<Value> {
        self.log().bills.page(query)
    }

    pub(super) fn usage_lines(&self) -> Vec<Value> {
        self.log().bills.lines()
    }

    pub(super) fn totals(&self) -> Totals {
        self.log().totals
    }

    pub(super) fn reset(&self) {
        let mut log = self.log();
        // Tickets still out must not touch records to come.
        log.first += u64::try_from(log.records.len()).unwrap_or(u64::MAX);
        log.records.clear();
        log.totals = Totals::default();
        log.bills = Bills::default();
    }

    pub(super) async fn wait_for(&self, condition: impl Fn(&[Record]) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if condition(self.log().records.make_contiguous()) {
                return;
            }
            changed.await;
        }
    }
}
