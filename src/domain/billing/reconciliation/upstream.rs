//! Calls compared with what upstreams say they billed, by model and kind of token. Where all were told they must be
//! the same to the token. What is not told of an estimated call can be seen only in sum: it is what the upstream
//! billed beyond the calls that were told, and no more than so many calls can be.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use parlance_store::queries::ledger::TokenUsage;

use super::{Cause, Difference, Figures, ModelDay, Side};
use crate::{
    adapters::{
        llm::Usage,
        usage_report::{UsageReport, undated},
    },
    domain::{answering::settings::MAX_TOKENS, billing::prices::PriceBook},
};

/// Tokens that a call may have written beside the longest answer: what it thought.
const THOUGHT: i64 = 4_096;
/// How many times as long a prompt may be as it was counted here, and what frames it.
const LONGER: i64 = 2;
const FRAME: i64 = 64;

/// The name under which a model is compared.
#[must_use]
pub fn name(model: &str) -> String {
    undated(model).to_owned()
}

/// Compares what is booked of each model with the report, lists where they differ, and notes what was billed.
/// Without a report only the estimates are listed.
#[must_use]
pub fn compare(
    mut booked: BTreeMap<String, ModelDay>,
    report: Option<&UsageReport>,
    prices: &PriceBook,
    day: NaiveDate,
    differences: &mut Vec<Difference>,
) -> Vec<ModelDay> {
    if let Some(report) = report {
        for model in report.models.keys() {
            booked.entry(model.clone()).or_insert_with(|| ModelDay {
                model: model.clone(),
                ..ModelDay::default()
            });
        }
    }
    let mut models: Vec<ModelDay> = booked.into_values().collect();
    for model in &mut models {
        let covering = report.filter(|report| report.covers(&model.model));
        model.upstream = covering.map(|report| {
            let usage = report.models.get(&model.model).copied().unwrap_or_default();
            Figures {
                calls: None,
                tokens: TokenUsage::from(usage),
                cost_nanos: prices.flat_cost(&model.model, day, &usage),
            }
        });
        differences.extend(compared(model));
    }
    models
}

fn compared(model: &ModelDay) -> Vec<Difference> {
    let mut all = model.told;
    let estimated = model.estimated.calls.unwrap_or_default();
    if estimated > 0 {
        all.tokens = plus(all.tokens, model.estimated.tokens);
        all.calls = Some(all.calls.unwrap_or_default() + estimated);
        all.cost_nanos =
            Some(all.cost_nanos.unwrap_or_default() + model.estimated.cost_nanos.unwrap_or_default());
    }
    let differs = |cause, booked: Figures, compared| Difference {
        cause,
        workspace: None,
        about: model.model.clone(),
        booked: booked.into(),
        compared,
    };
    let Some(billed) = model.upstream else {
        let listed = (estimated > 0).then(|| differs(Cause::Estimated, all, Side::Nothing));
        return listed.into_iter().collect();
    };
    if estimated == 0 {
        return kinds(all.tokens, billed.tokens)
            .into_iter()
            .map(|cause| differs(cause, all, billed.into()))
            .collect();
    }
    let rest = minus(billed.tokens, model.told.tokens);
    if parts(rest).iter().any(|tokens| *tokens < 0) {
        return vec![differs(Cause::UpstreamLess, model.told, billed.into())];
    }
    let cause = if is_of_calls(rest, model.estimated.tokens, estimated) {
        Cause::Estimated
    } else {
        Cause::UpstreamMore
    };
    vec![differs(cause, all, billed.into())]
}

/// Whether so many calls whose prompts were counted as `counted` can have been billed as `rest`.
fn is_of_calls(rest: TokenUsage, counted: TokenUsage, calls: i64) -> bool {
    let longest = i64::from(*MAX_TOKENS.end()) + THOUGHT;
    let most = prompt(counted)
        .saturating_mul(LONGER)
        .saturating_add(calls.saturating_mul(FRAME));
    prompt(rest) <= most && rest.output <= calls.saturating_mul(longest)
}

fn prompt(tokens: TokenUsage) -> i64 {
    tokens.input + tokens.cache_write_5m + tokens.cache_write_1h + tokens.cache_read
}

/// What differs where all tokens were told: one kind may be more and another less.
fn kinds(booked: TokenUsage, billed: TokenUsage) -> Vec<Cause> {
    let rest = parts(minus(billed, booked));
    let more = rest.iter().any(|tokens| *tokens > 0);
    let less = rest.iter().any(|tokens| *tokens < 0);
    let causes = [(more, Cause::UpstreamMore), (less, Cause::UpstreamLess)];
    causes
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, cause)| cause)
        .collect()
}

fn parts(tokens: TokenUsage) -> [i64; 5] {
    [
        tokens.input,
        tokens.output,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.cache_read,
    ]
}

fn plus(a: TokenUsage, b: TokenUsage) -> TokenUsage {
    TokenUsage {
        input: a.input + b.input,
        output: a.output + b.output,
        cache_write_5m: a.cache_write_5m + b.cache_write_5m,
        cache_write_1h: a.cache_write_1h + b.cache_write_1h,
        cache_read: a.cache_read + b.cache_read,
    }
}

