//! Golden questions, and what became of them each time they were asked.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{DocumentId, GoldenQuestionId, JobId, SpaceId},
    queries::{
        golden::{self, GoldenQuestion, GoldenResult, GoldenRun},
        spaces,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, KnowledgeRead, KnowledgeWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::golden::{self as questions, GoldenError, Written},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// Runs that are listed, the newest first.
const LISTED: i32 = 50;

/// A question and what is expected of its answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoldenWords {
    /// At most 2,000 characters.
    question: String,
    /// Name of the document that must be found.
    source: Option<String>,
    /// What must be said: at most ten of 200 characters. With no source at least one.
    #[serde(default)]
    facts: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenQuestionView {
    #[schema(value_type = Uuid)]
    id: GoldenQuestionId,
    #[schema(value_type = Uuid)]
    space: SpaceId,
    question: String,
    source: Option<String>,
    /// The document of that name; absent where the space has none.
    #[schema(value_type = Option<Uuid>)]
    document: Option<DocumentId>,
    facts: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenRunView {
    /// That of its job.
    #[schema(value_type = Uuid)]
    id: JobId,
    #[schema(value_type = Uuid)]
    space: SpaceId,
    /// `asked`, `knowledge` or `settings`.
    cause: &'static str,
    /// Whether answers were written, and not only searched for.
    answers: bool,
    knowledge_version: i64,
    questions: i32,
    passed: i32,
    /// Passed in the run before and not in this one.
    regressed: i32,
    /// The other way round.
    mended: i32,
    /// The run before, of the same kind.
    #[schema(value_type = Option<Uuid>)]
    compared_with: Option<JobId>,
    started_at: DateTime<Utc>,
    /// The counts are 0 until then.
    finished_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenResultView {
    question: GoldenQuestionView,
    passed: bool,
    /// In the run it is compared with; absent where it was not asked there in these words.
    passed_before: Option<bool>,
    abstained: bool,
    /// Of the expected source, from 1.
    source_place: Option<i16>,
    /// Facts that were not said.
    missing: Vec<String>,
    answer: Option<String>,
    grounding: Option<f32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenRunDetails {
    run: GoldenRunView,
    /// First what got worse, then what else is missing, then the rest.
    results: Vec<GoldenResultView>,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ask {
    /// Whether to write answers, which costs what answers cost.
    answers: bool,
}

impl From<GoldenQuestion> for GoldenQuestionView {
    fn from(question: GoldenQuestion) -> Self {
        Self {
            id: question.id,
            space: question.space_id,
            question: question.question,
            source: question.source,
            document: question.document_id,
            facts: question.facts,
            created_at: question.created_at,
            updated_at: question.updated_at,
        }
    }
}

impl From<GoldenRun> for GoldenRunView {
    fn from(run: GoldenRun) -> Self {
        Self {
            id: run.id,
            space: run.space_id,
            cause: run.cause.as_str(),
            answers: run.answers,
            knowledge_version: run.knowledge_version,
            questions: run.questions,
            passed: run.passed,
            regressed: run.regressed,
            mended: run.mended,
            compared_with: run.compared_with,
            started_at: run.started_at,
            finished_at: run.finished_at,
        }
    }
}

impl From<GoldenResult> for GoldenResultView {
    fn from(result: GoldenResult) -> Self {
        Self {
            question: result.question.into(),
            passed: result.passed,
            passed_before: result.passed_before,
            abstained: result.abstained,
            source_place: result.source_place,
            missing: result.missing,
            answer: result.answer,
            grounding: result.grounding,
        }
    }
}

impl From<GoldenWords> for Written {
    fn from(words: GoldenWords) -> Self {
        Self {
            question: words.question,
            source: words.source,
            facts: words.facts,
        }
    }
}

fn refused(error: GoldenError) -> Problem {
    match error {
        GoldenError::Unsound(detail) => Problem::new(Code::InvalidRequest, detail),
        GoldenError::Twice => Problem::new(Code::Conflict, "the space has this question"),
        GoldenError::Store(error) => problem(error),
    }
}

/// `GET /api/chat-spaces/{id}/golden-questions`, oldest first.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/golden-questions", tag = "golden questions", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = List<GoldenQuestionView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, db) = (*path, services.db.tenant(caller.tenant));
    let found = db.read(async |conn| {
        spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
        golden::list(conn, space).await
    });
    let items = found.await.map_err(problem)?;
    let items = items.into_iter().map(GoldenQuestionView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// `POST /api/chat-spaces/{id}/golden-questions`.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/golden-questions", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path)), request_body = GoldenWords,
    responses((status = 201, body = GoldenQuestionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn add(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<GoldenWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let added = questions::add(&db, *path, body.into_inner().into(), services.clock.now()).await;
    Ok(HttpResponse::Created().json(GoldenQuestionView::from(added.map_err(refused)?)))
}

/// `PUT /api/golden-questions/{id}`: what it found before is not compared with any more.
#[utoipa::path(
    put, path = "/api/golden-questions/{id}", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path)), request_body = GoldenWords,
    responses((status = 200, body = GoldenQuestionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<GoldenQuestionId>,
    body: web::Json<GoldenWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let changed = questions::change(&db, *path, body.into_inner().into(), services.clock.now()).await;
    Ok(HttpResponse::Ok().json(GoldenQuestionView::from(changed.map_err(refused)?)))
}

/// `DELETE /api/golden-questions/{id}`.
#[utoipa::path(
    delete, path = "/api/golden-questions/{id}", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<GoldenQuestionId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    questions::remove(&db, *path).await.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/chat-spaces/{id}/golden-runs`: asks them all now.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/golden-runs", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path)), request_body = Ask,
    responses((status = 202, description = "The job that asks them; the run has its id"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn ask(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<Ask>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let job = questions::ask(&db, *path, body.answers, services.clock.now()).await;
    let job = job.map_err(problem)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Accepted().json(json!({ "job": { "id": job } })))
}

/// `GET /api/chat-spaces/{id}/golden-runs`, the newest first.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/golden-runs", tag = "golden questions", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = List<GoldenRunView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn runs(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, db) = (*path, services.db.tenant(caller.tenant));
    let found = db.read(async |conn| {
        spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
        golden::runs(conn, space, LISTED).await
    });
    let items = found.await.map_err(problem)?;
    let items = items.into_iter().map(GoldenRunView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// `GET /api/golden-runs/{id}`, with what each question found.
#[utoipa::path(
    get, path = "/api/golden-runs/{id}", tag = "golden questions", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = GoldenRunDetails), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn run(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<JobId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        let run = golden::run(conn, *path).await?;
        Ok::<_, StoreError>((run, golden::results(conn, *path).await?))
    });
    let (run, results) = found.await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(GoldenRunDetails {
        run: run.into(),
        results: results.into_iter().map(GoldenResultView::from).collect(),
    }))
}
