//! The Messages API's stream, event for event.

use serde_json::{Value, json};

use super::{
    records::Told,
    wire::{HAND_OVER, Wire},
};

pub(super) struct Messages {
    pub(super) model: String,
    pub(super) id: String,
    /// Index of the text block: 1 after a thinking block.
    pub(super) text_block: usize,
    pub(super) max_tokens_reached: bool,
    pub(super) hand_over: bool,
}

impl Messages {
    /// A block of its own, its arguments in pieces.
    fn call(&self) -> String {
        let index = self.text_block + 1;
        let mut out = event(&json!({"type": "content_block_start", "index": index,
            "content_block": {"type": "tool_use", "id": "toolu_mock", "name": "hand_over", "input": {}}}));
        for piece in HAND_OVER {
            out.push_str(&event(&json!({"type": "content_block_delta", "index": index,
                "delta": {"type": "input_json_delta", "partial_json": piece}})));
        }
        out + &event(&json!({"type": "content_block_stop", "index": index}))
    }
}

fn event(data: &Value) -> String {
    let kind = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {kind}\ndata: {data}\n\n")
}

impl Wire for Messages {
    fn opening(&self, told: &Told, thinking_tokens: usize) -> String {
        let mut out = event(&json!({"type": "message_start", "message": {
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": [],
            "stop_reason": null, "stop_sequence": null,
            "usage": {
                "input_tokens": told.input, "output_tokens": told.output,
                "cache_creation_input_tokens": told.cache_write_5m,
                "cache_read_input_tokens": told.cache_read,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": told.cache_write_5m, "ephemeral_1h_input_tokens": 0,
                },
                "service_tier": "standard",
            },
        }}));
        if thinking_tokens > 0 {
            out.push_str(&event(&json!({"type": "content_block_start", "index": 0,
                "content_block": {"type": "thinking", "thinking": "", "signature": ""}})));
            out.push_str(&event(&json!({"type": "content_block_delta", "index": 0,
                "delta": {"type": "thinking_delta", "thinking": "hm ".repeat(thinking_tokens)}})));
            out.push_str(&event(&json!({"type": "content_block_delta", "index": 0,
                "delta": {"type": "signature_delta", "signature": "bW9jaw=="}})));
            out.push_str(&event(&json!({"type": "content_block_stop", "index": 0})));
        }
        out.push_str(&event(
            &json!({"type": "content_block_start", "index": self.text_block,
            "content_block": {"type": "text", "text": ""}}),
        ));
        out.push_str(&event(&json!({"type": "ping"})));
        out
    }

    fn token(&self, text: &str) -> String {
        // Written by hand: this runs for every token of every stream. `Value` quotes the text.
        format!(
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{},\"delta\":{{\"type\":\"text_delta\",\"text\":{}}}}}\n\n",
            self.text_block,
            Value::from(text)
        )
    }

    fn ending(&self, told: &Told) -> String {
        let stop_reason = match (self.max_tokens_reached, self.hand_over) {
            (true, _) => "max_tokens",
            (false, true) => "tool_use",
            (false, false) => "end_turn",
        };
        let called = if self.hand_over {
            self.call()
        } else {
            String::new()
        };
        event(&json!({"type": "content_block_stop", "index": self.text_block}))
            + &called
            + &event(&json!({"type": "message_delta",
            "delta": {"stop_reason": stop_reason, "stop_sequence": null},
            "usage": {
                "input_tokens": told.input, "output_tokens": told.output,
                "cache_creation_input_tokens": told.cache_write_5m,
                "cache_read_input_tokens": told.cache_read,
            }}))
            + &event(&json!({"type": "message_stop"}))
    }

    fn error(&self, kind: &str) -> String {
        event(&json!({"type": "error", "error": {"type": kind, "message": "the mock was told to fail"}}))
    }
}
