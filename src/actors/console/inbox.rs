//! Conversations that have changed since the consoles were told last: of many changes of one, the last.

use std::{
    collections::HashMap,
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
    rung: Notify,
}

impl Inbox {
    pub(super) fn put(&self, conversation: ConversationId, summary: ConversationSummary) {
        let mut changed = self.0.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.insert(conversation, summary);
        drop(changed);
        self.0.rung.notify_one();
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
