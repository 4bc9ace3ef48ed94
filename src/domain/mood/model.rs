//! A linear model of valence over what the rules found and the sentence embedding: ridge regression,
//! fitted by `parlance train-mood`, which writes `data/weights.bin`.

use std::sync::LazyLock;

use super::rules::FEATURES;
use crate::kernel::vector::dot;

/// Length of the vectors of all-MiniLM-L6-v2.
const EMBEDDING: usize = 384;
/// An embedding has length 1, so each of its numbers is small beside a feature.
const SCALE: f32 = 1.5;
/// Valences are fitted within ±2 of the gold's ±4: few are beyond, and how far does not matter.
pub(super) const RANGE: f32 = 2.0;

/// Little-endian numbers of four bytes: a weight for each input.
const WEIGHTS: &[u8] = include_bytes!("data/weights.bin");

/// What the model sees: features, embedding, and a 1 for the constant. `None` for an embedding of
/// another length.
pub(super) fn inputs(features: &[f32; FEATURES], embedding: &[f32]) -> Option<Vec<f32>> {
    let scaled = embedding.iter().map(|number| number * SCALE);
    let inputs = features.iter().copied().chain(scaled).chain([1.0]);
    (embedding.len() == EMBEDDING).then(|| inputs.collect())
}

/// −1 to 1; `None` for an embedding of another length.
pub(super) fn valence(features: &[f32; FEATURES], embedding: &[f32]) -> Option<f32> {
    static PARSED: LazyLock<Vec<f32>> = LazyLock::new(|| {
        let (numbers, _) = WEIGHTS.as_chunks::<4>();
        numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()
    });
    let inputs = inputs(features, embedding)?;
    Some((dot(&PARSED, &inputs) / RANGE).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_finite_weight_for_each_input() {
        let inputs = inputs(&[0.0; FEATURES], &[0.0; EMBEDDING]).unwrap();
        let (numbers, rest) = WEIGHTS.as_chunks::<4>();
        assert_eq!((numbers.len(), rest.len()), (inputs.len(), 0));
        assert!(
            numbers
                .iter()
                .all(|number| f32::from_le_bytes(*number).is_finite())
        );
    }

    #[test]
    fn an_embedding_of_another_length_is_left_out() {
        assert_eq!(valence(&[0.0; FEATURES], &[0.1; 1536]), None);
    }
}
