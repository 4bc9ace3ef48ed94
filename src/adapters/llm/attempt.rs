//! One call of one model under the gateway's time limits. Reports how it went exactly once, also
//! when it is dropped half-way.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use futures_util::StreamExt;
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    ChatModel, ChatRequest, Chunk, ChunkStream, LlmError, Usage,
    gateway::{AttemptReport, Observer, Outcome},
    policy::Policy,
};
use crate::adapters::breaker::Permit;

/// A call under way.
pub(super) struct Attempt {
    upstream: String,
    model: String,
    stream: Option<ChunkStream>,
    permit: Permit,
    observer: Arc<dyn Observer>,
    began: Instant,
    first_text: Option<Instant>,
    last_text: Instant,
    /// End of the whole answer and the limit it came from.
    deadline: Instant,
    /// Of whichever limit holds; see [`Limit::hold`].
    timer: Pin<Box<Sleep>>,
    /// Whether the upstream may bill it, and what it told so far.
    taken: bool,
    usage: Usage,
    reported: bool,
}

impl Attempt {
    pub(super) fn new(
        upstream: String,
        model: String,
        permit: Permit,
        observer: Arc<dyn Observer>,
        deadline: Instant,
    ) -> Self {
        let now = Instant::now();
        Self {
            upstream,
            model,
            stream: None,
            permit,
            observer,
            began: now,
            first_text: None,
            last_text: now,
            deadline,
            timer: Box::pin(sleep_until(deadline)),
            taken: false,
            usage: Usage::default(),
            reported: false,
        }
    }

    /// Calls the model.
    pub(super) async fn open(
        &mut self,
        model: &dyn ChatModel,
        request: &ChatRequest,
        policy: &Policy,
    ) -> Result<(), LlmError> {
        let limit = self.limit("headers", self.began, policy.headers, policy);
        let opened = limit.hold(&mut self.timer, model.stream(request)).await;
        let opened = opened.and_then(|opened| opened);
        self.taken = opened.as_ref().map_or_else(LlmError::may_be_billed, |_| true);
        self.stream = Some(opened.map_err(|e| self.fail(e))?);
        Ok(())
    }

    /// The next chunk. After `Done` or an error there is none.
    pub(super) async fn next(&mut self, policy: &Policy) -> Result<Chunk, LlmError> {
        let limit = match self.first_text {
            None => self.limit("first token", self.began, policy.first_token, policy),
            Some(_) => self.limit("next token", self.last_text, policy.between_tokens, policy),
        };
        let Some(stream) = &mut self.stream else {
            return Err(LlmError::Cut);
        };
        let chunk = limit
            .hold(&mut self.timer, stream.next())
            .await
            .and_then(|next| next.unwrap_or(Err(LlmError::Cut)));
        let chunk = chunk.map_err(|e| self.fail(e))?;
        match &chunk {
            Chunk::Started { .. } => self.usage = Usage::default(),
            Chunk::Usage(usage) => self.usage = *usage,
            // To call for a person is a word, too: it cannot be taken back.
            Chunk::Text(_) | Chunk::HandOver { .. } => {
                self.last_text = Instant::now();
                if self.first_text.is_none() {
                    self.first_text = Some(self.last_text);
                    self.permit.succeeded();
                }
            }
            Chunk::Done(_) => {
                self.permit.succeeded();
                self.report(Outcome::Answered);
            }
            Chunk::Abandoned { .. } => {}
        }
        Ok(chunk)
    }

    /// Whether text went out: then an error is the visitor's to see, not ours to hide.
    pub(super) fn spoke(&self) -> bool {
        self.first_text.is_some()
    }

    /// What closes a failed attempt that may be billed.
    pub(super) fn abandoned(&self) -> Option<Chunk> {
        self.taken.then(|| Chunk::Abandoned {
            model: self.model.clone(),
            usage: self.usage,
        })
    }

    fn limit(&self, what: &'static str, from: Instant, limit: Duration, policy: &Policy) -> Limit {
        let until = from + limit;
        if until <= self.deadline {
            Limit { what, limit, until }
        } else {
            Limit {
                what: "answer",
                limit: policy.total,
                until: self.deadline,
            }
        }
    }

    fn fail(&mut self, error: LlmError) -> LlmError {
        // Closes the connection now, not after the wait for the next attempt.
        self.stream = None;
        if error.is_refusal() {
            self.permit.succeeded();
        } else {
            self.permit.failed();
        }
        self.report(Outcome::Failed(&error));
        error
    }

    fn report(&mut self, outcome: Outcome<'_>) {
        if std::mem::replace(&mut self.reported, true) {
            return;
        }
        self.observer.attempt(&AttemptReport {
            upstream: &self.upstream,
            model: &self.model,
            outcome,
            first_text: self.first_text.map(|at| at.duration_since(self.began)),
            took: self.began.elapsed(),
        });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.report(Outcome::Cancelled);
    }
}

/// A time limit with the name its error carries.
struct Limit {
    what: &'static str,
    limit: Duration,
    until: Instant,
}

impl Limit {
    /// A timer that ends too early is set anew then: what comes in time, as nearly every token does, sets none.
    async fn hold<F: Future>(&self, timer: &mut Pin<Box<Sleep>>, work: F) -> Result<F::Output, LlmError> {
        if timer.deadline() > self.until {
            timer.as_mut().reset(self.until);
        }
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = timer.as_mut() => {}
            }
            if Instant::now() >= self.until {
                return Err(LlmError::Timeout {
                    what: self.what,
                    limit: self.limit,
                });
            }
            timer.as_mut().reset(self.until);
        }
    }
}
