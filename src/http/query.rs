//! Searching a space's knowledge by itself, without a model.

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    queries::{
        quotas::{self, Quota},
        spaces,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    documents::problem,
    permit::{Allowed, KnowledgeRead},
    reasons::Reasons,
};
use crate::{
    actors::services::Services,
    domain::{
        accounts::space::Space,
        answering::answerer::retrieval_settings,
        retrieval::{MAX_QUESTION_CHARS, Passage},
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

const MOST: i32 = 20;

/// What is looked for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Query {
    /// Id or slug of the space.
    space: String,
    /// A question.
    #[schema(min_length = 1, max_length = 2_000)]
    text: String,
    /// Passages, 20 at most; what the space gives its model unless told.
    #[schema(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<MOST>>,
    /// Whether to tell why: all candidates with both legs' scores, and what a model would be asked. It
    /// is told as for a visitor's question, with as many passages as the space gives its model; `limit`
    /// then only shortens the list.
    #[serde(default)]
    explain: bool,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// Best first; empty when abstained.
    passages: Vec<FoundPassage>,
    /// Nothing is relevant enough to answer from.
    abstained: bool,
    took_ms: f64,
    /// Where `explain` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Reasons>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPassage {
    #[schema(value_type = Uuid)]
    id: parlance_store::ids::PassageId,
    #[schema(value_type = Uuid)]
    document: parlance_store::ids::DocumentId,
    title: String,
    /// Headings above it, outermost first.
    heading: Vec<String>,
    /// From 1.
    page: Option<u32>,
    text: String,
    /// What the order goes by; comparable within one answer only.
    score: f64,
    /// How near it is in meaning, −1 to 1.
    cosine: f64,
    /// Share of the question's words, weighed by rarity, that occur in it.
    coverage: f64,
    url: Option<String>,
}

impl From<Passage> for FoundPassage {
    fn from(passage: Passage) -> Self {
        Self {
            id: passage.id,
            document: passage.document,
            title: passage.title,
            heading: passage.heading,
            page: passage.page,
            text: passage.text,
            score: passage.score,
            cosine: passage.cosine,
            coverage: passage.coverage,
            url: passage.source_url,
        }
    }
}

/// Search what a space knows.
///
/// By itself, without a model.
#[utoipa::path(
    post, path = "/api/query", operation_id = "query", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    request_body(content = Query, example = json!({ "space": "acme", "text": "How long is the warranty?", "limit": 3 })),
    responses((status = 200, body = Found), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn query(
    caller: Allowed<KnowledgeRead>,
    body: web::Json<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let Query {
        space,
        text,
        limit,
        explain,
    } = body.into_inner();
    let text = text.trim().replace('\0', "");
    if text.is_empty() || text.chars().count() > MAX_QUESTION_CHARS {
        let detail = format!("text: 1 to {MAX_QUESTION_CHARS} characters");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let db = services.db.tenant(caller.tenant);
    let named = |row: &spaces::Space| row.slug == space || Uuid::from(row.id).to_string() == space;
    let now = services.clock.now();
    let found = db.transaction(async |conn| {
        let found = spaces::list(conn).await?.into_iter().find(named);
        let found = found.ok_or(StoreError::NotFound)?;
        quotas::take(conn, Quota::QueriesPerDay, 1, now).await?;
        Ok(found)
    });
    let space = Space::from(found.await.map_err(problem)?);
    let mut settings = retrieval_settings(&space.settings.ai);
    let limit = limit.map_or(settings.top_k, PageSize::count);
    if !explain {
        settings.top_k = limit;
    }
    let (retriever, version) = (&services.answerer.retriever, space.knowledge_version);
    let (found, reasons) = if explain {
        let explained = retriever.explain(&db, space.id, version, &text, &settings);
        let explained = explained.await.map_err(problem)?;
        let found = explained.retrieval.clone();
        let request = (!found.passages.is_empty()).then(|| {
            services
                .answerer
                .request(&space, None, &[], &text, &found.passages)
        });
        (found, Some(Reasons::new(explained, request.as_ref())))
    } else {
        let found = retriever.retrieve(&db, space.id, version, &text, &settings);
        (found.await.map_err(problem)?, None)
    };
    Ok(HttpResponse::Ok().json(Found {
        passages: found
            .passages
            .into_iter()
            .take(limit)
            .map(FoundPassage::from)
            .collect(),
        abstained: found.abstained,
        took_ms: found.took.as_secs_f64() * 1e3,
        reasons,
    }))
}
