//! Chat completions, streamed, with a comment as OpenRouter sends them.

use serde_json::{Value, json};

use super::{
    records::Told,
    wire::{HAND_OVER, Wire},
};

pub(super) struct ChatCompletions {
    pub(super) model: String,
    pub(super) id: String,
    /// `stream_options.include_usage`, unless the behaviour leaves usage out.
    pub(super) usage: bool,
    pub(super) max_tokens_reached: bool,
    pub(super) hand_over: bool,
}

impl ChatCompletions {
    fn chunk(&self, choices: &Value, usage: &Value) -> String {
        let chunk = json!({
            "id": self.id, "object": "chat.completion.chunk", "created": 0, "model": self.model,
            "choices": choices, "usage": usage,
        });
        format!("data: {chunk}\n\n")
    }

    /// Its name first, then its arguments in pieces.
    fn call(&self) -> String {
        let piece = |call: Value| {
            let delta = json!([{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": null}]);
            self.chunk(&delta, &Value::Null)
        };
        let named = json!({"index": 0, "id": "call_mock", "type": "function",
            "function": {"name": "hand_over", "arguments": ""}});
        let arguments = HAND_OVER.map(|part| piece(json!({"index": 0, "function": {"arguments": part}})));
        piece(named) + &arguments.concat()
    }
}

impl Wire for ChatCompletions {
    fn opening(&self, _told: &Told, _thinking_tokens: usize) -> String {
        let role =
            json!([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]);
        format!(": OPENROUTER PROCESSING\n\n{}", self.chunk(&role, &Value::Null))
    }

    fn token(&self, text: &str) -> String {
        format!(
            "data: {{\"id\":\"{}\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{}}},\"finish_reason\":null}}]}}\n\n",
            self.id,
            Value::from(text)
        )
    }

    fn ending(&self, told: &Told) -> String {
        let reason = match (self.max_tokens_reached, self.hand_over) {
            (true, _) => "length",
            (false, true) => "tool_calls",
            (false, false) => "stop",
        };
        let mut out = if self.hand_over {
            self.call()
        } else {
            String::new()
        };
        out += &self.chunk(
            &json!([{"index": 0, "delta": {}, "finish_reason": reason}]),
            &Value::Null,
        );
        if self.usage {
            let prompt = told.input + told.cache_read + told.cache_write_5m;
            out.push_str(&self.chunk(
                &json!([]),
                &json!({
                    "prompt_tokens": prompt, "completion_tokens": told.output, "total_tokens": prompt + told.output,
                    "prompt_tokens_details": {"cached_tokens": told.cache_read},
                }),
            ));
        }
        out + "data: [DONE]\n\n"
    }

    fn error(&self, kind: &str) -> String {
        let code = if kind == "overloaded_error" { 529 } else { 500 };
        format!(
            "data: {}\n\n",
            json!({"error": {"code": code, "type": kind, "message": "the mock was told to fail"}})
        )
    }
}