fn minus(a: TokenUsage, b: TokenUsage) -> TokenUsage {
    TokenUsage {
        input: a.input - b.input,
        output: a.output - b.output,
        cache_write_5m: a.cache_write_5m - b.cache_write_5m,
        cache_write_1h: a.cache_write_1h - b.cache_write_1h,
        cache_read: a.cache_read - b.cache_read,
    }
}

impl PriceBook {
    /// What `usage`, of however many calls, costs on `day`; none where the price goes by the length of each prompt,
    /// or there is none.
    #[must_use]
    pub fn flat_cost(&self, model: &str, day: NaiveDate, usage: &Usage) -> Option<i64> {
        let whole = self.cost(model, day, usage).ok()?;
        let shortest = self.cost(model, day, &Usage::default()).ok()?;
        (whole.tier.is_none() && shortest.tier.is_none()).then_some(whole.nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "claude-sonnet-5-5";

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn figures(calls: i64, input: i64, output: i64) -> Figures {
        Figures {
            calls: Some(calls),
            tokens: TokenUsage {
                input,
                output,
                ..TokenUsage::default()
            },
            cost_nanos: Some(input * 2_000 + output * 10_000),
        }
    }

    fn report(model: &str, input: u64, output: u64) -> UsageReport {
        UsageReport {
            source: "anthropic".to_owned(),
            models: [(
                model.to_owned(),
                Usage {
                    input,
                    output,
                    ..Usage::default()
                },
            )]
            .into(),
            covers: Some("claude-"),
        }
    }

    fn found(told: Figures, estimated: Figures, report: Option<&UsageReport>) -> (Vec<Cause>, Vec<ModelDay>) {
        let booked = ModelDay {
            model: MODEL.to_owned(),
            told,
            estimated,
            upstream: None,
        };
        let (mut differences, prices) = (Vec::new(), PriceBook::builtin().unwrap());
        let booked = [(MODEL.to_owned(), booked)].into();
        let models = compare(booked, report, &prices, day(), &mut differences);
        let causes = differences.into_iter().map(|difference| difference.cause);
        (causes.collect(), models)
    }

    #[test]
    fn what_was_told_is_the_same_to_the_token_and_the_nano_dollar() {
        let told = figures(3, 300, 60);
        let (causes, models) = found(told, Figures::default(), Some(&report(MODEL, 300, 60)));
        assert_eq!(causes, []);
        assert_eq!(models[0].upstream.unwrap().cost_nanos, told.cost_nanos);
        for (input, output, causes) in [
            (301, 60, vec![Cause::UpstreamMore]),
            (300, 59, vec![Cause::UpstreamLess]),
            (299, 61, vec![Cause::UpstreamMore, Cause::UpstreamLess]),
        ] {
            let differs = found(told, Figures::default(), Some(&report(MODEL, input, output)));
            assert_eq!(differs.0, causes);
        }
    }

    #[test]
    fn an_estimate_explains_what_a_call_can_be_and_no_more() {
        let (told, estimated) = (figures(3, 300, 60), figures(1, 100, 5));
        let cause = |input, output| found(told, estimated, Some(&report(MODEL, input, output))).0;
        assert_eq!(
            cause(400, 65),
            [Cause::Estimated],
            "right by chance, an estimate still"
        );
        assert_eq!(cause(430, 90), [Cause::Estimated]);
        assert_eq!(cause(300, 60), [Cause::Estimated], "it may never have been taken");
        assert_eq!(cause(299, 90), [Cause::UpstreamLess]);
        assert_eq!(cause(300 + 100 * 2 + 65, 60), [Cause::UpstreamMore]);
        assert_eq!(cause(400, 60 + 4_096 * 2 + 1), [Cause::UpstreamMore]);
    }

    #[test]
    fn a_model_that_one_side_does_not_know_is_nothing_there() {
        let nothing = Figures::default();
        let (causes, models) = found(figures(1, 1, 1), nothing, Some(&report("claude-opus-5", 7, 7)));
        assert_eq!(causes, [Cause::UpstreamMore, Cause::UpstreamLess]);
        assert_eq!(models.len(), 2);
        let file = UsageReport {
            covers: None,
            ..report("gpt-5-mini", 0, 0)
        };
        assert_eq!(
            found(figures(1, 1, 1), nothing, Some(&file)).0,
            [],
            "it is not reported"
        );
        assert_eq!(
            found(figures(1, 1, 1), figures(1, 1, 1), None).0,
            [Cause::Estimated]
        );
    }

    #[test]
    fn prices_by_the_length_of_each_prompt_do_not_add_up() {
        let prices = PriceBook::builtin().unwrap();
        let usage = Usage {
            input: 10,
            ..Usage::default()
        };
        assert_eq!(prices.flat_cost("claude-haiku-5-5", day(), &usage), None);
        assert_eq!(prices.flat_cost(MODEL, day(), &usage), Some(20_000));
    }
}
