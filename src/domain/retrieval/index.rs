//! The knowledge of a space in memory: the same search as `store::queries::search`, passage for
//! passage, without asking the database. It is exact too: every vector is compared, and every
//! passage that has one of the words is scored.

use std::{cmp::Ordering, collections::HashMap, ops::Range};

use parlance_store::queries::{
    index::SearchedPassage,
    search::{StoredPassage, Term},
};

use super::{
    fuse::{self, Candidate, Legs},
    words::{KeptWords, Words},
};
use crate::kernel::vector::{dot, normalised};

/// Σ 1/n²: what `ts_rank` divides by, so that a word is worth less than 1 however often it occurs.
const RANK_LIMIT: f64 = 1.644_934_066_85;

/// What to search for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The question's vector; none where there is none.
    pub vector: Option<&'a [f32]>,
    /// Lexemes with their weights.
    pub terms: &'a [(String, f64)],
    /// Candidates of each leg.
    pub leg: usize,
    /// Candidates that come back by reciprocal rank of both legs, the `LEADERS` of each leg among them.
    pub pool: usize,
}

/// Everything that is searched in one space.
#[derive(Debug)]
pub struct Index {
    version: i64,
    /// In order of their ids.
    passages: Vec<Entry>,
    /// One row for each passage that has a vector, of length 1.
    vectors: Vec<f32>,
    dimensions: usize,
    /// By lexeme the passages that have it, in order.
    postings: HashMap<Box<str>, Box<[Posting]>>,
}

#[derive(Debug)]
struct Entry {
    stored: StoredPassage,
    /// Bytes of the context that are the passage itself.
    text: Range<usize>,
    above: KeptWords,
    words: KeptWords,
    /// Its row of `vectors`.
    row: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Posting {
    /// Place in `passages`.
    passage: u32,
    /// What Postgres' `ts_rank` gives the passage for this lexeme alone.
    rank: f32,
}

impl Index {
    /// `passages` are all of a space, in order of their ids, when its knowledge had `version` or
    /// was newer.
    #[must_use]
    pub fn new(version: i64, passages: Vec<SearchedPassage>) -> Self {
        let dimensions = passages.iter().find_map(|passage| passage.vector.as_ref());
        let dimensions = dimensions.map_or(0, Vec::len);
        let mut postings: HashMap<Box<str>, Vec<Posting>> = HashMap::new();
        let mut vectors = Vec::new();
        let mut entries = Vec::with_capacity(passages.len());
        for (passage, number) in passages.into_iter().zip(0..) {
            for (lexeme, times) in passage.lexemes {
                let rank = rank(times);
                let posting = Posting {
                    passage: number,
                    rank,
                };
                postings.entry(lexeme.into()).or_default().push(posting);
            }
            let vector = passage.vector.filter(|vector| vector.len() == dimensions);
            let row = vector.map(|vector| {
                vectors.extend(normalised(vector));
                vectors.len() / dimensions - 1
            });
            entries.push(Entry::new(passage.passage, row));
        }
        Self {
            version,
            passages: entries,
            vectors,
            dimensions,
            postings: postings
                .into_iter()
                .map(|(lexeme, postings)| (lexeme, postings.into()))
                .collect(),
        }
    }

    /// The version the knowledge had at least when it was read.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Bytes it takes, about.
    #[must_use]
    pub fn size(&self) -> usize {
        let passages: usize = self.passages.iter().map(Entry::size).sum();
        let of_lexeme = 2 * size_of::<(Box<str>, Box<[Posting]>)>();
        let lexemes: usize = self.postings.keys().map(|lexeme| lexeme.len() + of_lexeme).sum();
        let posted: usize = self
            .postings
            .values()
            .map(|postings| size_of_val(&**postings))
            .sum();
        passages + size_of_val(&*self.vectors) + lexemes + posted
    }

    /// How many passages have each lexeme.
    #[must_use]
    pub fn terms(&self, lexemes: &[String]) -> Vec<Term> {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let term = |lexeme: &String| Term {
            lexeme: lexeme.clone(),
            passages: count(self.postings_of(lexeme).len()),
            of: count(self.passages.len()),
        };
        lexemes.iter().map(term).collect()
    }

    fn postings_of(&self, lexeme: &str) -> &[Posting] {
        self.postings.get(lexeme).map_or(&[], |postings| &**postings)
    }

