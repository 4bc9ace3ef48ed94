//! The conversations that a member watches: one after another, what happens in any of them.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use parlance_store::ids::ConversationId;

use crate::actors::conversation::{Published, Subscription};

/// Conversations that one console watches at most.
pub(super) const ROOM: usize = 64;

struct Watch {
    conversation: ConversationId,
    subscription: Subscription,
    /// The newest durable event that was told.
    seen: u64,
}

/// What happens among them.
pub(super) enum News {
    Event(Arc<Published>),
    /// A conversation tells nothing more: it was too quick, or must be loaded anew. Watch it again behind
    /// the event that was told last.
    Over(ConversationId, u64),
}

#[derive(Default)]
pub(super) struct Watched {
    all: Vec<Watch>,
    /// Whose turn it is to be asked first.
    turn: usize,
}

impl Watched {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn add(&mut self, conversation: ConversationId, subscription: Subscription) {
        self.remove(conversation);
        let seen = subscription.head;
        self.all.push(Watch {
            conversation,
            subscription,
            seen,
        });
    }

    /// Whether it was watched.
    pub(super) fn remove(&mut self, conversation: ConversationId) -> bool {
        let before = self.all.len();
        self.all.retain(|watch| watch.conversation != conversation);
        self.all.len() < before
    }

    /// What happens next in any of them, each in turn. One that is over is removed.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<News> {
        for step in 0..self.all.len() {
            let at = (self.turn + step) % self.all.len();
            let Some(watch) = self.all.get_mut(at) else { break };
            match watch.subscription.events.poll_recv(context) {
                Poll::Pending => {}
                Poll::Ready(Some(event)) => {
                    watch.seen = event.seq.unwrap_or(watch.seen);
                    self.turn = at + 1;
                    return Poll::Ready(News::Event(event));
                }
                Poll::Ready(None) => {
                    let over = self.all.swap_remove(at);
                    return Poll::Ready(News::Over(over.conversation, over.seen));
                }
            }
        }
        Poll::Pending
    }
}
