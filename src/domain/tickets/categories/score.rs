//! How likely a guess is right: logistic regression on three figures, fitted on questions of a bank under
//! 1 to 77 categories of 1 to 90 examples, where half of what was asked was of no category: of others of
//! the same bank, or of another world. Of guesses with a score of about `s`, a share of about `s` was
//! right; the table is in `docs/ROUTING.md`.

/// Below it, a text is of no category: it is likelier that the guess is wrong.
pub const FLOOR: f32 = 0.5;

/// What speaks for a category.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// The cosine between the text and the nearest example.
    pub likeness: f32,
    /// The logit's distance to the best other one's; none where there is no other.
    pub margin: Option<f32>,
    /// Of how many that is the nearest.
    pub examples: usize,
}

const LIKENESS: f32 = 11.385;
const MARGIN: f32 = 0.813;
/// Of the logarithm of their number: of many, one is near by chance.
const EXAMPLES: f32 = -0.901;
const BIAS: f32 = -6.571;
/// Margins beyond it say no more.
const MARGIN_MAX: f32 = 6.0;
/// What stands for the margin of an only category.
const MARGIN_ALONE: f32 = 3.0;
/// More than a category has.
const EXAMPLES_MAX: u8 = 200;

/// The chance that the guess is right, 0 to 1.
pub(super) fn of(evidence: &Evidence) -> f32 {
    let margin = evidence
        .margin
        .map_or(MARGIN_ALONE, |margin| margin.clamp(-MARGIN_MAX, MARGIN_MAX));
    let examples =
        u8::try_from(evidence.examples).map_or(EXAMPLES_MAX, |examples| examples.clamp(1, EXAMPLES_MAX));
    let examples = f32::from(examples).ln();
    let sum = LIKENESS * evidence.likeness + MARGIN * margin + EXAMPLES * examples + BIAS;
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(likeness: f32, margin: Option<f32>, examples: usize) -> f32 {
        of(&Evidence {
            likeness,
            margin,
            examples,
        })
    }

    #[test]
    fn likeness_and_a_clear_lead_speak_for_a_guess() {
        assert!(score(0.8, Some(3.0), 5) > 0.9);
        assert!(score(0.2, Some(3.0), 5) < 0.2, "like nothing");
        assert!(score(0.5, Some(0.1), 5) < FLOOR, "two alike");
        assert!(score(0.8, None, 1) > FLOOR);
        assert!(score(0.2, None, 1) < FLOOR);
    }

    #[test]
    fn it_is_a_chance_whatever_comes() {
        for margin in [f32::NEG_INFINITY, -7.0, 0.0, f32::INFINITY] {
            let score = score(1.0, Some(margin), usize::MAX);
            assert!((0.0..=1.0).contains(&score), "{margin}");
        }
    }
}
