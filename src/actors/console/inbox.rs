//! Conversations and tickets that have changed since the consoles were told last: of many changes of one,
//! the last. Of a ticket that is read when they are told.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use bytestring::ByteString;
use parlance_store::ids::ConversationId;
use tokio::sync::Notify;

use super::frames::InboxEvent;
use crate::domain::conversations::summary::ConversationSummary;

/// Cheap to clone: all clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Inbox(Arc<Changes>);

#[derive(Debug, Default)]
struct Changes {
    changed: Mutex<HashMap<ConversationId, ConversationSummary>>,
    tickets: Mutex<BTreeSet<i64>>,
    rung: Notify,
}

impl Inbox {
    pub(super) fn put(&self, conversation: ConversationId, summary: ConversationSummary) {
        let mut changed = self.0.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.insert(conversation, summary);
        drop(changed);
        self.0.rung.notify_one();
    }

    pub(super) fn put_ticket(&self, number: i64) {
        let mut tickets = self.0.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.insert(number);
        drop(tickets);
        self.0.rung.notify_one();
    }

    /// The numbers of the tickets that have changed.
    pub(super) fn take_tickets(&self) -> Vec<i64> {
        let mut tickets = self.0.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *tickets).into_iter().collect()
    }

    /// Waits until something has changed since the last look.
    pub(super) async fn rung(&self) {
        self.0.rung.notified().await;
    }

    /// What has changed, a frame each.
    pub(super) fn take(&self) -> Vec<ByteString> {
        let mut changed = self.0.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let all = std::mem::take(&mut *changed).into_values();
        let upsert = |conversation| InboxEvent::Upsert {
            conversation: Box::new(conversation),
        };
        all.map(|conversation| upsert(conversation).text()).collect()
    }
}
