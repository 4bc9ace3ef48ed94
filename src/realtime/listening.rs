//! What a visitor's connection listens to: the conversation, and the settings of its space.

use std::sync::Arc;

use crate::actors::{
    conversation::{Published, Subscription},
    live_settings::Settings,
};

/// A visitor's view of a conversation, from a cursor on.
#[derive(Debug)]
pub struct Listening {
    pub(super) conversation: Subscription,
    /// Never told of again once the sender is gone, with the server.
    pub(super) settings: Settings,
}

impl Listening {
    /// What the cursor had missed, once.
    pub fn backlog(&mut self) -> Vec<Published> {
        std::mem::take(&mut self.conversation.backlog)
    }

    /// What happens next; `None` when nothing more will. Safe to drop midway.
    pub async fn next(&mut self) -> Option<Arc<Published>> {
        let Self {
            conversation,
            settings,
        } = self;
        loop {
            tokio::select! {
                biased;
                event = conversation.events.recv() => return event,
                Ok(()) = settings.changed() => {
                    if let Some(event) = settings.borrow_and_update().clone() {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// The same of the conversation where it has happened already.
    pub fn ready(&mut self) -> Option<Arc<Published>> {
        self.conversation.events.try_recv().ok()
    }

    /// Whether nothing more comes because too little was read.
    #[must_use]
    pub fn lagged(&self) -> bool {
        self.conversation.lagged()
    }
}
