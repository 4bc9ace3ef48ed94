//! One question and its answer, followed event by event whatever the transport. Also checks what
//! the protocol promises: deltas numbered without a gap, and adding up to the durable text.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::upstream::{now_micros, stamps_in};

/// What one question came to.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// From sending the question to the first text.
    pub first_text: Option<Duration>,
    /// Of it, what the mock itself took, where it told.
    pub upstream_waited: Option<Duration>,
    /// From sending the question to the durable message.
    pub total: Duration,
    /// Frames with text, which may hold several tokens.
    pub deltas: u64,
    pub words: u64,
    /// Microseconds from the mock sending a stamped token to its arrival here.
    pub token_micros: Vec<u64>,
    pub cached: bool,
    /// Why it does not count as a complete answer.
    pub fault: Option<String>,
}

/// The state of one question.
#[derive(Debug)]
pub(super) struct Turn {
    asked: Instant,
    client_id: String,
    /// Id of the question's message, once acknowledged, and of its answer, once begun.
    question: Option<String>,
    answer: Option<String>,
    text: String,
    next_delta: u64,
    /// Text that may still hold a part of a stamp.
    unread: String,
    answered: Answered,
}

impl Turn {
    pub(super) fn new(client_id: String) -> Self {
        Self {
            asked: Instant::now(),
            client_id,
            question: None,
            answer: None,
            text: String::new(),
            next_delta: 0,
            unread: String::new(),
            answered: Answered::default(),
        }
    }

    /// Takes the next event. Some, once the durable answer (or a refusal) is there.
    pub(super) fn event(&mut self, event: &Value) -> Option<Answered> {
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        match text("type").unwrap_or_default() {
            "ack" if text("client_id") == Some(&self.client_id) => {
                self.question = text("message").map(str::to_owned);
                None
            }
            "error" if text("client_id").is_none_or(|id| id == self.client_id) => {
                Some(self.failed(&format!("error {}", text("code").unwrap_or("without a code"))))
            }
            "moved" => Some(self.failed("moved")),
            "answer.start" if self.answer.is_none() => {
                self.answer = text("message").map(str::to_owned);
                None
            }
            "answer.delta" if self.ours(event) => {
                self.delta(event);
                None
            }
            "message" => self.message(event),
            _ => None,
        }
    }

    /// Ends the turn because of `fault`.
    pub(super) fn failed(&mut self, fault: &str) -> Answered {
        self.answered.fault = Some(fault.to_owned());
        self.ended()
    }

    fn ours(&self, event: &Value) -> bool {
        let message = event.get("message").and_then(Value::as_str);
        message.is_some() && message == self.answer.as_deref()
    }

    fn delta(&mut self, event: &Value) {
        let piece = event.get("text").and_then(Value::as_str).unwrap_or_default();
        if event.get("n").and_then(Value::as_u64) != Some(self.next_delta) {
            self.answered.fault = Some("deltas out of order".to_owned());
        }
        self.next_delta += 1;
        self.arrived();
        self.text.push_str(piece);
        self.unread.push_str(piece);
        let (stamps, rest) = stamps_in(&self.unread, now_micros());
        self.answered.token_micros.extend(stamps.latencies);
        if let Some(waited) = stamps.waited {
            self.answered.upstream_waited = Some(Duration::from_micros(waited));
        }
        // A stamp is far shorter than this; without stamps nothing needs to be kept.
        let keep = rest.char_indices().rev().nth(31).map_or(0, |(at, _)| at);
        self.unread = rest.get(keep..).unwrap_or_default().to_owned();
        self.answered.deltas += 1;
    }

    fn arrived(&mut self) {
        if self.answered.first_text.is_none() {
            self.answered.first_text = Some(self.asked.elapsed());
        }
    }

    fn message(&mut self, event: &Value) -> Option<Answered> {
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        let kind = event.pointer("/author/kind").and_then(Value::as_str);
        if kind == Some("visitor") && text("client_id") == Some(&self.client_id) {
            self.question = text("id").map(str::to_owned);
        }
        if kind != Some("assistant") {
            return None;
        }
        let to_ours = text("in_reply_to").is_some() && text("in_reply_to") == self.question.as_deref();
        let begun = text("id").is_some() && text("id") == self.answer.as_deref();
        if !to_ours && !begun {
            return None;
        }
        self.arrived();
        let whole = text("text").unwrap_or_default();
        if self.answered.deltas > 0 && whole != self.text && self.answered.fault.is_none() {
            self.answered.fault = Some("text differs from its deltas".to_owned());
        }
        if text("state") != Some("complete") {
            self.answered.fault = Some(format!("answer {}", text("state").unwrap_or("without a state")));
        }
        self.answered.cached = event.get("cached").and_then(Value::as_bool).unwrap_or(false);
        self.answered.words = u64::try_from(whole.split_whitespace().count()).unwrap_or(u64::MAX);
        Some(self.ended())
    }

    fn ended(&mut self) -> Answered {
        self.answered.total = self.asked.elapsed();
        std::mem::take(&mut self.answered)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn follow(events: &[Value]) -> Option<Answered> {
        let mut turn = Turn::new("c".into());
        events.iter().find_map(|event| turn.event(event))
    }

    fn delta(n: u64, text: &str) -> Value {
        json!({"type": "answer.delta", "message": "a", "n": n, "text": text})
    }

    fn answer(text: &str, state: &str) -> Value {
        json!({"type": "message", "seq": 2, "id": "a", "author": {"kind": "assistant"}, "in_reply_to": "q", "text": text, "state": state})
    }

    #[test]
    fn follows_an_answer_to_its_durable_message() {
        let start = json!({"type": "answer.start", "message": "a", "in_reply_to": "q"});
        let ack = json!({"type": "ack", "client_id": "c", "message": "q", "seq": 1});
        let own =
            json!({"type": "message", "seq": 1, "id": "q", "client_id": "c", "author": {"kind": "visitor"}});
        let whole = [
            ack,
            own,
            start.clone(),
            delta(0, "Five "),
            delta(1, "days."),
            answer("Five days.", "complete"),
        ];
        let answered = follow(&whole).unwrap();
        assert_eq!((answered.fault, answered.deltas, answered.words), (None, 2, 2));
        assert!(answered.first_text.is_some());

        let lost = follow(&[start.clone(), delta(1, "days."), answer("Five days.", "complete")]).unwrap();
        assert_eq!(lost.fault.as_deref(), Some("deltas out of order"));
        let differs = follow(&[
            start.clone(),
            delta(0, "Six days."),
            answer("Five days.", "complete"),
        ])
        .unwrap();
        assert_eq!(differs.fault.as_deref(), Some("text differs from its deltas"));
        let failed = follow(&[start, answer("", "failed")]).unwrap();
        assert_eq!(failed.fault.as_deref(), Some("answer failed"));
    }

    #[test]
    fn refusals_and_other_answers_are_told_apart() {
        let refused = follow(&[json!({"type": "error", "code": "rate_limited", "client_id": "c"})]).unwrap();
        assert_eq!(refused.fault.as_deref(), Some("error rate_limited"));
        assert!(
            follow(&[answer("old", "complete")]).is_none(),
            "an answer to another question"
        );
    }
}
