//! Conversations by what was said in them.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::MessageId,
    queries::{
        conversation_search::{self, Found},
        conversations,
        inbox::{self, Glimpse},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Filter, SpaceQuery};
use crate::{
    actors::services::Services,
    domain::conversations::{search, summary::ConversationSummary},
    http::{
        cursor,
        permit::{Allowed, ConversationsRead},
        views::List,
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words that a message has all of, or that its words begin with; a phrase stands in double quotes.
    #[param(min_length = 1, max_length = 200, example = "refund \"order 1042\"")]
    q: String,
    /// 20 unless told, 50 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<50>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

const PAGE: i32 = 20;

/// A conversation, and the newest message in it that has the words.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundConversation {
    conversation: ConversationSummary,
    message: FoundMessage,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FoundMessage {
    #[schema(value_type = uuid::Uuid)]
    id: MessageId,
    /// Of its event.
    seq: i64,
    #[schema(value_type = words::MessageAuthor)]
    by: &'static str,
    /// The author's name.
    name: Option<String>,
    /// The part of it around the words.
    text: String,
    at: DateTime<Utc>,
}

/// Search conversations.
///
/// Those in which a message has all of the words, the newest such message first.
#[utoipa::path(
    get, path = "/api/conversations/search", operation_id = "search_conversations", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(SearchQuery, SpaceQuery, Filter),
    responses((status = 200, body = List<FoundConversation>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn search(
    caller: Allowed<ConversationsRead>,
    query: web::Query<SearchQuery>,
    space: web::Query<SpaceQuery>,
    filter: web::Query<Filter>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
    let words = search::words(&query.q).map_err(|error| invalid(&error.to_string()))?;
    let after = query
        .cursor
        .as_deref()
        .map(|text| text.parse().map_err(|_| cursor::unknown()));
    let (after, limit) = (after.transpose()?, query.limit.map_or(PAGE, PageSize::get));
    let wanted = filter.wanted(space.space, &caller)?;
    let db = services.db.tenant(caller.tenant);
    let read = db.read(async |conn| {
        let found = conversation_search::by_words(conn, &words, &wanted, limit, after).await?;
        let ids: Vec<_> = found.iter().map(|one| one.conversation_id).collect();
        let conversations = conversations::load_all(conn, &ids).await?;
        Ok((found, conversations, inbox::glimpses(conn, ids).await?))
    });
    let read: Result<_, StoreError> = read.await;
    let (found, conversations, glimpses) = read.map_err(Problem::internal)?;
    let next = found
        .last()
        .filter(|_| found.len() == usize::try_from(limit).unwrap_or(0));
    let next = next.map(|last| last.message_id.to_string());
    let view = |found: Found| {
        let of_it = |glimpse: &&Glimpse| glimpse.id == found.conversation_id;
        let conversation = conversations.iter().find(|one| one.id == found.conversation_id)?;
        Some(FoundConversation {
            conversation: ConversationSummary::of(conversation, glimpses.iter().find(of_it)?),
            message: FoundMessage::from(found),
        })
    };
    let items = found.into_iter().filter_map(view).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

impl From<Found> for FoundMessage {
    fn from(found: Found) -> Self {
        Self {
            id: found.message_id,
            seq: found.seq,
            by: found.author_kind.as_str(),
            name: found.author_name,
            text: found.excerpt,
            at: found.at,
        }
    }
}
