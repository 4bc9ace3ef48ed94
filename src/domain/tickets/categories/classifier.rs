//! Learns categories from examples: multinomial logistic regression on sentence embeddings, from one
//! example of a category to hundreds. Pure.
//!
//! The loss is the mean cross-entropy with an L2 penalty, minimised by accelerated gradient descent
//! (Nesterov 1983) for a fixed number of rounds. The constants were chosen by cross-validation; how good
//! it is is in `docs/ROUTING.md`.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::softmax;
use parlance_store::ids::TicketCategoryId;

use super::score::{self, Evidence};
use crate::kernel::vector::dot;

/// Embeddings have length 1; they are stretched to this length, which makes the rounds reach far enough.
const LENGTH: f32 = 20.0;
/// Strength of the penalty, in examples.
const PENALTY: f32 = 10.0;
const ROUNDS: usize = 150;
/// Rounds of finding how steep the loss may be.
const STEEPNESS_ROUNDS: usize = 20;
/// Those find a little less than there is.
const STEEPNESS_MARGIN: f32 = 1.05;
/// What a description counts for, in examples.
pub const DESCRIPTION_WEIGHT: f32 = 1.0;

/// A text somebody said the category of.
#[derive(Clone, Debug)]
pub struct Labelled {
    pub category: TicketCategoryId,
    /// Of length 1.
    pub vector: Vec<f32>,
    /// How many examples it counts for.
    pub weight: f32,
}

/// A category that a text may be of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    pub category: TicketCategoryId,
    /// The chance that it is right, 0 to 1; see [`score`].
    pub score: f32,
}

/// What was learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classifier {
    learned: Vec<Learned>,
}

#[derive(Clone, Debug, PartialEq)]
struct Learned {
    category: TicketCategoryId,
    weights: Vec<f32>,
    bias: f32,
    examples: Vec<Vec<f32>>,
}

impl Classifier {
    /// Learns; categories without an example are not known to it. Takes seconds for thousands of examples:
    /// not for a thread that others wait for. Vectors of another length than the first are passed over.
    ///
    /// # Errors
    /// Where memory or the algebra fails.
    pub fn learn(mut examples: Vec<Labelled>) -> Result<Self> {
        let length = examples.first().map_or(0, |first| first.vector.len());
        examples.retain(|example| example.vector.len() == length && example.weight > 0.0);
        let mut categories: Vec<TicketCategoryId> = examples.iter().map(|one| one.category).collect();
        categories.sort_unstable();
        categories.dedup();
        if categories.is_empty() {
            return Ok(Self { learned: Vec::new() });
        }
        let weights = train(&examples, &categories, length)?;
        let learned = categories.iter().zip(weights);
        let learned = learned.map(|(category, mut weights)| {
            let bias = weights.pop().unwrap_or_default();
            weights.iter_mut().for_each(|weight| *weight *= LENGTH);
            let own = examples.iter().filter(|one| one.category == *category);
            Learned {
                category: *category,
                weights,
                bias,
                examples: own.map(|one| one.vector.clone()).collect(),
            }
        });
        Ok(Self {
            learned: learned.collect(),
        })
    }

    /// The categories a text of this vector may be of, the likeliest first.
    #[must_use]
    pub fn rank(&self, vector: &[f32]) -> Vec<Guess> {
        let logits: Vec<f32> = self
            .learned
            .iter()
            .map(|one| dot(&one.weights, vector) + one.bias)
            .collect();
        let best_but = |but: usize| {
            let others = logits.iter().enumerate().filter(|(at, _)| *at != but);
            others.map(|(_, logit)| *logit).max_by(f32::total_cmp)
        };
        let guess = |(at, (one, logit)): (usize, (&Learned, &f32))| Guess {
            category: one.category,
            score: score::of(&Evidence {
                likeness: one
                    .examples
                    .iter()
                    .map(|example| dot(example, vector))
                    .fold(-1.0, f32::max),
                margin: best_but(at).map(|other| logit - other),
                examples: one.examples.len(),
            }),
        };
        let mut guesses: Vec<Guess> = self.learned.iter().zip(&logits).enumerate().map(guess).collect();
        guesses.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.category.cmp(&b.category)));
        guesses
    }

    /// Bytes of memory.
    #[must_use]
    pub fn size(&self) -> usize {
        let of = |one: &Learned| {
            size_of::<Learned>() + one.weights.len() * (1 + one.examples.len()) * size_of::<f32>()
        };
        self.learned.iter().map(of).sum()
    }
}

