//! Knowledge gaps: what visitors ask and the bot does not answer well, and what is done about it.

mod views;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use parlance_store::{
    ids::{MessageId, QuestionClusterId, SpaceId},
    queries::questions::{self, Asked, GapFilter, GapSort, GapState, Range},
};
use serde::Deserialize;
use tracing::warn;
use utoipa::{IntoParams, ToSchema};

use self::views::{AskedView, GapAnswered, GapDetails, GapDraft, GapPreview, GapView};
use super::{
    analytics::period,
    cursor,
    documents::problem,
    permit::{Allowed, GapsRead, GapsWrite},
    views::{JobRef, List},
};
use crate::{
    actors::services::Services,
    domain::{
        gaps::{self, draft::DraftError, preview},
        knowledge::{
            ingest::IngestError,
            written::{MAX_TEXT, WrittenError},
        },
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

const PAGE: i32 = 50;
/// Gaps that are passed over at most: whoever looks further narrows the range.
const OFFSET_MOST: i32 = 10_000;

/// Which days are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GapDays {
    /// The first day, 400 days before the last at most; 30 days of them unless told.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
    /// Whose days they are: a zone of the IANA's list, `UTC` unless told.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
}

impl GapDays {
    fn range(&self, services: &Services) -> Result<Range, Problem> {
        Ok(period(self.from, self.to, self.tz.as_deref(), services.clock.now())?.range())
    }
}

/// Which gaps are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GapsQuery {
    /// What comes first: `count`, those with most questions; `trend`, those that grew most against as many
    /// days before; `newest`, those that were asked last. `count` unless told.
    #[param(inline, value_type = Option<words::GapSort>)]
    sort: Option<GapSort>,
    /// What became of them; all unless told.
    #[param(inline, value_type = Option<words::GapState>)]
    state: Option<GapState>,
    /// Gaps at most, 50 unless told.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<PAGE>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Which questions of a gap are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskedQuery {
    /// Questions at most, 50 unless told.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<PAGE>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A question with the answer that is to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GapAnswer {
    /// What the document is called; 500 characters at most.
    #[schema(min_length = 1, max_length = 500)]
    question: String,
    /// In Markdown.
    #[schema(min_length = 1)]
    answer: String,
}

type GapPath = web::Path<(SpaceId, QuestionClusterId)>;

