//! A real server on a port of its own, on a database of its own, in front of a mock upstream:
//! `let (app, acme, visitor) = TestApp::chat().await`.

mod embedder;
mod socket;
mod visitor;
mod workspace;

use std::{sync::Arc, thread::JoinHandle};

use metrics_exporter_prometheus::PrometheusBuilder;
use parlance::{
    actors::services::Services,
    adapters::llm::{ChatModel, anthropic::Anthropic, gateway::ModelRef},
    app::{Adapters, App},
    config::Config,
    kernel::clock::SystemClock,
};
use parlance_loadtest::upstream::{Behaviour, MockUpstream};
use parlance_store::testing::{self, TestDb};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub use self::{
    embedder::Words,
    socket::{Socket, answer_of, deltas_of},
    visitor::{TestVisitor, says},
    workspace::Workspace,
};

/// The model that tests ask for, at the mock.
pub const MODEL: &str = "claude-sonnet-5-5";
pub const SECRET: &str = "a secret of thirty-two bytes or more";

/// A server, its database and its upstream; all end with it.
pub struct TestApp {
    pub upstream: MockUpstream,
    pub http: reqwest::Client,
    pub base: String,
    pub services: Services,
    set: Vec<(String, String)>,
    running: Option<Running>,
    db: Arc<TestDb>,
}

struct Running {
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl TestApp {
    /// A server with the defaults.
    pub async fn start() -> Self {
        Self::with(&[], Behaviour::default()).await
    }

    /// A server with variables set and an upstream that behaves so.
    pub async fn with(set: &[(&str, &str)], behaviour: Behaviour) -> Self {
        let upstream = MockUpstream::start(behaviour).await.unwrap();
        let db = Arc::new(TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap());
        let mut all = vec![
            ("PORT".to_owned(), "0".to_owned()),
            ("BIND".to_owned(), "127.0.0.1".to_owned()),
            ("AUTH_SECRET".to_owned(), SECRET.to_owned()),
            ("DATABASE_URL".to_owned(), db.url().to_owned()),
            ("DATABASE_POOL".to_owned(), "6".to_owned()),
            ("CHAT_RATE_VISITOR".to_owned(), "1000/1000".to_owned()),
        ];
        all.extend(
            set.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (base, services, running) = serve(&all, &upstream).await;
        Self {
            upstream,
            http: reqwest::Client::new(),
            base,
            services,
            set: all,
            running: Some(running),
            db,
        }
    }

    /// A server, a workspace with one document, and a visitor who has not asked yet.
    pub async fn chat() -> (Self, Workspace, TestVisitor) {
        Self::chat_with(&[], Behaviour::default()).await
    }

    pub async fn chat_with(set: &[(&str, &str)], behaviour: Behaviour) -> (Self, Workspace, TestVisitor) {
        let app = Self::with(set, behaviour).await;
        let acme = app.workspace("acme").await;
        let visitor = app.visitor(&acme).await;
        (app, acme, visitor)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address that another process reaches the same database under.
    pub fn database_url(&self) -> &str {
        self.db.url()
    }

    /// Stops the server as an operator would, and starts it again on the same database.
    pub async fn restart(&mut self) {
        self.stop();
        let (base, services, running) = serve(&self.set, &self.upstream).await;
        (self.base, self.services, self.running) = (base, services, Some(running));
    }

    /// Stops the server as an operator would.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.cancel();
            running.thread.join().unwrap();
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else {
            return;
        };
        running.stop.cancel();
        if running.thread.join().is_err() && !std::thread::panicking() {
            panic!("the server panicked");
        }
    }
}

async fn serve(set: &[(String, String)], upstream: &MockUpstream) -> (String, Services, Running) {
    let set = set.to_vec();
    let config = Config::read(&move |name| {
        set.iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    });
    let model = Anthropic::new(&upstream.base_url(), "a key".to_owned().into()).unwrap();
    let adapters = Adapters {
        clock: Arc::new(SystemClock),
        embedder: Arc::new(Words),
        models: vec![Arc::new(model) as Arc<dyn ChatModel>],
        last_resort: ModelRef::new("anthropic", MODEL),
    };
    let (config, metrics) = (
        config.unwrap(),
        PrometheusBuilder::new().build_recorder().handle(),
    );
    let (started, starting) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let app = App::build(config, adapters, metrics).await.unwrap();
            let _ = started.send((app.port(), app.stopper(), app.services().clone()));
            app.run().await.unwrap();
        });
    });
    let (port, stop, services) = starting.await.expect("the server starts");
    (
        format!("http://127.0.0.1:{port}"),
        services,
        Running { stop, thread },
    )
}
