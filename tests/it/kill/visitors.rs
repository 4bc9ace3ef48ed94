//! Visitors who go on whatever happens to the server: they reconnect from their cursor and say
//! again what was not acknowledged, as the widget does.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::story::{Said, Story};
use crate::support::Socket;

/// Visitors go on within it, with all the time limits that a fault may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// A line on which nothing has come for so long is left for another one.
const SILENCE: Duration = Duration::from_secs(20);
/// So often it is looked whether it is time to end.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Before it is tried again.
const AGAIN_AFTER: Duration = Duration::from_millis(50);
/// Conversations after which a visitor begins no other.
const BEGINS: usize = 12;

/// What reached all visitors.
#[derive(Debug)]
pub struct Progress {
    frames: watch::Sender<u64>,
    conversations: Mutex<Vec<String>>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            frames: watch::channel(0).0,
            conversations: Mutex::default(),
        }
    }
}

impl Progress {
    fn tick(&self) {
        self.frames.send_modify(|frames| *frames += 1);
    }

    fn begun(&self, conversation: &str) {
        let mut all = self.conversations.lock().unwrap();
        if !all.iter().any(|known| known == conversation) {
            all.push(conversation.to_owned());
        }
    }

    /// A conversation that has begun.
    pub fn any(&self, luck: &mut StdRng) -> Option<String> {
        let all = self.conversations.lock().unwrap();
        let n = (!all.is_empty()).then(|| luck.random_range(0..all.len()))?;
        Some(all[n].clone())
    }

    /// Waits until `more` frames have come.
    pub async fn frames(&self, more: u64) {
        let goal = *self.frames.borrow() + more;
        let mut seen = self.frames.subscribe();
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
    /// Asks for a person now and then, and begins another conversation where people have this one.
    pub roams: bool,
}

const QUESTIONS: [&str; 3] = [
    "How long does the warranty of my robot last?",
    "When are refunds paid after the return has arrived?",
    "How long does shipping take?",
];

/// How a line ended.
enum Left {
    /// It was lost.
    Lost,
    /// For another conversation.
    ForAnother,
    /// Everything has come to an end.
    Done,
}

impl Talk {
    /// All that the visitor knows in the end, a story for each conversation.
    pub async fn run(mut self) -> Vec<Story> {
        let mut stories = Vec::new();
        let mut story = Story::new(&self.slug, String::new());
        loop {
            let at = self.server_at.wait_for(Option::is_some).await.unwrap().clone();
            let roams = self.roams && stories.len() < BEGINS;
            let left = self.line(&at.unwrap(), &mut story, roams).await;
            match left.unwrap_or(Left::Lost) {
                Left::Lost => story.lost(),
                Left::ForAnother => {
                    let another = Story::new(&self.slug, story.token.clone());
                    stories.push(std::mem::replace(&mut story, another));
                }
                Left::Done => {
                    stories.push(story);
                    return stories;
                }
            }
            sleep(AGAIN_AFTER).await;
        }
    }

    /// One connection. None where it was lost.
    async fn line(&mut self, base: &str, story: &mut Story, roams: bool) -> Option<Left> {
        if story.token.is_empty() {
            story.token = session(base, &self.slug).await?;
        }
        let url = format!("{base}/api/widget/{}/socket", self.slug).replace("http", "ws");
        let mut socket = timeout(SILENCE, Socket::reach(&url)).await.ok()??;
        socket.try_send(&story.hello()).await.then_some(())?;
        for said in story.unacknowledged() {
            socket.try_send(&said).await.then_some(())?;
        }
        let mut silent = Duration::ZERO;
        loop {
            if !story.conversation.is_empty() && !story.is_open() {
                if *self.finishing.borrow() {
                    return Some(Left::Done);
                }
                if story.is_answered_by_bot() {
                    self.asks(&mut socket, story).await?;
                } else if roams {
                    return Some(Left::ForAnother);
                }
            }
            let Some(next) = socket.next_within(LOOK_EVERY).await else {
                silent += LOOK_EVERY;
                if silent >= SILENCE {
                    println!("nothing comes in {}: {:?}", story.conversation, story.newest());
                    return None;
                }
                continue;
            };
            silent = Duration::ZERO;
            let frame = next.ok()?;
            self.progress.tick();
            self.reads(&mut socket, story, &frame).await?;
        }
    }

    async fn reads(&mut self, socket: &mut Socket, story: &mut Story, frame: &Value) -> Option<()> {
        if story.take(frame) {
            // Refused for now.
            sleep(AGAIN_AFTER).await;
            for said in story.unacknowledged() {
                socket.try_send(&said).await.then_some(())?;
            }
        }
        if frame["type"] == "ready" {
            self.progress.begun(&story.conversation);
        }
        if frame["type"] != "answer.delta" {
            return Some(());
        }
        if self.stops && self.luck.random_bool(0.03) {
            socket.try_send(&json!({ "type": "stop" })).await.then_some(())?;
        }
        if self.roams && self.luck.random_bool(0.01) {
            socket.try_send(&json!({ "type": "human" })).await.then_some(())?;
        }
        Some(())
    }

    async fn asks(&mut self, socket: &mut Socket, story: &mut Story) -> Option<()> {
        let count = if self.bursts && self.luck.random_bool(0.5) {
            2
        } else {
            1
        };
        for _ in 0..count {
            let text = QUESTIONS[self.luck.random_range(0..QUESTIONS.len())];
            let said = Said::new(Uuid::new_v4(), text);
            let frame = said.frame();
            story.said.push(said);
            socket.try_send(&frame).await.then_some(())?;
        }
        Some(())
    }
}

/// A new visitor's token.
async fn session(base: &str, slug: &str) -> Option<String> {
    let url = format!("{base}/api/widget/{slug}/session");
    let asked = reqwest::Client::new().post(url).json(&json!({})).timeout(SILENCE);
    let session: Value = asked.send().await.ok()?.json().await.ok()?;
    session["token"].as_str().map(str::to_owned)
}
