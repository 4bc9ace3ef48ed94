//! The list of tickets.

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::{ContactId, ConversationId, SpaceId, TicketCategoryId},
    queries::tickets::list::{self as store, Order, Place, Wanted},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    actors::services::Services,
    domain::{
        accounts::caller::Caller,
        tickets::{
            TAG_MAX, Ticket,
            view::{self, TicketSummary},
        },
    },
    http::{
        conversations::of_page,
        cursor,
        permit::{Allowed, TicketsRead},
        views::List,
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Characters of a search at most.
const SEARCH_MAX: usize = 200;

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TicketSort {
    /// The ticket that changed last.
    #[default]
    Updated,
    /// The newest.
    Created,
    /// The most urgent, among equals the oldest.
    Priority,
}

/// Which tickets are wanted; what is absent does not narrow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TicketsQuery {
    /// Beginnings of words of the subject, or of the requester's name or address; all of them must be there.
    #[param(max_length = 200)]
    q: Option<String>,
    /// In this status; several are told apart by commas.
    #[param(value_type = Option<words::TicketStatus>)]
    status: Option<String>,
    /// Of this priority; several are told apart by commas.
    #[param(value_type = Option<words::TicketPriority>)]
    priority: Option<String>,
    #[param(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    #[param(value_type = Option<uuid::Uuid>)]
    contact: Option<ContactId>,
    #[param(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
    #[param(value_type = Option<uuid::Uuid>)]
    category: Option<TicketCategoryId>,
    /// Of the team with this id, or of `none`.
    team: Option<String>,
    /// Of the agent with this id, of `me`, or of `nobody`.
    assignee: Option<String>,
    #[param(max_length = 40)]
    tag: Option<String>,
    #[serde(default)]
    #[param(inline, required = false)]
    sort: TicketSort,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before, of the same sort.
    cursor: Option<String>,
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}

/// Words that are told apart by commas.
fn parsed<T: std::str::FromStr>(words: Option<&str>, detail: &str) -> Result<Vec<T>, Problem> {
    let words = words.iter().flat_map(|words| words.split(','));
    words
        .map(|word| word.parse().map_err(|_| invalid(detail)))
        .collect()
}

impl TicketsQuery {
    fn wanted(&self, caller: &Caller) -> Result<Wanted, Problem> {
        let search = self.q.clone().unwrap_or_default();
        let tag = self.tag.clone();
        for (name, text, most) in [("q", Some(&search), SEARCH_MAX), ("tag", tag.as_ref(), TAG_MAX)] {
            if text.is_some_and(|text| text.chars().count() > most || text.contains('\0')) {
                return Err(invalid(format!("{name}: give at most {most} characters")));
            }
        }
        let team = match self.team.as_deref() {
            None => None,
            Some("none") => Some(None),
            Some(id) => Some(Some(id.parse().map_err(|_| invalid("team is an id, or none"))?)),
        };
        let assignee = match self.assignee.as_deref() {
            None => None,
            Some("nobody") => Some(None),
            Some("me") => Some(Some(caller.agent().id)),
            Some(id) => Some(Some(
                id.parse()
                    .map_err(|_| invalid("assignee is an id, me, or nobody"))?,
            )),
        };
        Ok(Wanted {
            space: self.space,
            contact: self.contact,
            conversation: self.conversation,
            statuses: parsed(
                self.status.as_deref(),
                "status is open, pending, resolved or closed",
            )?,
            priorities: parsed(
                self.priority.as_deref(),
                "priority is low, normal, high or urgent",
            )?,
            category: self.category,
            team,
            assignee,
            tag,
            search,
        })
    }

    fn order(&self) -> Order {
        match self.sort {
            TicketSort::Updated => Order::Updated,
            TicketSort::Created => Order::Created,
            TicketSort::Priority => Order::Priority,
        }
    }

    fn after(&self) -> Result<Option<Place>, Problem> {
        let Some(text) = self.cursor.as_deref() else {
            return Ok(None);
        };
        let number = |text: &str| text.parse().map_err(|_| cursor::unknown());
        Ok(Some(match self.sort {
            TicketSort::Updated => {
                let (at, id) = cursor::decode(text)?;
                Place::Updated(at, id.into())
            }
            TicketSort::Created => Place::Created(number(text)?),
            TicketSort::Priority => {
                let (priority, last) = text.split_once('.').ok_or_else(cursor::unknown)?;
                let priority = priority.parse().map_err(|_| cursor::unknown())?;
                Place::Priority(priority, number(last)?)
            }
        }))
    }

    fn next(&self, last: &Ticket) -> String {
        match self.sort {
            TicketSort::Updated => cursor::encode(last.updated_at, last.id),
            TicketSort::Created => last.number.to_string(),
            TicketSort::Priority => format!("{}.{}", last.priority, last.number),
        }
    }
}

/// List tickets.
///
/// Those that were merged into another one are that one.
#[utoipa::path(
    get, path = "/api/tickets", operation_id = "list_tickets", tag = "tickets", security(("user" = ["tickets:read"]), ("key" = ["tickets:read"])),
    params(TicketsQuery),
    responses((status = 200, body = List<TicketSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<TicketsRead>,
    query: web::Query<TicketsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (wanted, after) = (query.wanted(&caller)?, query.after()?);
    let limit = of_page(query.limit);
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        let found = store::list(conn, &wanted, query.order(), limit, after).await?;
        let full = i64::try_from(found.len()).unwrap_or(0) == limit;
        let next = found.last().filter(|_| full).map(|last| query.next(last));
        Ok::<_, StoreError>((view::summaries(conn, found).await?, next))
    });
    let (items, next) = found.await.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(List { items, next }))
}
