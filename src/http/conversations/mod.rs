//! Conversations, for agents and programs: the inbox, what was said ([`read`]), and what they do
//! ([`act`]).

pub mod act;
pub mod read;
pub mod search;

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, SpaceId, UserId},
    queries::{
        conversations::{self, Conversation, ConversationStatus},
        inbox::{self, Place, Wanted, Whose},
        spaces,
    },
    tenant::TenantConn,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    cursor,
    permit::{Allowed, ConversationsRead},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::{accounts::caller::Caller, conversations::summary::ConversationSummary},
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

const PAGE: i64 = 50;

pub(super) fn of_page<const MOST: i32>(limit: Option<PageSize<MOST>>) -> i64 {
    limit.map_or(PAGE, |limit| limit.get().into())
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// The conversation that changed last.
    #[default]
    Recent,
    /// What a person is to answer first, by `urgency.answer_by`; then the others, the one that changed last first.
    Urgency,
}

/// Which conversations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// In this status; several are told apart by commas.
    #[param(value_type = Option<words::ConversationStatus>)]
    status: Option<String>,
    /// Of the agent with this id, of `me`, or of `nobody`.
    assignee: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// Of visitors who read this language, in any country: two or three letters, such as `de`.
    #[param(min_length = 2, max_length = 3, pattern = "^[A-Za-z]+$")]
    language: Option<String>,
}

impl LanguageQuery {
    fn checked(&self) -> Result<Option<String>, Problem> {
        let is_one =
            |text: &String| matches!(text.len(), 2..=3) && text.bytes().all(|b| b.is_ascii_alphabetic());
        if self.language.as_ref().is_some_and(|text| !is_one(text)) {
            let detail = "language is two or three letters, such as de";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
        Ok(self.language.clone())
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    #[serde(default)]
    #[param(inline, required = false)]
    sort: Sort,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpaceQuery {
    /// In this space.
    #[param(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
}

/// List conversations.
///
/// Those of all spaces in which something was said.
#[utoipa::path(
    get, path = "/api/conversations", operation_id = "list_all_conversations", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(SpaceQuery, Filter, LanguageQuery, ListQuery),
    responses((status = 200, body = List<ConversationSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn all(
    caller: Allowed<ConversationsRead>,
    space: web::Query<SpaceQuery>,
    filter: web::Query<Filter>,
    spoken: web::Query<LanguageQuery>,
    query: web::Query<ListQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let wanted = Wanted {
        language: spoken.checked()?,
        ..filter.wanted(space.space, &caller)?
    };
    page(&db, wanted, &query).await
}

/// List a space's conversations.
///
/// Those in which something was said.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/conversations", operation_id = "list_conversations", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), Filter, LanguageQuery, ListQuery),
    responses((status = 200, body = List<ConversationSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<ConversationsRead>,
    path: web::Path<SpaceId>,
    filter: web::Query<Filter>,
    spoken: web::Query<LanguageQuery>,
    query: web::Query<ListQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, space) = (services.db.tenant(caller.tenant), *path);
    let known = db.read(async |conn| spaces::load(conn, space).await).await;
    let known: Option<_> = known.map_err(|error: StoreError| Problem::internal(error))?;
    known.ok_or_else(Problem::not_found)?;
    let wanted = Wanted {
        language: spoken.checked()?,
        ..filter.wanted(Some(space), &caller)?
    };
    page(&db, wanted, &query).await
}

impl Filter {
    fn wanted(&self, space: Option<SpaceId>, caller: &Caller) -> Result<Wanted, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
        let words = self.status.iter().flat_map(|status| status.split(','));
        let statuses: Result<Vec<ConversationStatus>, _> = words.map(str::parse).collect();
        let assignee = match self.assignee.as_deref() {
            None => None,
            Some("nobody") => Some(Whose::Nobody),
            Some("me") => Some(Whose::Agent(caller.agent().id)),
            Some(id) => {
                let id: UserId = id
                    .parse()
                    .map_err(|_| invalid("assignee is an id, me, or nobody"))?;
                Some(Whose::Agent(id))
            }
        };
        Ok(Wanted {
            space,
            contact: None,
            statuses: statuses.map_err(|_| invalid("status is bot, waiting, human, snoozed or resolved"))?,
            assignee,
            language: None,
        })
    }
}

/// Which part of the list a page ended in.
#[derive(Clone, Copy)]
enum After {
    Urgent(Option<Place>),
    Recent(Option<Place>),
}

impl After {
    fn begin(query: &ListQuery) -> Result<Self, Problem> {
        let place = |text: &str| {
            let (at, id) = cursor::decode(text)?;
            Ok(Some(Place { at, id: id.into() }))
        };
        match (&query.cursor, query.sort) {
            (None, Sort::Urgency) => Ok(Self::Urgent(None)),
            (None, Sort::Recent) => Ok(Self::Recent(None)),
            (Some(cursor), Sort::Urgency) => match cursor.strip_prefix('u') {
                Some(rest) => place(rest).map(Self::Urgent),
                None => place(cursor.strip_prefix('r').ok_or_else(cursor::unknown)?).map(Self::Recent),
            },
            (Some(cursor), Sort::Recent) => place(cursor).map(Self::Recent),
        }
    }
}

/// A page of the conversations that are wanted.
pub(super) async fn page(db: &TenantDb, wanted: Wanted, query: &ListQuery) -> Result<HttpResponse, Problem> {
    let (limit, after) = (of_page(query.limit), After::begin(query)?);
    let urgent_first = query.sort == Sort::Urgency;
    let read = async |conn: &mut TenantConn<'_>| {
        let mut found = Vec::new();
        let mut recent = None;
        match after {
            After::Urgent(place) => found = inbox::urgent(conn, &wanted, limit, place).await?,
            After::Recent(place) => recent = place,
        }
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        if left > 0 {
            found.extend(inbox::recent(conn, &wanted, !urgent_first, left, recent).await?);
        }
        let ids = found.iter().map(|conversation| conversation.id).collect();
        let glimpses = inbox::glimpses(conn, ids).await?;
        Ok((found, glimpses))
    };
    let (found, glimpses) = db
        .read(read)
        .await
        .map_err(|error: StoreError| Problem::internal(error))?;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let next = found.last().filter(|_| full).map(|last| next(last, urgent_first));
    let summary = |conversation: &Conversation| {
        let of_it = glimpses.iter().find(|glimpse| glimpse.id == conversation.id);
        of_it.map(|glimpse| ConversationSummary::of(conversation, glimpse))
    };
    let items = found.iter().filter_map(summary).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

fn next(last: &Conversation, urgent_first: bool) -> String {
    match last.answer_by {
        _ if !urgent_first => cursor::encode(last.updated_at, last.id),
        Some(at) => format!("u{}", cursor::encode(at, last.id)),
        None => format!("r{}", cursor::encode(last.updated_at, last.id)),
    }
}

/// Get a conversation.
#[utoipa::path(
    get, path = "/api/conversations/{id}", operation_id = "get_conversation", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])), params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn conversation(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| {
        let found = conversations::load(conn, id).await?;
        let glimpses = inbox::glimpses(conn, vec![id]).await?;
        Ok(found.zip(glimpses.into_iter().next()))
    });
    let found: Result<_, StoreError> = found.await;
    let (found, glimpse) = found.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(ConversationSummary::of(&found, &glimpse)))
}
