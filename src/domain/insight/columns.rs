//! Figures as a table.

use super::figures::Figures;

/// A column's name, and what it says; nothing where there is none to say.
pub type Column = (&'static str, fn(&Figures) -> Option<String>);

fn whole(n: i64) -> Option<String> {
    Some(n.to_string())
}

fn decimal(n: Option<f64>) -> Option<String> {
    n.map(|n| format!("{n:.3}"))
}

/// Dollars with all nine places, so that nothing is lost in adding them up.
fn dollars(nanos: i64) -> Option<String> {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    Some(format!(
        "{sign}{}.{:09}",
        nanos / 1_000_000_000,
        nanos % 1_000_000_000
    ))
}

/// Every column, in order.
pub const COLUMNS: &[Column] = &[
    ("conversations", |f| whole(f.conversations)),
    ("visitors", |f| whole(f.visitors)),
    ("messages_visitor", |f| whole(f.messages.visitor)),
    ("messages_assistant", |f| whole(f.messages.assistant)),
    ("messages_agent", |f| whole(f.messages.agent)),
    ("messages_system", |f| whole(f.messages.system)),
    ("answers_given", |f| whole(f.answers.given)),
    ("answers_abstained", |f| whole(f.answers.abstained)),
    ("answers_interrupted", |f| whole(f.answers.interrupted)),
    ("answers_failed", |f| whole(f.answers.failed)),
    ("answers_cached", |f| whole(f.answers.cached)),
    ("grounded_answers", |f| whole(f.grounding.count)),
    ("grounding_mean", |f| decimal(f.grounding.mean)),
    ("handoffs", |f| whole(f.handoffs.total)),
    ("resolved", |f| whole(f.resolved.total)),
    ("resolved_alone", |f| whole(f.resolved.alone)),
    ("first_response_p50_ms", |f| {
        f.first_response.p50_ms.and_then(whole)
    }),
    ("first_response_p90_ms", |f| {
        f.first_response.p90_ms.and_then(whole)
    }),
    ("human_response_p50_ms", |f| {
        f.human_response.p50_ms.and_then(whole)
    }),
    ("human_response_p90_ms", |f| {
        f.human_response.p90_ms.and_then(whole)
    }),
    ("resolution_p50_ms", |f| f.resolution.p50_ms.and_then(whole)),
    ("resolution_p90_ms", |f| f.resolution.p90_ms.and_then(whole)),
    ("thumbs_up", |f| whole(f.thumbs.up)),
    ("thumbs_down", |f| whole(f.thumbs.down)),
    ("csat_ratings", |f| whole(f.csat.count)),
    ("csat_mean", |f| decimal(f.csat.mean)),
    ("sentiment_mean", |f| decimal(f.sentiment.mean)),
    ("messages_unhappy", |f| whole(f.sentiment.unhappy)),
    ("messages_neutral", |f| whole(f.sentiment.neutral)),
    ("messages_happy", |f| whole(f.sentiment.happy)),
    ("messages_angry", |f| whole(f.sentiment.angry)),
    ("upstream_calls", |f| whole(f.usage.calls)),
    ("tokens_input", |f| whole(f.usage.input)),
    ("tokens_output", |f| whole(f.usage.output)),
    ("tokens_cache_write", |f| whole(f.usage.cache_write)),
    ("tokens_cache_read", |f| whole(f.usage.cache_read)),
    ("cost_usd", |f| dollars(f.usage.cost_nanos)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_lose_nothing() {
        assert_eq!(dollars(1_250_000_003).unwrap(), "1.250000003");
        assert_eq!(dollars(7).unwrap(), "0.000000007");
        assert_eq!(dollars(-1_500_000_000).unwrap(), "-1.500000000");
    }
}
