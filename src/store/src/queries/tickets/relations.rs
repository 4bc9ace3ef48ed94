//! Who watches a ticket, and what it is linked to.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::Status;
use crate::{
    error::StoreError,
    ids::{ConversationId, TicketId, TicketLinkId, UserId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What a ticket has to do with another one.
    LinkKind {
        /// They have to do with each other.
        Related = "related",
        /// It goes on where the other one was closed.
        FollowUp = "follow_up",
    }
}

/// Somebody who watches a ticket.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Watcher {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub id: UserId,
    /// Their name now.
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Who watches a ticket, by name.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn watchers(conn: &mut TenantConn<'_>, ticket: TicketId) -> Result<Vec<Watcher>, StoreError> {
    Ok(sql(
        "SELECT u.id, u.name FROM ticket_watchers w JOIN users u ON u.id = w.user_id \
         WHERE w.ticket_id = $1 ORDER BY lower(u.name), u.id",
    )
    .bind::<SqlUuid, _>(ticket)
    .load(conn.db())
    .await?)
}

/// Lets a member watch a ticket; whether they did not before.
///
/// # Errors
/// [`StoreError::Conflict`] `ticket_watchers_are_members` where they are none.
pub async fn watch(conn: &mut TenantConn<'_>, ticket: TicketId, user: UserId) -> Result<bool, StoreError> {
    let tenant = conn.tenant_id();
    let added = sql(
        "INSERT INTO ticket_watchers (tenant_id, ticket_id, user_id) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(ticket)
    .bind::<SqlUuid, _>(user)
    .execute(conn.db())
    .await?;
    Ok(added > 0)
}

/// Ends that; whether they watched.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unwatch(conn: &mut TenantConn<'_>, ticket: TicketId, user: UserId) -> Result<bool, StoreError> {
    let gone = sql("DELETE FROM ticket_watchers WHERE ticket_id = $1 AND user_id = $2")
        .bind::<SqlUuid, _>(ticket)
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(gone > 0)
}

/// A link as one of its tickets sees it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Link {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: TicketLinkId,
    /// What the one has to do with the other.
    #[diesel(sql_type = Text)]
    pub kind: LinkKind,
    /// Whether the ticket asked of is the one that was linked to the other: for a follow-up, the later one.
    #[diesel(sql_type = Bool)]
    pub outward: bool,
    /// The number of the other ticket.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub number: Option<i64>,
    /// What that is about.
    #[diesel(sql_type = Nullable<Text>)]
    pub subject: Option<String>,
    /// Where that stands.
    #[diesel(sql_type = Nullable<Text>)]
    pub status: Option<Status>,
    /// Or else the conversation.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation_id: Option<ConversationId>,
}

/// What a ticket is linked to, oldest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn links(conn: &mut TenantConn<'_>, ticket: TicketId) -> Result<Vec<Link>, StoreError> {
    Ok(sql(
        "SELECT l.id, l.kind, l.ticket_id = $1 AS outward, t.number, t.subject, t.status, l.conversation_id \
         FROM ticket_links l LEFT JOIN tickets t ON t.tenant_id = l.tenant_id \
             AND t.id = CASE WHEN l.ticket_id = $1 THEN l.other_id ELSE l.ticket_id END \
         WHERE l.ticket_id = $1 OR l.other_id = $1 ORDER BY l.at, l.id",
    )
    .bind::<SqlUuid, _>(ticket)
    .load(conn.db())
    .await?)
}

/// Links a ticket to another one; whether it was not before, in either direction.
///
/// # Errors
/// [`StoreError::Conflict`] `ticket_links_other` where there is none.
pub async fn link_ticket(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    other: TicketId,
    kind: LinkKind,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let tenant = conn.tenant_id();
    let added = sql(
        "INSERT INTO ticket_links (tenant_id, id, ticket_id, kind, other_id, at) \
         SELECT $1, $2, $3, $4, $5, $6 \
         WHERE NOT EXISTS (SELECT FROM ticket_links WHERE ticket_id = $5 AND other_id = $3) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(TicketLinkId::new())
    .bind::<SqlUuid, _>(ticket)
    .bind::<Text, _>(kind)
    .bind::<SqlUuid, _>(other)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(added > 0)
}

/// Links a ticket to a conversation that is not its own; whether it was not before.
///
/// # Errors
/// [`StoreError::Conflict`] `ticket_links_conversation` where there is none.
pub async fn link_conversation(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    conversation: ConversationId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let tenant = conn.tenant_id();
    let added = sql(
        "INSERT INTO ticket_links (tenant_id, id, ticket_id, kind, conversation_id, at) \
         VALUES ($1, $2, $3, 'related', $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(TicketLinkId::new())
    .bind::<SqlUuid, _>(ticket)
    .bind::<SqlUuid, _>(conversation)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(added > 0)
}

/// The two ends of a link.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Ends {
    /// The ticket that was linked.
    #[diesel(sql_type = SqlUuid)]
    pub ticket_id: TicketId,
    /// The other one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub other_id: Option<TicketId>,
    /// Or else the conversation.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation_id: Option<ConversationId>,
}

/// The ends of a link of a ticket.
///
/// # Errors
/// [`StoreError::NotFound`] where the ticket has no such link.
pub async fn ends(conn: &mut TenantConn<'_>, ticket: TicketId, id: TicketLinkId) -> Result<Ends, StoreError> {
    Ok(
        sql("SELECT ticket_id, other_id, conversation_id FROM ticket_links \
         WHERE id = $2 AND (ticket_id = $1 OR other_id = $1)")
        .bind::<SqlUuid, _>(ticket)
        .bind::<SqlUuid, _>(id)
        .get_result(conn.db())
        .await?,
    )
}

/// Takes a link away.
///
/// # Errors
/// [`StoreError::NotFound`] where it is gone.
pub async fn unlink(conn: &mut TenantConn<'_>, id: TicketLinkId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM ticket_links WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    (removed == 1).then_some(()).ok_or(StoreError::NotFound)
}
