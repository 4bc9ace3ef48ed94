//! What is drafted for a member, as it is told on their socket. It stops where the socket ends.

use std::collections::HashMap;

use parlance_store::ids::{ClientId, ConversationId, DraftId};
use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;

use super::protocol::ServerFrame;
use crate::{
    actors::{
        desk::Desk,
        drafts::{News, Step},
    },
    domain::drafting::wanted::Wanted,
    kernel::problem::Problem,
};

/// Pieces of text that wait for the socket; then the writer does.
const WAITING: usize = 64;

pub(super) struct Drafting {
    running: HashMap<ConversationId, (DraftId, DropGuard)>,
    steps: mpsc::Sender<Step>,
    news: mpsc::Receiver<Step>,
}

impl Default for Drafting {
    fn default() -> Self {
        let (steps, news) = mpsc::channel(WAITING);
        Self {
            running: HashMap::new(),
            steps,
            news,
        }
    }
}

impl Drafting {
    /// Begins a draft in the place of one in the same conversation.
    ///
    /// # Errors
    /// As [`Desk::begin_draft`].
    pub(super) fn begin(
        &mut self,
        desk: &Desk,
        conversation: ConversationId,
        id: DraftId,
        wanted: Wanted,
    ) -> Result<(), Problem> {
        let guard = desk.begin_draft(conversation, id, wanted, self.steps.clone())?;
        self.running.insert(conversation, (id, guard));
        Ok(())
    }

    /// Stops what is drafted in a conversation.
    pub(super) fn leave(&mut self, conversation: ConversationId) {
        self.running.remove(&conversation);
    }

    /// What is to be told next. Safe to drop midway.
    pub(super) async fn next(&mut self) -> Option<ServerFrame> {
        let Step {
            conversation,
            id,
            news,
        } = self.news.recv().await?;
        let end = match news {
            News::Delta { n, text } => {
                return Some(ServerFrame::DraftDelta {
                    conversation,
                    id,
                    n,
                    text,
                });
            }
            News::End(end) => end,
        };
        if self
            .running
            .get(&conversation)
            .is_some_and(|(running, _)| *running == id)
        {
            self.running.remove(&conversation);
        }
        Some(match end {
            Ok(draft) => ServerFrame::DraftEnd(draft),
            Err(refused) => {
                let about = (Some(conversation), Some(ClientId(id.0)));
                ServerFrame::refusal(&refused, about)
            }
        })
    }
}
