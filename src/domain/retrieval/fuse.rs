//! One order out of two legs. The database takes the best of both by reciprocal rank (Cormack,
//! Clarke, Büttcher 2009); here how near each is in meaning, and how it words the question, are
//! added up. The text score has chosen by then: how often a word occurs tells less than where.

use parlance_store::{
    ids::PassageId,
    queries::search::{LEADERS, StoredPassage},
};

use super::{
    rarity::Terms,
    wording::{self, Text, Wording},
    words::Words,
};

/// What counts how much, each factor 0 to 1. `Default` is the middle of the best of many tried on
/// the labelled questions of `docs/RETRIEVAL.md`, in round numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Of the cosine.
    pub vector: f64,
    /// Of the best sentence, see [`Wording::sentence`].
    pub sentence: f64,
    /// Of the best two sentences, see [`Wording::stretch`].
    pub stretch: f64,
    /// Of the nearness of neighbouring words, see [`Wording::closeness`].
    pub closeness: f64,
    /// Of the question's own sequence of words, see [`Wording::quoted`].
    pub quoted: f64,
    /// Of its numbers, see [`Wording::numbers`].
    pub numbers: f64,
    /// Of the sentences about it, see [`Wording::spread`].
    pub spread: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            vector: 7.0,
            sentence: 5.0,
            stretch: 1.0,
            closeness: 4.0,
            quoted: 7.0,
            numbers: 3.0,
            spread: 2.0,
        }
    }
}

impl Weights {
    /// What speaks for a passage, added up.
    fn score(&self, cosine: f64, wording: &Wording) -> f64 {
        self.vector * cosine.max(0.0)
            + self.sentence * wording.sentence
            + self.stretch * wording.stretch
            + self.closeness * wording.closeness
            + self.quoted * wording.quoted
            + self.numbers * wording.numbers
            + self.spread * wording.spread
    }
}

/// Where the legs have a passage; nowhere where it is not among the best of a leg.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Legs {
    /// Its place by nearness, from 1.
    pub near: Option<u32>,
    /// Its place by words, from 1.
    pub worded: Option<u32>,
    /// What that place goes by: `ts_rank` per term times the term's weight, added up.
    pub text_score: Option<f64>,
}

/// The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009).
const FUSION: f64 = 60.0;

impl Legs {
    /// What a passage becomes a candidate by: its reciprocal rank in both legs.
    #[must_use]
    pub fn fused(&self) -> f64 {
        let reciprocal = |place: Option<u32>| place.map_or(0.0, |place| 1.0 / (FUSION + f64::from(place)));
        reciprocal(self.near) + reciprocal(self.worded)
    }

    /// Whether it is among the best of a leg, and so a candidate whatever the other leg says.
    #[must_use]
    pub fn leads(&self) -> bool {
        let leads = |place: Option<u32>| place.is_some_and(|place| place as usize <= LEADERS);
        leads(self.near) || leads(self.worded)
    }
}

/// A passage that one of the legs found.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub passage: &'a StoredPassage,
    /// Its text within its context.
    pub text: &'a str,
    /// The words of title and headings, and those of the text.
    pub above: Words<'a>,
    pub words: Words<'a>,
    /// Cosine of the angle to the question, −1 to 1; 0 where one has no vector.
    pub cosine: f64,
    /// Per term of the search, in its order: whether it occurs. More may follow, all false.
    pub matches: Vec<bool>,
    pub legs: Legs,
}

/// A candidate with its place in the common order.
#[derive(Clone, Debug)]
pub struct Ranked<'a> {
    pub candidate: Candidate<'a>,
    pub score: f64,
    /// See [`super::Passage::coverage`].
    pub coverage: f64,
    pub wording: Wording,
}

/// Orders candidates by what speaks for them together, best first.
#[must_use]
pub fn fuse<'a>(
    question: &str,
    candidates: Vec<Candidate<'a>>,
    terms: &Terms,
    weights: &Weights,
) -> Vec<Ranked<'a>> {
    let texts: Vec<Text<'_>> = candidates
        .iter()
        .map(|found| Text {
            above: found.above,
            text: found.words,
        })
        .collect();
    let wordings = wording::compare(question, &texts);
    let mut ranked: Vec<Ranked<'a>> = candidates
        .into_iter()
        .zip(wordings)
        .map(|(candidate, wording)| Ranked {
            score: weights.score(candidate.cosine, &wording),
            coverage: terms.coverage(&candidate.matches),
            wording,
            candidate,
        })
        .collect();
    ranked.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| {
            a.candidate
                .passage
                .passage_id
                .cmp(&b.candidate.passage.passage_id)
        })
    });
    ranked
}

/// What stands above a passage: its document's title and its headings.
#[must_use]
pub fn above(passage: &StoredPassage) -> String {
    format!("{}. {}", passage.title, passage.heading.join(". "))
}

/// The passage within its context.
#[must_use]
pub fn text(passage: &StoredPassage) -> &str {
    let chars = |n: i32| usize::try_from(n).unwrap_or(0);
    let ascii = passage.context.is_ascii();
    let byte = |text: &str, n: usize| {
        if ascii {
            return n.min(text.len());
        }
        text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
    };
    let from = byte(
        &passage.context,
        chars(passage.start_char - passage.context_start),
    );
    let rest = passage.context.get(from..).unwrap_or_default();
    rest.get(..byte(rest, chars(passage.end_char - passage.start_char)))
        .unwrap_or_default()
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Kept,
    /// It says the same as a better one that was kept: the same words, or mostly the same stretch of
    /// a document.
    Repeats(PassageId),
    /// Enough better ones were kept.
    Surplus,
}

/// Keeps the first `most` that do not repeat one before; a verdict each, in order.
#[must_use]
pub fn without_repeats(ranked: &[Ranked<'_>], most: usize) -> Vec<Verdict> {
    let mut kept: Vec<(&Candidate<'_>, Vec<String>)> = Vec::with_capacity(most);
    let mut verdicts = Vec::with_capacity(ranked.len());
    for Ranked { candidate, .. } in ranked {
        if kept.len() == most {
            verdicts.push(Verdict::Surplus);
            continue;
        }
        let words: Vec<String> = candidate
            .text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let repeated = kept
            .iter()
            .find(|(other, said)| *said == words || mostly_within(candidate.passage, other.passage));
        match repeated {
            Some((other, _)) => verdicts.push(Verdict::Repeats(other.passage.passage_id)),
            None => {
                kept.push((candidate, words));
                verdicts.push(Verdict::Kept);
            }
        }
    }
    verdicts
}

/// Whether more than half of `a` stands in `b`.
fn mostly_within(a: &StoredPassage, b: &StoredPassage) -> bool {
    if a.document_id != b.document_id {
        return false;
    }
    let shared = a.end_char.min(b.end_char) - a.start_char.max(b.start_char);
    shared * 2 > a.end_char - a.start_char
}
