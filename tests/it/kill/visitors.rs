//! Visitors who go on whatever happens to the server: they reconnect from their cursor and say
//! again what was not acknowledged, as the widget does.

use std::{sync::Arc, time::Duration};

use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};
use uuid::Uuid;

use crate::support::{Reader, Socket};

/// A round takes some two seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Frames that reached all visitors.
#[derive(Debug)]
pub struct Progress(watch::Sender<u64>);

impl Default for Progress {
    fn default() -> Self {
        Self(watch::channel(0).0)
    }
}

impl Progress {
    fn tick(&self) {
        self.0.send_modify(|frames| *frames += 1);
    }

    /// Waits until `more` frames have come.
    pub async fn frames(&self, more: u64) {
        let goal = *self.0.borrow() + more;
        let mut seen = self.0.subscribe();
        let come = timeout(PATIENCE, seen.wait_for(|frames| *frames >= goal)).await;
        come.expect("visitors go on").unwrap();
    }
}

/// A visitor at work.
pub struct Talk {
    pub slug: String,
    pub server_at: watch::Receiver<Option<String>>,
    pub progress: Arc<Progress>,
    pub finishing: watch::Receiver<bool>,
    pub luck: StdRng,
    /// Says two things at once now and then.
    pub bursts: bool,
    /// Stops an answer now and then.
    pub stops: bool,
}

/// What a visitor knows in the end.
#[derive(Debug, Default)]
pub struct Story {
    slug: String,
    token: String,
    pub conversation: String,
    pub reader: Reader,
    pub said: Vec<Said>,
}

#[derive(Debug)]
pub struct Said {
    pub client_id: Uuid,
    text: String,
    /// Message and `seq` of the acknowledgement.
    pub ack: Option<(String, u64)>,
    answered: bool,
}

const QUESTIONS: [&str; 3] = [
    "How long does the warranty of my robot last?",
    "When are refunds paid after the return has arrived?",
    "How long does shipping take?",
];

impl Talk {
    pub async fn run(mut self) -> Story {
        let mut story = Story {
            slug: self.slug.clone(),
            ..Story::default()
        };
        loop {
            let at = self.server_at.wait_for(Option::is_some).await.unwrap().clone();
            let base = at.unwrap();
            if self.line(&base, &mut story).await.is_some() {
                return story;
            }
            story.reader.lost();
            // The server is gone or about to be: wait for another one.
            let elsewhere = |at: &Option<String>| at.as_ref().is_some_and(|at| *at != base);
            self.server_at.wait_for(elsewhere).await.unwrap();
        }
    }

    /// One connection, up to its loss (`None`) or until everything is answered.
    async fn line(&mut self, base: &str, story: &mut Story) -> Option<()> {
        if story.token.is_empty() {
            let url = format!("{base}/api/widget/{}/session", self.slug);
            let client = reqwest::Client::new();
            let session: Value = client
                .post(url)
                .json(&json!({}))
                .send()
                .await
                .ok()?
                .json()
                .await
                .ok()?;
            session["token"].as_str()?.clone_into(&mut story.token);
        }
        let url = format!("{base}/api/widget/{}/socket", self.slug).replace("http", "ws");
        let mut socket = Socket::reach(&url).await?;
        let conversation = (!story.conversation.is_empty()).then_some(&story.conversation);
        let hello = json!({ "type": "hello", "token": story.token, "conversation": conversation,
                            "after": story.reader.cursor });
        socket.try_send(&hello).await.then_some(())?;
        for said in story.said.iter().filter(|said| said.ack.is_none()) {
            socket.try_send(&said.frame()).await.then_some(())?;
        }
        loop {
            let all_answered = story.said.iter().all(|said| said.answered);
            if all_answered && *self.finishing.borrow() && !story.conversation.is_empty() {
                return Some(());
            }
            if all_answered && !story.conversation.is_empty() {
                self.asks(&mut socket, story).await?;
            }
            let frame = socket.next().await.ok()?;
            self.progress.tick();
            story.take(&frame);
            if self.stops && frame["type"] == "answer.delta" && self.luck.random_bool(0.03) {
                socket.try_send(&json!({ "type": "stop" })).await.then_some(())?;
            }
        }
    }

    async fn asks(&mut self, socket: &mut Socket, story: &mut Story) -> Option<()> {
        let count = if self.bursts && self.luck.random_bool(0.5) {
            2
        } else {
            1
        };
        for _ in 0..count {
            let said = Said {
                client_id: Uuid::new_v4(),
                text: QUESTIONS[self.luck.random_range(0..QUESTIONS.len())].to_owned(),
                ack: None,
                answered: false,
            };
            let frame = said.frame();
            story.said.push(said);
            socket.try_send(&frame).await.then_some(())?;
        }
        Some(())
    }
}

impl Said {
    fn frame(&self) -> Value {
        json!({ "type": "say", "client_id": self.client_id, "text": self.text })
    }
}

impl Story {
    fn take(&mut self, frame: &Value) {
        if frame["type"] == "ready" {
            let id = frame.pointer("/conversation/id").unwrap().as_str().unwrap();
            assert!(self.conversation.is_empty() || self.conversation == id);
            id.clone_into(&mut self.conversation);
            return;
        }
        assert_ne!(frame["type"], "error", "{frame}");
        let text = |name: &str| frame[name].as_str().unwrap_or_default().to_owned();
        if frame["type"] == "ack" {
            let seq = frame["seq"].as_u64().unwrap();
            let said = self
                .said
                .iter_mut()
                .find(|said| said.client_id.to_string() == text("client_id"));
            said.unwrap().ack = Some((text("message"), seq));
            return;
        }
        if self.reader.take(frame) {
            let question = self
                .reader
                .log
                .iter()
                .find(|event| event["id"] == frame["in_reply_to"])
                .unwrap();
            let client_id = question["client_id"].as_str().unwrap().to_owned();
            let said = self
                .said
                .iter_mut()
                .find(|said| said.client_id.to_string() == client_id);
            said.unwrap().answered = true;
        }
    }

    /// What was read over many lost lines is exactly what a reader from the start reads.
    pub async fn agrees_with(&self, base: &str) {
        let url = format!(
            "{base}/api/widget/{}/conversation/{}?limit=200",
            self.slug, self.conversation
        );
        let request = reqwest::Client::new().get(url).bearer_auth(&self.token);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let log = page["events"].as_array().unwrap();
        assert_eq!(&self.reader.log, log);
    }
}
