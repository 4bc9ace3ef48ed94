//! What tickets are about, and what that is learned from.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{TicketCategoryId, TicketExampleId, TicketId},
    queries::{
        spaces,
        ticket_categories::{self as store, Category, Example},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, TicketsConfigure, TicketsRead},
    views::List,
};
use crate::{
    actors::{services::Services, tickets},
    domain::tickets::categories::{
        self, CategoryError, EXAMPLES_MOST, Unread, Written,
        import::{self, Row},
        score::FLOOR,
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Guesses that are shown for a text.
const SHOWN: usize = 3;

/// A category as it is to be; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryWords {
    /// Unique in the workspace without regard to case; needed for a new one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    /// What belongs in it; it is learned from as an example is. Empty says nothing.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    description: Option<String>,
}

impl From<CategoryWords> for Written {
    fn from(words: CategoryWords) -> Self {
        Self {
            name: words.name,
            description: words.description,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryView {
    #[schema(value_type = uuid::Uuid)]
    id: TicketCategoryId,
    name: String,
    description: String,
    /// Without the description. One that has neither is never chosen.
    examples: i64,
    /// Those that are tickets somebody put right.
    corrections: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        Self {
            id: category.id,
            name: category.name,
            description: category.description,
            examples: category.examples,
            corrections: category.corrections,
            created_at: category.created_at,
            updated_at: category.updated_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryExampleView {
    #[schema(value_type = uuid::Uuid)]
    id: TicketExampleId,
    text: String,
    #[schema(value_type = words::ExampleSource)]
    source: &'static str,
    /// The ticket that was put right.
    #[schema(value_type = Option<uuid::Uuid>)]
    ticket: Option<TicketId>,
    created_at: DateTime<Utc>,
}

impl From<Example> for CategoryExampleView {
    fn from(example: Example) -> Self {
        Self {
            id: example.id,
            text: example.text,
            source: example.source.as_str(),
            ticket: example.ticket_id,
            created_at: example.created_at,
        }
    }
}

/// What requesters would write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleTexts {
    /// Each of 1 to 2,000 characters.
    #[schema(min_items = 1, max_items = 200)]
    texts: Vec<String>,
}

/// Rows of a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedExamples {
    #[schema(min_items = 1, max_items = 1_000)]
    examples: Vec<ImportedExample>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedExample {
    #[schema(min_length = 1, max_length = 2_000)]
    text: String,
    /// The name of a category; one that is not there is made.
    #[schema(min_length = 1, max_length = 80)]
    category: String,
}

/// What became of examples.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExamplesAdded {
    added: usize,
    /// Left out, for they are examples already, of this category or of another.
    known: usize,
    /// Categories that were made.
    categories: usize,
}

/// A text whose category is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryTrial {
    #[schema(min_length = 1, max_length = 2_000)]
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryTried {
    /// The one a ticket of this text would have; null where none is likely enough.
    #[schema(value_type = Option<uuid::Uuid>)]
    category: Option<TicketCategoryId>,
    /// The likeliest, three at most.
    guesses: Vec<CategoryGuess>,
    /// From this score on a category is taken.
    floor: f32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryGuess {
    #[schema(value_type = uuid::Uuid)]
    category: TicketCategoryId,
    /// The chance that it is right, 0 to 1.
    score: f32,
}

fn refused(error: CategoryError) -> Problem {
    let detail = error.to_string();
    match error {
        CategoryError::Unsound(_) => Problem::new(Code::InvalidRequest, detail),
        CategoryError::Taken | CategoryError::Asked(_) | CategoryError::Given => {
            Problem::new(Code::Conflict, detail)
        }
        CategoryError::Full | CategoryError::FullOfExamples => Problem::new(Code::LimitReached, detail),
        CategoryError::Store(error) => problem(error),
    }
}

/// Why a text could not be read just now, for whoever asked.
pub(super) fn unread(error: Unread) -> Problem {
    match error {
        Unread::Embedding(error) => {
            tracing::warn!(%error, "a text is not categorised");
            Problem::new(
                Code::Busy,
                "the text could not be read just now, try again in a moment",
            )
        }
        Unread::Learning(error) => Problem::internal(error),
        Unread::Store(error) => problem(error),
    }
}

/// List ticket categories.
///
/// By name.
#[utoipa::path(
    get, path = "/api/ticket-categories", operation_id = "list_ticket_categories", tag = "tickets", security(("user" = ["tickets:read"]), ("key" = ["tickets:read"])),
    responses((status = 200, body = List<CategoryView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<TicketsRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let found = services.db.tenant(caller.tenant).read(store::list).await;
    let items = found
        .map_err(problem)?
        .into_iter()
        .map(CategoryView::from)
        .collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Create a ticket category.
///
/// New tickets are put in it by what its description and its examples say.
#[utoipa::path(
    post, path = "/api/ticket-categories", operation_id = "create_ticket_category", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    request_body(content = CategoryWords, example = json!({ "name": "Delivery", "description": "Where a parcel is, and when it comes." })),
    responses((status = 201, body = CategoryView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<TicketsConfigure>,
    body: web::Json<CategoryWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let made = categories::create(&db, &caller, body.into_inner().into(), now).await;
    let made = CategoryView::from(made.map_err(refused)?);
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Created().json(made))
}

/// Change a ticket category.
#[utoipa::path(
    patch, path = "/api/ticket-categories/{id}", operation_id = "change_ticket_category", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The category")),
    request_body(content = CategoryWords, example = json!({ "description": "Where a parcel is." })),
    responses((status = 200, body = CategoryView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<TicketCategoryId>,
    body: web::Json<CategoryWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = categories::change(&db, &caller, *path, body.into_inner().into(), now).await;
    let changed = CategoryView::from(changed.map_err(refused)?);
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Ok().json(changed))
}

/// Delete a ticket category.
///
/// With its examples. Tickets of it have none then. Refused while a routing rule asks for it.
#[utoipa::path(
    delete, path = "/api/ticket-categories/{id}", operation_id = "delete_ticket_category", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The category")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<TicketCategoryId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let removed = categories::remove(&db, &caller, *path, now).await;
    let left = removed.map_err(refused)?;
    tickets::tell_all(&db, &services.consoles, Some(&services.registry), left).await;
    Ok(HttpResponse::NoContent().finish())
}

/// List examples of a category.
///
/// The newest first, without its description.
#[utoipa::path(
    get, path = "/api/ticket-categories/{id}/examples", operation_id = "list_category_examples", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The category")),
    responses((status = 200, body = List<CategoryExampleView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn examples(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<TicketCategoryId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        store::get(conn, *path).await?;
        store::examples(conn, *path, EXAMPLES_MOST).await
    });
    let found: Result<Vec<Example>, StoreError> = found.await;
    let items = found
        .map_err(problem)?
        .into_iter()
        .map(CategoryExampleView::from)
        .collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Add examples to a category.
#[utoipa::path(
    post, path = "/api/ticket-categories/{id}/examples", operation_id = "add_category_examples", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The category")),
    request_body(content = ExampleTexts, example = json!({ "texts": ["Where is my parcel?"] })),
    responses((status = 201, body = ExamplesAdded), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn add_examples(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<TicketCategoryId>,
    body: web::Json<ExampleTexts>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let texts = body.into_inner().texts;
    let added = categories::add_examples(&db, &caller, *path, texts, now).await;
    let added = added.map_err(refused)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Created().json(ExamplesAdded {
        added: added.added,
        known: added.known,
        categories: 0,
    }))
}

/// Remove an example from a category.
#[utoipa::path(
    delete, path = "/api/ticket-categories/{id}/examples/{example}", operation_id = "remove_category_example", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The category"), ("example" = uuid::Uuid, Path, description = "The example")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove_example(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<(TicketCategoryId, TicketExampleId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let (category, example) = path.into_inner();
    let removed = categories::remove_example(&db, &caller, category, example, now).await;
    removed.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Import examples.
///
/// Of any categories; those that are not there are made. All are taken, or none.
#[utoipa::path(
    post, path = "/api/ticket-categories/import", operation_id = "import_category_examples", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    request_body(content = ImportedExamples, example = json!({ "examples": [{ "text": "I want my money back.", "category": "Refunds" }] })),
    responses((status = 201, body = ExamplesAdded), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn import_examples(
    caller: Allowed<TicketsConfigure>,
    body: web::Json<ImportedExamples>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let row = |row: ImportedExample| Row {
        text: row.text,
        category: row.category,
    };
    let rows = body.into_inner().examples.into_iter().map(row).collect();
    let imported = import::import(&db, &caller, rows, now).await.map_err(refused)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Created().json(ExamplesAdded {
        added: imported.added,
        known: imported.known,
        categories: imported.categories,
    }))
}

/// Find the category of a text.
///
/// As a new ticket of that text would have it. What was added a moment ago may not be learned yet.
#[utoipa::path(
    post, path = "/api/ticket-categories/try", operation_id = "try_ticket_categories", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    request_body(content = CategoryTrial, example = json!({ "text": "My parcel has not come yet." })),
    responses((status = 200, body = CategoryTried), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn attempt(
    caller: Allowed<TicketsConfigure>,
    body: web::Json<CategoryTrial>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let spaces = db.read(spaces::list).await.map_err(problem)?;
    let text = body.text.trim();
    if text.is_empty() || text.chars().count() > categories::TEXT_MAX {
        let detail = format!("text: give 1 to {} characters", categories::TEXT_MAX);
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let ranked = match spaces.first() {
        Some(space) => services
            .classifiers
            .read(&db, space.id, text)
            .await
            .map_err(unread)?,
        None => Vec::new(),
    };
    let taken = ranked.first().filter(|guess| guess.score >= FLOOR);
    Ok(HttpResponse::Ok().json(CategoryTried {
        category: taken.map(|guess| guess.category),
        guesses: ranked
            .iter()
            .take(SHOWN)
            .map(|guess| CategoryGuess {
                category: guess.category,
                score: guess.score,
            })
            .collect(),
        floor: FLOOR,
    }))
}
