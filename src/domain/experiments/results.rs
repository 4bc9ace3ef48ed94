//! What an experiment shows: each measure of both arms, by how much they differ, and what that means.

use parlance_store::queries::experiments::{Arm, ArmFigures};
use serde::Serialize;
use utoipa::ToSchema;

use super::interval::{self, Estimate, difference};

/// Conversations that each arm must have before anything is said of which is better.
pub const CONVERSATIONS_LEAST: i64 = 100;
/// And values of the measure itself, such as ratings.
pub const VALUES_LEAST: i64 = 30;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExperimentMeasure)]
pub enum Measure {
    /// Conversations in which nothing was found at least once. By conversations, as the rates below: they
    /// are what is dealt to the arms, and the answers of one are not independent.
    Abstained,
    /// Conversations in which a person was asked for or answered.
    HandedOver,
    /// Conversations that were resolved without one.
    ResolvedAlone,
    /// Thumbs that are up.
    ThumbsUp,
    /// Mean support of the answers that were checked, 0 to 1.
    Grounding,
    /// Mean rating, 1 to 5.
    Csat,
    /// Median time of an answer, milliseconds.
    Time,
    /// Mean tokens of an answer.
    Tokens,
    /// Mean cost of an answer, nano-dollars; absent where a price is not known.
    Cost,
}

/// Which arm does better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExperimentVerdict)]
pub enum Verdict {
    ABetter,
    BBetter,
    /// The interval of the difference has 0 in it.
    NoDifference,
    /// Too little was seen of either.
    TooFew,
}

/// A measure of one arm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ArmMeasured)]
pub struct Measured {
    pub value: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Of how many conversations, answers, thumbs or ratings.
    pub of: i64,
}

