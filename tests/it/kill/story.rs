//! What a visitor knows of a conversation, and what may be expected of it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Reader;

/// A conversation as its visitor has seen it.
#[derive(Debug)]
pub struct Story {
    slug: String,
    pub token: String,
    /// Empty until it is opened.
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
}

impl Said {
    pub fn new(client_id: Uuid, text: &str) -> Self {
        Self {
            client_id,
            text: text.to_owned(),
            ack: None,
        }
    }

    pub fn frame(&self) -> Value {
        json!({ "type": "say", "client_id": self.client_id, "text": self.text })
    }
}

impl Story {
    pub fn new(slug: &str, token: String) -> Self {
        Self {
            slug: slug.to_owned(),
            token,
            conversation: String::new(),
            reader: Reader::taking_apologies(),
            said: Vec::new(),
        }
    }

    pub fn hello(&self) -> Value {
        let conversation = (!self.conversation.is_empty()).then_some(&self.conversation);
        json!({ "type": "hello", "token": self.token, "conversation": conversation, "after": self.reader.cursor })
    }

    /// The line is gone.
    pub fn lost(&mut self) {
        self.reader.lost();
    }

    /// What was said and read last.
    pub fn newest(&self) -> (Option<&Said>, Option<&Value>) {
        (self.said.last(), self.reader.log.last())
    }

    /// What is to be said again.
    pub fn unacknowledged(&self) -> Vec<Value> {
        let open = self.said.iter().filter(|said| said.ack.is_none());
        open.map(Said::frame).collect()
    }

    /// Whether something said is not acknowledged, or waits for its answer.
    pub fn is_open(&self) -> bool {
        let log = &self.reader.log;
        self.said.iter().any(|said| {
            let id = said.client_id.to_string();
            let place = log.iter().position(|event| event["client_id"] == *id);
            said.ack.is_none() || place.is_none_or(|place| waits(log, place))
        })
    }

    /// Whether the bot answers what is said now.
    pub fn is_answered_by_bot(&self) -> bool {
        bot_answers(&self.reader.log)
    }

    /// Takes in a frame; true where something was refused for now.
    pub fn take(&mut self, frame: &Value) -> bool {
        if frame["type"] == "ready" {
            let id = frame.pointer("/conversation/id").unwrap().as_str().unwrap();
            assert!(self.conversation.is_empty() || self.conversation == id);
            id.clone_into(&mut self.conversation);
            return false;
        }
        if frame["type"] == "error" {
            assert!(frame["retry_after"].is_u64(), "refused for good: {frame}");
            return true;
        }
        let text = |name: &str| frame[name].as_str().unwrap_or_default().to_owned();
        if frame["type"] == "ack" {
            let ack = (text("message"), frame["seq"].as_u64().unwrap());
            let id = text("client_id");
            let mut said = self.said.iter_mut();
            let said = said.find(|said| said.client_id.to_string() == id).unwrap();
            assert!(said.ack.as_ref().is_none_or(|before| *before == ack), "{frame}");
            said.ack = Some(ack);
            return false;
        }
        self.reader.take(frame);
        false
    }

    /// What was read over many lost lines is exactly what a reader from the start reads, who may read
    /// of what came after the visitor left.
    pub async fn agrees_with(&self, base: &str) {
        let mut log = Vec::new();
        while log.len() < self.reader.log.len() {
            let url = format!(
                "{base}/api/widget/{}/conversation/{}?limit=200&after={}",
                self.slug,
                self.conversation,
                log.len()
            );
            let request = reqwest::Client::new().get(url).bearer_auth(&self.token);
            let page: Value = request.send().await.unwrap().json().await.unwrap();
            let events = page["events"].as_array().unwrap();
            assert!(!events.is_empty(), "events are missing: {page}");
            log.extend(events.iter().cloned());
        }
        log.truncate(self.reader.log.len());
        assert_eq!(self.reader.log, log);
    }
}

/// Whether the bot answers what is said behind these events.
pub fn bot_answers(log: &[Value]) -> bool {
    let status = log.iter().rev().find(|event| event["type"] == "status");
    status.is_none_or(|event| event["status"] == "bot" || event["status"] == "resolved")
}

/// Whether the visitor's message at `place` of a log waits for the bot: it has no answer, was said to the
/// bot, and people have not had the conversation since.
pub fn waits(log: &[Value], place: usize) -> bool {
    let (before, since) = log.split_at(place);
    let answered = since.iter().any(|event| event["in_reply_to"] == log[place]["id"]);
    let people = since
        .iter()
        .any(|event| event["type"] == "status" && event["status"] != "bot");
    !answered && bot_answers(before) && !people
}
