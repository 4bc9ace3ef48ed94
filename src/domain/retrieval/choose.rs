//! The step from candidates to what comes back: order, repeats, the floor.

use parlance_store::queries::search;

use super::{
    Passage, RetrievalSettings,
    explain::Considered,
    fuse::{self, Candidate, Legs, Ranked, Verdict},
    rarity::Terms,
    words::Words,
};

/// What [`choose`] makes of the candidates.
pub(super) struct Chosen {
    pub passages: Vec<Passage>,
    /// Nothing is relevant enough.
    pub abstained: bool,
    /// Empty where no reasons are asked for.
    pub candidates: Vec<Considered>,
}

/// Orders what was found and keeps the best, or nothing where that is not relevant enough.
pub(super) fn choose(
    question: &str,
    found: Vec<Candidate<'_>>,
    terms: &Terms,
    settings: &RetrievalSettings,
    reasons: bool,
) -> Chosen {
    let ranked = fuse::fuse(question, found, terms, &settings.weights);
    let verdicts = fuse::without_repeats(&ranked, settings.top_k);
    let judged = || ranked.iter().zip(&verdicts);
    let kept = judged().filter(|(_, verdict)| **verdict == Verdict::Kept);
    let mut passages: Vec<Passage> = kept.map(|(ranked, _)| passage(ranked)).collect();
    let abstained = !settings.floor.is_reached(&passages, terms.strange());
    if abstained {
        passages.clear();
    }
    let considered = |(ranked, verdict): (&Ranked<'_>, &Verdict)| {
        let passage = passage(ranked);
        Considered {
            reaches_floor: settings.floor.lets_pass(&passage, terms.strange()),
            passage,
            legs: ranked.candidate.legs,
            verdict: *verdict,
        }
    };
    Chosen {
        passages,
        abstained,
        candidates: match reasons {
            true => judged().map(considered).collect(),
            false => Vec::new(),
        },
    }
}

/// A candidate that the database found; `above` is what stands above it.
pub(super) fn stored<'a>(row: &'a search::Candidate, above: &'a str) -> Candidate<'a> {
    let text = fuse::text(&row.passage);
    Candidate {
        passage: &row.passage,
        text,
        above: Words::In(above),
        words: Words::In(text),
        cosine: row.cosine,
        matches: row.matches.clone(),
        legs: Legs {
            near: row.near_place.and_then(|place| u32::try_from(place).ok()),
            worded: row.worded_place.and_then(|place| u32::try_from(place).ok()),
            text_score: row.text_score,
        },
    }
}

fn passage(ranked: &Ranked<'_>) -> Passage {
    let found = ranked.candidate.passage.clone();
    Passage {
        id: found.passage_id,
        document: found.document_id,
        title: found.title,
        name: found.name,
        media_type: found.media_type,
        source_url: found.source_url,
        heading: found.heading,
        page: found.page.and_then(|page| u32::try_from(page).ok()),
        start_char: u32::try_from(found.start_char).unwrap_or(0),
        end_char: u32::try_from(found.end_char).unwrap_or(0),
        text: ranked.candidate.text.to_owned(),
        context: found.context,
        score: ranked.score,
        cosine: ranked.candidate.cosine,
        coverage: ranked.coverage,
        wording: ranked.wording,
    }
}
