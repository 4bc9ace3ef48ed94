//! A real server on a port of its own, on a database of its own, in front of a mock upstream:
//! `let (app, acme, visitor) = TestApp::chat().await`.

mod embedder;
mod identity;
mod meanwhile;
pub mod provider;
mod reader;
mod setup;
mod socket;
mod sse;
mod visitor;
mod workspace;

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use metrics_exporter_prometheus::PrometheusBuilder;
use parlance::{
    actors::services::Services,
    app::{Adapters, App},
    config::Config,
};
use parlance_loadtest::upstream::{Behaviour, MockUpstream};
use parlance_store::testing::TestDb;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub use self::{
    embedder::Words,
    identity::{hmac, jwt, jwt_of},
    reader::Reader,
    setup::{PLAN_FILE, Setup, mock, paced, post},
    socket::{Ended, Socket, answer_of, deltas_of},
    sse::Sse,
    visitor::{TestVisitor, says},
    workspace::{PASSWORD, Workspace},
};

/// What `look` sees in the end.
pub async fn eventually<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(60), seen).await;
    seen.expect("it comes to that within a minute")
}

/// The model that tests ask for, at the mock.
pub const MODEL: &str = "claude-sonnet-5-5";
pub const SECRET: &str = "a secret of thirty-two bytes or more";

/// A server, its database and its upstream; all end with it.
pub struct TestApp {
    pub upstream: MockUpstream,
    pub http: reqwest::Client,
    pub base: String,
    pub services: Services,
    setup: Setup,
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
        Setup::default().start().await
    }

    /// A server, a workspace with one document, and a visitor who has not asked yet.
    pub async fn chat() -> (Self, Workspace, TestVisitor) {
        Setup::default().chat().await
    }

    /// The same with an upstream that behaves so.
    pub async fn chat_with(behaviour: Behaviour) -> (Self, Workspace, TestVisitor) {
        Setup::upstream(behaviour).chat().await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The access token of somebody with the usual password.
    pub async fn log_in(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD });
        let request = self.http.post(self.url("/api/auth/login")).json(&body);
        let logged_in: Value = request.send().await.unwrap().json().await.unwrap();
        logged_in["access_token"].as_str().unwrap().to_owned()
    }

    /// The database, to look at as an administrator.
    pub fn db(&self) -> &TestDb {
        &self.db
    }

    /// Stops the server as an operator would, and starts it again on the same database.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (base, services, running) = serve(&self.setup, &self.db, &self.upstream).await;
        (self.base, self.services, self.running) = (base, services, Some(running));
    }

    /// Begins to stop the server; [`Self::stop`] waits for its end.
    pub fn begin_stop(&self) {
        if let Some(running) = &self.running {
            running.stop.cancel();
        }
    }

    /// Stops the server as an operator would.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.cancel();
            let joined = tokio::task::spawn_blocking(move || running.thread.join()).await;
            joined.unwrap().unwrap();
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

async fn serve(setup: &Setup, db: &TestDb, upstream: &MockUpstream) -> (String, Services, Running) {
    let set = setup.variables(db.url());
    let config = Config::read(&move |name| {
        let found = set.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    });
    let config = config.unwrap();
    let adapters: Adapters = setup.adapters(upstream, &config);
    let metrics = PrometheusBuilder::new().build_recorder().handle();
    let (started, starting) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let app = Box::pin(App::build(config, adapters, metrics)).await.unwrap();
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
