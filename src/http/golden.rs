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
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, KnowledgeRead, KnowledgeWrite},
    views::{JobRef, List},
};
use crate::{
    actors::services::Services,
    domain::golden::{self as questions, GoldenError, Written},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Runs that are listed, the newest first.
const LISTED: i32 = 50;

/// A question and what is expected of its answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoldenWords {
    #[schema(min_length = 1, max_length = 2_000)]
    question: String,
    /// Name of the document that must be found.
    #[schema(max_length = 500)]
    source: Option<String>,
    /// What must be said, each in at most 200 characters. With no source at least one.
    #[serde(default)]
    #[schema(max_items = 10)]
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
    #[schema(value_type = words::GoldenCause)]
    cause: &'static str,
    /// Whether answers were written, and not only searched for.
    answers: bool,
    knowledge_version: i64,
    /// The version of the space whose AI settings were used; absent where they were those of the time.
    version: Option<i64>,
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
    /// What the answer cost, nano-dollars; absent where that is not known, or none was written.
    cost_nanos: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GoldenRunDetails {
    run: GoldenRunView,
    /// First what got worse, then what else is missing, then the rest.
    results: Vec<GoldenResultView>,
}

/// That they are being asked.
#[derive(Serialize, ToSchema)]
struct Asked {
    job: JobRef,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ask {
    /// Whether to write answers, which costs what answers cost.
    answers: bool,
    /// The version of the space under whose AI settings they are asked; absent, the present ones.
    #[schema(minimum = 1)]
    version: Option<i64>,
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
            version: run.version,
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
            cost_nanos: result.cost_nanos,
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

/// List a space's golden questions.
///
/// Oldest first.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/golden-questions", operation_id = "list_golden_questions", tag = "golden questions", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
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

/// Add a golden question.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/golden-questions", operation_id = "add_golden_question", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = GoldenWords, example = json!({ "question": "How long is the warranty?", "source": "warranty.md", "facts": ["two years"] })),
    responses((status = 201, body = GoldenQuestionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn add(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<GoldenWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let added = questions::add(
        &db,
        &caller,
        *path,
        body.into_inner().into(),
        services.clock.now(),
    )
    .await;
    Ok(HttpResponse::Created().json(GoldenQuestionView::from(added.map_err(refused)?)))
}

/// Change a golden question.
///
/// What it found before is not compared with any more.
#[utoipa::path(
    put, path = "/api/golden-questions/{id}", operation_id = "change_golden_question", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The golden question")),
    request_body(content = GoldenWords, example = json!({ "question": "How long does the warranty last?", "facts": ["two years"] })),
    responses((status = 200, body = GoldenQuestionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<GoldenQuestionId>,
    body: web::Json<GoldenWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let changed = questions::change(
        &db,
        &caller,
        *path,
        body.into_inner().into(),
        services.clock.now(),
    )
    .await;
    Ok(HttpResponse::Ok().json(GoldenQuestionView::from(changed.map_err(refused)?)))
}

/// Delete a golden question.
#[utoipa::path(
    delete, path = "/api/golden-questions/{id}", operation_id = "delete_golden_question", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The golden question")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<GoldenQuestionId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let removed = questions::remove(&db, &caller, *path, services.clock.now()).await;
    removed.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask all golden questions now.
///
/// The run has the id of its job.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/golden-runs", operation_id = "ask_golden_questions", tag = "golden questions", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = Ask, example = json!({ "answers": false, "version": 1 })),
    responses((status = 202, body = Asked), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn ask(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<Ask>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let (answers, version) = (body.answers, body.version);
    let job = questions::ask(&db, &caller, *path, answers, version, services.clock.now()).await;
    let job = job.map_err(refused)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Accepted().json(Asked {
        job: JobRef { id: job },
    }))
}

/// List a space's golden runs.
///
/// The newest first, 50 at most.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/golden-runs", operation_id = "list_golden_runs", tag = "golden questions", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
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

/// Get a golden run.
///
/// With what each question found.
#[utoipa::path(
    get, path = "/api/golden-runs/{id}", operation_id = "get_golden_run", tag = "golden questions", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The run")),
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
