//! Why a search found what it found, as JSON: for the playground.

use parlance_store::ids::{DocumentId, PassageId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    adapters::llm::{ChatRequest, Role, prompt},
    domain::{
        answering::tokens,
        retrieval::{
            explain::{Considered, Explained, ExplainedTerm},
            floor::Floor,
            fuse::Verdict,
        },
    },
};

/// How a question was searched, what was weighed, and what a model would be asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reasons {
    /// Its words as they are searched, in their order in the question.
    words: Vec<Word>,
    /// The 32 candidates of both legs, best first.
    candidates: Vec<Candidate>,
    floor: FloorView,
    /// What the space's first model would be asked. Absent where the bot would abstain.
    prompt: Option<Prompt>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Word {
    lexeme: String,
    /// Passages of the space that have it.
    passages: i64,
    /// All passages of the space.
    of: i64,
    /// What it counts in the text score, by rarity; absent where it is not searched for.
    weight: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Candidate {
    #[schema(value_type = Uuid)]
    id: PassageId,
    #[schema(value_type = Uuid)]
    document: DocumentId,
    title: String,
    heading: Vec<String>,
    page: Option<u32>,
    text: String,
    /// Its place in the order, from 1.
    place: usize,
    /// What the order goes by: cosine and wording, weighed and added up.
    score: f64,
    meaning: Meaning,
    text_match: TextMatch,
    /// Reciprocal rank of both legs (1 / (60 + place), added up), and its place by that among the
    /// candidates, from 1.
    fused: f64,
    fused_place: usize,
    wording: WordingView,
    reaches_floor: bool,
    /// `kept`; or dropped: `repeats` a better one, `surplus` to the limit, or `below_floor`, where no
    /// kept one of the first three reaches the floor.
    outcome: &'static str,
    /// The kept passage it repeats.
    #[schema(value_type = Option<Uuid>)]
    repeats: Option<PassageId>,
}

/// The leg of vectors.
#[derive(Debug, Serialize, ToSchema)]
struct Meaning {
    /// From 1; absent where it is not among the best 50.
    place: Option<u32>,
    /// −1 to 1.
    cosine: f64,
}

/// The leg of words.
#[derive(Debug, Serialize, ToSchema)]
struct TextMatch {
    place: Option<u32>,
    /// `ts_rank` of each word times its weight, added up.
    score: Option<f64>,
    /// Share of the question's words, weighed by rarity, 0 to 1.
    coverage: f64,
}

/// How it words the question, each 0 to 1; see docs/RETRIEVAL.md.
#[derive(Debug, Serialize, ToSchema)]
struct WordingView {
    sentence: f64,
    stretch: f64,
    closeness: f64,
    quoted: f64,
    numbers: f64,
    spread: f64,
    phrases: f64,
}

/// What one of the first three must reach: `near` by cosine; or `related` by cosine and `sentence`
/// by its best sentence; or `together`, the sum of cosine, sentence, phrases and half the coverage.
#[derive(Debug, Serialize, ToSchema)]
struct FloorView {
    near: f64,
    related: f64,
    sentence: f64,
    together: f64,
    reached: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Prompt {
    model: String,
    system: String,
    /// Roles alternate; the sources stand in the last.
    messages: Vec<PromptMessage>,
    max_tokens: u32,
    temperature: Option<f64>,
    /// Of all that is sent, by tiktoken's `o200k_base`; the upstream's own count differs a little.
    tokens: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct PromptMessage {
    /// `user` or `assistant`.
    role: &'static str,
    text: String,
    tokens: usize,
}

impl Reasons {
    /// `request` is what the first model would be asked, where one would be.
    pub fn new(explained: Explained, request: Option<&ChatRequest>) -> Self {
        let abstained = explained.retrieval.abstained;
        let mut fused: Vec<(PassageId, f64)> = explained
            .candidates
            .iter()
            .map(|found| (found.passage.id, found.legs.fused()))
            .collect();
        fused.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
        let fused_place = |id: PassageId| {
            fused
                .iter()
                .position(|(other, _)| *other == id)
                .map_or(0, |n| n + 1)
        };
        let candidates = explained.candidates.into_iter().zip(1..);
        Self {
            words: explained.terms.into_iter().map(Word::from).collect(),
            candidates: candidates
                .map(|(found, place)| {
                    let fused_place = fused_place(found.passage.id);
                    Candidate::new(found, place, fused_place, abstained)
                })
                .collect(),
            floor: FloorView::new(explained.floor, !abstained),
            prompt: request.map(Prompt::from),
        }
    }
}

impl From<ExplainedTerm> for Word {
    fn from(term: ExplainedTerm) -> Self {
        Self {
            lexeme: term.lexeme,
            passages: term.passages,
            of: term.of,
            weight: term.weight,
        }
    }
}

impl Candidate {
    fn new(found: Considered, place: usize, fused_place: usize, abstained: bool) -> Self {
        let Considered {
            passage,
            legs,
            verdict,
            reaches_floor,
        } = found;
        let (outcome, repeats) = match verdict {
            Verdict::Kept if abstained => ("below_floor", None),
            Verdict::Kept => ("kept", None),
            Verdict::Repeats(other) => ("repeats", Some(other)),
            Verdict::Surplus => ("surplus", None),
        };
        let wording = passage.wording;
        Self {
            id: passage.id,
            document: passage.document,
            title: passage.title,
            heading: passage.heading,
            page: passage.page,
            text: passage.text,
            place,
            score: passage.score,
            meaning: Meaning {
                place: legs.near,
                cosine: passage.cosine,
            },
            text_match: TextMatch {
                place: legs.worded,
                score: legs.text_score,
                coverage: passage.coverage,
            },
            fused: legs.fused(),
            fused_place,
            wording: WordingView {
                sentence: wording.sentence,
                stretch: wording.stretch,
                closeness: wording.closeness,
                quoted: wording.quoted,
                numbers: wording.numbers,
                spread: wording.spread,
                phrases: wording.phrases,
            },
            reaches_floor,
            outcome,
            repeats,
        }
    }
}

impl FloorView {
    /// A floor that lets everything pass has no finite values: zeros say so.
    fn new(floor: Floor, reached: bool) -> Self {
        let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
        Self {
            near: finite(floor.near),
            related: finite(floor.related),
            sentence: finite(floor.sentence),
            together: finite(floor.together),
            reached,
        }
    }
}

impl From<&ChatRequest> for Prompt {
    fn from(request: &ChatRequest) -> Self {
        let messages = prompt::turns(request).into_iter().map(|turn| PromptMessage {
            role: match turn.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            },
            tokens: tokens::count(&turn.text),
            text: turn.text,
        });
        Self {
            messages: messages.collect(),
            model: request.model.clone(),
            system: request.system.clone(),
            max_tokens: request.max_tokens,
            temperature: request.temperature,
            tokens: tokens::of_request(request),
        }
    }
}
