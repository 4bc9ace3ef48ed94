//! An answer that is kept: whether it is worth it, whether it holds for another wording, and how it
//! is said again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::super::{
    claim::Claim,
    grounding::{Grounder, SourceText},
    pending::Pending,
    source_link::Place,
    stream::AnswerEvent,
    turn::{Cited, Outcome, ProgressSink},
};
use crate::{
    domain::{
        conversations::event::MessageState,
        retrieval::{Passage, Retrieval},
    },
    kernel::{
        text::{
            stop::Weak,
            words::{Kind, words},
        },
        vector::dot,
    },
};

/// Support from which a claim counts as supported.
const SUPPORTED: f32 = 0.5;
/// Mean support of an answer that is kept.
const GROUNDED: f32 = 0.6;
/// Bytes of an answer that is kept.
const TEXT_MAX: usize = 16 << 10;
/// Cosine of two questions that ask the same, at least. Words decide before (`docs/adr/0012…`).
pub const NEAR: f32 = 0.8;
/// Share of a question's words that a claim has to have, with the headings of what it cites.
const ABOUT: f32 = 0.5;

/// What was answered. The question is not in it.
#[derive(Debug)]
pub struct Kept {
    /// Of the question.
    vector: Vec<f32>,
    at: DateTime<Utc>,
    model: String,
    text: String,
    claims: Vec<Claim>,
    grounding: f32,
    cited: Vec<Cited>,
}

impl Kept {
    /// What `outcome` answered to the question with this vector; none where it is not worth being
    /// said again: it must be whole, cite, and each of its claims be supported.
    #[must_use]
    pub fn of(outcome: &Outcome, vector: Vec<f32>, at: DateTime<Utc>) -> Option<Self> {
        let grounding = outcome.grounding.filter(|grounding| *grounding >= GROUNDED)?;
        let model = outcome.model.clone()?;
        let supported = outcome.claims.iter().all(|claim| claim.support >= SUPPORTED);
        let whole = outcome.state == MessageState::Complete && !outcome.abstained;
        let cites = !outcome.cited.is_empty() && !outcome.claims.is_empty();
        (whole && cites && supported && outcome.text.len() <= TEXT_MAX).then(|| Self {
            vector,
            at,
            model,
            text: outcome.text.clone(),
            claims: outcome.claims.clone(),
            grounding,
            cited: outcome.cited.clone(),
        })
    }

    /// When it was answered.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        let claim = |claim: &Claim| size_of::<Claim>() + claim.sources.len() * size_of::<u32>();
        let cited = |cited: &Cited| {
            let citation = &cited.citation;
            let url = citation.url.as_ref().map_or(0, String::len);
            size_of::<Cited>() + citation.title.len() + citation.excerpt.len() + url + cited.spot.size()
        };
        size_of::<Self>()
            + size_of_val(self.vector.as_slice())
            + self.model.len()
            + self.text.len()
            + self.claims.iter().map(claim).sum::<usize>()
            + self.cited.iter().map(cited).sum::<usize>()
    }

    /// Whether it answers `question` too, for which this was `found`: the questions are near in
    /// meaning, all that is cited was found again, supports each claim, and one of the claims speaks
    /// of what is asked.
    #[must_use]
    pub fn holds_for(&self, question: &str, found: &Retrieval) -> bool {
        let near = found
            .vector
            .as_ref()
            .is_some_and(|vector| vector.len() == self.vector.len() && dot(vector, &self.vector) >= NEAR);
        if !near {
            return false;
        }
        let again: Option<Vec<(u32, &Passage)>> = self
            .cited
            .iter()
            .map(|cited| {
                let passage = found
                    .passages
                    .iter()
                    .find(|passage| passage.id == cited.passage)?;
                Some((cited.citation.n, passage))
            })
            .collect();
        let Some(sources) = again else { return false };
        let texts: Vec<SourceText> = sources
            .iter()
            .map(|(number, passage)| SourceText {
                number: *number,
                text: passage.context.clone(),
            })
            .collect();
        let grounder = Grounder::new(texts);
        let text: Vec<u16> = self.text.encode_utf16().collect();
        let said =
            |claim: &Claim| String::from_utf16_lossy(text.get(claim.start..claim.end).unwrap_or_default());
        let asked = telling(question);
        let mut speaks_of_it = false;
        for claim in &self.claims {
            let said = said(claim);
            if grounder.support(&said, &claim.sources) < SUPPORTED {
                return false;
            }
            let cited = sources
                .iter()
                .filter(|(number, _)| claim.sources.contains(number));
            speaks_of_it |= about(&asked, &said, cited.map(|(_, passage)| *passage));
        }
        speaks_of_it
    }

    /// Says it again into `outcome`, its sources as they open for whoever asks now.
    pub async fn say(
        &self,
        outcome: &mut Outcome,
        begun: Instant,
        place: &Place<'_>,
        sink: &mut impl ProgressSink,
    ) {
        outcome.cached = true;
        outcome.model = Some(self.model.clone());
        outcome.grounding = Some(self.grounding);
        outcome.cited = self
            .cited
            .iter()
            .cloned()
            .map(|cited| opening_at(cited, place))
            .collect();
        let mut pending = Pending::new(std::time::Duration::ZERO, begun);
        let claims = self.claims.iter().cloned().map(AnswerEvent::Claim);
        pending.add(
            std::iter::once(AnswerEvent::Delta(self.text.clone()))
                .chain(claims)
                .collect(),
        );
        pending.flush(outcome, sink).await;
    }
}

fn opening_at(mut cited: Cited, place: &Place<'_>) -> Cited {
    cited.citation.url = Some(place.of(&cited.spot));
    cited
}

/// The stems of the words that tell what is asked.
fn telling(text: &str) -> BTreeSet<String> {
    let words = words(text).into_iter();
    words
        .filter(|word| word.has_meaning() && word.kind != Kind::Weak(Weak::Frequent))
        .map(|word| word.stem)
        .collect()
}

/// Whether a claim, with title and headings of what it cites, has enough of what is asked.
#[expect(clippy::cast_precision_loss, reason = "words of one question")]
fn about<'a>(asked: &BTreeSet<String>, claim: &str, cited: impl Iterator<Item = &'a Passage>) -> bool {
    let mut has = telling(claim);
    for passage in cited {
        has.extend(telling(&passage.title));
        has.extend(passage.heading.iter().flat_map(|heading| telling(heading)));
    }
    let met = asked.intersection(&has).count();
    !asked.is_empty() && met as f32 >= ABOUT * asked.len() as f32
}
