//! What a test changes about its server before it starts.

use std::{
    fs,
    sync::{Arc, LazyLock},
};

use parlance::{
    adapters::{
        embed::Embedder,
        llm::{
            ChatModel, anthropic::Anthropic, gateway::ModelRef, openai_compatible::OpenAiCompatible,
            policy::Policy,
        },
        mail::{Mailer, Outbox},
        scan::Scanner,
        web::{SystemResolver, Web, WebLimits},
    },
    app::{Adapters, identity_provider},
    config::Config,
    domain::{
        knowledge::{extract::ExtractLimits, reader::Reader},
        mail_replies::address::Addresses,
        notify::{mail::Post, templates::Templates},
    },
    kernel::{
        clock::{SharedClock, SystemClock},
        vault::Vault,
    },
};
use parlance_loadtest::upstream::{Behaviour, MockUpstream};
use parlance_store::testing::{self, TestDb};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::{MODEL, SECRET, TestApp, TestVisitor, Words, Workspace};

/// The plans of tests.
const PLANS: &str = include_str!("plans.toml");
/// Plans without limits.
pub const PLAN_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/plans.toml");

/// Mocks live on a thread that no test can block.
static UPSTREAMS: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
});

/// A server to be.
pub struct Setup {
    set: Vec<(String, String)>,
    behaviour: Behaviour,
    patience: Policy,
    clock: SharedClock,
    model: Option<Arc<dyn ChatModel>>,
    embedder: Arc<dyn Embedder>,
    mailer: Option<Arc<dyn Mailer>>,
    scanner: Option<Arc<dyn Scanner>>,
    /// Mail that is sent nowhere.
    outbox: Arc<TempDir>,
    /// Keeps the plan file, if it is one of the test's own.
    _plans: Option<Arc<TempDir>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            set: Vec::new(),
            behaviour: Behaviour::default(),
            patience: Policy::default(),
            clock: Arc::new(SystemClock),
            model: None,
            embedder: Arc::new(Words),
            mailer: None,
            scanner: None,
            outbox: Arc::new(TempDir::new().unwrap()),
            _plans: None,
        }
    }
}

/// An upstream whose answers take a while: 24 tokens, `per_second` of them.
pub fn paced(per_second: f64) -> Behaviour {
    Behaviour {
        tokens_per_second: per_second,
        ..Behaviour::default()
    }
}

