use proptest::prelude::*;

use super::{asked, same};

/// `tenant, same or other, question, question`.
const PAIRS: &str = include_str!("../../../../demo/alike.tsv");

fn pairs(verdict: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    PAIRS.lines().filter_map(move |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[1] == verdict).then(|| (fields[2], fields[3]))
    })
}

fn alike(a: &str, b: &str) -> bool {
    same(a) == same(b) || (asked(a).is_some() && asked(a) == asked(b))
}

#[test]
fn questions_that_only_look_alike_never_are_one() {
    let told: Vec<_> = pairs("other").filter(|(a, b)| alike(a, b)).collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn most_that_differ_by_what_asks_nothing_are_one() {
    let (met, missed): (Vec<_>, Vec<_>) = pairs("same").partition(|(a, b)| alike(a, b));
    assert!(met.len() >= MET, "{}: {missed:#?}", met.len());
}

/// Measured, of 97.
const MET: usize = 64;

#[test]
fn a_question_is_the_same_however_it_is_typed() {
    for (a, b) in [
        ("How long is the warranty?", "  how LONG is\tthe warranty  ?? "),
        ("Was kostet das Gerät?", "was kostet das Gera\u{308}t"),
        ("返品できますか？", "返品できますか"),
        ("WHERE IS MY ORDER", "where is my order?"),
    ] {
        assert_eq!(same(a), same(b));
    }
    for (a, b) in [
        ("Do you deliver to US?", "Do you deliver to us?"),
        ("Is 10² enough?", "Is 102 enough?"),
        ("Is it the A1?", "Is it the A1\u{200b}?"),
        ("can I?", "can't I?"),
        ("", "x"),
    ] {
        assert_ne!(same(a), same(b));
    }
}

#[test]
fn what_no_word_tells_is_told_by_its_text_alone() {
    for text in [
        "",
        "?",
        "How long is it?",
        "Is C++ supported?",
        "Is it -10 degrees?",
        "Returns and/or refunds?",
        "the warranty\u{e0041}?",
        "Is \u{202e}it covered?",
        "Is 3 < 4 robots?",
    ] {
        assert_eq!(asked(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn typing_never_changes_what_is_asked(
        words in prop::collection::vec("[a-z]{1,8}|[0-9]{1,3}|the|not|from|to|of", 1..12), capitals in any::<bool>()
    ) {
        let plain = words.join(" ");
        let typed = format!("  {} ?", words.join("  "));
        let typed = if capitals { typed.to_uppercase() } else { typed };
        prop_assert_eq!(same(&plain), same(&typed));
        prop_assert_eq!(same(&same(&plain)), same(&plain));
    }

    #[test]
    fn a_word_that_is_added_or_negated_always_tells(
        words in prop::collection::vec("[b-z]{5,8}", 2..8), at in 0_usize..8, new in "[b-z]{5,8}|not|never|without|only|[0-9]{1,4}"
    ) {
        let mut more = words.clone();
        more.insert(at.min(words.len()), new);
        let (a, b) = (format!("can I {}", words.join(" ")), format!("can I {}", more.join(" ")));
        prop_assert_ne!(asked(&a), asked(&b));
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        let _ = (same(&text), asked(&text));
    }
}
