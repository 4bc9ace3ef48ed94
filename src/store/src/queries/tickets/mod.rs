//! Tickets. [`create`] gives each the tenant's next number and [`update`] changes it; which changes there
//! are is the domain's. What happened is in [`events`], the list in [`list`].

pub mod events;
pub mod list;
pub mod losing;
pub mod relations;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{
        AsChangeset, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, QueryableByName, Selectable,
        SelectableHelper,
    },
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ClientId, ContactId, ConversationId, SpaceId, TeamId, TicketCategoryId, TicketId, UserId},
    schema::tickets::{self, dsl as columns, table},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// Whose turn it is.
    Status {
        /// Ours.
        Open = "open",
        /// The customer's.
        Pending = "pending",
        /// Nobody's: it is done, until the customer writes again.
        Resolved = "resolved",
        /// Nobody's any more: what comes next is another ticket.
        Closed = "closed",
    }
}

text_enum! {
    /// How soon it should be done. The least is first.
    Priority {
        /// When there is time.
        Low = "low",
        /// In its turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}

text_enum! {
    /// How a ticket came to be.
    Via {
        /// A conversation was handed over to people.
        Handoff = "handoff",
        /// An agent made it.
        Agent = "agent",
        /// A program made it.
        Api = "api",
        /// Somebody wrote a mail.
        Mail = "mail",
    }
}

text_enum! {
    /// Who says what a ticket is about.
    CategoryBy {
        /// The classifier.
        Classifier = "classifier",
        /// An agent or a program.
        Person = "person",
    }
}

/// A ticket.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = tickets, check_for_backend(diesel::pg::Pg))]
pub struct Ticket {
    /// Its identity.
    pub id: TicketId,
    /// What people call it by: from 1 without gaps in its tenant.
    pub number: i64,
    /// Of which space.
    pub space_id: SpaceId,
    /// In which conversation it is dealt with.
    pub conversation_id: Option<ConversationId>,
    /// Whose it is.
    pub contact_id: Option<ContactId>,
    /// What it is about, in a line.
    pub subject: String,
    /// Whose turn it is.
    pub status: Status,
    /// How soon it should be done.
    pub priority: Priority,
    /// What kind it is of.
    pub category_id: Option<TicketCategoryId>,
    /// Who says so.
    pub category_by: Option<CategoryBy>,
    /// How sure the classifier is, 0 to 1.
    pub category_score: Option<f32>,
    /// Which team it is for.
    pub team_id: Option<TeamId>,
    /// Which agent it is for.
    pub assignee_id: Option<UserId>,
    /// Their name then.
    pub assignee_name: Option<String>,
    /// Words of the tenant's own, in order, each once.
    pub tags: Vec<String>,
    /// How it came to be.
    pub via: Via,
    /// Who asks.
    pub requester_name: Option<String>,
    /// Where they are answered.
    pub requester_email: Option<String>,
    /// Their language.
    pub locale: Option<String>,
    /// When an agent first wrote to them.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// When it was resolved or closed, where it is.
    pub resolved_at: Option<DateTime<Utc>>,
    /// The ticket that it is part of now.
    pub merged_into: Option<TicketId>,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A ticket to be made.
#[derive(Clone, Debug)]
pub struct NewTicket {
    /// Chosen by the caller.
    pub id: TicketId,
    /// Of which space.
    pub space_id: SpaceId,
    /// In which conversation it is dealt with.
    pub conversation_id: Option<ConversationId>,
    /// Whose it is.
    pub contact_id: Option<ContactId>,
    /// 1 to 200 characters.
    pub subject: String,
    /// How soon it should be done.
    pub priority: Priority,
    /// Which team it is for.
    pub team_id: Option<TeamId>,
    /// Which agent it is for, with their name.
    pub assignee: Option<(UserId, String)>,
    /// In order, each once.
    pub tags: Vec<String>,
    /// How it came to be.
    pub via: Via,
    /// Who asks.
    pub requester_name: Option<String>,
    /// Where they are answered.
    pub requester_email: Option<String>,
    /// Their language.
    pub locale: Option<String>,
    /// The client's own id of it.
    pub client_id: Option<ClientId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes an open ticket and gives its number. The tenant's other new tickets wait until this transaction has
/// ended, so call it late.
///
/// # Errors
/// [`StoreError::Conflict`] `tickets_client_id_once` where it is there already, `tickets_one_of_conversation`
/// where its conversation has one that is not closed, `tickets_space`, `tickets_conversation`,
/// `tickets_contact` or `tickets_team` where there is no such thing.
pub async fn create(conn: &mut TenantConn<'_>, new: NewTicket) -> Result<i64, StoreError> {
    let tenant = conn.tenant_id();
    let (assignee_id, assignee_name) = new.assignee.unzip();
    let made: Numbered = sql("WITH taken AS ( \
             INSERT INTO ticket_numbers (tenant_id, last) VALUES ($1, 1) \
             ON CONFLICT (tenant_id) DO UPDATE SET last = ticket_numbers.last + 1 RETURNING last) \
         INSERT INTO tickets (tenant_id, id, number, space_id, conversation_id, contact_id, subject, status, \
                              priority, team_id, assignee_id, assignee_name, tags, via, requester_name, \
                              requester_email, locale, client_id, created_at, updated_at) \
         SELECT $1, $2, last, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17 \
         FROM taken RETURNING number")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Nullable<SqlUuid>, _>(new.conversation_id)
    .bind::<Nullable<SqlUuid>, _>(new.contact_id)
    .bind::<Text, _>(new.subject)
    .bind::<Text, _>(new.priority)
    .bind::<Nullable<SqlUuid>, _>(new.team_id)
    .bind::<Nullable<SqlUuid>, _>(assignee_id)
    .bind::<Nullable<Text>, _>(assignee_name)
    .bind::<Array<Text>, _>(new.tags)
    .bind::<Text, _>(new.via)
    .bind::<Nullable<Text>, _>(new.requester_name)
    .bind::<Nullable<Text>, _>(new.requester_email)
    .bind::<Nullable<Text>, _>(new.locale)
    .bind::<Nullable<SqlUuid>, _>(new.client_id)
    .bind::<Timestamptz, _>(new.at)
    .get_result(conn.db())
    .await?;
    Ok(made.number)
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What may change of a ticket, as it is from now on.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = tickets, treat_none_as_null = true)]
struct Changed<'a> {
    conversation_id: Option<ConversationId>,
    contact_id: Option<ContactId>,
    subject: &'a str,
    status: Status,
    priority: Priority,
    category_id: Option<TicketCategoryId>,
    category_by: Option<CategoryBy>,
    category_score: Option<f32>,
    team_id: Option<TeamId>,
    assignee_id: Option<UserId>,
    assignee_name: Option<&'a str>,
    tags: &'a [String],
    requester_name: Option<&'a str>,
    requester_email: Option<&'a str>,
    first_responded_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    merged_into: Option<TicketId>,
    version: i64,
    updated_at: DateTime<Utc>,
}

/// Keeps a locked ticket as it is now. Its number, space, origin and language stay.
///
/// # Errors
/// [`StoreError::Conflict`] as [`create`], `tickets_resolved_at`, `tickets_merged_are_closed`;
/// [`StoreError::NotFound`] where the tenant has no such ticket.
pub async fn update(conn: &mut TenantConn<'_>, ticket: &Ticket) -> Result<(), StoreError> {
    let now = Changed {
        conversation_id: ticket.conversation_id,
        contact_id: ticket.contact_id,
        subject: &ticket.subject,
        status: ticket.status,
        priority: ticket.priority,
        category_id: ticket.category_id,
        category_by: ticket.category_by,
        category_score: ticket.category_score,
        team_id: ticket.team_id,
        assignee_id: ticket.assignee_id,
        assignee_name: ticket.assignee_name.as_deref(),
        tags: &ticket.tags,
        requester_name: ticket.requester_name.as_deref(),
        requester_email: ticket.requester_email.as_deref(),
        first_responded_at: ticket.first_responded_at,
        resolved_at: ticket.resolved_at,
        merged_into: ticket.merged_into,
        version: ticket.version,
        updated_at: ticket.updated_at,
    };
    let kept = diesel::update(table.filter(columns::id.eq(ticket.id))).set(now);
    match kept.execute(conn.db()).await? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// Loads a ticket.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: TicketId) -> Result<Option<Ticket>, StoreError> {
    let query = table.filter(columns::id.eq(id)).select(Ticket::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// The ticket of a number.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn by_number(conn: &mut TenantConn<'_>, number: i64) -> Result<Option<Ticket>, StoreError> {
    let query = table
        .filter(columns::number.eq(number))
        .select(Ticket::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// The tickets of these numbers, in no particular order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_numbers(conn: &mut TenantConn<'_>, numbers: &[i64]) -> Result<Vec<Ticket>, StoreError> {
    let query = table
        .filter(columns::number.eq_any(numbers))
        .select(Ticket::as_select());
    Ok(query.load(conn.db()).await?)
}

/// The ticket that a client made under an id of its own.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_client(conn: &mut TenantConn<'_>, client: ClientId) -> Result<Option<Ticket>, StoreError> {
    let query = table
        .filter(columns::client_id.eq(client))
        .select(Ticket::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// Loads a ticket to change it: another change waits for this transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such ticket.
pub async fn lock(conn: &mut TenantConn<'_>, id: TicketId) -> Result<Ticket, StoreError> {
    let query = table.filter(columns::id.eq(id)).select(Ticket::as_select());
    Ok(query.for_no_key_update().first(conn.db()).await?)
}

/// The tickets of a conversation, the newest first, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_conversation(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    limit: i64,
) -> Result<Vec<Ticket>, StoreError> {
    let query = table
        .filter(columns::conversation_id.eq(conversation))
        .order(columns::number.desc())
        .limit(limit)
        .select(Ticket::as_select());
    Ok(query.load(conn.db()).await?)
}

/// Gives what was merged into `from` to `to`, so that a merged ticket leads to its survivor in one step.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lead_on(conn: &mut TenantConn<'_>, from: TicketId, to: TicketId) -> Result<(), StoreError> {
    diesel::update(table.filter(columns::merged_into.eq(from)))
        .set(columns::merged_into.eq(to))
        .execute(conn.db())
        .await?;
    Ok(())
}

/// What a ticket takes from its conversation.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Source {
    /// Where it takes place.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// The visitor's language.
    #[diesel(sql_type = Nullable<Text>)]
    pub locale: Option<String>,
    /// The agent who has it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub assignee_id: Option<UserId>,
    /// Their name then.
    #[diesel(sql_type = Nullable<Text>)]
    pub assignee_name: Option<String>,
    /// Who it is with, where that is known.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub contact_id: Option<ContactId>,
    /// As the host site vouches, or else as agents know, or else as the page said.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The same.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    /// The first 200 characters of what the visitor said first.
    #[diesel(sql_type = Nullable<Text>)]
    pub said: Option<String>,
}

/// Reads a conversation that is to have a ticket, which no other transaction gives it meanwhile.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn source(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Option<Source>, StoreError> {
    Ok(sql(
        "SELECT c.space_id, c.locale, c.assignee_id, c.assignee_name, k.id AS contact_id, \
                coalesce(k.name, k.edited_name, v.said ->> 'name', k.said_name) AS name, \
                coalesce(k.email, k.edited_email, v.said ->> 'email', v.attributes ->> 'email') AS email, \
                (SELECT left(m.text, 200) FROM messages m \
                 WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.author_kind = 'visitor' \
                 ORDER BY m.seq LIMIT 1) AS said \
         FROM conversations c JOIN visitors v ON v.id = c.visitor_id \
         LEFT JOIN contacts k ON k.id = v.contact_id WHERE c.id = $1 FOR NO KEY UPDATE OF c",
    )
    .bind::<SqlUuid, _>(conversation)
    .get_result(conn.db())
    .await
    .optional()?)
}