impl Setup {
    pub fn upstream(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            ..Self::default()
        }
    }

    /// Sets a variable of the configuration.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.set.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives every workspace no more than this of some quotas, and as much as it likes of the others.
    pub fn limited(self, limits: &[(&str, u32)]) -> Self {
        let mut text = PLANS.to_owned();
        for (quota, most) in limits {
            let unlimited = format!("{quota} = \"unlimited\"");
            assert!(text.contains(&unlimited), "{quota}");
            // The first plan is the one a workspace begins with.
            text = text.replacen(&unlimited, &format!("{quota} = {most}"), 1);
        }
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("plans.toml");
        fs::write(&file, text).unwrap();
        let set = self.set("PLAN_FILE", file.to_str().unwrap());
        Self {
            _plans: Some(Arc::new(folder)),
            ..set
        }
    }

    pub fn patience(self, patience: Policy) -> Self {
        Self { patience, ..self }
    }

    pub fn clock(self, clock: SharedClock) -> Self {
        Self { clock, ..self }
    }

    /// Asks `model` in the place of the mock that goes by its name.
    pub fn model(self, model: impl ChatModel + 'static) -> Self {
        Self {
            model: Some(Arc::new(model)),
            ..self
        }
    }

    pub fn embedder(self, embedder: impl Embedder + 'static) -> Self {
        Self {
            embedder: Arc::new(embedder),
            ..self
        }
    }

    /// Has files looked at by `scanner`.
    pub fn scanner(self, scanner: impl Scanner + 'static) -> Self {
        Self {
            scanner: Some(Arc::new(scanner)),
            ..self
        }
    }

    /// Sends mail by `mailer`; nothing stays.
    pub fn mailer(self, mailer: impl Mailer + 'static) -> Self {
        Self {
            mailer: Some(Arc::new(mailer)),
            ..self
        }
    }

    pub async fn start(self) -> TestApp {
        let upstream = mock(self.behaviour.clone()).await;
        let db = Arc::new(TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap());
        let (base, services, running) = super::serve(&self, &db, &upstream).await;
        TestApp {
            upstream,
            http: reqwest::Client::new(),
            base,
            services,
            setup: self,
            running: Some(running),
            db,
        }
    }

    /// A server, a workspace with one document, and a visitor who has not asked yet.
    pub async fn chat(self) -> (TestApp, Workspace, TestVisitor) {
        let app = self.start().await;
        let acme = app.workspace("acme").await;
        let visitor = app.visitor(&acme).await;
        (app, acme, visitor)
    }

    pub(super) fn variables(&self, database_url: &str) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = [
            ("PORT", "0"),
            ("BIND", "127.0.0.1"),
            ("AUTH_SECRET", SECRET),
            ("DATABASE_URL", database_url),
            ("DATABASE_POOL", "6"),
            ("CHAT_RATE_VISITOR", "1000/1000"),
            ("CHAT_RATE_ADDRESS", "10000/10000"),
            ("DRAIN_SECONDS", "10"),
            // A test that asks the same again means the model.
            ("ANSWER_CACHE_MB", "0"),
            ("PLAN_FILE", PLAN_FILE),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        all.extend(self.set.iter().cloned());
        all
    }

    pub(super) fn adapters(&self, upstream: &MockUpstream, config: &Config) -> Adapters {
        let key = || "a key".to_owned().into();
        let openai = format!("{}/v1", upstream.base_url());
        let mut models: Vec<Arc<dyn ChatModel>> = vec![
            Arc::new(Anthropic::new(&upstream.base_url(), key()).unwrap()),
            Arc::new(OpenAiCompatible::new("openai", &openai, Some(key())).unwrap()),
        ];
        // Of two with one name the later counts.
        models.extend(self.model.clone());
        let reader = Reader::here(ExtractLimits::default());
        let outbox = Outbox::new(self.outbox.path().to_owned());
        Adapters {
            mailer: self.mailer.clone().unwrap_or_else(|| Arc::new(outbox.clone())),
            outbox: self.mailer.is_none().then_some(outbox),
            identity: identity_provider(&config.logins, &self.clock).unwrap(),
            clock: self.clock.clone(),
            embedder: self.embedder.clone(),
            models,
            last_resort: ModelRef::new("anthropic", MODEL),
            patience: self.patience.clone(),
            web: Arc::new(self.web()),
            reader: match &self.scanner {
                Some(scanner) => reader.scanned_by(scanner.clone()),
                None => reader,
            },
        }
    }

    /// The web behind `CRAWL_ALLOW`.
    fn web(&self) -> Web {
        let allow = self.set.iter().rev().find(|(name, _)| name == "CRAWL_ALLOW");
        let allow = allow.map_or("", |(_, value)| value).parse().unwrap();
        Web::new(Arc::new(SystemResolver), allow, None, WebLimits::default()).unwrap()
    }
}

/// A mock upstream that goes on while the test's own thread is busy.
pub async fn mock(behaviour: Behaviour) -> MockUpstream {
    let started = UPSTREAMS.spawn(MockUpstream::start(behaviour));
    started.await.unwrap().unwrap()
}

/// What sends mail for those who send none.
pub fn post() -> Post {
    Post {
        mailer: Arc::new(Outbox::new("/nowhere".into())),
        templates: Arc::new(Templates::load(None, "http://localhost").unwrap()),
        addresses: Addresses::new(Vault::new(&"a secret".to_owned().into()), None),
        clock: Arc::new(SystemClock),
    }
}
