//! A visitor's page as far as its text goes: it applies events as the protocol says and insists on
//! everything that the protocol promises.

use std::collections::HashMap;

use serde_json::Value;

/// What one reader knows, over any number of connections.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// The `seq` of the newest durable event: what a connection resumes from.
    pub cursor: u64,
    /// Every durable event.
    pub log: Vec<Value>,
    /// Whether answers may fail to be stored.
    takes_apologies: bool,
    flight: Option<Flight>,
    /// What was on the screen of answers whose connection was lost.
    shown: HashMap<String, String>,
    /// Set when the connection may have missed the beginning of an answer.
    resumed: bool,
}

#[derive(Clone, Debug)]
struct Flight {
    message: String,
    next: u64,
    text: String,
    claims: Vec<Value>,
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event.get(field).and_then(Value::as_str).unwrap_or_default()
}

impl Reader {
    /// A reader of answers that may fail to be stored.
    pub fn taking_apologies() -> Self {
        Self {
            takes_apologies: true,
            ..Self::default()
        }
    }

    /// A reader that has seen everything up to `cursor`.
    pub fn from(cursor: u64) -> Self {
        Self {
            cursor,
            resumed: true,
            ..Self::default()
        }
    }

    /// Takes in one event; true when it was the durable end of an answer.
    pub fn take(&mut self, event: &Value) -> bool {
        if let Some(seq) = event.get("seq").and_then(Value::as_u64)
            && text(event, "type") != "ready"
            && text(event, "type") != "ack"
        {
            return self.durable(seq, event);
        }
        match text(event, "type") {
            "answer.start" => {
                assert!(self.flight.is_none(), "one answer at a time: {event}");
                self.begin(event, 0);
            }
            "answer.snapshot" => {
                let next = event.get("n").and_then(Value::as_u64).expect("a snapshot has n");
                self.begin(event, next);
            }
            "answer.delta" => {
                let flight = self.flight(event);
                assert_eq!(
                    event.get("n").and_then(Value::as_u64),
                    Some(flight.next),
                    "{event}"
                );
                flight.next += 1;
                flight.text.push_str(text(event, "text"));
            }
            "answer.claim" => {
                let claim = event.get("claim").expect("a claim").clone();
                self.flight(event).claims.push(claim);
            }
            _ => {}
        }
        false
    }

    /// The connection is gone; what was shown stays on the screen.
    pub fn lost(&mut self) {
        self.resumed = true;
        if let Some(flight) = self.flight.take() {
            self.shown.insert(flight.message, flight.text);
        }
    }

    fn begin(&mut self, event: &Value, next: u64) {
        let (message, text) = (text(event, "message").to_owned(), text(event, "text").to_owned());
        if let Some(shown) = self.shown.get(&message) {
            assert!(text.starts_with(shown), "{text:?} takes back {shown:?}");
        }
        self.flight = Some(Flight {
            message,
            next,
            text,
            claims: Vec::new(),
        });
    }

    fn flight(&mut self, event: &Value) -> &mut Flight {
        let flight = self
            .flight
            .as_mut()
            .unwrap_or_else(|| panic!("no answer began: {event}"));
        assert_eq!(flight.message, text(event, "message"), "{event}");
        flight
    }

    fn durable(&mut self, seq: u64, event: &Value) -> bool {
        assert_eq!(seq, self.cursor + 1, "nothing missed, nothing twice: {event}");
        self.cursor = seq;
        self.log.push(event.clone());
        let assistant = event.pointer("/author/kind").and_then(Value::as_str) == Some("assistant");
        if !assistant {
            return false;
        }
        let (id, whole) = (text(event, "id"), text(event, "text"));
        // One that could not be stored may have an apology in its place.
        let apology = self.takes_apologies && text(event, "state") == "failed";
        match self.flight.take() {
            Some(flight) if apology => assert_eq!(flight.message, id, "the answer that was announced"),
            Some(flight) => {
                assert_eq!(flight.message, id, "the answer that was announced");
                assert_eq!(flight.text, whole, "the deltas add up to the text");
                assert_eq!(Some(&Value::Array(flight.claims)), event.get("claims"), "{event}");
            }
            None => assert!(self.resumed, "an answer that was not announced: {event}"),
        }
        if let Some(shown) = self.shown.remove(id) {
            assert!(
                apology || whole.starts_with(&shown),
                "{whole:?} takes back {shown:?}"
            );
        }
        true
    }
}

/// The reader itself must be able to fail.
mod tests {
    use serde_json::json;

    use super::Reader;

    fn refuses(events: &[serde_json::Value]) -> bool {
        let events = events.to_vec();
        std::panic::catch_unwind(move || {
            let mut reader = Reader::default();
            events.iter().for_each(|event| {
                reader.take(event);
            });
        })
        .is_err()
    }

    #[test]
    fn a_gap_a_repeat_and_a_text_that_does_not_add_up_are_refused() {
        let start = json!({"type":"answer.start","message":"a"});
        let delta = |n| json!({"type":"answer.delta","message":"a","n":n,"text":"x"});
        let end = |text| json!({"type":"message","seq":1,"id":"a","text":text,"author":{"kind":"assistant"},"claims":[]});
        let said = |seq| json!({"type":"message","seq":seq,"id":"q","author":{"kind":"visitor"}});
        assert!(!refuses(&[start.clone(), delta(0), delta(1), end("xx")]));
        assert!(refuses(&[start.clone(), delta(0), end("xx")]));
        assert!(refuses(&[start.clone(), delta(1)]));
        assert!(refuses(&[delta(0)]));
        assert!(refuses(&[said(1), said(1)]));
        assert!(refuses(&[said(2)]));
    }
}
