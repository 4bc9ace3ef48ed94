//! One door to all answer models: ordered fallback, retries before the first text, time limits
//! and a breaker per upstream. After the first text nothing is retried: the visitor would read
//! the beginning twice.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{ChatModel, ChatRequest, Chunk, ChunkStream, LlmError, attempt::Attempt, policy::Policy};
use crate::adapters::breaker::{Breaker, BreakerPolicy, BreakerState};

/// A model at an upstream, as a space's ordered list names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModelRef {
    /// Name of a route: `anthropic`, `openai`, `extractive` …
    pub upstream: String,
    pub model: String,
}

impl ModelRef {
    #[must_use]
    pub fn new(upstream: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            upstream: upstream.into(),
            model: model.into(),
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome<'a> {
    Answered,
    /// The reader went away.
    Cancelled,
    Failed(&'a LlmError),
}

/// One attempt, for metrics and tests.
#[derive(Clone, Copy, Debug)]
pub struct AttemptReport<'a> {
    pub upstream: &'a str,
    pub model: &'a str,
    pub outcome: Outcome<'a>,
    /// From the call to its first text.
    pub first_text: Option<Duration>,
    pub took: Duration,
}

/// Is told of every attempt once, at its end. Must not block.
pub trait Observer: Send + Sync {
    fn attempt(&self, report: &AttemptReport<'_>);
}

/// Counts attempts and times first tokens: `parlance_llm_attempts_total{upstream, model, outcome}`,
/// `parlance_llm_first_token_seconds{upstream, model}`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricsObserver;

impl Observer for MetricsObserver {
    fn attempt(&self, report: &AttemptReport<'_>) {
        let (upstream, model) = (report.upstream.to_owned(), report.model.to_owned());
        let outcome = match report.outcome {
            Outcome::Answered => "answered",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed(error) => error.kind(),
        };
        metrics::counter!("parlance_llm_attempts_total", "upstream" => upstream.clone(), "model" => model.clone(), "outcome" => outcome)
            .increment(1);
        if let Some(first_text) = report.first_text {
            metrics::histogram!("parlance_llm_first_token_seconds", "upstream" => upstream, "model" => model)
                .record(first_text);
        }
    }
}

struct Route {
    model: Arc<dyn ChatModel>,
    breaker: Breaker,
}

struct Inner {
    routes: HashMap<&'static str, Route>,
    policy: Policy,
    observer: Arc<dyn Observer>,
}

/// The door. Cheap to clone; clones share the breakers.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

impl Gateway {
    /// A route per model adapter, under the adapter's own name; of two with one name the later wins.
    #[must_use]
    pub fn new(
        models: impl IntoIterator<Item = Arc<dyn ChatModel>>,
        policy: Policy,
        breaker: BreakerPolicy,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let routes = models
            .into_iter()
            .map(|model| {
                (
                    model.name(),
                    Route {
                        model,
                        breaker: Breaker::new(breaker),
                    },
                )
            })
            .collect();
        Self(Arc::new(Inner {
            routes,
            policy,
            observer,
        }))
    }

    /// Whether a route of this name is configured.
    #[must_use]
    pub fn has(&self, upstream: &str) -> bool {
        self.0.routes.contains_key(upstream)
    }

    /// Asks the candidates in order until one answers; `request.model` is overwritten by the
    /// candidate's. Nothing happens until the stream is polled; dropping it closes the upstream
    /// connection. See [`Chunk`] for how several attempts read. When all fail the last item is
    /// the error of the last one that was asked.
    pub fn stream(&self, candidates: &[ModelRef], request: ChatRequest) -> ChunkStream {
        let inner = Arc::clone(&self.0);
        let candidates = candidates.to_vec();
        let mut request = request;
        Box::pin(async_stream::stream! {
            let deadline = Instant::now() + inner.policy.total;
            let mut failed = None;
            for candidate in candidates {
                let Some(route) = inner.routes.get(candidate.upstream.as_str()) else {
                    tracing::warn!(llm.upstream = %candidate.upstream, "no such upstream is configured");
                    continue;
                };
                request.model.clone_from(&candidate.model);
                let mut failures = 0;
                loop {
                    let Some(mut attempt) = inner.attempt(route, &candidate, deadline) else {
                        failed = failed.or(Some(LlmError::BreakerOpen));
                        break;
                    };
                    let mut step = attempt.open(route.model.as_ref(), &request, &inner.policy).await.map(|()| None);
                    let error = loop {
                        match step {
                            Ok(Some(chunk)) => {
                                let done = matches!(chunk, Chunk::Done(_));
                                yield Ok(chunk);
                                if done {
                                    return;
                                }
                            }
                            Ok(None) => {}
                            Err(error) => break error,
                        }
                        step = attempt.next(&inner.policy).await.map(Some);
                    };
                    failures += 1;
                    log(&candidate, failures, &error);
                    if attempt.spoke() {
                        yield Err(error);
                        return;
                    }
                    if let Some(abandoned) = attempt.abandoned() {
                        yield Ok(abandoned);
                    }
                    drop(attempt);
                    let wait = inner.policy.wait(&error, failures, rand::random());
                    failed = Some(error);
                    match wait {
                        Some(wait) if Instant::now() + wait < deadline => sleep(wait).await,
                        _ => break,
                    }
                }
                if Instant::now() >= deadline {
                    break;
                }
            }
            yield Err(failed.unwrap_or(LlmError::NoModel));
        })
    }

    /// The state of every breaker, for `/metrics` and the operator.
    #[must_use]
    pub fn breakers(&self) -> Vec<(&'static str, BreakerState)> {
        let mut states: Vec<_> = self
            .0
            .routes
            .iter()
            .map(|(name, r)| (*name, r.breaker.state()))
            .collect();
        states.sort_unstable_by_key(|(name, _)| *name);
        states
    }
}

impl Inner {
    /// An attempt, unless the upstream's breaker is open.
    fn attempt(&self, route: &Route, candidate: &ModelRef, deadline: Instant) -> Option<Attempt> {
        let permit = route.breaker.admit()?;
        let ModelRef { upstream, model } = candidate.clone();
        Some(Attempt::new(
            upstream,
            model,
            permit,
            Arc::clone(&self.observer),
            deadline,
        ))
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("breakers", &self.breakers())
            .finish_non_exhaustive()
    }
}

fn log(candidate: &ModelRef, attempt: u32, error: &LlmError) {
    tracing::warn!(
        llm.upstream = %candidate.upstream, llm.model = %candidate.model, attempt, %error, "attempt failed"
    );
}