/// By how much arm B is above arm A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ArmDifference)]
pub struct Difference {
    pub value: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// One measure of both arms.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ArmsCompared)]
pub struct Compared {
    pub measure: Measure,
    /// Absent where there is nothing to measure.
    pub a: Option<Measured>,
    pub b: Option<Measured>,
    pub difference: Option<Difference>,
    pub verdict: Verdict,
}

/// Every measure, in the order in which they are told.
#[must_use]
pub fn compared(figures: &[ArmFigures]) -> Vec<Compared> {
    let of = |arm| figures.iter().find(|figures| figures.arm == arm);
    let (a, b) = (of(Arm::A), of(Arm::B));
    let enough = [a, b]
        .iter()
        .all(|arm| arm.is_some_and(|arm| arm.conversations >= CONVERSATIONS_LEAST));
    MEASURES
        .iter()
        .map(|measure| one(*measure, measured(*measure, a), measured(*measure, b), enough))
        .collect()
}

const MEASURES: [Measure; 9] = [
    Measure::Abstained,
    Measure::HandedOver,
    Measure::ResolvedAlone,
    Measure::ThumbsUp,
    Measure::Grounding,
    Measure::Csat,
    Measure::Time,
    Measure::Tokens,
    Measure::Cost,
];

fn measured(measure: Measure, arm: Option<&ArmFigures>) -> Option<Measured> {
    let arm = arm?;
    let (estimate, of) = match measure {
        Measure::Abstained => (
            interval::rate(arm.abstained, arm.conversations),
            arm.conversations,
        ),
        Measure::HandedOver => (
            interval::rate(arm.handed_over, arm.conversations),
            arm.conversations,
        ),
        Measure::ResolvedAlone => (
            interval::rate(arm.resolved_alone, arm.conversations),
            arm.conversations,
        ),
        Measure::ThumbsUp => {
            let thumbs = arm.thumbs_up + arm.thumbs_down;
            (interval::rate(arm.thumbs_up, thumbs), thumbs)
        }
        Measure::Grounding => (
            interval::mean(arm.grounding_mean, arm.grounding_variance, arm.grounded),
            arm.grounded,
        ),
        Measure::Csat => (
            interval::mean(arm.rating_mean, arm.rating_variance, arm.ratings),
            arm.ratings,
        ),
        Measure::Time => (median(arm), arm.timed),
        Measure::Tokens => (
            interval::mean(arm.tokens_mean, arm.tokens_variance, arm.answers),
            arm.answers,
        ),
        Measure::Cost if arm.unpriced > 0 => (None, arm.answers),
        Measure::Cost => (
            interval::mean(arm.cost_mean, arm.cost_variance, arm.answers),
            arm.answers,
        ),
    };
    let Estimate { value, low, high } = estimate?;
    Some(Measured { value, low, high, of })
}

fn median(arm: &ArmFigures) -> Option<Estimate> {
    Some(Estimate {
        value: arm.took_ms?,
        low: arm.took_ms_low?,
        high: arm.took_ms_high?,
    })
}

fn one(measure: Measure, a: Option<Measured>, b: Option<Measured>, enough: bool) -> Compared {
    let both = a.zip(b);
    let found = both.map(|(a, b)| difference(a.into(), b.into()));
    let seen = enough && both.is_some_and(|(a, b)| a.of.min(b.of) >= VALUES_LEAST);
    let verdict = match found {
        Some(found) if seen => verdict(measure, found),
        _ => Verdict::TooFew,
    };
    let difference = found.map(|Estimate { value, low, high }| Difference { value, low, high });
    Compared {
        measure,
        a,
        b,
        difference,
        verdict,
    }
}

fn verdict(measure: Measure, difference: Estimate) -> Verdict {
    let more_is_better = match measure {
        Measure::ResolvedAlone | Measure::ThumbsUp | Measure::Grounding | Measure::Csat => true,
        Measure::Abstained | Measure::HandedOver | Measure::Time | Measure::Tokens | Measure::Cost => false,
    };
    if difference.low <= 0.0 && difference.high >= 0.0 {
        Verdict::NoDifference
    } else if (difference.value > 0.0) == more_is_better {
        Verdict::BBetter
    } else {
        Verdict::ABetter
    }
}

impl From<Measured> for Estimate {
    fn from(
        Measured {
            value,
            low,
            high,
            of: _,
        }: Measured,
    ) -> Self {
        Self { value, low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(arm: Arm, conversations: i64, abstained: i64, thumbs_up: i64) -> ArmFigures {
        ArmFigures {
            arm,
            conversations,
            abstained,
            handed_over: 0,
            resolved_alone: 0,
            ratings: 0,
            rating_mean: None,
            rating_variance: None,
            answers: conversations,
            grounded: 0,
            grounding_mean: None,
            grounding_variance: None,
            thumbs_up,
            thumbs_down: 40 - thumbs_up,
            tokens_mean: Some(900.0),
            tokens_variance: Some(400.0),
            cost_mean: Some(0.0),
            cost_variance: Some(0.0),
            unpriced: 0,
            timed: conversations,
            took_ms: Some(800.0),
            took_ms_low: Some(700.0),
            took_ms_high: Some(900.0),
        }
    }

    fn of(found: &[Compared], measure: Measure) -> &Compared {
        found.iter().find(|one| one.measure == measure).unwrap()
    }

    #[test]
    fn what_is_better_depends_on_the_measure_and_on_how_sure_it_is() {
        let found = compared(&[figures(Arm::A, 400, 200, 10), figures(Arm::B, 400, 100, 30)]);
        let abstained = of(&found, Measure::Abstained);
        assert_eq!(abstained.verdict, Verdict::BBetter);
        assert_eq!(
            abstained.difference.map(|difference| difference.value),
            Some(-0.25)
        );
        assert_eq!(of(&found, Measure::ThumbsUp).verdict, Verdict::BBetter);
        assert_eq!(of(&found, Measure::Tokens).verdict, Verdict::NoDifference);
        assert_eq!(of(&found, Measure::Csat).verdict, Verdict::TooFew);
        let found = compared(&[figures(Arm::A, 400, 100, 30), figures(Arm::B, 400, 101, 10)]);
        assert_eq!(of(&found, Measure::ThumbsUp).verdict, Verdict::ABetter);
        assert_eq!(of(&found, Measure::Abstained).verdict, Verdict::NoDifference);
    }

    #[test]
    fn nothing_is_said_of_few() {
        let few = CONVERSATIONS_LEAST - 1;
        let found = compared(&[figures(Arm::A, few, few, 0), figures(Arm::B, 9_000, 0, 40)]);
        assert!(
            found.iter().all(|one| one.verdict == Verdict::TooFew),
            "{found:?}"
        );
        let alone = compared(&[figures(Arm::A, 400, 100, 30)]);
        assert!(
            alone
                .iter()
                .all(|one| one.b.is_none() && one.verdict == Verdict::TooFew)
        );
        let mut rare = figures(Arm::B, 400, 100, 0);
        rare.thumbs_down = VALUES_LEAST - 1;
        let found = compared(&[figures(Arm::A, 400, 100, 40), rare]);
        assert_eq!(of(&found, Measure::ThumbsUp).verdict, Verdict::TooFew);
    }

    #[test]
    fn a_cost_that_is_not_known_is_not_told() {
        let mut unpriced = figures(Arm::B, 400, 100, 30);
        unpriced.unpriced = 1;
        let found = compared(&[figures(Arm::A, 400, 100, 30), unpriced]);
        let cost = of(&found, Measure::Cost);
        assert_eq!(
            (cost.a.is_some(), cost.b, cost.verdict),
            (true, None, Verdict::TooFew)
        );
    }
}
