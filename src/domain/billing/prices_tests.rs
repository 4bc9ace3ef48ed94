//! The price page as a table, and properties every bill has.

use proptest::prelude::*;

use super::*;

const MILLION: u64 = 1_000_000;

fn book() -> PriceBook {
    PriceBook::builtin().expect("the shipped book is readable")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Nano-dollars per token by kind, from a thousand tokens on top of a prompt of `prompt` tokens.
fn page(model: &str, at: &str, prompt: u64) -> [Option<i64>; 5] {
    let only = |set: fn(&mut Usage, u64), filler: u64| {
        let mut usage = Usage {
            input: filler,
            ..Usage::default()
        };
        set(&mut usage, 1_000);
        let with = book().cost(model, day(at), &usage).ok()?.nanos;
        let without = book()
            .cost(
                model,
                day(at),
                &Usage {
                    input: filler,
                    ..Usage::default()
                },
            )
            .ok()?
            .nanos;
        Some((with - without) / 1_000)
    };
    let filler = prompt.saturating_sub(1_000);
    [
        only(|u, n| u.input += n, filler),
        only(|u, n| u.output = n, filler),
        only(|u, n| u.cache_write_5m = n, filler),
        only(|u, n| u.cache_write_1h = n, filler),
        only(|u, n| u.cache_read = n, filler),
    ]
}

#[test]
fn the_page_in_nano_dollars_per_token() {
    let all = |rates: [i64; 5]| rates.map(Some);
    for (model, at, prompt, expected) in [
        (
            "claude-opus-5-5",
            "2026-11-01",
            2_000,
            all([4_000, 20_000, 5_000, 8_000, 200]),
        ),
        (
            "claude-opus-5",
            "2026-07-24",
            2_000,
            all([5_000, 25_000, 6_250, 10_000, 500]),
        ),
        (
            "claude-sonnet-5-5",
            "2026-10-06",
            2_000,
            all([2_000, 10_000, 2_500, 4_000, 200]),
        ),
        (
            "claude-sonnet-5-5",
            "2026-10-07",
            2_000,
            all([2_000, 10_000, 2_500, 4_000, 100]),
        ),
        (
            "claude-sonnet-5",
            "2026-11-01",
            2_000,
            all([2_000, 10_000, 2_500, 4_000, 200]),
        ),
        (
            "claude-sonnet-4-6",
            "2026-11-01",
            2_000,
            all([3_000, 15_000, 3_750, 6_000, 300]),
        ),
        (
            "claude-sonnet-4-6-20260101",
            "2026-11-01",
            2_000,
            all([3_000, 15_000, 3_750, 6_000, 300]),
        ),
        (
            "claude-haiku-5-5",
            "2026-10-07",
            100_000,
            all([100, 500, 125, 200, 10]),
        ),
        (
            "claude-haiku-5-5",
            "2026-10-07",
            200_000,
            all([500, 2_500, 625, 1_000, 50]),
        ),
        (
            "claude-haiku-4-5",
            "2026-11-01",
            2_000,
            all([1_000, 5_000, 1_250, 2_000, 100]),
        ),
        (
            "gpt-4.1-mini",
            "2026-11-01",
            2_000,
            [Some(400), Some(1_600), None, None, Some(100)],
        ),
        (
            "gpt-5-mini",
            "2026-11-01",
            2_000,
            [Some(250), Some(2_000), None, None, Some(25)],
        ),
        (
            "text-embedding-3-small",
            "2026-11-01",
            2_000,
            [Some(20), None, None, None, None],
        ),
        (
            "text-embedding-3-large",
            "2026-11-01",
            2_000,
            [Some(130), None, None, None, None],
        ),
        ("minilm", "2026-11-01", 2_000, all([0; 5])),
        ("extractive", "2026-11-01", 2_000, all([0; 5])),
        ("scripted", "2026-11-01", 2_000, all([0; 5])),
    ] {
        assert_eq!(page(model, at, prompt), expected, "{model} on {at}");
    }
}

#[test]
fn a_tier_counts_the_cached_part_of_the_prompt() {
    let at = day("2026-10-07");
    let usage = Usage {
        input: 1,
        cache_read: 99_999,
        ..Usage::default()
    };
    let short = book().cost("claude-haiku-5-5", at, &usage).expect("priced");
    assert_eq!((short.nanos, short.tier), (100 + 999_990, Some(100_000)));
    let usage = Usage {
        input: 1,
        cache_read: 99_999,
        cache_write_1h: 1,
        ..Usage::default()
    };
    let long = book().cost("claude-haiku-5-5", at, &usage).expect("priced");
    assert_eq!((long.nanos, long.tier), (500 + 4_999_950 + 1_000, None));
}

#[test]
fn what_is_not_in_the_book_is_an_error_and_never_0() {
    let usage = Usage {
        input: MILLION,
        ..Usage::default()
    };
    let cost = |model: &str, at: &str, usage: &Usage| book().cost(model, day(at), usage);
    let unknown = |model: &str| Err(Unpriced::UnknownModel(model.to_owned()));
    for model in [
        "gpt-9",
        "",
        "claude-sonnet-4-6-2026",
        "claude-sonnet-4-6-2026010x",
        "llama3-20260101",
    ] {
        assert_eq!(cost(model, "2026-11-01", &usage), unknown(model));
    }
    let early = cost("claude-haiku-5-5", "2026-10-06", &usage);
    assert_eq!(
        early,
        Err(Unpriced::NotYet {
            model: "claude-haiku-5-5".into(),
            first: day("2026-10-07")
        })
    );
    let spoken = Usage {
        output: 1,
        ..Usage::default()
    };
    assert!(matches!(
        cost("text-embedding-3-small", "2026-11-01", &spoken),
        Err(Unpriced::NoRate { kind: "output", .. })
    ));
    let absurd = Usage {
        output: u64::MAX,
        input: u64::MAX,
        ..Usage::default()
    };
    assert!(matches!(
        cost("claude-opus-5-5", "2026-11-01", &absurd),
        Err(Unpriced::Absurd(_))
    ));
}

#[test]
fn a_derived_rate_marks_the_bill_it_is_used_in() {
    let at = day("2026-11-01");
    let derived = |usage: &Usage| book().cost("claude-opus-5-5", at, usage).expect("priced").derived;
    assert!(!derived(&Usage {
        input: 5,
        output: 5,
        cache_read: 5,
        ..Usage::default()
    }));
    assert!(derived(&Usage {
        cache_write_5m: 1,
        ..Usage::default()
    }));
}

#[test]
fn a_book_that_contradicts_itself_is_refused() {
    let row =
        |rest: &str| format!("[[price]]\nmodel = \"m\"\nfrom = \"2026-01-01\"\ninput = \"1\"\n{rest}\n");
    assert!(PriceBook::parse(&row("")).is_ok());
    assert!(PriceBook::parse(&(row("") + &row(""))).is_err());
    assert!(PriceBook::parse(&row("prompt_up_to = 5")).is_err());
    assert!(PriceBook::parse(&(row("prompt_up_to = 5") + &row("prompt_up_to = 5") + &row(""))).is_err());
    assert!(PriceBook::parse(&row("outptu = \"1\"")).is_err());
    assert!(PriceBook::parse(&row("output = 1.5")).is_err());
    assert!(PriceBook::from_file(Path::new("/nonexistent/prices.toml")).is_err());
}

fn usages() -> impl Strategy<Value = Usage> {
    let tokens = || 0u64..40_000;
    (tokens(), tokens(), tokens(), tokens(), tokens()).prop_map(
        |(input, output, cache_write_5m, cache_write_1h, cache_read)| Usage {
            input,
            output,
            cache_write_5m,
            cache_write_1h,
            cache_read,
        },
    )
}

fn sum(a: &Usage, b: &Usage) -> Usage {
    Usage {
        input: a.input + b.input,
        output: a.output + b.output,
        cache_write_5m: a.cache_write_5m + b.cache_write_5m,
        cache_write_1h: a.cache_write_1h + b.cache_write_1h,
        cache_read: a.cache_read + b.cache_read,
    }
}

proptest! {
    #[test]
    fn within_a_tier_two_calls_cost_what_one_of_both_costs(a in usages(), b in usages()) {
        let (book, at) = (book(), day("2026-11-01"));
        for model in ["claude-opus-5-5", "claude-sonnet-5-5", "claude-sonnet-4-6"] {
            let cost = |usage: &Usage| book.cost(model, at, usage).expect("priced").nanos;
            prop_assert_eq!(cost(&a) + cost(&b), cost(&sum(&a, &b)));
        }
    }

    #[test]
    fn more_tokens_never_cost_less(a in usages(), b in usages(), days in 0i64..400) {
        let (book, at) = (book(), day("2026-10-07") + chrono::TimeDelta::days(days));
        for model in ["claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5", "extractive"] {
            let cost = |usage: &Usage| book.cost(model, at, usage).expect("priced").nanos;
            prop_assert!(cost(&sum(&a, &b)) >= cost(&a));
        }
    }
}
