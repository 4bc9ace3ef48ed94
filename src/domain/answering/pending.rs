//! The answer as far as it was shown, and the deltas that wait for their window to close, so that
//! a fast model does not become a frame per token. What comes after a silence of a window goes out at once.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    claim::Claim,
    pace,
    stream::AnswerEvent,
    turn::{Outcome, Progress, ProgressSink},
};

/// Deltas that wait for the window to close, which opened when the last ones went out.
pub struct Pending {
    window: Duration,
    text: String,
    claims: Vec<Claim>,
    closes_at: Option<Instant>,
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
            closes_at: None,
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
            let now = Instant::now();
            self.due_at = Some(self.closes_at.map_or(now, |closes| closes.max(now)));
        }
    }

    pub fn is_due(&self) -> bool {
        self.due_at.is_some_and(|due| due <= Instant::now())
    }

    pub async fn due(&self) {
        match self.due_at {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    pub async fn flush(&mut self, outcome: &mut Outcome, sink: &mut impl ProgressSink) {
        self.due_at = None;
        self.closes_at = Some(Instant::now() + pace::stretched(self.window));
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

#[cfg(test)]
mod tests {
    use parlance_store::ids::MessageId;

    use super::*;

    struct Sink(Vec<String>);

    impl ProgressSink for Sink {
        async fn report(&mut self, progress: Progress) {
            if let Progress::Delta(text) = progress {
                self.0.push(text);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_follows_closely_waits() {
        let begun = Instant::now();
        let (mut pending, mut sink) = (Pending::new(Duration::from_millis(20), begun), Sink(Vec::new()));
        let mut outcome = Outcome::empty(MessageId::new(), MessageId::new());
        for (word, at) in [
            ("one ", 0),
            ("two ", 5),
            ("three ", 12),
            ("four ", 60),
            ("five", 90),
        ] {
            let at = begun + Duration::from_millis(at);
            while pending.due_at.is_some_and(|due| due < at) {
                pending.due().await;
                pending.flush(&mut outcome, &mut sink).await;
            }
            tokio::time::sleep_until(at).await;
            pending.add(vec![AnswerEvent::Delta(word.to_owned())]);
            if pending.is_due() {
                pending.flush(&mut outcome, &mut sink).await;
            }
        }
        assert_eq!(sink.0, ["one ", "two three ", "four ", "five"]);
        assert_eq!(outcome.text, sink.0.concat());
    }
}
