//! The list of tickets, in one of three orders. A search reads on in that order until the page is full.

use chrono::{DateTime, Utc};
use diesel::{
    dsl,
    pg::Pg,
    prelude::{
        BoolExpressionMethods, ExpressionMethods, PgArrayExpressionMethods, QueryDsl, SelectableHelper,
    },
    sql_types::{BigInt, Bool, SmallInt, Text},
};
use diesel_async::RunQueryDsl;

use super::{Priority, Status, Ticket};
use crate::{
    error::StoreError,
    ids::{ContactId, ConversationId, SpaceId, TeamId, TicketCategoryId, TicketId, UserId},
    schema::tickets::{self, dsl as columns, table},
    tenant::TenantConn,
};

/// Which tickets are wanted. What is absent does not narrow; merged ones are never shown.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this space.
    pub space: Option<SpaceId>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Of this conversation.
    pub conversation: Option<ConversationId>,
    /// In one of these.
    pub statuses: Vec<Status>,
    /// Of one of these.
    pub priorities: Vec<Priority>,
    /// Of this category.
    pub category: Option<TicketCategoryId>,
    /// Of this team; within, none is of no team.
    pub team: Option<Option<TeamId>>,
    /// Of this agent; within, none is nobody's.
    pub assignee: Option<Option<UserId>>,
    /// With this tag.
    pub tag: Option<String>,
    /// With words that begin so in subject, name or e-mail address; blank is any.
    pub search: String,
}

/// Where a page ended: the last ticket shown, as the order sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What changed last comes first.
    Updated(DateTime<Utc>, TicketId),
    /// The newest comes first.
    Created(i64),
    /// The most urgent comes first, among equals the oldest.
    Priority(Priority, i64),
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// What changed last.
    Updated,
    /// The newest.
    Created,
    /// The most urgent, among equals the oldest.
    Priority,
}

type Query<'a> = tickets::BoxedQuery<'a, Pg, dsl::SqlTypeOf<dsl::AsSelect<Ticket, Pg>>>;

fn of(wanted: &Wanted, limit: i64) -> Query<'_> {
    let mut query = table
        .filter(columns::merged_into.is_null())
        .limit(limit)
        .select(Ticket::as_select())
        .into_boxed();
    if let Some(space) = wanted.space {
        query = query.filter(columns::space_id.eq(space));
    }
    if let Some(contact) = wanted.contact {
        query = query.filter(columns::contact_id.eq(contact));
    }
    if let Some(conversation) = wanted.conversation {
        query = query.filter(columns::conversation_id.eq(conversation));
    }
    if !wanted.statuses.is_empty() {
        let unfinished = !wanted.statuses.iter().any(|status| status.is_over());
        if unfinished {
            // What the partial indexes are of.
            query = query.filter(columns::resolved_at.is_null());
        }
        // Said twice, the planner would expect hardly any.
        let all = [Status::Open, Status::Pending];
        if !unfinished || !all.iter().all(|status| wanted.statuses.contains(status)) {
            query = query.filter(columns::status.eq_any(&wanted.statuses));
        }
    }
    if !wanted.priorities.is_empty() {
        query = query.filter(columns::priority.eq_any(&wanted.priorities));
    }
    if let Some(category) = wanted.category {
        query = query.filter(columns::category_id.eq(category));
    }
    query = match wanted.team {
        None => query,
        Some(None) => query.filter(columns::team_id.is_null()),
        Some(Some(team)) => query.filter(columns::team_id.eq(team)),
    };
    query = match wanted.assignee {
        None => query,
        Some(None) => query.filter(columns::assignee_id.is_null()),
        Some(Some(agent)) => query.filter(columns::assignee_id.eq(agent)),
    };
    if let Some(tag) = &wanted.tag {
        query = query.filter(columns::tags.contains(vec![tag]));
    }
    if wanted.search.trim().is_empty() {
        return query;
    }
    let words = "words LIKE ALL (ARRAY(SELECT '% ' || word || '%' \
                 FROM regexp_split_to_table(btrim(lower(parlance_plain(";
    let words = dsl::sql::<Bool>(words).bind::<Text, _>(&wanted.search);
    query.filter(words.sql("))), '\\s+') word))"))
}

/// Those that are wanted, in that order, `limit` at most, behind `after`, which must be of the same order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    wanted: &Wanted,
    order: Order,
    limit: i64,
    after: Option<Place>,
) -> Result<Vec<Ticket>, StoreError> {
    let mut query = of(wanted, limit);
    query = match order {
        Order::Updated => query.order((columns::updated_at.desc(), columns::id.desc())),
        Order::Created => query.order(columns::number.desc()),
        Order::Priority => query.order((columns::priority_rank.asc(), columns::number.asc())),
    };
    // Where there are two conditions, the first alone is what the index can begin at.
    query = match after {
        None => query,
        Some(Place::Updated(at, id)) => {
            let same = columns::updated_at.eq(at).and(columns::id.lt(id));
            query
                .filter(columns::updated_at.le(at))
                .filter(columns::updated_at.lt(at).or(same))
        }
        Some(Place::Created(number)) => query.filter(columns::number.lt(number)),
        Some(Place::Priority(priority, number)) => {
            let behind = dsl::sql::<Bool>("(priority_rank, number) > (").bind::<SmallInt, _>(priority.rank());
            query.filter(behind.sql(", ").bind::<BigInt, _>(number).sql(")"))
        }
    };
    Ok(query.load(conn.db()).await?)
}

/// Those of an agent that are not resolved, to be given to somebody else.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn left_by(conn: &mut TenantConn<'_>, agent: UserId) -> Result<Vec<TicketId>, StoreError> {
    let query = table
        .filter(columns::assignee_id.eq(agent))
        .filter(columns::resolved_at.is_null())
        .order(columns::id)
        .select(columns::id);
    Ok(query.load(conn.db()).await?)
}

impl Status {
    /// Whether nobody has to do anything.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

impl Priority {
    /// 0 for the most urgent to 3, as the column `priority_rank`.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::Urgent => 0,
            Self::High => 1,
            Self::Normal => 2,
            Self::Low => 3,
        }
    }
}
