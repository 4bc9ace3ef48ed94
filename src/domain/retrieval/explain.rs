//! Why a question found what it found: every candidate with what both legs said of it and what
//! became of it. For people who tune a space; answers are made without it.

use parlance_store::queries::search::Term;

use super::{
    Passage, Retrieval,
    floor::Floor,
    fuse::{Legs, Verdict},
    rarity::Terms,
};

/// A retrieval with its reasons.
#[derive(Clone, Debug)]
pub struct Explained {
    pub retrieval: Retrieval,
    /// The question's words as they are searched, in their order in it.
    pub terms: Vec<ExplainedTerm>,
    /// Everything that was weighed, best first.
    pub candidates: Vec<Considered>,
    pub floor: Floor,
}

/// A word of the question.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedTerm {
    pub lexeme: String,
    /// Passages of the space that have it, and all of them.
    pub passages: i64,
    pub of: i64,
    /// What having it counts in the leg of words; none where it is not searched for: no passage
    /// has it, or enough rarer words are searched for.
    pub weight: Option<f64>,
}

/// A candidate with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Considered {
    pub passage: Passage,
    pub legs: Legs,
    pub verdict: Verdict,
    /// Whether it is relevant enough for the floor, of whatever rank.
    pub reaches_floor: bool,
}

/// Terms with the weights that were made of them.
pub(super) fn terms(counted: &[Term], weighed: &Terms) -> Vec<ExplainedTerm> {
    let weight = |lexeme: &str| weighed.searched().find(|(searched, _)| searched == lexeme);
    counted
        .iter()
        .map(|term| ExplainedTerm {
            lexeme: term.lexeme.clone(),
            passages: term.passages,
            of: term.of,
            weight: weight(&term.lexeme).map(|(_, weight)| weight),
        })
        .collect()
}
