//! What the mock bills: by UTC date and model, whatever it told its client. A request is billed from the moment it
//! is accepted, for its prompt and for every token that was written until the connection broke, as real upstreams do.
//! Served in the shape of Anthropic's usage API, and as the lines that `parlance reconcile --upstream` reads.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{answer::now_micros, records::Told};

/// Buckets of a page, where the request names no limit, and the most it may name.
const PAGE: usize = 7;
const LONGEST_PAGE: usize = 31;

/// Sums by date and model.
#[derive(Clone, Debug, Default)]
pub(super) struct Bills(BTreeMap<(NaiveDate, String), Told>);

/// Today in UTC.
pub(super) fn today() -> NaiveDate {
    let micros = i64::try_from(now_micros()).unwrap_or(i64::MAX);
    let now: DateTime<Utc> = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    now.date_naive()
}

impl Bills {
    /// A request is billed `after` instead of `before`.
    pub(super) fn replace(&mut self, (day, model): (NaiveDate, &str), before: Told, after: Told) {
        let sum = self.0.entry((day, model.to_owned())).or_default();
        sum.input = sum.input + after.input - before.input;
        sum.output = sum.output + after.output - before.output;
        sum.cache_write_5m = sum.cache_write_5m + after.cache_write_5m - before.cache_write_5m;
        sum.cache_read = sum.cache_read + after.cache_read - before.cache_read;
    }

    /// A page of `/v1/organizations/usage_report/messages`, of Claude models only; none where the query cannot be
    /// read.
    pub(super) fn page(&self, query: &str) -> Option<Value> {
        let fields: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let field = |wanted: &str| {
            fields
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| *value)
        };
        let date = |name: &str| field(name)?.get(..10)?.parse::<NaiveDate>().ok();
        let grouped = field("group_by%5B%5D").or(field("group_by[]"))? == "model";
        if field("bucket_width")? != "1d" || !grouped {
            return None;
        }
        let limit = field("limit").map_or(Some(PAGE), |limit| limit.parse().ok())?;
        let begin = match field("page") {
            Some(page) => page.strip_prefix("page_")?.parse().ok()?,
            None => date("starting_at")?,
        };
        let end = date("ending_at")?;
        let days = begin.iter_days().take_while(|day| *day < end);
        let shown: Vec<NaiveDate> = days.take(limit.min(LONGEST_PAGE)).collect();
        let next = shown.last().and_then(|last| last.checked_add_days(Days::new(1)));
        let next = next.filter(|next| *next < end);
        Some(json!({
            "data": shown.iter().map(|day| self.bucket(*day)).collect::<Vec<_>>(),
            "has_more": next.is_some(),
            "next_page": next.map(|next| format!("page_{next}")),
        }))
    }

    fn bucket(&self, day: NaiveDate) -> Value {
        let of_day = self
            .0
            .iter()
            .filter(|((of, model), _)| *of == day && model.starts_with("claude-"));
        let results: Vec<Value> = of_day
            .map(|((_, model), sum)| {
                json!({
                    "uncached_input_tokens": sum.input,
                    "cache_creation": {
                        "ephemeral_5m_input_tokens": sum.cache_write_5m, "ephemeral_1h_input_tokens": 0,
                    },
                    "cache_read_input_tokens": sum.cache_read,
                    "output_tokens": sum.output,
                    "server_tool_use": { "web_search_requests": 0 },
                    "api_key_id": null, "workspace_id": null, "model": model,
                    "service_tier": null, "context_window": null,
                })
            })
            .collect();
        let end = day.checked_add_days(Days::new(1)).unwrap_or(day);
        json!({
            "starting_at": format!("{day}T00:00:00Z"), "ending_at": format!("{end}T00:00:00Z"), "results": results,
        })
    }

    /// All of it, for `--upstream`.
    pub(super) fn lines(&self) -> Vec<Value> {
        let line = |((day, model), sum): (&(NaiveDate, String), &Told)| {
            json!({
                "day": day, "model": model, "input": sum.input, "output": sum.output,
                "cache_write_5m": sum.cache_write_5m, "cache_read": sum.cache_read,
            })
        };
        self.0.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn told(input: u64, output: u64) -> Told {
        Told {
            input,
            output,
            ..Told::default()
        }
    }

    #[test]
    fn a_request_that_grows_is_billed_once() {
        let mut bills = Bills::default();
        bills.replace((day(22), "claude-a"), Told::default(), told(10, 0));
        bills.replace((day(22), "claude-a"), told(10, 0), told(10, 7));
        bills.replace((day(22), "gpt-a"), Told::default(), told(1, 1));
        assert_eq!(bills.lines().len(), 2);
        assert_eq!(bills.lines()[0]["output"], 7);
    }

    #[test]
    fn days_come_in_pages() {
        let mut bills = Bills::default();
        bills.replace((day(22), "claude-a"), Told::default(), told(10, 7));
        bills.replace((day(22), "gpt-a"), Told::default(), told(10, 7));
        let query = "starting_at=2026-11-21T00%3A00%3A00Z&ending_at=2026-11-24T00%3A00%3A00Z&bucket_width=1d\
                     &group_by%5B%5D=model&limit=2";
        let first = bills.page(query).unwrap();
        assert_eq!(first["data"].as_array().unwrap().len(), 2);
        let used = &first["data"][1]["results"];
        assert_eq!(used.as_array().unwrap().len(), 1, "only its own models");
        assert_eq!(used[0]["uncached_input_tokens"], 10);
        assert_eq!(first["has_more"], true);
        let next = first["next_page"].as_str().unwrap();
        let second = bills.page(&format!("{query}&page={next}")).unwrap();
        assert_eq!(second["data"][0]["starting_at"], "2026-11-23T00:00:00Z");
        assert_eq!(second["has_more"], false);
        assert!(bills.page("starting_at=2026-11-21").is_none());
    }
}
