//! A deployment: SIGTERM while many conversations are open, some in the middle of an answer, and a new server in
//! the old one's place.

use std::{path::Path, sync::Arc};

use futures_util::future::join_all;
use parlance::config::{Config, Embeddings};
use parlance_loadtest::upstream::Ending;
use parlance_store::testing::{self, TestDb};
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};

use super::{
    process::{Place, Server},
    workspace,
};
use crate::support::{PLAN_FILE, Reader, Socket, eventually, mock, paced, says};

const VISITORS: usize = 60;
/// Of them, who are in the middle of an answer.
const ASKING: usize = 20;
const SLUG: &str = "acme";

/// Somebody with a conversation open.
struct Visitor {
    token: String,
    conversation: String,
    reader: Reader,
    socket: Socket,
}

impl Visitor {
    async fn comes(base: &str) -> Self {
        let url = format!("{base}/api/widget/{SLUG}/session");
        let begun = reqwest::Client::new()
            .post(url)
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        let session: Value = begun.json().await.unwrap();
        let token = session["token"].as_str().unwrap().to_owned();
        let (socket, ready) = hello(base, &token, None, 0).await;
        let conversation = ready
            .pointer("/conversation/id")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            token,
            conversation,
            reader: Reader::default(),
            socket,
        }
    }

    /// Asks, and reads up to the first words.
    async fn asks(&mut self) {
        self.socket.send(&says("How long does the warranty last?")).await;
        loop {
            let frame = self.socket.next().await.unwrap();
            self.reader.take(&frame);
            if frame["type"] == "answer.delta" {
                return;
            }
        }
    }

    /// Reads until the socket ends, which is said before.
    async fn is_sent_on(&mut self) {
        let mut last = Value::Null;
        loop {
            match self.socket.next().await {
                Ok(frame) => {
                    self.reader.take(&frame);
                    last = frame;
                }
                Err(code) => {
                    assert_eq!((code, &last["type"]), (Some(4009), &json!("moved")), "{last}");
                    return self.reader.lost();
                }
            }
        }
    }

    /// Is served again, from where they were.
    async fn comes_back(&mut self, base: &str) {
        let seen = self.reader.cursor;
        let (socket, ready) = hello(base, &self.token, Some(&self.conversation), seen).await;
        assert_eq!(ready["seq"], seen, "nothing came behind what was read");
        self.socket = socket;
        self.socket.send(&says("When are refunds paid?")).await;
        while !self.reader.take(&self.socket.next().await.unwrap()) {}
        let url = format!("{base}/api/widget/{SLUG}/conversation/{}", self.conversation);
        let page = reqwest::Client::new()
            .get(url)
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap();
        let page: Value = page.json().await.unwrap();
        assert_eq!(page["events"], Value::Array(self.reader.log.clone()));
    }
}

async fn hello(base: &str, token: &str, conversation: Option<&str>, after: u64) -> (Socket, Value) {
    let url = format!("{base}/api/widget/{SLUG}/socket").replace("http", "ws");
    let mut socket = Socket::open(&url).await;
    let hello = json!({ "type": "hello", "token": token, "conversation": conversation, "after": after });
    socket.send(&hello).await;
    let ready = socket.next_of("ready").await;
    (socket, ready)
}

/// What is new is refused, with the time after which it is to be tried again.
async fn is_refused(base: &str, visitor: &Visitor) {
    let url = format!(
        "{base}/api/widget/{SLUG}/conversation/{}/frames",
        visitor.conversation
    );
    let asked = reqwest::Client::new().post(url).bearer_auth(&visitor.token);
    let refused = asked.json(&says("And the battery?")).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 503);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "draining");
}

async fn is_stopping(base: &str) -> Option<()> {
    let told = reqwest::get(format!("{base}/readyz")).await.ok()?;
    let told: Value = told.json().await.ok()?;
    (told["checks"]["server"] == "stopping").then_some(())
}

fn place(db: &TestDb, upstream_url: String, folder: &Path, model_dir: &Path) -> Place {
    Place {
        database_url: db.url().to_owned(),
        upstream_url,
        data_dir: folder.to_owned(),
        model_dir: model_dir.to_owned(),
        plan_file: PLAN_FILE.into(),
        skew: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_lets_answers_end_and_the_next_server_goes_on_with_every_conversation() {
    let db = Arc::new(TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap());
    // An answer takes six seconds.
    let upstream = mock(paced(4.0)).await;
    let Embeddings::MiniLm(model) = Config::from_env().unwrap().embeddings else {
        panic!("the tests embed with MiniLM");
    };
    workspace(&db, &model, SLUG).await;
    let folder = tempfile::tempdir().unwrap();
    let place = place(&db, upstream.base_url(), folder.path(), &model);
    let server = Server::start(&place).await;
    let base = server.base.clone();
    let mut visitors = join_all((0..VISITORS).map(|_| Visitor::comes(&base))).await;
    join_all(visitors[..ASKING].iter_mut().map(Visitor::asks)).await;

    server.terminate().await;
    eventually(async || is_stopping(&base).await).await;
    let running = upstream.requests();
    let running = running.iter().filter(|request| request.ending == Ending::Running);
    assert_ne!(running.count(), 0, "answers are being written");
    is_refused(&base, &visitors[VISITORS - 1]).await;
    join_all(visitors.iter_mut().map(Visitor::is_sent_on)).await;
    server.has_ended().await;
    for asked in &visitors[..ASKING] {
        let states: Vec<_> = asked.reader.log.iter().map(|event| &event["state"]).collect();
        assert_eq!(
            states,
            ["complete", "complete"],
            "a question, and its whole answer"
        );
    }
    let unsettled = "SELECT id, state FROM reservations WHERE state = 'open' OR recorded_at IS NULL";
    assert_eq!(db.rows(unsettled).await.unwrap(), [] as [Value; 0]);

    upstream.set_behaviour(paced(200.0));
    let server = Server::start(&place).await;
    let base = server.base.clone();
    join_all(visitors.iter_mut().map(|visitor| visitor.comes_back(&base))).await;
    assert_eq!(
        upstream.requests().len(),
        ASKING + VISITORS,
        "nothing was asked twice"
    );
    drop(visitors);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_be_stopped_as_soon_as_it_is_ready() {
    let db = Arc::new(TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap());
    let upstream = mock(paced(4.0)).await;
    let Embeddings::MiniLm(model) = Config::from_env().unwrap().embeddings else {
        panic!("the tests embed with MiniLM");
    };
    let folder = tempfile::tempdir().unwrap();
    let place = place(&db, upstream.base_url(), folder.path(), &model);
    Server::start(&place).await.stop().await;
}
