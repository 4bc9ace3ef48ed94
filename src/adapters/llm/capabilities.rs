//! What models refuse or need, by model id. A wrong entry costs a 400 or a cut answer, so an
//! unknown Claude model is treated like the newest ones: leaving a parameter out is always taken.

/// What a request to a model may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether `temperature` is taken.
    pub temperature: bool,
    /// Tokens to add to `max_tokens` because the model thinks before it answers: the upstream's
    /// limit covers both. Billed as output, so a reservation must count them too.
    pub thinking_allowance: u32,
    /// Shortest system prefix the prompt cache takes, tokens; a shorter one is silently not cached.
    pub min_cacheable: u32,
    /// OpenAI's reasoning models name the limit `max_completion_tokens`.
    pub max_completion_tokens: bool,
}

/// Room for adaptive thinking on a support question; a bound on its cost, not a target.
const THINKING: u32 = 2_048;

const PLAIN: Capabilities = Capabilities {
    temperature: true,
    thinking_allowance: 0,
    min_cacheable: 1_024,
    max_completion_tokens: false,
};
const CLAUDE_NOW: Capabilities = Capabilities {
    temperature: false,
    thinking_allowance: THINKING,
    min_cacheable: 1_024,
    max_completion_tokens: false,
};

/// By id prefix, the first match wins. Anthropic's migration guides name the models that answer
/// 400 to sampling parameters: Opus from 4.7, Sonnet from 5, Haiku from 5.5.
const TABLE: &[(&str, Capabilities)] = &[
    (
        "claude-opus-5",
        Capabilities {
            min_cacheable: 512,
            ..CLAUDE_NOW
        },
    ),
    ("claude-sonnet-5", CLAUDE_NOW),
    (
        "claude-haiku-4-5",
        Capabilities {
            min_cacheable: 4_096,
            ..PLAIN
        },
    ),
    (
        "claude-opus-4-5",
        Capabilities {
            min_cacheable: 4_096,
            ..PLAIN
        },
    ),
    (
        "claude-opus-4-6",
        Capabilities {
            min_cacheable: 4_096,
            ..PLAIN
        },
    ),
    (
        "claude-opus-4-7",
        Capabilities {
            temperature: false,
            min_cacheable: 2_048,
            ..PLAIN
        },
    ),
    (
        "claude-opus-4-8",
        Capabilities {
            temperature: false,
            ..PLAIN
        },
    ),
    ("claude-opus-4", PLAIN),
    ("claude-sonnet-4", PLAIN),
    ("claude-3", PLAIN),
    ("claude-", CLAUDE_NOW),
    ("gpt-5", REASONING),
    ("o1", REASONING),
    ("o3", REASONING),
    ("o4", REASONING),
];

const REASONING: Capabilities = Capabilities {
    temperature: false,
    thinking_allowance: THINKING,
    max_completion_tokens: true,
    ..PLAIN
};

/// The capabilities of `model`; a vendor prefix as OpenRouter writes it (`anthropic/…`) is skipped.
#[must_use]
pub fn of(model: &str) -> Capabilities {
    let id = model.rsplit('/').next().unwrap_or(model);
    TABLE
        .iter()
        .find(|(prefix, _)| id.starts_with(prefix))
        .map_or(PLAIN, |(_, found)| *found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_who_refuses_a_temperature() {
        for model in [
            "claude-opus-5-5",
            "claude-sonnet-5-5",
            "claude-sonnet-5",
            "claude-haiku-5-5",
            "claude-next-9",
        ] {
            assert!(!of(model).temperature, "{model}");
        }
        for model in ["claude-sonnet-4-6", "claude-haiku-4-5", "llama3.3", "gpt-4o-mini"] {
            assert!(of(model).temperature, "{model}");
        }
        assert!(!of("anthropic/claude-sonnet-5-5").temperature);
        assert!(of("openai/gpt-5-mini").max_completion_tokens);
    }
}
