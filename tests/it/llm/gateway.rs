//! The gateway: who is asked, how often, how long, and what the ledger learns of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use parlance::adapters::{
    breaker::{BreakerPolicy, BreakerState},
    llm::{
        ChatModel, Chunk, LlmError, Usage,
        gateway::{AttemptReport, Gateway, ModelRef, Observer, Outcome},
        policy::Policy,
        scripted::{Script, ScriptControl, Scripted, Step},
    },
};

use super::{Heard, hear, question};

/// Keeps what the gateway reports: `upstream/model outcome`.
#[derive(Default)]
pub(super) struct Log(Mutex<Vec<String>>);

impl Log {
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Log {
    fn attempt(&self, report: &AttemptReport<'_>) {
        let outcome = match report.outcome {
            Outcome::Answered => "answered",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed(error) => error.kind(),
        };
        self.0
            .lock()
            .unwrap()
            .push(format!("{}/{} {outcome}", report.upstream, report.model));
    }
}

/// A gateway over two scripted upstreams, `a` and `b`.
struct Bench {
    gateway: Gateway,
    a: ScriptControl,
    b: ScriptControl,
    log: Arc<Log>,
}

pub(super) fn quick() -> Policy {
    Policy {
        headers: Duration::from_millis(500),
        first_token: Duration::from_millis(60),
        between_tokens: Duration::from_millis(60),
        total: Duration::from_secs(5),
        backoff: Duration::from_millis(2),
        ..Policy::default()
    }
}

fn bench(policy: Policy) -> Bench {
    let (first, a) = Scripted::new("a");
    let (second, b) = Scripted::new("b");
    let models: [Arc<dyn ChatModel>; 2] = [Arc::new(first), Arc::new(second)];
    let log = Arc::<Log>::default();
    let gateway = Gateway::new(models, policy, BreakerPolicy::default(), Arc::clone(&log) as _);
    Bench { gateway, a, b, log }
}

impl Bench {
    async fn ask(&self) -> Heard {
        self.ask_of(&[ModelRef::new("a", "model-a"), ModelRef::new("b", "model-b")])
            .await
    }

    async fn ask_of(&self, candidates: &[ModelRef]) -> Heard {
        hear(self.gateway.stream(candidates, question("r-1"))).await
    }

