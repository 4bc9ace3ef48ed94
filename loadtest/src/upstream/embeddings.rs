//! `/v1/embeddings`: words hashed into a vector, so that texts with common words are near.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::prompt::tokens;

/// `text-embedding-3-small`, where the request names no dimension.
const DIMENSIONS: usize = 1_536;
const MAX_DIMENSIONS: u64 = 4_096;
const MAX_INPUTS: usize = 2_048;

/// The answer and the tokens it bills, or what is wrong with the request.
pub(super) fn answer(request: &Value) -> Result<(Value, u64), &'static str> {
    let inputs: Vec<&str> = match request.get("input") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or("input must be texts")?,
        _ => return Err("input is missing"),
    };
    if inputs.is_empty() || inputs.len() > MAX_INPUTS {
        return Err("input must hold 1 to 2048 texts");
    }
    let dimensions = request
        .get("dimensions")
        .and_then(Value::as_u64)
        .filter(|d| (1..=MAX_DIMENSIONS).contains(d));
    let dimensions = dimensions
        .and_then(|d| usize::try_from(d).ok())
        .unwrap_or(DIMENSIONS);
    let billed: u64 = inputs.iter().map(|text| tokens(text)).sum();
    let data: Vec<Value> = inputs
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text, dimensions)}))
        .collect();
    let usage = json!({"prompt_tokens": billed, "total_tokens": billed});
    Ok((
        json!({"object": "list", "data": data, "model": request.get("model"), "usage": usage}),
        billed,
    ))
}

fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0_f32; dimensions];
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    for word in words.map(str::to_lowercase) {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        // Each word lights a few places, half of them negative, as random projections do.
        for part in 0..8_u64 {
            let bits =
                hasher.finish().rotate_left(u32::try_from(part * 8).unwrap_or(0)) ^ (part * 0x9E37_79B9);
            let place = usize::try_from(bits >> 1).unwrap_or(0) % dimensions;
            if let Some(value) = vector.get_mut(place) {
                *value += if bits & 1 == 0 { 1.0 } else { -1.0 };
            }
        }
    }
    let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|v| *v /= length);
    } else if let Some(first) = vector.first_mut() {
        *first = 1.0;
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_near() {
        let near = |a: &str, b: &str| -> f32 {
            vector(a, 384)
                .iter()
                .zip(vector(b, 384))
                .map(|(x, y)| x * y)
                .sum()
        };
        assert!(
            near("refund within five days", "five days for a refund")
                > near("refund within five days", "robot arm")
        );
        assert!((near("a b", "a b") - 1.0).abs() < 1e-5);
        assert_eq!(
            answer(&json!({"input": ["a", "b"], "dimensions": 8})).unwrap().0["data"][1]["index"],
            1
        );
        assert!(answer(&json!({"input": 3})).is_err());
    }
}
