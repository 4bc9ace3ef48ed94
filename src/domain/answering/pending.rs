//! The answer as far as it was shown, and the deltas that wait for their window to close, so that
//! a fast model does not become a frame per token.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    claim::Claim,
    stream::AnswerEvent,
    turn::{Outcome, Progress, ProgressSink},
};

/// Deltas that wait for the window to close. The first goes out at once.
pub struct Pending {
    window: Duration,
    text: String,
    claims: Vec<Claim>,
    due_at: Option<Instant>,
    /// When the answer was begun, until its first text went out.
    begun: Option<Instant>,
}

impl Pending {
    pub fn new(window: Duration, begun: Instant) -> Self {
        Self {
            window,
            text: String::new(),
            claims: Vec::new(),
            due_at: None,
            begun: Some(begun),
        }
    }

    pub fn add(&mut self, events: Vec<AnswerEvent>) {
        for event in events {
            match event {
                AnswerEvent::Delta(text) => self.text.push_str(&text),
                AnswerEvent::Claim(claim) => self.claims.push(claim),
            }
        }
        if self.due_at.is_none() && !(self.text.is_empty() && self.claims.is_empty()) {
            self.due_at = Some(Instant::now() + self.window);
        }
    }

    pub fn first_or_overdue(&self) -> bool {
        (self.begun.is_some() && !self.text.is_empty())
            || self.due_at.is_some_and(|due| due <= Instant::now())
    }

    pub async fn due(&self) {
        match self.due_at {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    pub async fn flush(&mut self, outcome: &mut Outcome, sink: &mut impl ProgressSink) {
        self.due_at = None;
        if !self.text.is_empty() {
            if let Some(begun) = self.begun.take() {
                metrics::histogram!("parlance_first_text_seconds").record(begun.elapsed());
            }
            let text = std::mem::take(&mut self.text);
            outcome.text.push_str(&text);
            sink.report(Progress::Delta(text)).await;
        }
        for claim in self.claims.drain(..) {
            outcome.claims.push(claim.clone());
            sink.report(Progress::Claim(claim)).await;
        }
    }
}
