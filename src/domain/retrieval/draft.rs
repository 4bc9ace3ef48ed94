//! Knowledge that is searched beside a space's for one question, and that no other question finds. What it
//! would find then differs from what it will find in one thing: of more than 32 candidates, those that the
//! draft would push out are weighed as well.

use parlance_store::{
    ids::DocumentId,
    queries::{index::SearchedPassage, search::Term},
};

use super::{
    fuse::Candidate,
    index::{Index, Sought},
};

/// Passages of a document that is not published.
#[derive(Debug)]
pub struct Draft {
    index: Index,
    passages: i64,
    /// The document it would take the place of: not found beside it.
    replaces: Option<DocumentId>,
}

impl Draft {
    #[must_use]
    pub fn new(passages: Vec<SearchedPassage>, replaces: Option<DocumentId>) -> Self {
        Self {
            passages: i64::try_from(passages.len()).unwrap_or(i64::MAX),
            index: Index::new(0, passages),
            replaces,
        }
    }

    /// How rare words are, the draft's passages among the others.
    pub(super) fn counted(&self, terms: &[Term]) -> Vec<Term> {
        let lexemes: Vec<String> = terms.iter().map(|term| term.lexeme.clone()).collect();
        let ours = self.index.terms(&lexemes);
        let both = |(theirs, ours): (&Term, Term)| Term {
            lexeme: ours.lexeme,
            passages: theirs.passages + ours.passages,
            of: theirs.of + self.passages,
        };
        terms.iter().zip(ours).map(both).collect()
    }

    /// Puts what is found in the draft among what was found.
    pub(super) fn join<'a>(&'a self, found: &mut Vec<Candidate<'a>>, sought: &Sought<'_>) {
        if let Some(replaced) = self.replaces {
            found.retain(|candidate| candidate.passage.document_id != replaced);
        }
        found.extend(self.index.search(sought));
    }
}
