//! Anthropic's Messages API, streaming. The wire: <https://platform.claude.com/docs/en/build-with-claude/streaming>;
//! refusals: <https://platform.claude.com/docs/en/api/errors>.

mod events;

use std::{collections::HashSet, fmt, sync::Mutex};

use reqwest::{
    Client, Url,
    header::{HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

pub use super::transport::BuildError;
use super::{
    ChatModel, ChatRequest, ChunkStream, LlmError, Role, capabilities, hand_over, prompt, transport,
};

/// Where the API lives unless `ANTHROPIC_BASE_URL` says otherwise.
pub const DEFAULT_BASE_URL: &str = "https://api.anthropic.com";
const VERSION: &str = "2023-06-01";
/// Models whose refused temperature was already warned about; more than this many and the
/// warning repeats.
const WARNED: usize = 64;

/// The Messages API under one key.
pub struct Anthropic {
    client: Client,
    endpoint: Url,
    headers: HeaderMap,
    key: SecretString,
    warned: Mutex<HashSet<String>>,
}

impl Anthropic {
    /// `base_url` without the `/v1`, as in `ANTHROPIC_BASE_URL`.
    ///
    /// # Errors
    /// When the address or the key cannot be used.
    pub fn new(base_url: &str, key: SecretString) -> Result<Self, BuildError> {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", transport::secret_header(key.expose_secret())?);
        headers.insert("anthropic-version", HeaderValue::from_static(VERSION));
        Ok(Self {
            client: transport::client()?,
            endpoint: transport::endpoint(base_url, "/v1/messages")?,
            headers,
            key,
            warned: Mutex::default(),
        })
    }

    fn body(&self, request: &ChatRequest) -> Value {
        let able = capabilities::of(&request.model);
        let messages: Vec<Value> = prompt::turns(request)
            .into_iter()
            .map(|turn| json!({"role": role(turn.role), "content": turn.text}))
            .collect();
        let mut body = json!({
            "model": request.model,
            "max_tokens": request.max_tokens.saturating_add(able.thinking_allowance),
            "messages": messages,
            "stream": true,
            "metadata": {"user_id": request.request_id},
        });
        if !request.system.is_empty() {
            body["system"] = json!([{
                "type": "text", "text": request.system, "cache_control": {"type": "ephemeral"},
            }]);
        }
        if request.hand_over {
            body["tools"] = json!([{
                "name": hand_over::NAME, "description": hand_over::DESCRIPTION, "input_schema": hand_over::arguments(),
            }]);
        }
        match request.temperature {
            Some(temperature) if able.temperature => body["temperature"] = json!(temperature),
            Some(_) => self.warn_once(&request.model),
            None => {}
        }
        body
    }

    fn warn_once(&self, model: &str) {
        let mut warned = self
            .warned
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if warned.len() >= WARNED {
            warned.clear();
        }
        if warned.insert(model.to_owned()) {
            tracing::warn!(llm.model = model, "this model takes no temperature: left out");
        }
    }
}

impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anthropic")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

#[async_trait::async_trait]
impl ChatModel for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError> {
        let call = self
            .client
            .post(self.endpoint.clone())
            .headers(self.headers.clone())
            .json(&self.body(request));
        let response = transport::send(call, |status, headers, body| {
            events::refusal(status, headers, body, &self.key)
        })
        .await?;
        Ok(transport::chunks(
            response,
            events::Events::new(request.model.clone(), self.key.clone()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::llm::Turn;

    fn request(model: &str) -> ChatRequest {
        ChatRequest {
            model: model.into(),
            system: "Be kind.".into(),
            turns: vec![Turn {
                role: Role::User,
                text: "Why?".into(),
            }],
            sources: vec![],
            max_tokens: 500,
            temperature: Some(0.5),
            hand_over: false,
            request_id: "r-1".into(),
        }
    }

    fn anthropic() -> Anthropic {
        Anthropic::new(DEFAULT_BASE_URL, SecretString::from("sk-ant-very-secret")).unwrap()
    }

    #[test]
    fn marks_the_stable_prefix_and_names_the_request() {
        let body = anthropic().body(&request("claude-sonnet-4-6"));
        assert_eq!(body["system"][0]["cache_control"]["type"], "ephemeral");
        assert_eq!(body["metadata"]["user_id"], "r-1");
        assert_eq!(body["messages"], json!([{"role": "user", "content": "Why?"}]));
        assert_eq!(
            (&body["max_tokens"], &body["temperature"]),
            (&json!(500), &json!(0.5))
        );
    }

    #[test]
    fn drops_what_a_model_refuses_and_leaves_room_to_think() {
        let body = anthropic().body(&request("claude-sonnet-5-5"));
        assert!(body.get("temperature").is_none());
        assert_eq!(body["max_tokens"], 500 + 2_048);
    }

    #[test]
    fn gives_the_tool_where_it_may_be_called() {
        let mut request = request("claude-sonnet-5-5");
        assert!(anthropic().body(&request).get("tools").is_none());
        request.hand_over = true;
        let body = anthropic().body(&request);
        assert_eq!(body["tools"][0]["name"], "hand_over");
        assert_eq!(body["tools"][0]["input_schema"]["required"], json!(["reason"]));
    }

    #[test]
    fn never_shows_its_key() {
        assert!(!format!("{:?}", anthropic()).contains("secret"));
        assert!(Anthropic::new("http://user:pw@host", SecretString::from("k")).is_err());
        assert!(Anthropic::new("ftp://host", SecretString::from("k")).is_err());
        assert!(Anthropic::new(DEFAULT_BASE_URL, SecretString::from("a\nb")).is_err());
    }
}
