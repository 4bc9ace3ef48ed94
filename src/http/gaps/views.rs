//! What is told of gaps.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ConversationId, DocumentId, MessageId, QuestionClusterId, SpaceId},
    queries::questions::{Asked, GapReason, GapState},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::gaps::{Told, preview},
    http::views::{JobRef, List},
    kernel::words,
};

/// Questions of one meaning of which some were not answered well, counted over the days that are asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    #[schema(value_type = uuid::Uuid)]
    id: QuestionClusterId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    /// The question that is nearest to all of them.
    question: String,
    #[schema(value_type = words::GapState)]
    state: GapState,
    /// What answers it, or did until nothing was found again.
    document: Option<GapDocument>,
    /// Who answered, dismissed or opened it, as they were called then.
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    /// Questions of this meaning, answered well or not.
    asked: i64,
    /// Those that were not answered well.
    questions: i64,
    /// The same of as many days before.
    before: i64,
    reasons: GapReasonCounts,
    /// The same over the days, in twelve even steps.
    trend: Vec<i64>,
    last_asked: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct GapDocument {
    #[schema(value_type = uuid::Uuid)]
    id: DocumentId,
    title: String,
}

/// Why questions are a gap; one may have several reasons.
#[derive(Debug, Serialize, ToSchema)]
struct GapReasonCounts {
    /// Nothing relevant enough was found.
    abstained: i64,
    /// The answer was supported by its sources by less than 0.5.
    low_grounding: i64,
    /// The visitor's thumb went down.
    thumbs_down: i64,
    /// A person was asked for after it.
    handed_over: i64,
}

/// A gap, and the questions that were not answered well.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapDetails {
    pub(super) gap: GapView,
    pub(super) questions: List<AskedView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskedView {
    /// The visitor's message.
    #[schema(value_type = uuid::Uuid)]
    message: MessageId,
    #[schema(value_type = uuid::Uuid)]
    conversation: ConversationId,
    text: String,
    asked_at: DateTime<Utc>,
    #[schema(value_type = Vec<words::GapReason>)]
    reasons: Vec<GapReason>,
    /// How far the answer was supported, 0 to 1; absent where there was none to be checked.
    grounding: Option<f32>,
}

/// An answer that is proposed. Nothing is published.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapDraft {
    pub(super) question: String,
    pub(super) text: String,
    /// Who wrote it; absent where it is what an agent said, word for word.
    pub(super) model: Option<String>,
    /// How far the agents' replies support it, 0 to 1; absent where it is one of them.
    pub(super) grounding: Option<f32>,
    /// The resolved conversations it is drawn from.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub(super) conversations: Vec<ConversationId>,
}

/// What an answer would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapPreview {
    /// The question that is answered, then the newest of the gap.
    questions: Vec<TriedView>,
    /// Golden questions, 100 at most: whether they pass, searched for.
    golden: Vec<TriedGoldenView>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TriedView {
    question: String,
    before: FaresView,
    after: FaresView,
}

#[derive(Debug, Serialize, ToSchema)]
struct FaresView {
    /// Whether something relevant enough is found: else the bot says that it does not know.
    found: bool,
    /// Place of the answer among what is found, from 1.
    rank: Option<usize>,
    /// How far what is found says the answer, 0 to 1.
    grounding: f32,
}

#[derive(Debug, Serialize, ToSchema)]
struct TriedGoldenView {
    question: String,
    before: bool,
    after: bool,
}

/// A gap that is answered, and the document that answers it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapAnswered {
    #[schema(value_type = uuid::Uuid)]
    pub(super) document: DocumentId,
    /// Reads it; absent where it is the same as before.
    pub(super) job: Option<JobRef>,
}

impl From<Told> for GapView {
    fn from(told: Told) -> Self {
        let Told { gap, trend } = told;
        Self {
            id: gap.id,
            space: gap.space_id,
            question: gap.question,
            state: gap.state,
            document: gap.document_id.map(|id| GapDocument {
                id,
                title: gap.document_title.unwrap_or_default(),
            }),
            decided_by: gap.decided_by,
            decided_at: gap.decided_at,
            asked: gap.asked,
            questions: gap.questions,
            before: gap.before,
            reasons: GapReasonCounts {
                abstained: gap.abstained,
                low_grounding: gap.low_grounding,
                thumbs_down: gap.thumbs_down,
                handed_over: gap.handed_over,
            },
            trend: trend.to_vec(),
            last_asked: gap.last_asked,
        }
    }
}

impl From<Asked> for AskedView {
    fn from(asked: Asked) -> Self {
        Self {
            message: asked.message_id,
            conversation: asked.conversation_id,
            text: asked.text,
            asked_at: asked.asked_at,
            reasons: asked.reasons,
            grounding: asked.grounding,
        }
    }
}

impl From<preview::Preview> for GapPreview {
    fn from(tried: preview::Preview) -> Self {
        let fares = |fares: preview::Fares| FaresView {
            found: fares.found,
            rank: fares.rank,
            grounding: fares.grounding,
        };
        let questions = tried.questions.into_iter().map(|tried| TriedView {
            question: tried.question,
            before: fares(tried.before),
            after: fares(tried.after),
        });
        let golden = tried.golden.into_iter().map(|tried| TriedGoldenView {
            question: tried.question,
            before: tried.before,
            after: tried.after,
        });
        Self {
            questions: questions.collect(),
            golden: golden.collect(),
        }
    }
}