/// List a space's knowledge gaps.
///
/// Questions of one meaning of which some were not answered well on the days that are asked for. What was just
/// asked is among them within seconds.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/gaps", operation_id = "list_gaps", tag = "gaps", security(("user" = ["knowledge:read", "conversations:read"]), ("key" = ["knowledge:read", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), GapsQuery, GapDays),
    responses((status = 200, body = List<GapView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<GapsRead>,
    path: web::Path<SpaceId>,
    query: web::Query<GapsQuery>,
    days: web::Query<GapDays>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.map_or(PAGE, PageSize::get);
    let offset = query.cursor.as_deref().map(str::parse::<i32>).transpose();
    let offset = offset.ok().map(Option::unwrap_or_default);
    let offset = offset
        .filter(|offset| (0..=OFFSET_MOST).contains(offset))
        .ok_or_else(cursor::unknown)?;
    let filter = GapFilter {
        space: *path,
        range: days.range(&services)?,
        state: query.state,
        sort: query.sort.unwrap_or(GapSort::Count),
        offset,
        limit,
    };
    let db = services.db.tenant(caller.tenant);
    let found = gaps::list(&db, &filter).await.map_err(problem)?;
    let full = i32::try_from(found.len()).is_ok_and(|found| found == limit);
    let next = Some(offset + limit).filter(|next| full && *next <= OFFSET_MOST);
    Ok(HttpResponse::Ok().json(List {
        items: found.into_iter().map(GapView::from).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// Get a knowledge gap.
///
/// With the questions that were not answered well, the newest first, on whatever day they were asked.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/gaps/{gap}", operation_id = "get_gap", tag = "gaps", security(("user" = ["knowledge:read", "conversations:read"]), ("key" = ["knowledge:read", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("gap" = uuid::Uuid, Path, description = "The gap"), AskedQuery, GapDays),
    responses((status = 200, body = GapDetails), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn gap(
    caller: Allowed<GapsRead>,
    path: GapPath,
    query: web::Query<AskedQuery>,
    days: web::Query<GapDays>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, id) = path.into_inner();
    let limit = query.limit.map_or(PAGE, PageSize::get);
    let before = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let before = before.map(|(at, id)| (at, MessageId(id)));
    let db = services.db.tenant(caller.tenant);
    let told = gaps::gap(&db, space, id, days.range(&services)?).await;
    let gap = GapView::from(told.map_err(problem)?);
    let page = db.read(async |conn| questions::page(conn, id, before, limit).await);
    let page: Vec<Asked> = page.await.map_err(problem)?;
    let full = i32::try_from(page.len()).is_ok_and(|found| found == limit);
    let last = page.last().filter(|_| full);
    let next = last.map(|last| cursor::encode(last.asked_at, last.message_id.0));
    let items = page.into_iter().map(AskedView::from).collect();
    Ok(HttpResponse::Ok().json(GapDetails {
        gap,
        questions: List { items, next },
    }))
}

/// Dismiss a knowledge gap.
///
/// It needs no answer, however often it is asked.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/gaps/{gap}/dismiss", operation_id = "dismiss_gap", tag = "gaps", security(("user" = ["knowledge:write", "conversations:read"]), ("key" = ["knowledge:write", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("gap" = uuid::Uuid, Path, description = "The gap")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn dismiss(
    caller: Allowed<GapsWrite>,
    path: GapPath,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    decide(&caller, &services, path.into_inner(), GapState::Dismissed).await
}

/// Open a knowledge gap again.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/gaps/{gap}/reopen", operation_id = "reopen_gap", tag = "gaps", security(("user" = ["knowledge:write", "conversations:read"]), ("key" = ["knowledge:write", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("gap" = uuid::Uuid, Path, description = "The gap")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn reopen(
    caller: Allowed<GapsWrite>,
    path: GapPath,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    decide(&caller, &services, path.into_inner(), GapState::Open).await
}

async fn decide(
    caller: &Allowed<GapsWrite>,
    services: &Services,
    (space, id): (SpaceId, QuestionClusterId),
    state: GapState,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let decided = gaps::decide(&db, caller, space, id, state, services.clock.now()).await;
    decided.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Draft an answer to a knowledge gap.
///
/// From what agents wrote to those who asked, in conversations that are resolved. It costs what a draft costs;
/// without a model that writes, an agent's own words are proposed. Read it before you publish it: it may speak
/// of one person.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/gaps/{gap}/draft", operation_id = "draft_gap_answer", tag = "gaps", security(("user" = ["knowledge:write", "conversations:read"]), ("key" = ["knowledge:write", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("gap" = uuid::Uuid, Path, description = "The gap")),
    responses((status = 200, body = GapDraft), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn draft(
    caller: Allowed<GapsWrite>,
    path: GapPath,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, id) = path.into_inner();
    let question = named(&caller, &services, space, id).await?;
    let db = services.db.tenant(caller.tenant);
    let (answerer, ingest) = (&services.answerer, &services.ingest);
    let drafted = gaps::draft::draft(answerer, ingest, &db, (space, id), &question).await;
    let drafted = drafted.map_err(|error| match error {
        DraftError::Nothing => Problem::new(Code::Conflict, error.to_string()),
        DraftError::Failed => Problem::new(Code::Busy, error.to_string()),
        DraftError::Store(error) => problem(error),
    })?;
    Ok(HttpResponse::Ok().json(GapDraft {
        question,
        text: drafted.text,
        model: drafted.model,
        grounding: drafted.grounding,
        conversations: drafted.conversations,
    }))
}

/// What the gap is called by.
async fn named(
    caller: &Allowed<GapsWrite>,
    services: &Services,
    space: SpaceId,
    id: QuestionClusterId,
) -> Result<String, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let range = Range { from: now, to: now };
    let found = db.read(async |conn| questions::gap(conn, space, id, range).await);
    Ok(found.await.map_err(problem)?.question)
}

/// See what an answer would change.
///
/// The questions of the gap and the golden questions are searched for as if the answer were published, and as
/// it is now. Nothing is kept, and visitors are answered as before.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/gaps/{gap}/preview", operation_id = "preview_gap_answer", tag = "gaps", security(("user" = ["knowledge:write", "conversations:read"]), ("key" = ["knowledge:write", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("gap" = uuid::Uuid, Path, description = "The gap")),
    request_body(content = GapAnswer, example = json!({ "question": "Do you repair boats?", "answer": "Yes, up to six metres." })),
    responses((status = 200, body = GapPreview), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn preview(
    caller: Allowed<GapsWrite>,
    path: GapPath,
    body: web::Json<GapAnswer>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, id) = path.into_inner();
    named(&caller, &services, space, id).await?;
    let made = gaps::document(&body.question, &body.answer).map_err(unsound)?;
    let db = services.db.tenant(caller.tenant);
    let answer = (body.question.as_str(), body.answer.as_str());
    let tried = preview::preview(
        &services.answerer,
        &services.ingest,
        &db,
        (space, id),
        answer,
        &made,
    );
    let tried = tried.await.map_err(untried)?;
    Ok(HttpResponse::Ok().json(GapPreview::from(tried)))
}

/// Answer a knowledge gap.
///
/// The answer becomes a document of the space's knowledge, named for its question; the same question again is a
/// new version of it. When nothing is found again after it was read, the gap is open again.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/gaps/{gap}/answer", operation_id = "answer_gap", tag = "gaps", security(("user" = ["knowledge:write", "conversations:read"]), ("key" = ["knowledge:write", "conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("gap" = uuid::Uuid, Path, description = "The gap")),
    request_body(content = GapAnswer, example = json!({ "question": "Do you repair boats?", "answer": "Yes, up to six metres." })),
    responses((status = 202, body = GapAnswered), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn answer(
    caller: Allowed<GapsWrite>,
    path: GapPath,
    body: web::Json<GapAnswer>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let made = gaps::document(&body.question, &body.answer).map_err(unsound)?;
    let db = services.db.tenant(caller.tenant);
    let taken = gaps::answer(&db, &caller, path.into_inner(), &made, services.clock.now()).await;
    let taken = taken.map_err(problem)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Accepted().json(GapAnswered {
        document: taken.document.id,
        job: taken.job.map(|id| JobRef { id }),
    }))
}

fn unsound(error: WrittenError) -> Problem {
    let detail = match error {
        WrittenError::Incomplete(_) => "give a question and its answer".to_owned(),
        WrittenError::LongQuestion(_) => "question: 500 characters at most".to_owned(),
        WrittenError::TooLong => format!("answer: {MAX_TEXT} bytes at most"),
        other => other.to_string(),
    };
    Problem::new(Code::InvalidRequest, detail)
}

fn untried(error: IngestError) -> Problem {
    match error {
        IngestError::Store(error) => problem(error),
        error if error.is_transient() => {
            warn!(%error, "an answer could not be tried");
            Problem::new(
                Code::Busy,
                "the answer cannot be tried just now: try again in a moment",
            )
        }
        error => Problem::new(Code::InvalidRequest, error.to_string()),
    }
}