    fn log(&self) -> Vec<String> {
        self.log.lines()
    }
}

const OVERLOADED: LlmError = LlmError::Overloaded { retry_after: None };

fn usage(input: u64) -> Usage {
    Usage {
        input,
        output: 1,
        ..Usage::default()
    }
}

#[tokio::test]
async fn the_first_that_answers_is_the_only_one_asked() {
    let bench = bench(quick());
    let heard = bench.ask().await;
    assert!(heard.complete());
    assert_eq!(heard.started(), ["model-a"]);
    assert_eq!(bench.log(), ["a/model-a answered"]);
    assert!(bench.b.requests().is_empty());
}

#[tokio::test]
async fn retries_twice_then_falls_back() {
    let bench = bench(quick());
    (0..3).for_each(|_| bench.a.push(Script::refuses(OVERLOADED)));
    let heard = bench.ask().await;
    assert!(heard.complete());
    assert_eq!(heard.started(), ["model-b"]);
    let failed = "a/model-a overloaded";
    assert_eq!(bench.log(), [failed, failed, failed, "b/model-b answered"]);
}

#[tokio::test]
async fn what_an_abandoned_attempt_was_billed_is_told() {
    let bench = bench(quick());
    bench.a.push(Script::of([
        Step::Chunk(Chunk::Usage(usage(100))),
        Step::Fail(OVERLOADED),
    ]));
    bench.a.push(Script::says("Five days."));
    let heard = bench.ask().await;
    assert_eq!(heard.abandoned(), [usage(100)]);
    assert_eq!(heard.started(), ["model-a", "model-a"]);
    assert_eq!(
        heard.usage.unwrap().input,
        10,
        "the answer's own usage stands apart"
    );
    let abandoned = heard
        .chunks
        .iter()
        .position(|c| matches!(c, Chunk::Abandoned { .. }))
        .unwrap();
    assert!(
        !heard.chunks[..abandoned]
            .iter()
            .any(|c| matches!(c, Chunk::Text(_)))
    );
}

#[tokio::test]
async fn after_the_first_text_an_error_is_surfaced_not_hidden() {
    let bench = bench(quick());
    bench
        .a
        .push(Script::of([Step::Chunk(Chunk::Text("Five".into()))]));
    let heard = bench.ask().await;
    assert_eq!((heard.text.as_str(), heard.error), ("Five", Some(LlmError::Cut)));
    assert_eq!(bench.log(), ["a/model-a cut"]);
}

#[tokio::test]
async fn a_request_refused_or_a_limit_spent_goes_to_the_next_at_once() {
    for error in [
        LlmError::SpendLimit,
        LlmError::Rejected {
            status: 400,
            detail: String::new(),
        },
    ] {
        let bench = bench(quick());
        bench.a.push(Script::refuses(error.clone()));
        assert_eq!(bench.ask().await.started(), ["model-b"]);
        assert_eq!(
            bench.log(),
            [format!("a/model-a {}", error.kind()), "b/model-b answered".into()]
        );
    }
}

#[tokio::test]
async fn a_long_retry_after_goes_to_the_next_and_is_the_error_when_there_is_none() {
    let limited = LlmError::RateLimited {
        retry_after: Some(Duration::from_secs(60)),
    };
    let bench = bench(quick());
    bench.a.push(Script::refuses(limited.clone()));
    assert_eq!(bench.ask().await.started(), ["model-b"]);
    bench.a.push(Script::refuses(limited.clone()));
    assert_eq!(
        bench.ask_of(&[ModelRef::new("a", "model-a")]).await.error,
        Some(limited)
    );
}

#[tokio::test]
async fn a_short_retry_after_is_waited_for() {
    let bench = bench(quick());
    bench.a.push(Script::refuses(LlmError::RateLimited {
        retry_after: Some(Duration::from_millis(40)),
    }));
    let began = std::time::Instant::now();
    assert_eq!(bench.ask().await.started(), ["model-a"]);
    assert!(began.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn silence_is_a_time_limit_before_and_after_the_first_text() {
    let bench = bench(quick());
    (0..2).for_each(|_| bench.a.push(Script::of([Step::Hang])));
    assert_eq!(bench.ask().await.started(), ["model-a", "model-a", "model-b"]);
    bench
        .a
        .push(Script::of([Step::Chunk(Chunk::Text("Five".into())), Step::Hang]));
    let heard = bench.ask().await;
    assert!(
        matches!(
            heard.error,
            Some(LlmError::Timeout {
                what: "next token",
                ..
            })
        ),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_trickle_ends_at_the_total_limit() {
    let bench = bench(Policy {
        total: Duration::from_millis(150),
        ..quick()
    });
    let trickle = (0..100).flat_map(|_| {
        [
            Step::Chunk(Chunk::Text("x".into())),
            Step::Pause(Duration::from_millis(10)),
        ]
    });
    bench.a.push(Script::of(trickle));
    let heard = bench.ask().await;
    assert!(
        matches!(heard.error, Some(LlmError::Timeout { what: "answer", .. })),
        "{heard:?}"
    );
}

#[tokio::test]
async fn an_open_breaker_sends_everyone_to_the_next() {
    let bench = bench(Policy {
        retries: 0,
        ..quick()
    });
    (0..5).for_each(|_| bench.a.push(Script::refuses(OVERLOADED)));
    for _ in 0..6 {
        assert!(bench.ask().await.complete());
    }
    assert_eq!(bench.a.requests().len(), 5);
    assert_eq!(
        bench.gateway.breakers(),
        [("a", BreakerState::Open), ("b", BreakerState::Closed)]
    );
    let alone = bench.ask_of(&[ModelRef::new("a", "model-a")]).await;
    assert_eq!(alone.error, Some(LlmError::BreakerOpen));
}

#[tokio::test]
async fn an_upstream_that_refuses_lives() {
    let bench = bench(Policy {
        retries: 0,
        ..quick()
    });
    for refusal in [
        LlmError::RateLimited { retry_after: None },
        LlmError::SpendLimit,
        LlmError::Rejected {
            status: 400,
            detail: String::new(),
        },
    ] {
        (0..5).for_each(|_| bench.a.push(Script::refuses(refusal.clone())));
    }
    for _ in 0..15 {
        assert!(bench.ask().await.complete());
    }
    assert_eq!(bench.a.requests().len(), 15);
}

#[tokio::test]
async fn nobody_to_ask_is_said() {
    let bench = bench(quick());
    assert_eq!(bench.ask_of(&[]).await.error, Some(LlmError::NoModel));
    assert_eq!(
        bench.ask_of(&[ModelRef::new("typo", "m")]).await.error,
        Some(LlmError::NoModel)
    );
}
