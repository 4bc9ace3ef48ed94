//! Whether the books are right, by what `parlance reconcile --json` says of them and what the mock knows of each
//! request: calls that were told are booked as told, to the token and the nano-dollar; all else that was billed is of
//! calls that are listed as estimated; and nothing else differs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::upstream::{Ending, Record, Told};

/// Nano-dollars for a token of each kind. Known here too, so that the price book is not its own judge.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub input: u64,
    pub output: u64,
    pub cache_write_5m: u64,
    pub cache_read: u64,
}

/// What was found of a model whose books are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Requests whose tokens are booked as they were told.
    pub told: usize,
    /// Requests that were billed and whose tokens are estimates.
    pub estimated: usize,
    /// Nano-dollars of those that were told.
    pub nanos: u64,
    /// Output tokens that the upstream billed beyond what is booked; negative where less.
    pub output_off: i64,
}

/// Causes that are as they must be.
const EXPECTED: [&str; 2] = ["estimated", "booked_on_another_day"];

/// Judges the books of one model.
///
/// # Errors
/// Says what is wrong.
pub fn judge(report: &Value, requests: &[Record], model: &str, rates: Rates) -> Result<Verdict> {
    for difference in list(report, "differences") {
        let cause = text(difference, "cause");
        ensure!(
            EXPECTED.contains(&cause),
            "a difference that must not be: {difference}"
        );
    }
    let booked = list(report, "models")
        .iter()
        .find(|day| text(day, "model") == model);
    let booked = booked.context("nothing is booked of the model")?;
    let estimated: BTreeSet<&str> = list(report, "estimated")
        .iter()
        .map(|call| text(call, "reservation"))
        .collect();
    let (told, rest) = parted(requests, model, &estimated);

    let sum = summed(told.values().map(|record| record.told));
    ensure!(sum == tokens(booked, "told"), "told {sum:?}, booked {booked}");
    let nanos = sum.input * rates.input
        + sum.output * rates.output
        + sum.cache_write_5m * rates.cache_write_5m
        + sum.cache_read * rates.cache_read;
    let cost = booked.pointer("/told/cost_nanos").and_then(Value::as_u64);
    ensure!(
        cost == Some(nanos),
        "what was told costs {nanos} n$, booked {booked}"
    );

    let billed = summed(
        requests
            .iter()
            .filter(|record| record.model == model)
            .map(|record| record.billed),
    );
    ensure!(
        billed == tokens(booked, "upstream"),
        "billed {billed:?}, reported {booked}"
    );
    are_listed(&rest, requests, &estimated)?;
    let guessed = tokens(booked, "estimated");
    let off = i128::from(billed.output) - i128::from(sum.output) - i128::from(guessed.output);
    Ok(Verdict {
        told: told.len(),
        estimated: rest.len(),
        nanos,
        output_off: i64::try_from(off).unwrap_or(i64::MAX),
    })
}

/// The requests that are booked as they were told, by their ids, and the others that were billed.
fn parted<'a>(
    requests: &'a [Record],
    model: &str,
    estimated: &BTreeSet<&str>,
) -> (BTreeMap<&'a str, &'a Record>, Vec<&'a Record>) {
    let (mut told, mut rest) = (BTreeMap::new(), Vec::new());
    for record in requests.iter().filter(|record| record.model == model) {
        let id = record.request_id.as_str();
        let is_told = record.ending == Ending::Complete && !estimated.contains(id);
        // Of two complete attempts the later one answered.
        let other = if is_told {
            told.insert(id, record)
        } else {
            Some(record)
        };
        rest.extend(other.filter(|record| record.billed != Told::default()));
    }
    (told, rest)
}

/// Each billed request that is not booked as told is listed: under its own id, or, where its turn was answered by
/// another attempt, under an id that no request had.
fn are_listed(rest: &[&Record], requests: &[Record], estimated: &BTreeSet<&str>) -> Result<()> {
    let asked: BTreeSet<&str> = requests.iter().map(|record| record.request_id.as_str()).collect();
    let others = estimated.difference(&asked).count();
    let unlisted = rest
        .iter()
        .filter(|record| !estimated.contains(record.request_id.as_str()));
    let unlisted: Vec<_> = unlisted.collect();
    ensure!(
        unlisted.len() <= others,
        "{} billed requests are in no book, {others} attempts are listed: {unlisted:?}",
        unlisted.len()
    );
    Ok(())
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn tokens(booked: &Value, side: &str) -> Told {
    let number = |kind: &str| {
        booked
            .get(side)
            .and_then(|side| side.get(kind)?.as_u64())
            .unwrap_or_default()
    };
    Told {
        input: number("input"),
        output: number("output"),
        cache_write_5m: number("cache_write_5m"),
        cache_read: number("cache_read"),
    }
}

fn summed(all: impl Iterator<Item = Told>) -> Told {
    all.fold(Told::default(), |sum, one| Told {
        input: sum.input + one.input,
        output: sum.output + one.output,
        cache_write_5m: sum.cache_write_5m + one.cache_write_5m,
        cache_read: sum.cache_read + one.cache_read,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RATES: Rates = Rates {
        input: 2_000,
        output: 10_000,
        cache_write_5m: 2_500,
        cache_read: 100,
    };

    fn usage(input: u64, output: u64) -> Told {
        Told {
            input,
            output,
            ..Told::default()
        }
    }

    fn request(id: &str, told: Told, billed: Told, ending: Ending) -> Record {
        Record {
            request_id: id.to_owned(),
            model: "claude-a".to_owned(),
            path: "/v1/messages".to_owned(),
            told,
            billed,
            day: chrono::NaiveDate::default(),
            sent: 0,
            ending,
            body: String::new(),
        }
    }

    /// One that was told, one that was cut, and an attempt before the first that failed.
    fn requests() -> Vec<Record> {
        vec![
            request("a", usage(90, 1), usage(90, 0), Ending::Faulted),
            request("a", usage(90, 24), usage(90, 24), Ending::Complete),
            request("b", usage(80, 1), usage(80, 9), Ending::Closed),
        ]
    }

    fn report(told: u64, cost: u64, cause: &str, attempt: &str) -> Value {
        json!({
            "differences": [{ "cause": cause }],
            "estimated": [{ "reservation": "b" }, { "reservation": attempt }],
            "models": [{
                "model": "claude-a",
                "told": { "input": 90, "output": told, "cost_nanos": cost },
                "estimated": { "input": 170, "output": 8 },
                "upstream": { "input": 260, "output": 33 },
            }],
        })
    }

    #[test]
    fn right_books_are_found_right_and_wrong_ones_wrong() {
        let judged = |report: &Value| judge(report, &requests(), "claude-a", RATES);
        let right = judged(&report(24, 420_000, "estimated", "fresh")).unwrap();
        assert_eq!((right.told, right.estimated, right.output_off), (1, 2, 1));
        for (wrong, why) in [
            (report(23, 420_000, "estimated", "fresh"), "told"),
            (report(24, 420_001, "estimated", "fresh"), "n$"),
            (report(24, 420_000, "upstream_more", "fresh"), "must not be"),
            (report(24, 420_000, "estimated", "b"), "in no book"),
        ] {
            let error = judged(&wrong).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
