//! What is done with vectors: embeddings are compared by the cosine of their angle, which is the dot
//! product where both have length 1.

/// The dot product, in eight sums side by side, which the processor adds at once. What one of them
/// is longer than the other does not count.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let both = a.len().min(b.len());
    let (a, b) = (&a[..both], &b[..both]);
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Scaled to length 1; one of length 0 stays as it is.
#[must_use]
pub fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_product_of_any_length() {
        for length in [0_u8, 1, 7, 8, 9, 24, 31] {
            let a: Vec<f32> = (0..length).map(f32::from).collect();
            let expected: f32 = a.iter().map(|x| x * x).sum();
            assert!((dot(&a, &a) - expected).abs() < 1e-3, "{length}");
        }
        assert!((dot(&[1.0, 2.0, 3.0], &[4.0]) - 4.0).abs() < 1e-6);
    }

    #[test]
    fn normalised_vectors_have_length_one_and_nothing_stays_nothing() {
        let unit = normalised(vec![3.0, 4.0]);
        assert!((dot(&unit, &unit) - 1.0).abs() < 1e-6);
        assert_eq!(normalised(vec![0.0, 0.0]), [0.0, 0.0]);
    }
}
