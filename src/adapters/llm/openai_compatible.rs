//! Any API that speaks OpenAI's chat completions: OpenAI, OpenRouter, Ollama, vLLM. They differ
//! in what they leave out (usage, `[DONE]`, a role) and what they add (comments, errors inside a
//! stream): all of it is taken.

mod events;

use std::{
    collections::HashSet,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, HeaderMap},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

pub use super::transport::BuildError;
use super::{
    ChatModel, ChatRequest, ChunkStream, LlmError, Role, capabilities, hand_over, prompt, transport,
};

/// Models that take no tools and are known for it; with more than this many, all are tried again.
const TOOLLESS: usize = 64;

/// One such API.
pub struct OpenAiCompatible {
    name: &'static str,
    client: Client,
    endpoint: Url,
    headers: HeaderMap,
    key: Option<SecretString>,
    /// Models that refused a request for the tool in it.
    toolless: Mutex<HashSet<String>>,
}

impl OpenAiCompatible {
    /// `name` for metrics and the breaker (`openai`, `openrouter`, …); `base_url` with the `/v1`,
    /// as in `https://openrouter.ai/api/v1`; no key for a local server.
    ///
    /// # Errors
    /// When the address or the key cannot be used.
    pub fn new(name: &'static str, base_url: &str, key: Option<SecretString>) -> Result<Self, BuildError> {
        let mut headers = HeaderMap::new();
        if let Some(key) = &key {
            headers.insert(
                AUTHORIZATION,
                transport::secret_header(&format!("Bearer {}", key.expose_secret()))?,
            );
        }
        Ok(Self {
            name,
            client: transport::client()?,
            endpoint: transport::endpoint(base_url, "/chat/completions")?,
            headers,
            key,
            toolless: Mutex::default(),
        })
    }

    fn toolless(&self) -> MutexGuard<'_, HashSet<String>> {
        self.toolless.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_toolless(&self, model: &str) {
        tracing::warn!(llm.model = %model, "this model takes no tools: it cannot hand over by itself");
        let mut toolless = self.toolless();
        if toolless.len() >= TOOLLESS {
            toolless.clear();
        }
        toolless.insert(model.to_owned());
    }

    async fn call(&self, request: &ChatRequest, tool: bool) -> Result<ChunkStream, LlmError> {
        let call = self
            .client
            .post(self.endpoint.clone())
            .headers(self.headers.clone())
            .json(&body(request, tool));
        let key = self.key.as_ref();
        let response = transport::send(call, |status, headers, body| {
            events::refusal(status, headers, body, key)
        })
        .await?;
        Ok(transport::chunks(
            response,
            events::Events::new(request.model.clone(), self.key.clone()),
        ))
    }
}

/// Whether a request was refused for its tool. Ollama, vLLM and OpenRouter each say it in other words,
/// and under 400 or 404.
fn refuses_tools(error: &LlmError) -> bool {
    matches!(error, LlmError::Rejected { detail, .. } if detail.to_ascii_lowercase().contains("tool"))
}

fn body(request: &ChatRequest, tool: bool) -> Value {
    let able = capabilities::of(&request.model);
    let system = (!request.system.is_empty()).then(|| json!({"role": "system", "content": request.system}));
    let turns = prompt::turns(request).into_iter().map(|turn| {
        let role = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({"role": role, "content": turn.text})
    });
    let mut body = json!({
        "model": request.model,
        "messages": system.into_iter().chain(turns).collect::<Vec<_>>(),
        "stream": true,
        "stream_options": {"include_usage": true},
        "user": request.request_id,
    });
    let limit = if able.max_completion_tokens {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    if tool {
        body["tools"] = json!([{"type": "function", "function": {
            "name": hand_over::NAME, "description": hand_over::DESCRIPTION, "parameters": hand_over::arguments(),
        }}]);
    }
    body[limit] = json!(request.max_tokens.saturating_add(able.thinking_allowance));
    match request.temperature {
        Some(temperature) if able.temperature => body["temperature"] = json!(temperature),
        Some(_) => tracing::warn!(llm.model = %request.model, "this model takes no temperature: left out"),
        None => {}
    }
    body
}

impl fmt::Debug for OpenAiCompatible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiCompatible")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl ChatModel for OpenAiCompatible {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError> {
        let tool = request.hand_over && !self.toolless().contains(&request.model);
        match self.call(request, tool).await {
            Err(refused) if tool && refuses_tools(&refused) => {
                self.note_toolless(&request.model);
                self.call(request, false).await
            }
            called => called,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::llm::Turn;

    #[test]
    fn asks_for_usage_and_names_the_limit_as_the_model_wants_it() {
        let mut request = ChatRequest {
            model: "llama3.3".into(),
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
        };
        let plain = body(&request, false);
        assert_eq!(plain["stream_options"]["include_usage"], true);
        assert_eq!(plain["messages"][0]["role"], "system");
        assert_eq!(
            (&plain["max_tokens"], &plain["user"]),
            (&json!(500), &json!("r-1"))
        );
        request.model = "openai/gpt-5-mini".into();
        let reasoning = body(&request, true);
        assert!(reasoning.get("max_tokens").is_none() && reasoning.get("temperature").is_none());
        assert_eq!(reasoning["max_completion_tokens"], 500 + 2_048);
        assert!(plain.get("tools").is_none());
        assert_eq!(reasoning["tools"][0]["function"]["name"], "hand_over");
    }

    #[test]
    fn never_shows_its_key() {
        let key = SecretString::from("sk-very-secret");
        let model = OpenAiCompatible::new("openai", "http://localhost:1/v1/", Some(key)).unwrap();
        assert!(!format!("{model:?}").contains("secret"));
        assert_eq!(model.endpoint.path(), "/v1/chat/completions");
    }
}
