//! What a chat request of either dialect says, as far as the mock cares.

use serde_json::Value;

/// A request, read leniently.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) model: String,
    /// From the model's name and the last message.
    pub(super) directive: String,
    pub(super) request_id: String,
    pub(super) max_tokens: usize,
    pub(super) include_usage: bool,
    /// The first source of the last message, as Parlance renders them.
    pub(super) source: Option<String>,
    /// Tokens of the part marked for the prompt cache with a key for it, and of the rest.
    pub(super) cacheable: Option<(String, u64)>,
    pub(super) rest: u64,
}

/// Four bytes a token: near enough, deterministic, and free compared with counting.
pub(super) fn tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(4)).unwrap_or(u64::MAX)
}

impl Prompt {
    pub(super) fn read(request: &Value) -> Option<Self> {
        let (model, in_model) = {
            let model = request.get("model")?.as_str()?;
            model.split_once('#').unwrap_or((model, ""))
        };
        let messages = request.get("messages")?.as_array()?;
        let last = text_of(messages.last()?.get("content"));
        let in_text = last
            .split_once("[[mock ")
            .and_then(|(_, t)| t.split_once("]]"))
            .map_or("", |(d, _)| d);
        let cacheable = cacheable(request.get("system"));
        let all: u64 = messages.iter().map(|m| tokens(&text_of(m.get("content")))).sum();
        let system = tokens(&text_of(request.get("system")));
        let number = |name: &str| {
            request
                .get(name)
                .and_then(Value::as_u64)
                .and_then(|n| usize::try_from(n).ok())
        };
        Some(Self {
            model: model.to_owned(),
            directive: format!("{in_model},{in_text}"),
            request_id: [request.pointer("/metadata/user_id"), request.get("user")]
                .into_iter()
                .flatten()
                .find_map(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            max_tokens: number("max_tokens")
                .or_else(|| number("max_completion_tokens"))
                .unwrap_or(usize::MAX),
            include_usage: request
                .pointer("/stream_options/include_usage")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            source: last
                .split_once("<source ")
                .and_then(|(_, t)| t.split_once(">\n"))
                .and_then(|(_, t)| t.split_once("</source>").map(|(text, _)| text.trim().to_owned())),
            rest: all + system.saturating_sub(cacheable.as_ref().map_or(0, |(_, n)| *n)),
            cacheable,
        })
    }
}

/// A content: a text or a list of text blocks.
fn text_of(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => blocks.iter().filter_map(|b| b.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

fn cacheable(system: Option<&Value>) -> Option<(String, u64)> {
    let blocks = system?.as_array()?;
    let end = blocks.iter().rposition(|b| b.get("cache_control").is_some())?;
    let prefix: String = blocks
        .iter()
        .take(end + 1)
        .filter_map(|b| b.get("text")?.as_str())
        .collect();
    let counted = tokens(&prefix);
    Some((prefix, counted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_both_dialects() {
        let prompt = Prompt::read(&json!({
            "model": "claude-x#cut=3", "max_tokens": 9, "metadata": {"user_id": "r1"},
            "system": [{"type": "text", "text": "abcdefgh", "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": "<source id=\"S1\" title=\"t\">\nfive days\n</source> why [[mock crlf]]"}],
        }))
        .unwrap();
        assert_eq!(
            (prompt.model.as_str(), prompt.directive.as_str()),
            ("claude-x", "cut=3,crlf")
        );
        assert_eq!((prompt.request_id.as_str(), prompt.max_tokens), ("r1", 9));
        assert_eq!(prompt.source.as_deref(), Some("five days"));
        assert_eq!(prompt.cacheable, Some(("abcdefgh".into(), 2)));
        let prompt = Prompt::read(&json!({"model": "m", "user": "r2",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}))
        .unwrap();
        assert_eq!((prompt.request_id.as_str(), prompt.rest), ("r2", 1));
        assert_eq!(Prompt::read(&json!({"model": "m", "messages": []})), None);
    }
}
