//! The one tool a model may be given: it brings in a person. What it is called, what the model is
//! told of it, and what it said when it called it.

use serde_json::{Value, json};

/// Its name in both dialects.
pub const NAME: &str = "hand_over";
/// When it is to be called.
pub const DESCRIPTION: &str = "Brings a person from the team into this conversation, who answers from then on. \
    Call it when the visitor asks for a person, is upset, or needs something that only a person can do or decide. \
    First tell the visitor in one sentence that you bring in a person. \
    Do not call it because the sources lack an answer.";
/// Characters of a reason that are kept.
const REASON_MAX: usize = 200;
/// Bytes of a call's arguments that are read.
const ARGUMENTS_MAX: usize = 4_096;

/// A JSON Schema of the arguments.
pub(super) fn arguments() -> Value {
    json!({
        "type": "object",
        "properties": {"reason": {"type": "string", "description": "Why, in a few words, for the team"}},
        "required": ["reason"],
    })
}

/// A call as it streams in.
#[derive(Debug, Default)]
pub(super) struct Call(String);

impl Call {
    /// Adds a piece of the arguments; what is beyond the bound is dropped, and with it the reason.
    pub(super) fn push(&mut self, piece: &str) {
        if self.0.len() + piece.len() <= ARGUMENTS_MAX {
            self.0.push_str(piece);
        }
    }

    /// Why, on one line; empty where the arguments do not say.
    pub(super) fn reason(&self) -> String {
        let arguments: Value = serde_json::from_str(&self.0).unwrap_or_default();
        let reason = arguments
            .get("reason")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let line = reason
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        line.chars().take(REASON_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(pieces: &[&str]) -> String {
        let mut call = Call::default();
        pieces.iter().for_each(|piece| call.push(piece));
        call.reason()
    }

    #[test]
    fn a_reason_is_one_short_line_whatever_the_model_writes() {
        assert_eq!(
            reason(&[r#"{"rea"#, r#"son":"wants a refund"}"#]),
            "wants a refund"
        );
        assert_eq!(reason(&[r#"{"reason":" two\nlines\u0000 "}"#]), "two lines");
        for without in ["", "{}", r#"{"reason":7}"#, r#"{"reason":"cut"#, "[]"] {
            assert_eq!(reason(&[without]), "", "{without}");
        }
        let long = format!(r#"{{"reason":"{}"}}"#, "x".repeat(1_000));
        assert_eq!(reason(&[&long]).len(), REASON_MAX);
        let endless = format!(r#"{{"reason":"{}"}}"#, "x".repeat(ARGUMENTS_MAX));
        assert_eq!(reason(&[&endless]), "");
    }
}
