//! Everything that production does, at once and by a seed: the server is killed and replaced, its database stops, is
//! cut off, locked, crowded and out of disk, its clock is wrong, the upstream misbehaves in every way that the mock
//! knows, and the lines of visitors and agents are slow and break. In the end everything is looked at from outside.
//!
//! `CHAOS_SEED` makes another run of it, `CHAOS_ROUNDS` a longer one; `make chaos` makes many.

use std::{fs, sync::Arc, time::Duration};

use parlance::config::{Config, Embeddings};
use parlance_loadtest::{
    ledger::{Chaos, Rates, judge},
    upstream::{Behaviour, Fault, MockUpstream},
};
use parlance_store::testing::TestDb;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{
    agents::{self, Agent, Written},
    books, left_over,
    postgres::OwnPostgres,
    process::{Place, Server, reconcile},
    proxy::Streets,
    ready::{self, Truth},
    skew::Skew,
    story::Story,
    troubles::TROUBLES,
    visitors::{Progress, Talk},
    workspace_with,
};
use crate::support::{MODEL, PLAN_FILE, Workspace, mock, paced};

/// Of the run that is part of every test.
const SEED: u64 = 1;
/// Runs that found a fault, which is mended: the seed, the rounds, and what it was.
const FAILED_ONCE: [(u64, u64, &str); 2] = [
    (
        5,
        1,
        "/readyz waited for a silent database for as long as a call may take",
    ),
    (
        8,
        1,
        "what an outage did not let load was refused for a minute after it",
    ),
];
/// Visitors of the workspace that may use what it likes, and of the one that may not.
const VISITORS: [u64; 2] = [8, 2];
/// Messages a month that the bot answers for the second workspace.
const LIMIT: i64 = 9;
/// Requests that the upstream does something to.
const FAULTS: usize = 2_000;
/// A clock is wrong by so many seconds at most.
const SKEW: i64 = 300;
/// Everybody comes to an end within it, with the time limits of an upstream that is silent.
const ENDS_WITHIN: Duration = Duration::from_secs(180);
/// The price of the mock's model since October 2026.
const RATES: Rates = Rates {
    input: 2_000,
    output: 10_000,
    cache_write_5m: 2_500,
    cache_read: 100,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_nothing_is_lost_or_doubled_and_the_books_agree() {
    lives_through(
        set("CHAOS_SEED").unwrap_or(SEED),
        set("CHAOS_ROUNDS").unwrap_or(1),
    )
    .await;
}

/// What once failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: `make chaos` begins with it"]
async fn seeds_that_failed_once_do_no_more() {
    for (seed, rounds, why) in FAILED_ONCE {
        println!("{why}");
        lives_through(seed, rounds).await;
    }
}

/// A run with each of [`TROUBLES`] in every one of its rounds.
async fn lives_through(seed: u64, rounds: u64) {
    println!("CHAOS_SEED={seed} CHAOS_ROUNDS={rounds}");
    let mut run = Run::begin(seed).await;
    for round in 0..rounds {
        let mut troubles = TROUBLES;
        troubles.shuffle(&mut run.luck);
        for trouble in troubles {
            run.goes_through(trouble).await;
        }
        run.notes_memory(round);
    }
    run.ends().await;
}

/// A number that whoever runs the tests has set.
fn set(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration of its own")]
    let number = std::env::var(name).ok()?;
    Some(number.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A run: the server, everything around it, and everybody who uses it.
pub struct Run {
    pub luck: StdRng,
    server: Option<Server>,
    place: Place,
    streets: Streets,
    truth: watch::Sender<Truth>,
    pub progress: Arc<Progress>,
    finish: watch::Sender<bool>,
    talks: Vec<JoinHandle<Vec<Story>>>,
    team: Vec<JoinHandle<Vec<Written>>>,
    watching: JoinHandle<()>,
    /// KiB of memory after the first round.
    memory: u64,
    upstream: MockUpstream,
    limited: Workspace,
    pub db: TestDb,
    pub postgres: OwnPostgres,
    pub begun: Instant,
    _folder: TempDir,
}

impl Run {
    async fn begin(seed: u64) -> Self {
        let begun = Instant::now();
        let mut luck = StdRng::seed_from_u64(seed);
        let upstream = mock(paced(80.0)).await;
        upstream.queue(misbehaving(seed, &mut luck));
        let postgres = OwnPostgres::start().await;
        let db = TestDb::new(&postgres.admin_url()).await.unwrap();
        let Embeddings::MiniLm(model) = Config::from_env().unwrap().embeddings else {
            panic!("the tests embed with MiniLM");
        };
        // The bot goes on whatever happened before.
        let handoff = json!({ "handoff": { "on_failure": false, "after_abstentions": 0 } });
        let acme = workspace_with(&db, &model, "acme", handoff).await;
        let limited = workspace_with(&db, &model, "globex", json!({})).await;
        let to_pro = format!("UPDATE tenants SET plan = 'pro' WHERE id = '{}'", limited.tenant);
        db.run(&to_pro).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let plan_file = folder.path().join("plans.toml");
        fs::write(&plan_file, plans()).unwrap();
        let skew = Skew::compile(folder.path()).await;
        if skew.is_none() {
            println!("no C compiler: the clock is right all along");
        }
        let place = Place {
            database_url: postgres.wired_url(&db),
            upstream_url: upstream.base_url(),
            data_dir: folder.path().to_owned(),
            model_dir: model,
            plan_file,
            skew,
        };
        let streets = Streets::open(seed).await;
        let (truth, told) = watch::channel(Truth::default());
        let progress = Arc::new(Progress::default());
        let (finish, finishing) = watch::channel(false);
        let (_, server_at) = watch::channel(Some(streets.base.clone()));
        let visitors = (0..VISITORS[0]).map(|n| (&acme, progress.clone(), n));
        // Nobody helps these.
        let others = (0..VISITORS[1]).map(|n| (&limited, Arc::default(), n));
        let talks = visitors.chain(others).map(|(workspace, progress, n)| {
            let talk = Talk {
                slug: workspace.slug.clone(),
                server_at: server_at.clone(),
                progress,
                finishing: finishing.clone(),
                luck: StdRng::seed_from_u64(luck.random()),
                bursts: n % 3 == 0,
                stops: n % 3 == 1,
                roams: n % 2 == 0,
            };
            tokio::task::spawn(talk.run())
        });
        let talks = talks.collect();
        let team = agents::team(&db, &acme).await.map(|email| {
            let agent = Agent {
                email,
                server_at: server_at.clone(),
                progress: progress.clone(),
                finishing: finishing.clone(),
                luck: StdRng::seed_from_u64(luck.random()),
            };
            tokio::task::spawn(agent.run())
        });
        let watching = tokio::task::spawn(ready::watch(told, finishing));
        let mut run = Self {
            server: None,
            memory: 0,
            team: team.into(),
            _folder: folder,
            begun,
            luck,
            place,
            streets,
            truth,
            progress,
            finish,
            talks,
            watching,
            upstream,
            limited,
            db,
            postgres,
        };
        run.starts().await;
        run
    }

    /// A server, with a clock that is wrong in another way than that of the one before.
    pub async fn starts(&mut self) {
        if let Some(skew) = &mut self.place.skew {
            skew.seconds = self.luck.random_range(-SKEW..=SKEW);
        }
        let server = Server::start(&self.place).await;
        server.has_its_clock(&self.place).await;
        self.streets.lead_to(Some(server.port));
        self.truth.send_replace(Truth {
            server: Some(server.base.clone()),
            troubled: false,
        });
        self.server = Some(server);
    }

    /// Takes the server from those who use it.
    pub fn leaves(&mut self) -> Server {
        self.streets.lead_to(None);
        self.truth.send_replace(Truth::default());
        self.server.take().unwrap()
    }

    pub fn is_troubled(&self, troubled: bool) {
        self.truth.send_modify(|truth| truth.troubled = troubled);
    }

    pub fn base(&self) -> &str {
        &self.server.as_ref().unwrap().base
    }

    fn notes_memory(&mut self, round: u64) {
        let memory = self.server.as_ref().unwrap().memory();
        println!("{:?}: {memory} KiB after round {round}", self.begun.elapsed());
        if round == 0 {
            self.memory = memory;
        }
    }

    /// Lets everybody come to an end, and looks at what there is.
    async fn ends(mut self) {
        self.upstream.unqueue();
        self.finish.send_replace(true);
        let ended = async {
            let (mut stories, mut written) = (Vec::new(), Vec::new());
            for talk in self.talks.drain(..) {
                stories.extend(talk.await.unwrap());
            }
            for agent in self.team.drain(..) {
                written.extend(agent.await.unwrap());
            }
            (stories, written)
        };
        let (stories, written) = timeout(ENDS_WITHIN, ended)
            .await
            .expect("everybody comes to an end");
        println!("{:?}: everybody has left", self.begun.elapsed());
        (&mut self.watching).await.unwrap();
        for story in &stories {
            story.agrees_with(self.base()).await;
        }
        left_over::nothing(self.server.as_ref().unwrap(), self.memory).await;
        self.leaves().stop().await;
        // What nobody reported on is settled when its time is over, which is looked for at a start.
        books::time_is_over(&self.db).await;
        self.starts().await;
        books::settled(&self.db).await;
        self.leaves().stop().await;

        books::messages(&self.db, &stories, &written).await;
        books::turns(&self.db).await;
        books::reservations(&self.db).await;
        books::counters(&self.db).await;
        books::quotas(&self.db, self.limited.tenant, LIMIT).await;
        self.judged().await;
        println!("{:?} in all", self.begun.elapsed());
        drop(self.db);
        self.postgres.stop().await;
    }

    /// `parlance reconcile` is the judge, over the mock's usage API, and what it finds is held against what the mock
    /// knows of each request.
    async fn judged(&mut self) {
        let requests = self.upstream.requests();
        let day = requests.first().unwrap().day;
        if requests.iter().any(|request| request.day != day) {
            return println!("midnight passed: the upstream's days are not compared");
        }
        if let Some(skew) = &mut self.place.skew {
            skew.seconds = 0;
        }
        let (code, report) = reconcile(&self.place, day).await;
        let verdict = judge(&report, &requests, MODEL, RATES).unwrap();
        println!("{verdict:?}");
        assert!(verdict.told > 0 && verdict.estimated > 0);
        assert_eq!(code, Some(3), "estimates alone differ");
    }
}

/// Plans by which the second workspace has few answers.
fn plans() -> String {
    let all = fs::read_to_string(PLAN_FILE).unwrap();
    let (free, others) = all.split_once("id = \"pro\"").unwrap();
    let limited = others.replacen(
        "messages_per_month = \"unlimited\"",
        &format!("messages_per_month = {LIMIT}"),
        1,
    );
    format!("{free}id = \"pro\"{limited}")
}

/// What the upstream does, request by request: every fault that the mock knows, and every way to say the same.
fn misbehaving(seed: u64, luck: &mut StdRng) -> Vec<Behaviour> {
    let faults = Chaos::new(seed).take(FAULTS).enumerate();
    let behaviours = faults.map(|(n, fault)| Behaviour {
        // A silence costs a time limit of fifteen seconds, so there are few.
        fault: match n % 80 {
            5 => Fault::Stall(luck.random_range(0..12)),
            12 => Fault::Mute,
            30 => Fault::SpendLimit,
            // More, and the upstream is soon not asked at all.
            n if n % 2 == 0 => fault,
            _ => Fault::None,
        },
        split: luck.random_bool(0.1),
        crlf: luck.random_bool(0.1),
        hand_over: luck.random_bool(0.02),
        no_tools: luck.random_bool(0.02),
        thinking_tokens: if luck.random_bool(0.1) { 20 } else { 0 },
        accept_ms: luck.random_range(0..50),
        first_token_ms: luck.random_range(0..100),
        ..paced(80.0)
    });
    behaviours.collect()
}
