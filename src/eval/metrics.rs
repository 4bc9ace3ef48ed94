//! The figures of retrieval, as Chroma's chunking evaluation defines them (Smith and Troynikov,
//! "Evaluating Chunking Strategies for Retrieval", 2024) where it does.

use super::data::Span;

/// What one question scored.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// A hit among the first five.
    pub hit_at_5: f64,
    /// 1 / place of the first hit among the first ten, else 0.
    pub reciprocal_rank: f64,
    /// Of the first five passages: shared with the references / in either, by character.
    pub iou: f64,
    /// Share of the references' characters in the first five passages.
    pub coverage: f64,
}

/// Scores the passages found for a question, best first. A passage is a hit when it shares at
/// least one character with a reference.
#[must_use]
pub fn score(found: &[Span], references: &[Span]) -> Score {
    let hit = |passage: &Span| references.iter().any(|span| span.overlap(*passage) > 0);
    let first = found.iter().take(10).position(hit);
    let five: Vec<Span> = found.iter().copied().take(5).collect();
    let wanted = total(&merged(references));
    let shared = shared(&merged(&five), &merged(references));
    // A character that two passages hold counts twice, as in the original: repeating costs.
    let shown: usize = five.iter().map(|span| span.len()).sum();
    let either = shown + wanted - shared;
    Score {
        hit_at_5: if first.is_some_and(|place| place < 5) {
            1.0
        } else {
            0.0
        },
        reciprocal_rank: first.map_or(0.0, |place| ratio(1, place + 1)),
        iou: ratio(shared, either),
        coverage: ratio(shared, wanted),
    }
}

/// The mean of each figure.
#[must_use]
pub fn mean(scores: &[Score]) -> Score {
    let of = |figure: fn(&Score) -> f64| {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand questions at most")]
        let count = scores.len().max(1) as f64;
        scores.iter().map(figure).sum::<f64>() / count
    };
    Score {
        hit_at_5: of(|score| score.hit_at_5),
        reciprocal_rank: of(|score| score.reciprocal_rank),
        iou: of(|score| score.iou),
        coverage: of(|score| score.coverage),
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of texts stay far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn merged(spans: &[Span]) -> Vec<Span> {
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|span| span.start);
    let mut merged: Vec<Span> = Vec::new();
    for span in sorted {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

fn total(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.len()).sum()
}

fn shared(a: &[Span], b: &[Span]) -> usize {
    a.iter()
        .flat_map(|one| b.iter().map(|other| one.overlap(*other)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    #[test]
    fn the_first_hit_decides_the_rank_and_all_five_the_overlap() {
        let found = [span(100, 200), span(0, 100), span(300, 400)];
        let scored = score(&found, &[span(50, 150)]);
        assert!((scored.reciprocal_rank - 1.0).abs() < 1e-9);
        assert!((scored.iou - 100.0 / 300.0).abs() < 1e-9);
        assert!((scored.coverage - 1.0).abs() < 1e-9);
        let second = score(&found, &[span(10, 20)]);
        assert!((second.reciprocal_rank - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_sixth_is_no_hit_at_five_but_has_a_rank() {
        let found: Vec<Span> = (0..6).map(|n| span(n * 10, n * 10 + 10)).collect();
        let scored = score(&found, &[span(52, 55)]);
        assert!(scored.hit_at_5.abs() < 1e-9);
        assert!((scored.reciprocal_rank - 1.0 / 6.0).abs() < 1e-9);
        assert!(scored.iou.abs() < 1e-9);
    }

    #[test]
    fn repeating_a_passage_costs_overlap() {
        let once = score(&[span(0, 10)], &[span(0, 10)]);
        let twice = score(&[span(0, 10), span(0, 10)], &[span(0, 10)]);
        assert!(once.iou > twice.iou);
    }
}
