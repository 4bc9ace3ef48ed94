//! Contacts: whom conversations are with, and what agents know of them. Their notes are in [`notes`].

pub mod notes;
mod view;

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::{ContactId, VisitorId},
    queries::{
        contact_list::{self, Place},
        contacts as store, inbox,
    },
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

pub use self::view::ContactView;
use self::view::{ContactDetail, ContactListed};
use super::{
    conversations::{ListQuery, of_page, page},
    cursor,
    documents::problem,
    permit::{Allowed, ContactsMerge, ConversationsRead, ConversationsWrite},
    views::List,
};
use crate::{
    actors::{services::Services, tickets},
    domain::{
        accounts::caller::Caller,
        contacts::{
            keeping::{self, Changed, Edit, KeepingError},
            merge::{self as merging, MergeError},
        },
        conversations::summary::ConversationSummary,
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

/// Characters of a search at most.
const SEARCH_MAX: usize = 200;

/// Which contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    #[default]
    All,
    /// Who may not chat.
    Blocked,
    /// Whom a host site vouches for.
    Verified,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContactsQuery {
    /// Beginnings of words of the name, the e-mail address or the external id; all of them must be there.
    #[param(max_length = 200)]
    q: Option<String>,
    #[serde(default)]
    #[param(inline, required = false)]
    filter: Which,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

fn refused(error: KeepingError) -> Problem {
    let detail = error.to_string();
    match error {
        KeepingError::Attributes(_) | KeepingError::Wrong(_) | KeepingError::Reason => {
            Problem::new(Code::InvalidRequest, detail)
        }
        KeepingError::Vouched(_) => Problem::new(Code::Conflict, detail),
        KeepingError::Store(error) => problem(error),
    }
}

/// Tells the conversations of whoever was changed, and answers with them.
async fn changed(services: &Services, caller: &Caller, changed: Changed) -> Result<ContactDetail, Problem> {
    services
        .registry
        .identify(caller.tenant, &changed.conversations)
        .await;
    let db = services.db.tenant(caller.tenant);
    tickets::tell_all(&db, &services.consoles, Some(&services.registry), changed.tickets).await;
    detail(services, caller, changed.contact.id).await
}

async fn detail(services: &Services, caller: &Caller, id: ContactId) -> Result<ContactDetail, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        let contact = store::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        let spaces = contact_list::spaces(conn, contact.id).await?;
        let counts = contact_list::counts(conn, vec![contact.id]).await?;
        let said = contact_list::said(conn, vec![contact.id]).await?;
        Ok(ContactDetail::of(contact, spaces, &counts, &said))
    });
    found.await.map_err(problem)
}

/// List contacts.
///
/// Who was seen last comes first. Those who were merged into another one are that one.
#[utoipa::path(
    get, path = "/api/contacts", operation_id = "list_contacts", tag = "contacts", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(ContactsQuery),
    responses((status = 200, body = List<ContactListed>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<ConversationsRead>,
    query: web::Query<ContactsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let search = query.q.unwrap_or_default();
    if search.chars().count() > SEARCH_MAX || search.contains('\0') {
        let detail = format!("q: give at most {SEARCH_MAX} characters");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let wanted = contact_list::Wanted {
        search,
        blocked: query.filter == Which::Blocked,
        verified: query.filter == Which::Verified,
    };
    let limit = of_page(query.limit);
    let after = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let after = after.map(|(at, id)| Place { at, id: id.into() });
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        let found = contact_list::list(conn, &wanted, limit, after).await?;
        let ids: Vec<_> = found.iter().map(|contact| contact.id).collect();
        let counts = contact_list::counts(conn, ids.clone()).await?;
        Ok((found, counts, contact_list::said(conn, ids).await?))
    });
    let found: Result<_, StoreError> = found.await;
    let (found, counts, said) = found.map_err(Problem::internal)?;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let last = found.last().filter(|_| full);
    let next = last.map(|last| cursor::encode(last.last_seen_at, last.id));
    let items = found
        .into_iter()
        .map(|contact| ContactListed::of(contact, &counts, &said));
    Ok(HttpResponse::Ok().json(List {
        items: items.collect(),
        next,
    }))
}

/// Get a contact.
///
/// Of one that was merged, the one it was merged into: its `id` is another one then.
#[utoipa::path(
    get, path = "/api/contacts/{id}", operation_id = "get_contact", tag = "contacts", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])), params(("id" = uuid::Uuid, Path, description = "The contact")),
    responses((status = 200, body = ContactDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn contact(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ContactId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(detail(&services, &caller, *path).await?))
}

/// What agents know of a contact; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// What is empty is forgotten.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// The same.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// A patch, 8 KiB in all; null removes a field.
    #[schema(value_type = Option<Object>)]
    attributes: Option<Value>,
}

