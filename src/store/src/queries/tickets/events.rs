//! What happened to a ticket, notes among it. Only ever added to.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::StoreError,
    ids::{ClientId, TicketId},
    queries::{audit::ActorKind, space_versions::Author},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What kind of thing happened.
    Kind {
        /// It was made; the body says how.
        Created = "created",
        /// Properties changed; the body is `{property: {from, to}}`.
        Changed = "changed",
        /// A rule said whose it is, `{rule: {id, name}, why}` and what it is like since.
        Routed = "routed",
        /// Somebody wrote a note, `{text}`.
        Note = "note",
        /// Another ticket became part of this one, `{number, subject}`.
        Merged = "merged",
        /// It became part of another one, `{number, subject}`.
        MergedInto = "merged_into",
        /// It was linked, `{ticket}` or `{conversation}`, and `kind`.
        Linked = "linked",
        /// The link was taken away; the body as before.
        Unlinked = "unlinked",
        /// Somebody watches it from now on, `{user, name}`.
        Watched = "watched",
        /// Somebody does not any more; the body as before.
        Unwatched = "unwatched",
        /// A deadline is at risk, `{deadline, due_at, policy}`.
        SlaAtRisk = "sla_at_risk",
        /// A deadline was breached; the body as before.
        SlaBreached = "sla_breached",
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Event {
    /// To which ticket.
    #[diesel(sql_type = SqlUuid)]
    pub ticket_id: TicketId,
    /// The ticket's number.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// Gapless from 1 in its ticket.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// What happened.
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    /// An object, as its kind says.
    #[diesel(sql_type = Jsonb)]
    pub body: Value,
    /// What kind of actor did it.
    #[diesel(sql_type = Text)]
    pub actor_kind: ActorKind,
    /// Who; none for Parlance itself.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub actor_id: Option<Uuid>,
    /// What they were called then.
    #[diesel(sql_type = Text)]
    pub actor_name: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Something to be written down.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Of which ticket: one that this transaction has locked or made.
    pub ticket_id: TicketId,
    /// What happened.
    pub kind: Kind,
    /// An object, as its kind says.
    pub body: Value,
    /// Who did it.
    pub by: &'a Author,
    /// The client's own id of a note.
    pub client_id: Option<ClientId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes down what happened to a ticket. One of the same client id that is there already stays as it is.
///
/// # Errors
/// [`StoreError`] where there is no such ticket, or the database does not answer.
pub async fn add(conn: &mut TenantConn<'_>, new: NewEvent<'_>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO ticket_events (tenant_id, ticket_id, seq, kind, body, actor_kind, actor_id, actor_name, client_id, at) \
         SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8, $9 FROM ticket_events WHERE ticket_id = $2 \
         ON CONFLICT ON CONSTRAINT ticket_events_client_id_once DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.ticket_id)
    .bind::<Text, _>(new.kind)
    .bind::<Jsonb, _>(new.body)
    .bind::<Text, _>(new.by.kind)
    .bind::<Nullable<SqlUuid>, _>(new.by.id)
    .bind::<Text, _>(&new.by.name)
    .bind::<Nullable<SqlUuid>, _>(new.client_id)
    .bind::<Timestamptz, _>(new.at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Where a page ended: at this event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// To which ticket.
    pub ticket: TicketId,
    /// Its seq there.
    pub seq: i64,
}

impl From<&Event> for Place {
    fn from(event: &Event) -> Self {
        Self {
            at: event.at,
            ticket: event.ticket_id,
            seq: event.seq,
        }
    }
}

/// What happened to a ticket and to those merged into it, the newest first, `limit` at most, before `before`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    limit: i64,
    before: Option<Place>,
) -> Result<Vec<Event>, StoreError> {
    Ok(sql("SELECT e.ticket_id, t.number, e.seq, e.kind, e.body, e.actor_kind, e.actor_id, e.actor_name, e.at \
         FROM tickets t JOIN ticket_events e ON e.tenant_id = t.tenant_id AND e.ticket_id = t.id \
         WHERE (t.id = $1 OR t.merged_into = $1) AND ($2 IS NULL OR (e.at, e.ticket_id, e.seq) < ($2, $3, $4)) \
         ORDER BY e.at DESC, e.ticket_id DESC, e.seq DESC LIMIT $5")
    .bind::<SqlUuid, _>(ticket)
    .bind::<Nullable<Timestamptz>, _>(before.map(|place| place.at))
    .bind::<Nullable<SqlUuid>, _>(before.map(|place| place.ticket))
    .bind::<Nullable<BigInt>, _>(before.map(|place| place.seq))
    .bind::<BigInt, _>(limit)
    .get_results(conn.db())
    .await?)
}
