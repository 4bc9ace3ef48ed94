//! Reads an answer as it streams. Taking in the sources costs about a millisecond; it is done on
//! another thread and only once the upstream thinks, because before the call it would be the
//! visitor who waits.

use std::{mem::replace, panic::resume_unwind};

use tokio::task::{JoinHandle, spawn_blocking};

use super::stream::{Answer, AnswerEvent, AnswerStream, SourceText};
use crate::domain::retrieval::Passage;

/// An [`AnswerStream`] that is made when there is time.
pub(super) enum Reader<'a> {
    Waiting(&'a [Passage]),
    Preparing(JoinHandle<AnswerStream>),
    Ready(Box<AnswerStream>),
}

impl<'a> Reader<'a> {
    pub(super) fn new(passages: &'a [Passage]) -> Self {
        Self::Waiting(passages)
    }

    /// Begins to take in the sources; to be called when there is nothing else to do.
    pub(super) fn prepare(&mut self) {
        if let Self::Waiting(passages) = self {
            *self = Self::Preparing(taking_in(passages));
        }
    }

    /// What `text` adds to the answer.
    pub(super) async fn push(&mut self, text: &str) -> Vec<AnswerEvent> {
        let mut stream = replace(self, Self::Waiting(&[])).ready().await;
        let events = stream.push(text);
        *self = Self::Ready(stream);
        events
    }

    /// What is left when nothing more comes, and the answer as a whole; `cut` where it was not at its end.
    pub(super) async fn finish(self, cut: bool) -> (Vec<AnswerEvent>, Answer) {
        self.ready().await.finish(cut)
    }

    async fn ready(self) -> Box<AnswerStream> {
        let preparing = match self {
            Self::Ready(stream) => return stream,
            Self::Preparing(preparing) => preparing,
            Self::Waiting(passages) => taking_in(passages),
        };
        match preparing.await {
            Ok(stream) => Box::new(stream),
            Err(failed) => resume_unwind(failed.into_panic()),
        }
    }
}

fn taking_in(passages: &[Passage]) -> JoinHandle<AnswerStream> {
    let source = |(passage, number): (&Passage, u32)| SourceText {
        number,
        text: passage.context.clone(),
    };
    let sources = passages.iter().zip(1..).map(source).collect();
    spawn_blocking(move || AnswerStream::new(sources))
}
