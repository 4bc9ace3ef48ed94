//! A conversation that goes on by mail: what a visitor gets who has left, and what comes of their answer.

mod inbound;
mod opening;
mod outgoing;
mod rating;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Setup, TestApp, TestVisitor, Workspace, eventually};

const MARA: &str = "mara@shop.example";
const SECRET: &str = "a secret of the provider";
const PATIENCE: TimeDelta = TimeDelta::minutes(2);
const REST: TimeDelta = TimeDelta::minutes(5);

/// A visitor with an address in a conversation that an agent has, and what time it is.
struct Scene {
    app: TestApp,
    clock: Arc<ManualClock>,
    acme: Workspace,
    visitor: TestVisitor,
    conversation: String,
    agent: String,
}

impl Scene {
    async fn begin() -> Self {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let setup = Setup::default()
            .clock(clock.clone())
            .set("MAIL_INBOUND_DOMAIN", "in.parlance.example")
            .set("MAIL_INBOUND_SECRET", SECRET);
        let (app, acme, visitor) = setup.chat().await;
        let conversation = visitor.conversation().await;
        let agent = app.log_in(&acme.email).await;
        let scene = Self {
            app,
            clock,
            acme,
            visitor,
            conversation,
            agent,
        };
        scene.does(&json!({ "type": "human" })).await;
        scene.does(&json!({ "type": "email", "address": MARA })).await;
        // Nothing is unseen yet: that job ends with nothing.
        scene.clock.advance(PATIENCE);
        scene.settled(1).await;
        scene
    }

    /// The visitor sends a frame.
    async fn does(&self, frame: &Value) {
        let (status, answer) = self.visitor.frame(&self.conversation, frame).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// What REST answers to an agent.
    async fn act(&self, act: &str, body: Value) -> Value {
        let url = self
            .app
            .url(&format!("/api/conversations/{}/{act}", self.conversation));
        let answer = self
            .app
            .http
            .post(url)
            .bearer_auth(&self.agent)
            .json(&body)
            .send();
        let answer = answer.await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    async fn agent_says(&self, text: &str) {
        let body = json!({ "client_id": Uuid::new_v4(), "text": text });
        self.act("messages", body).await;
    }

    /// What the visitor was mailed, the oldest first.
    async fn mails(&self) -> Vec<Value> {
        let url = self.app.url("/dev/outbox");
        let asked = self.app.http.get(url).header("Accept", "application/json");
        let listed: Value = asked.send().await.unwrap().json().await.unwrap();
        let all = listed["items"].as_array().unwrap().iter().rev();
        all.filter(|mail| mail["to"] == MARA).cloned().collect()
    }

    /// The mail of this number.
    async fn mail(&self, n: usize) -> Value {
        eventually(async || self.mails().await.get(n).cloned()).await
    }

    /// Waits until so many of its jobs have ended and none waits that is due.
    async fn settled(&self, ended: usize) {
        eventually(async || {
            let jobs = self.jobs().await;
            let done = jobs.iter().filter(|job| job["state"] == "done").count();
            (done >= ended && jobs.iter().all(|job| job["state"] != "running")).then_some(())
        })
        .await;
    }

    async fn jobs(&self) -> Vec<Value> {
        let of = "SELECT state, due_at::text AS due_at FROM jobs WHERE payload #>> '{errand,mail}' = 'reply' ORDER BY created_at";
        self.app.db().rows(of).await.unwrap()
    }

    /// The last event of the log.
    async fn last(&self) -> Value {
        self.visitor.log(&self.conversation).await.pop().unwrap()
    }

    /// Waits until the server knows that no browser of the visitor's listens.
    async fn has_left(&self) {
        let id = self.conversation.parse().unwrap();
        eventually(async || {
            let actor = self
                .app
                .services
                .registry
                .conversation(self.acme.tenant, id)
                .ok()?;
            (!actor.observe().await.ok()?.visitor_listens).then_some(())
        })
        .await;
    }
}