    /// The best candidates of both legs.
    #[must_use]
    pub fn search(&self, sought: &Sought<'_>) -> Vec<Candidate<'_>> {
        let cosines = self.cosines(sought.vector);
        let scores = self.text_scores(sought.terms);
        let mut legs: HashMap<usize, Legs> = HashMap::new();
        for (passage, place) in best(cosines.iter().copied(), sought.leg).into_iter().zip(1..) {
            legs.entry(passage).or_default().near = Some(place);
        }
        let worded = best(
            scores.iter().map(|(passage, score)| (*passage, *score)),
            sought.leg,
        );
        for (passage, place) in worded.into_iter().zip(1..) {
            let text_score = scores.get(&passage).copied();
            let legs = legs.entry(passage).or_default();
            (legs.worded, legs.text_score) = (Some(place), text_score);
        }
        // A fused rank is below 1: leaders come before all others.
        let worth = |legs: &Legs| legs.fused() + f64::from(u8::from(legs.leads()));
        best(
            legs.iter().map(|(passage, legs)| (*passage, worth(legs))),
            sought.pool,
        )
        .into_iter()
        .filter_map(|number| {
            let entry = self.passages.get(number)?;
            let has = |(lexeme, _): &(String, f64)| {
                let postings = self.postings_of(lexeme);
                postings
                    .binary_search_by(|posting| (posting.passage as usize).cmp(&number))
                    .is_ok()
            };
            Some(Candidate {
                passage: &entry.stored,
                text: entry.stored.context.get(entry.text.clone()).unwrap_or_default(),
                above: Words::Kept(&entry.above),
                words: Words::Kept(&entry.words),
                cosine: cosines
                    .binary_search_by_key(&number, |(passage, _)| *passage)
                    .ok()
                    .and_then(|at| cosines.get(at))
                    .map_or(0.0, |(_, cosine)| *cosine),
                matches: sought.terms.iter().map(has).collect(),
                legs: legs.get(&number).copied().unwrap_or_default(),
            })
        })
        .collect()
    }

    /// The cosine of each passage that has a vector, in order.
    fn cosines(&self, vector: Option<&[f32]>) -> Vec<(usize, f64)> {
        let Some(vector) = vector.filter(|vector| vector.len() == self.dimensions && !vector.is_empty())
        else {
            return Vec::new();
        };
        let vector = normalised(vector.to_vec());
        let cosine = |(number, entry): (usize, &Entry)| {
            let from = entry.row? * self.dimensions;
            let row = self.vectors.get(from..from + self.dimensions)?;
            Some((number, f64::from(dot(row, &vector))))
        };
        self.passages.iter().enumerate().filter_map(cosine).collect()
    }

    /// The score of each passage that has one of the words.
    fn text_scores(&self, terms: &[(String, f64)]) -> HashMap<usize, f64> {
        let mut scores: HashMap<usize, f64> = HashMap::new();
        for (lexeme, weight) in terms {
            for posting in self.postings_of(lexeme) {
                *scores.entry(posting.passage as usize).or_default() += weight * f64::from(posting.rank);
            }
        }
        scores
    }
}

impl Entry {
    fn new(stored: StoredPassage, row: Option<usize>) -> Self {
        let text = fuse::text(&stored);
        let from = text.as_ptr() as usize - stored.context.as_ptr() as usize;
        Self {
            above: KeptWords::of(&fuse::above(&stored)),
            words: KeptWords::of(text),
            text: from..from + text.len(),
            stored,
            row,
        }
    }

    fn size(&self) -> usize {
        let stored = &self.stored;
        let heading: usize = stored
            .heading
            .iter()
            .map(|heading| heading.len() + size_of::<String>())
            .sum();
        let texts = stored.context.len() + stored.title.len() + stored.name.len() + stored.media_type.len();
        size_of::<Self>()
            + texts
            + heading
            + stored.source_url.as_ref().map_or(0, String::len)
            + self.above.size()
            + self.words.size()
    }
}

/// The `most` highest scores, best first; of equal ones the passage with the lower id.
fn best(scores: impl IntoIterator<Item = (usize, f64)>, most: usize) -> Vec<usize> {
    let mut scores: Vec<(usize, f64)> = scores.into_iter().collect();
    let order = |a: &(usize, f64), b: &(usize, f64)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    if scores.len() > most && most > 0 {
        scores.select_nth_unstable_by(most - 1, order);
    }
    scores.truncate(most);
    scores.sort_unstable_by(order);
    scores.into_iter().map(|(passage, _)| passage).collect()
}

/// `ts_rank` of a single lexeme that occurs `times` times, every place worth the same: Σ 1/n² up to
/// `times`, over its limit. Rounded as Postgres rounds, so that ranks that are equal there are here.
fn rank(times: u16) -> f32 {
    let sum: f32 = (1..=times).map(|n| 1.0 / (f32::from(n) * f32::from(n))).sum();
    let sum = 1.0 + sum - 1.0;
    #[expect(clippy::cast_possible_truncation, reason = "ts_rank is a float4")]
    let rank = (f64::from(sum) / RANK_LIMIT) as f32;
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_go_by_id_and_no_more_than_asked_for_come_back() {
        let scores = || [(3, 1.0), (1, 1.0), (2, 2.0), (0, 0.5)];
        assert_eq!(best(scores(), 3), [2, 1, 3]);
        assert_eq!(best(scores(), 9), [2, 1, 3, 0]);
        assert!(best(scores(), 0).is_empty());
    }

    #[test]
    fn an_empty_space_finds_nothing() {
        let index = Index::new(1, Vec::new());
        let terms = [("refund".to_owned(), 1.0)];
        let sought = Sought {
            vector: Some(&[1.0, 0.0]),
            terms: &terms,
            leg: 50,
            pool: 32,
        };
        assert!(index.search(&sought).is_empty());
    }
}
