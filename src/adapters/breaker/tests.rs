use super::*;

const POLICY: BreakerPolicy = BreakerPolicy {
    failures: 3,
    window: Duration::from_secs(30),
    cooldown: Duration::from_secs(10),
};

/// A breaker's core and a hand-turned time.
struct Bench(Core, Instant);

impl Bench {
    fn new() -> Self {
        Self(
            Core {
                policy: POLICY,
                state: State::Closed(VecDeque::new()),
            },
            Instant::now(),
        )
    }

    fn opened() -> Self {
        let mut bench = Self::new();
        (0..3).for_each(|_| bench.call(true));
        assert_eq!(bench.0.admit(bench.1), None);
        bench
    }

    fn call(&mut self, failed: bool) {
        let probe = self.0.admit(self.1).unwrap();
        self.0.record(self.1, probe, failed);
    }

    fn pass(&mut self, seconds: u64) {
        self.1 += Duration::from_secs(seconds);
    }

    fn state(&self) -> BreakerState {
        self.0.state(self.1)
    }
}

#[test]
fn opens_after_enough_failures_within_the_window() {
    let mut bench = Bench::new();
    bench.call(true);
    bench.call(true);
    bench.pass(31);
    bench.call(true);
    bench.call(true);
    assert_eq!(bench.state(), BreakerState::Closed);
    bench.call(true);
    assert_eq!(bench.state(), BreakerState::Open);
}

#[test]
fn a_few_failures_among_many_answers_leave_it_closed() {
    let mut bench = Bench::new();
    (0..20).for_each(|_| bench.call(false));
    (0..5).for_each(|_| bench.call(true));
    assert_eq!(bench.state(), BreakerState::Closed);
}

#[test]
fn lets_one_probe_through_and_closes_on_its_success() {
    let mut bench = Bench::opened();
    bench.pass(10);
    let probe = bench.0.admit(bench.1).unwrap();
    assert_eq!(
        (bench.0.admit(bench.1), bench.state()),
        (None, BreakerState::HalfOpen)
    );
    bench.0.record(bench.1, Probe(false), true); // a latecomer decides nothing
    bench.0.record(bench.1, probe, false);
    assert_eq!(bench.state(), BreakerState::Closed);
}

#[test]
fn a_failed_probe_opens_it_again_and_a_dropped_one_frees_the_place() {
    let mut bench = Bench::opened();
    bench.pass(10);
    let probe = bench.0.admit(bench.1).unwrap();
    bench.0.release(bench.1, probe);
    bench.call(true);
    assert_eq!(
        (bench.0.admit(bench.1), bench.state()),
        (None, BreakerState::Open)
    );
}

#[tokio::test]
async fn a_failure_after_an_answer_counts() {
    let breaker = Breaker::new(POLICY);
    for _ in 0..3 {
        let mut permit = breaker.admit().unwrap();
        permit.succeeded();
        permit.failed();
    }
    assert_eq!(breaker.state(), BreakerState::Open);
}
