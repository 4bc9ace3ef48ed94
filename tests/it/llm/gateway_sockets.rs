//! The gateway over real sockets: faults in a row, sums that agree, cancellation.

use std::{sync::Arc, time::Duration};

use parlance::adapters::{
    breaker::BreakerPolicy,
    llm::{
        ChatModel, Chunk, StopReason,
        anthropic::Anthropic,
        gateway::{Gateway, ModelRef},
        policy::Policy,
    },
};
use parlance_loadtest::upstream::{Behaviour, Ending, Fault, MockUpstream};
use secrecy::SecretString;

use super::{
    first_text,
    gateway::{Log, quick},
    hear, question,
};

/// The whole chain on real sockets: faults in a row, an answer, and sums that agree.
#[tokio::test]
async fn over_a_real_socket_every_fault_before_the_first_token_is_survived() {
    let faults = [
        Fault::Status(500),
        Fault::Status(529),
        Fault::RateLimited { retry_after: Some(0) },
        Fault::Cut(0),
        Fault::Garbage(0),
        Fault::Stall(0),
        Fault::Mute,
        Fault::ErrorEvent {
            after: 0,
            kind: "overloaded_error".into(),
        },
    ];
    let mock = MockUpstream::start(Behaviour::default()).await.unwrap();
    let anthropic = Anthropic::new(&mock.base_url(), SecretString::from("sk-test")).unwrap();
    // The limits leave room for a busy machine; only the two silent faults wait for them.
    let limit = Duration::from_millis(700);
    let policy = Policy {
        headers: limit,
        first_token: limit,
        between_tokens: limit,
        ..quick()
    };
    let patient = BreakerPolicy {
        failures: 100,
        ..BreakerPolicy::default()
    };
    let gateway = Gateway::new([Arc::new(anthropic) as _], policy, patient, Arc::<Log>::default());
    let sonnet = [ModelRef::new("anthropic", "claude-sonnet-5-5")];
    let (mut booked, mut answers) = (0, 0);
    for fault in faults {
        mock.queue([Behaviour::faulty(fault.clone())]);
        let heard = hear(gateway.stream(&sonnet, question("r-1"))).await;
        assert!(heard.complete(), "{fault:?}: {heard:?}");
        assert_eq!(heard.chunks.last(), Some(&Chunk::Done(StopReason::EndTurn)));
        booked += heard.usage.unwrap().output + heard.abandoned().iter().map(|u| u.output).sum::<u64>();
        answers += 1;
    }
    let totals = mock.totals();
    assert_eq!(totals.complete, answers);
    assert_eq!(
        totals.told.output, booked,
        "the ledger would agree with the upstream's bill"
    );
}

#[tokio::test]
async fn leaving_closes_the_upstream_and_is_reported_once() {
    let mock = MockUpstream::start(Behaviour::faulty(Fault::Stall(1)))
        .await
        .unwrap();
    let anthropic = Anthropic::new(&mock.base_url(), SecretString::from("sk-test")).unwrap();
    let log = Arc::<Log>::default();
    let gateway = Gateway::new(
        [Arc::new(anthropic) as Arc<dyn ChatModel>],
        Policy::default(),
        BreakerPolicy::default(),
        Arc::clone(&log) as _,
    );
    let mut stream = gateway.stream(&[ModelRef::new("anthropic", "claude-haiku-5-5")], question("r-1"));
    first_text(&mut stream).await;
    drop(stream);
    let closed = mock.wait_for(|all| all.iter().all(|r| r.ending == Ending::Closed));
    tokio::time::timeout(Duration::from_secs(5), closed)
        .await
        .expect("the mock sees the close");
    assert_eq!(log.lines(), ["anthropic/claude-haiku-5-5 cancelled"]);
}
