//! Places of the web that a space knows.

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::{DocumentId, SourceId, SpaceId},
    queries::{
        sources::{self, Source, SourcePage},
        spaces,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::{IntoParams, ToSchema};

use super::{
    documents::problem,
    permit::{Allowed, KnowledgeRead, KnowledgeWrite},
    views::{DocumentView, JobRef, List},
};
use crate::{
    actors::services::Services,
    domain::knowledge::{
        places::{self, Place, PlaceError},
        web::{Plan, Scope},
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

const PAGE: i32 = 100;

/// An address to be read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Address {
    #[schema(format = "uri", min_length = 1, max_length = 2_048)]
    url: String,
    /// `page` unless told.
    #[serde(default = "page")]
    scope: Scope,
    /// 500 unless told, or 1 for a page.
    #[schema(minimum = 1, maximum = 10_000)]
    max_pages: Option<u16>,
    /// Links away from the start; 5 unless told.
    #[schema(minimum = 0, maximum = 20)]
    max_depth: Option<u8>,
    /// Only what lies below this path, such as `/help/`.
    #[schema(pattern = "^/", max_length = 500)]
    below: Option<String>,
    /// Read again every so many hours; else only when asked for.
    #[schema(minimum = 1, maximum = 8_760)]
    every_hours: Option<u16>,
}

fn page() -> Scope {
    Scope::Page
}

impl Address {
    fn place(self) -> Result<Place, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
        let url =
            Url::parse(self.url.trim()).map_err(|_| invalid("url: write the whole address of a page"))?;
        let mut plan = Plan::new(url, self.scope);
        if let Some(pages) = self.max_pages {
            if !(1..=10_000).contains(&pages) {
                return Err(invalid("max_pages: 1 to 10,000"));
            }
            plan.max_pages = pages.into();
        }
        if let Some(depth) = self.max_depth {
            if depth > 20 {
                return Err(invalid("max_depth: 0 to 20"));
            }
            plan.max_depth = depth.into();
        }
        if self
            .every_hours
            .is_some_and(|hours| !(1..=8_760).contains(&hours))
        {
            return Err(invalid("every_hours: 1 to 8,760"));
        }
        if self
            .below
            .as_ref()
            .is_some_and(|below| !below.starts_with('/') || below.len() > 500)
        {
            return Err(invalid("below: a path such as /help/"));
        }
        plan.below = self.below;
        Ok(Place {
            plan,
            every_hours: self.every_hours.map(i32::from),
        })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    #[schema(value_type = uuid::Uuid)]
    id: SourceId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    url: String,
    #[schema(value_type = Scope)]
    scope: String,
    max_pages: i32,
    max_depth: i32,
    below: Option<String>,
    every_hours: Option<i32>,
    #[schema(value_type = words::SourceStatus)]
    status: &'static str,
    /// Why it failed.
    error: Option<String>,
    /// Pages that the last reading found.
    pages: i32,
    /// `complete`, `full` (there is more), `away` or `cancelled`.
    ended: Option<String>,
    /// Counts the readings.
    crawl: i32,
    created_at: chrono::DateTime<chrono::Utc>,
    crawled_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        Self {
            id: source.id,
            space: source.space_id,
            url: source.url,
            scope: source.scope,
            max_pages: source.max_pages,
            max_depth: source.max_depth,
            below: source.below,
            every_hours: source.every_hours,
            status: source.status.as_str(),
            error: source.error,
            pages: source.pages,
            ended: source.ended,
            crawl: source.crawl,
            created_at: source.created_at,
            crawled_at: source.crawled_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PageView {
    url: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    document: Option<DocumentId>,
    #[schema(value_type = words::PageOutcome)]
    outcome: &'static str,
    /// Why, in words; for `moved` where it leads.
    note: Option<String>,
    /// The last reading did not come by: its document may be out of date.
    stale: bool,
    checked_at: chrono::DateTime<chrono::Utc>,
}

impl PageView {
    fn of(page: SourcePage, crawl: i32) -> Self {
        Self {
            url: page.url,
            document: page.document_id,
            outcome: page.outcome.as_str(),
            note: page.note,
            stale: page.document_id.is_some() && page.crawl < crawl,
            checked_at: page.checked_at,
        }
    }
}

/// A source that is being read.
#[derive(Serialize, ToSchema)]
struct Known {
    source: SourceView,
    /// Of a single page.
    document: Option<DocumentView>,
    job: JobRef,
}

/// A source that is being read once more.
#[derive(Serialize, ToSchema)]
struct ReadAgain {
    source: SourceView,
    job: JobRef,
}

/// Read a page, a sitemap or a site.
///
/// In the background. The same address and scope again changes what is read of it.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/documents/url", operation_id = "add_source", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = Address, example = json!({ "url": "https://example.com/help/", "scope": "site", "max_pages": 200, "below": "/help/", "every_hours": 24 })),
    responses((status = 202, body = Known), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn know(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<Address>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let place = body.into_inner().place()?;
    let db = services.db.tenant(caller.tenant);
    let made = places::know(&db, &caller, *path, &place, services.clock.now()).await;
    let made = made.map_err(|error| match error {
        PlaceError::NotAPage(error) => Problem::new(Code::InvalidRequest, error.to_string()),
        PlaceError::Store(error) => problem(error),
    })?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Accepted().json(Known {
        source: made.source.into(),
        document: made.document.map(DocumentView::from),
        job: JobRef { id: made.job },
    }))
}

/// List a space's sources.
///
/// Oldest first.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/sources", operation_id = "list_sources", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = List<SourceView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, db) = (*path, services.db.tenant(caller.tenant));
    let found = db
        .read(async |conn| {
            if spaces::load(conn, space).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            sources::list(conn, space).await
        })
        .await
        .map_err(problem)?;
    let items = found.into_iter().map(SourceView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Get a source.
#[utoipa::path(
    get, path = "/api/sources/{id}", operation_id = "get_source", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])), params(("id" = uuid::Uuid, Path, description = "The source")),
    responses((status = 200, body = SourceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn source(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<SourceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| sources::get(conn, *path).await).await;
    Ok(HttpResponse::Ok().json(SourceView::from(found.map_err(problem)?)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PagesQuery {
    /// 100 unless told, 500 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<500>>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
}

/// List a source's pages.
///
/// What came of each address, by address.
#[utoipa::path(
    get, path = "/api/sources/{id}/pages", operation_id = "list_source_pages", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])), params(("id" = uuid::Uuid, Path, description = "The source"), PagesQuery),
    responses((status = 200, body = List<PageView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn pages(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<SourceId>,
    query: web::Query<PagesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.map_or(PAGE, PageSize::get);
    let db = services.db.tenant(caller.tenant);
    let read = db.read(async |conn| {
        let source = sources::get(conn, *path).await?;
        let pages = sources::pages(conn, source.id, 0, &query.cursor, limit).await?;
        Ok::<_, StoreError>((source, pages))
    });
    let (source, pages) = read.await.map_err(problem)?;
    let full = i32::try_from(pages.len()).unwrap_or(0) == limit;
    let next = pages.last().filter(|_| full).map(|last| last.url.clone());
    let view = |page| PageView::of(page, source.crawl);
    let items = pages.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// Read a source once more.
///
/// Now; what has not changed is not sent again.
#[utoipa::path(
    post, path = "/api/sources/{id}/read", operation_id = "read_source", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])), params(("id" = uuid::Uuid, Path, description = "The source")),
    responses((status = 202, body = ReadAgain), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn read(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SourceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let read = places::read_again(&db, &caller, *path, services.clock.now()).await;
    let (source, job) = read.map_err(problem)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Accepted().json(ReadAgain {
        source: source.into(),
        job: JobRef { id: job },
    }))
}

/// Delete a source.
///
/// With all that was read of it.
#[utoipa::path(
    delete, path = "/api/sources/{id}", operation_id = "delete_source", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])), params(("id" = uuid::Uuid, Path, description = "The source")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SourceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    places::remove(&db, &caller, *path, services.clock.now())
        .await
        .map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}