/// Change what agents know of a contact.
///
/// What a host site vouches for is changed there: it is a conflict here.
#[utoipa::path(
    patch, path = "/api/contacts/{id}", operation_id = "change_contact", tag = "contacts", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])), params(("id" = uuid::Uuid, Path, description = "The contact")),
    request_body(content = ContactChange, example = json!({ "attributes": { "prefers": "mornings" } })),
    responses((status = 200, body = ContactDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ContactId>,
    body: web::Json<ContactChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ContactChange {
        name,
        email,
        attributes,
    } = body.into_inner();
    let edit = Edit {
        name,
        email,
        attributes,
    };
    let db = services.db.tenant(caller.tenant);
    let edited = keeping::edit(&db, *path, edit).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(changed(&services, &caller, edited).await?))
}

/// List a contact's conversations.
///
/// Those of all spaces in which something was said.
#[utoipa::path(
    get, path = "/api/contacts/{id}/conversations", operation_id = "list_contact_conversations", tag = "contacts", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The contact"), ListQuery),
    responses((status = 200, body = List<ConversationSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn conversations(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ContactId>,
    query: web::Query<ListQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| store::load(conn, id).await).await;
    let found: Option<_> = found.map_err(problem)?;
    let contact = found.ok_or_else(Problem::not_found)?;
    let wanted = inbox::Wanted {
        contact: Some(contact.id),
        ..inbox::Wanted::default()
    };
    page(&db, wanted, &query).await
}

/// Get the contact of a visitor.
///
/// Where nobody knows who they are, a contact is kept for them from now on, which nobody vouches for.
#[utoipa::path(
    post, path = "/api/visitors/{id}/contact", operation_id = "keep_visitor", tag = "contacts", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])), params(("id" = uuid::Uuid, Path, description = "The visitor")),
    responses((status = 200, body = ContactDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn of_visitor(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<VisitorId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let kept = keeping::of_visitor(&db, *path, now).await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(changed(&services, &caller, kept).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockBody {
    /// For other agents: the contact is not told.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Block a contact.
///
/// They chat no more, from any browser that is known to be theirs, and what they have open is closed.
#[utoipa::path(
    post, path = "/api/contacts/{id}/block", operation_id = "block_contact", tag = "contacts", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])), params(("id" = uuid::Uuid, Path, description = "The contact")),
    request_body(content = BlockBody, example = json!({ "reason": "Advertises in every conversation" })),
    responses((status = 200, body = ContactDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn block(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ContactId>,
    body: web::Json<BlockBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let blocked = keeping::block(&db, &caller, *path, Some(&body.reason), now).await;
    Ok(HttpResponse::Ok().json(changed(&services, &caller, blocked.map_err(refused)?).await?))
}

/// Unblock a contact.
///
/// They may chat again.
#[utoipa::path(
    post, path = "/api/contacts/{id}/unblock", operation_id = "unblock_contact", tag = "contacts", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])), params(("id" = uuid::Uuid, Path, description = "The contact")),
    responses((status = 200, body = ContactDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn unblock(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ContactId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let unblocked = keeping::block(&db, &caller, *path, None, now).await;
    Ok(HttpResponse::Ok().json(changed(&services, &caller, unblocked.map_err(refused)?).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    /// The contact that survives.
    #[schema(value_type = uuid::Uuid)]
    into: ContactId,
}

/// Merge a contact into another one.
///
/// Browsers, conversations and notes are the other's from then on; this contact's ids lead there for ever.
/// There is no way back.
#[utoipa::path(
    post, path = "/api/contacts/{id}/merge", operation_id = "merge_contact", tag = "contacts", security(("user" = ["contacts:merge"])), params(("id" = uuid::Uuid, Path, description = "The contact that is no more")),
    request_body(content = MergeBody, example = json!({ "into": "0192f7a0-0000-7000-8000-000000000001" })),
    responses((status = 200, body = ContactDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn merge(
    caller: Allowed<ContactsMerge>,
    path: web::Path<ContactId>,
    body: web::Json<MergeBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let merged = merging::merge(&db, &caller, *path, body.into, now).await;
    let merged = merged.map_err(|error| {
        let detail = error.to_string();
        match error {
            MergeError::Same | MergeError::Verified => Problem::new(Code::Conflict, detail),
            MergeError::Attributes(_) => Problem::new(Code::InvalidRequest, detail),
            MergeError::Store(error) => problem(error),
        }
    })?;
    Ok(HttpResponse::Ok().json(changed(&services, &caller, merged).await?))
}