/// The weights of each category, its bias last.
fn train(examples: &[Labelled], categories: &[TicketCategoryId], length: usize) -> Result<Vec<Vec<f32>>> {
    let (rows, columns) = (examples.len(), length + 1);
    let mut inputs = Vec::with_capacity(rows * columns);
    let mut targets = vec![0.0_f32; rows * categories.len()];
    for (row, example) in targets.chunks_exact_mut(categories.len()).zip(examples) {
        inputs.extend(example.vector.iter().map(|x| x * LENGTH));
        inputs.push(1.0);
        if let Ok(at) = categories.binary_search(&example.category)
            && let Some(target) = row.get_mut(at)
        {
            *target = 1.0;
        }
    }
    let counts: Vec<f32> = examples.iter().map(|example| example.weight).collect();
    let total: f32 = counts.iter().sum();
    let device = Device::Cpu;
    let inputs = Tensor::from_vec(inputs, (rows, columns), &device)?;
    let targets = Tensor::from_vec(targets, (rows, categories.len()), &device)?;
    // Each row's share of the mean.
    let shares = Tensor::from_vec(counts, (rows, 1), &device)?.affine(1.0 / f64::from(total), 0.0)?;
    let transposed = inputs.broadcast_mul(&shares)?.t()?.contiguous()?;

    let penalty = f64::from(PENALTY / total);
    let step = 1.0 / (0.5 * f64::from(steepness(&inputs, &transposed)?) + penalty);
    let mut weights = Tensor::zeros((columns, categories.len()), candle_core::DType::F32, &device)?;
    let (mut ahead, mut momentum) = (weights.clone(), 1.0_f64);
    for _ in 0..ROUNDS {
        let errors = (softmax(&inputs.matmul(&ahead)?, D::Minus1)? - &targets)?;
        let slope = (transposed.matmul(&errors)? + ahead.affine(penalty, 0.0)?)?;
        let next = (&ahead - slope.affine(step, 0.0)?)?;
        let faster = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
        let onwards = (&next - &weights)?.affine((momentum - 1.0) / faster, 0.0)?;
        ahead = (&next + onwards)?;
        (weights, momentum) = (next, faster);
    }
    weights.t()?.contiguous()?.to_vec2::<f32>()
}

/// The largest eigenvalue of the inputs' second moment, by power iteration: twice what bounds how fast the
/// slope changes (Böhning 1992).
fn steepness(inputs: &Tensor, transposed: &Tensor) -> Result<f32> {
    let mut direction = Tensor::ones((inputs.dim(D::Minus1)?, 1), candle_core::DType::F32, &Device::Cpu)?;
    let mut steepness = 0.0;
    for _ in 0..STEEPNESS_ROUNDS {
        let next = transposed.matmul(&inputs.matmul(&direction)?)?;
        steepness = next.sqr()?.sum_all()?.to_scalar::<f32>()?.sqrt();
        direction = next.affine(1.0 / f64::from(steepness.max(f32::MIN_POSITIVE)), 0.0)?;
    }
    Ok(steepness * STEEPNESS_MARGIN)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::vector::normalised;

    fn labelled(category: u128, vector: [f32; 4]) -> Labelled {
        Labelled {
            category: Uuid::from_u128(category).into(),
            vector: normalised(vector.to_vec()),
            weight: 1.0,
        }
    }

    fn three() -> Classifier {
        let examples = vec![
            labelled(1, [1.0, 0.1, 0.0, 0.0]),
            labelled(1, [1.0, 0.0, 0.1, 0.0]),
            labelled(2, [0.0, 1.0, 0.1, 0.0]),
            labelled(2, [0.1, 1.0, 0.0, 0.0]),
            labelled(3, [0.0, 0.1, 1.0, 0.0]),
        ];
        Classifier::learn(examples).expect("learned")
    }

    #[test]
    fn what_is_alike_is_of_one_category() {
        let learned = three();
        for (vector, expected) in [
            ([0.9, 0.2, 0.1, 0.1], 1),
            ([0.2, 0.9, 0.0, 0.1], 2),
            ([0.0, 0.2, 0.9, 0.1], 3),
        ] {
            let ranked = learned.rank(&normalised(vector.to_vec()));
            assert_eq!(ranked.len(), 3);
            assert_eq!(ranked[0].category.0.as_u128(), expected);
            assert!(ranked[0].score > 0.5 && ranked[1].score < 0.5, "{ranked:?}");
        }
    }

    #[test]
    fn what_is_like_nothing_is_of_no_category() {
        let ranked = three().rank(&[0.0, 0.0, 0.0, 1.0]);
        assert!(ranked[0].score < 0.1, "{ranked:?}");
    }

    #[test]
    fn one_category_is_told_from_everything_else() {
        let learned = Classifier::learn(vec![labelled(1, [1.0, 0.0, 0.0, 0.0])]).expect("learned");
        let score = |vector: [f32; 4]| learned.rank(&normalised(vector.to_vec()))[0].score;
        assert!(score([1.0, 0.1, 0.0, 0.0]) > 0.5);
        assert!(score([0.0, 1.0, 0.0, 0.0]) < 0.1);
    }

    #[test]
    fn nothing_is_learned_from_nothing() {
        let learned = Classifier::learn(Vec::new()).expect("learned");
        assert!(learned.rank(&[1.0, 0.0]).is_empty());
        let other_length = vec![
            labelled(1, [1.0, 0.0, 0.0, 0.0]),
            Labelled {
                category: Uuid::from_u128(2).into(),
                vector: vec![1.0],
                weight: 1.0,
            },
        ];
        let learned = Classifier::learn(other_length).expect("learned");
        assert_eq!(learned.rank(&[1.0, 0.0, 0.0, 0.0]).len(), 1);
    }

    #[test]
    fn more_of_one_category_moves_the_border() {
        let between = normalised(vec![1.0, 1.0, 0.0, 0.0]);
        let few = vec![
            labelled(1, [1.0, 0.0, 0.0, 0.0]),
            labelled(2, [0.0, 1.0, 0.0, 0.0]),
        ];
        let mut taught = few.clone();
        taught.extend((0..5).map(|_| labelled(2, [1.0, 1.0, 0.0, 0.0])));
        let score = |examples| {
            let ranked = Classifier::learn(examples).expect("learned").rank(&between);
            ranked
                .into_iter()
                .find(|one| one.category.0.as_u128() == 2)
                .expect("known")
                .score
        };
        assert!(score(taught) > score(few) + 0.1);
    }
}
