//! How much a word of the question tells: the rarer it is in the space, the more.

use parlance_store::queries::search::Term;

use crate::kernel::text::stop;

/// What is left of the weight of a word that is frequent in any text.
const FREQUENT: f64 = 0.35;

/// The words of a question with their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    searched: Vec<(String, f64)>,
    /// Weights of the words that no passage has.
    unknown: f64,
    strange: bool,
}

impl Terms {
    /// Words to search for, with their weights.
    pub fn searched(&self) -> impl Iterator<Item = (String, f64)> + '_ {
        self.searched.iter().cloned()
    }

    /// Whether the question names a code (four digits or more, a year apart) that no passage has.
    #[must_use]
    pub fn strange(&self) -> bool {
        self.strange
    }

    /// The share of the question's weight whose words occur, given whether each searched word
    /// does. A question without words is not covered by anything.
    #[must_use]
    pub fn coverage(&self, matches: &[bool]) -> f64 {
        let all: f64 = self.searched.iter().map(|(_, weight)| weight).sum::<f64>() + self.unknown;
        let found: f64 = self
            .searched
            .iter()
            .zip(matches)
            .filter(|(_, occurs)| **occurs)
            .map(|((_, weight), _)| weight)
            .sum();
        if all > 0.0 { found / all } else { 0.0 }
    }
}

/// Weighs each word as BM25 does (Robertson and Spärck Jones' inverse document frequency,
/// kept positive): ln(1 + (N − n + ½) / (n + ½)). Searches for the `most` weightiest that occur.
#[must_use]
pub fn weigh(terms: &[Term], most: usize) -> Terms {
    let mut weighed = Terms::default();
    for term in terms {
        let weight = inverse_document_frequency(term.passages, term.of) * share(&term.lexeme);
        if term.passages > 0 {
            weighed.searched.push((term.lexeme.clone(), weight));
        } else {
            weighed.unknown += weight;
            weighed.strange |= is_code(&term.lexeme);
        }
    }
    weighed.searched.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    weighed.searched.truncate(most);
    weighed
}

fn is_code(lexeme: &str) -> bool {
    let digits = lexeme.trim_start_matches('-');
    let year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    digits.len() >= 4 && !year && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Words met in any question (`work`, `many`, `make`) say little even where they are rare.
fn share(lexeme: &str) -> f64 {
    if stop::weak(lexeme).is_some() {
        FREQUENT
    } else {
        1.0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of passages stay far below 2^52"
)]
fn inverse_document_frequency(passages: i64, of: i64) -> f64 {
    let (n, all) = (passages as f64, of.max(passages) as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(lexeme: &str, passages: i64) -> Term {
        Term {
            lexeme: lexeme.into(),
            passages,
            of: 100,
        }
    }

    #[test]
    fn rare_words_weigh_more_and_unknown_ones_are_not_searched() {
        let terms = weigh(&[term("order", 90), term("lithium", 2), term("xyzzy", 0)], 16);
        let searched: Vec<_> = terms.searched().collect();
        assert_eq!(searched[0].0, "lithium");
        assert!(searched[0].1 > 10.0 * searched[1].1, "{searched:?}");
        assert_eq!(searched.len(), 2);
        assert!(
            terms.coverage(&[true, true]) < 0.6,
            "an unknown word counts as missing"
        );
        assert!(terms.coverage(&[false, true]) < 0.02);
    }

    #[test]
    fn a_code_that_no_passage_has_is_strange_and_a_year_is_not() {
        assert!(weigh(&[term("un", 3), term("3480", 0)], 16).strange());
        assert!(
            !weigh(
                &[term("3480", 1), term("2024", 0), term("43", 0), term("e03", 0)],
                16
            )
            .strange()
        );
    }

    #[test]
    fn a_question_of_stop_words_is_covered_by_nothing() {
        assert!(weigh(&[], 16).coverage(&[]).abs() < f64::EPSILON);
    }
}
