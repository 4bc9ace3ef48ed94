//! How far a claim is supported by the passages it cites: a number from 0 to 1, decided at 0.5.
//!
//! Lexical on purpose: it costs microseconds, so that every claim is scored while the answer
//! streams, and it can be explained. `evidence` picks the sentences of the cited passages that
//! speak of the claim, `features` compares the two, `score` weighs the comparison. `eval` measures
//! it on labelled data. A claim in another language than its source scores low: words must meet.

pub mod eval;
mod evidence;
mod features;
mod score;

use std::sync::OnceLock;

use evidence::{Evidence, Passage};

use crate::kernel::text::words::{Word, words};

/// Characters of a claim that are read.
const CLAIM_MAX: usize = 2_000;

/// A retrieved source as the answer may cite it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    pub number: u32,
    /// The text the model was shown.
    pub text: String,
}

/// Scores claims against a fixed set of sources, each read when it is first cited: most are never.
#[derive(Debug)]
pub struct Grounder {
    sources: Vec<(SourceText, OnceLock<Passage>)>,
}

impl Grounder {
    #[must_use]
    pub fn new(sources: Vec<SourceText>) -> Self {
        let unread = |source| (source, OnceLock::new());
        Self {
            sources: sources.into_iter().map(unread).collect(),
        }
    }

    /// The numbers a claim may cite.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.sources.iter().map(|(source, _)| source.number)
    }

    /// Support of `claim` by the sources it `cites`, 0–1; 0 when it cites none that is known.
    /// Citation markers inside the claim are ignored.
    #[must_use]
    pub fn support(&self, claim: &str, cites: &[u32]) -> f32 {
        let claim = claim_words(claim);
        let cited = self
            .sources
            .iter()
            .filter(|(source, _)| cites.contains(&source.number))
            .map(|(source, passage)| passage.get_or_init(|| Passage::new(&source.text)));
        let evidence = Evidence::for_claim(&claim, cited);
        score::support(&features::compare(&claim, &evidence))
    }
}

/// Support of one claim by some texts. For many claims on the same texts use [`Grounder`].
#[must_use]
pub fn support(claim: &str, passages: &[&str]) -> f32 {
    let sources: Vec<SourceText> = passages
        .iter()
        .zip(1..)
        .map(|(text, number)| SourceText {
            number,
            text: (*text).to_owned(),
        })
        .collect();
    let grounder = Grounder::new(sources);
    let all: Vec<u32> = grounder.numbers().collect();
    grounder.support(claim, &all)
}

/// The claim's words, without markers and bounded.
fn claim_words(claim: &str) -> Vec<Word> {
    let mut plain = String::with_capacity(claim.len());
    let mut rest = claim;
    while let Some((before, after)) = rest.split_once("[S") {
        plain.push_str(before);
        let digits = after.trim_start_matches(|c: char| c.is_ascii_digit());
        rest = match digits.strip_prefix(']') {
            Some(behind) if digits.len() < after.len() => behind,
            _ => {
                plain.push_str("[S");
                after
            }
        };
    }
    plain.push_str(rest);
    let bounded: String = plain.chars().take(CLAIM_MAX).collect();
    words(&bounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WARRANTY: &str = "Every SWEEP 3 comes with a warranty of 24 months from the day of delivery. \
        The battery is covered for 12 months. The warranty does not cover water damage. \
        To claim it, write to support with the order number. Repairs are sent to our workshop in Utrecht.";

    #[test]
    fn what_the_source_says_is_supported() {
        for claim in [
            "The SWEEP 3 comes with a 24-month warranty.",
            "Your SWEEP 3 has a warranty of 24 months from delivery [S1].",
            "The battery is covered for 12 months.",
            "The warranty does not cover water damage.",
            "To claim it, write to support with your order number.",
            "The battery is covered for twelve months.",
        ] {
            let support = support(claim, &[WARRANTY]);
            assert!(support > 0.6, "{support:.2} {claim}");
        }
    }

    #[test]
    fn a_quote_is_supported_whatever_the_lines_around_it_deny() {
        let resets = "- **Restart:** hold the power button for 10 seconds. Nothing is lost.\n\
            - **Network reset:** hold home and spot for 5 seconds. Only the Wi-Fi settings are erased.\n\n\
            | Product | Window | Deduction |\n|---|---|---|\n| Sweep 3 | 30 days | none |\n\
            | Mow 2 | 30 days | $45 with grass |\n";
        for claim in [
            "Network reset: hold home and spot for 5 seconds [S1].",
            "**Network reset:** hold home and spot for 5 seconds.",
            "Restart: hold the power button for 10 seconds.",
            "Mow 2 – Window: 30 days; Deduction: $45 with grass",
            "Sweep 3 – Window: 30 days; Deduction: none",
        ] {
            let support = support(claim, &[resets]);
            assert!(support > 0.6, "{support:.2} {claim}");
        }
        assert!(support("A network reset does not erase the Wi-Fi settings.", &[resets]) < 0.5);
    }

    #[test]
    fn a_wrong_number_name_or_polarity_is_not() {
        for claim in [
            "The SWEEP 3 comes with a 36-month warranty.",
            "The battery is covered for 12 years.",
            "Repairs are sent to our workshop in Rotterdam.",
            "The warranty covers water damage.",
            "The battery is not covered for 12 months.",
            "Shipping to Norway is free for orders above $50.",
            "I love my robot, it cleans the whole house.",
        ] {
            let support = support(claim, &[WARRANTY]);
            assert!(support < 0.45, "{support:.2} {claim}");
        }
    }

    #[test]
    fn a_claim_that_joins_two_sources_is_supported_by_both_only() {
        let (a, b) = (
            "Returns are free within 30 days.",
            "Refunds are paid within 5 working days.",
        );
        let claim = "Returns are free within 30 days and refunds are paid within 5 working days.";
        assert!(support(claim, &[a, b]) > 0.6);
        assert!(support(claim, &[a]) < 0.5);
    }

    #[test]
    fn nothing_cited_supports_nothing_and_any_input_is_a_probability() {
        assert!(support("Returns are free.", &[]) < f32::EPSILON);
        for text in [
            "",
            "!!!",
            "[S1]",
            "\u{0}",
            &"a ".repeat(5_000),
            "返品は30日以内です。",
        ] {
            let score = support(text, &[text, WARRANTY]);
            assert!((0.0..=1.0).contains(&score), "{score} {text:.20}");
        }
        assert!(support("返品は30日以内に可能です。", &["返品は30日以内に可能です。"]) > 0.6);
    }
}
