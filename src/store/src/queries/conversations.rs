//! Conversations: where they stand, and the list of them.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::exists,
    prelude::{
        BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, QueryableByName,
        Selectable, SelectableHelper,
    },
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{ConversationId, SpaceId, TenantId, UserId, VisitorId},
    schema::{
        conversations::{self, dsl as columns, table},
        spaces,
    },
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// Who a conversation waits for.
    ConversationStatus {
        /// The bot answers.
        Bot = "bot",
        /// The visitor waits for a person.
        Waiting = "waiting",
        /// A person has taken it.
        Human = "human",
        /// Put off until later.
        Snoozed = "snoozed",
        /// Over, until someone speaks.
        Resolved = "resolved",
    }
}

/// One conversation of a visitor in a space.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(diesel::pg::Pg))]
pub struct Conversation {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its identity.
    pub id: ConversationId,
    /// Where it takes place.
    pub space_id: SpaceId,
    /// With whom.
    pub visitor_id: VisitorId,
    /// Who it waits for.
    pub status: ConversationStatus,
    /// Rises when a resolved conversation is reopened: the model sees one epoch.
    pub epoch: i32,
    /// The seq of its last event, 0 before the first.
    pub head_seq: i64,
    /// The visitor's language.
    pub locale: Option<String>,
    /// The page it began on.
    pub page: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When its last event happened.
    pub updated_at: DateTime<Utc>,
    /// The agent who has it.
    pub assignee_id: Option<UserId>,
    /// Their name, as it was then.
    pub assignee_name: Option<String>,
    /// When it comes back, where it is snoozed.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Since when the visitor waits for a person to write.
    pub waiting_since: Option<DateTime<Utc>>,
    /// By when one is to, where one is: what the inbox is sorted by.
    pub answer_by: Option<DateTime<Utc>>,
}

/// A conversation to be begun.
pub struct NewConversation {
    /// Chosen by the caller.
    pub id: ConversationId,
    /// Where.
    pub space_id: SpaceId,
    /// With whom.
    pub visitor_id: VisitorId,
    /// Who it waits for at first.
    pub status: ConversationStatus,
    /// The visitor's language.
    pub locale: Option<String>,
    /// The page it begins on.
    pub page: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Begins a conversation, with an empty log.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such space or visitor.
pub async fn create(conn: &mut TenantConn<'_>, new: NewConversation) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO conversations (tenant_id, id, space_id, visitor_id, status, locale, page, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<SqlUuid, _>(new.visitor_id)
    .bind::<Text, _>(new.status)
    .bind::<Nullable<Text>, _>(new.locale)
    .bind::<Nullable<Text>, _>(new.page)
    .bind::<Timestamptz, _>(new.at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Loads a conversation.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    Ok(load_all(conn, &[id]).await?.pop())
}

/// Loads those of `ids` that there are, in no particular order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load_all(
    conn: &mut TenantConn<'_>,
    ids: &[ConversationId],
) -> Result<Vec<Conversation>, StoreError> {
    // What is left of a removed space is nobody's.
    let of_space = spaces::table.filter(
        spaces::tenant_id
            .eq(columns::tenant_id)
            .and(spaces::id.eq(columns::space_id))
            .and(spaces::removed_at.is_null()),
    );
    let query = table
        .filter(columns::id.eq_any(ids).and(exists(of_space)))
        .select(Conversation::as_select());
    Ok(query.load(conn.db()).await?)
}

/// The conversation a visitor began last in a space, whatever its status.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn latest_of_visitor(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    visitor: VisitorId,
) -> Result<Option<Conversation>, StoreError> {
    let query = table
        .filter(columns::visitor_id.eq(visitor))
        .filter(columns::space_id.eq(space))
        .order((columns::created_at.desc(), columns::id.desc()))
        .select(Conversation::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// Conversations in which a visitor's message still waits for its answer, for the restart: the
/// first `limit` behind `after`, by identity.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn with_open_turns(
    conn: &mut TenantConn<'_>,
    after: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        conversation_id: ConversationId,
    }
    let rows: Vec<Row> = sql("SELECT DISTINCT conversation_id FROM reservations \
         WHERE state = 'open' AND kind = 'chat' AND conversation_id IS NOT NULL AND message_id IS NOT NULL \
           AND ($1 IS NULL OR conversation_id > $1) \
         ORDER BY conversation_id LIMIT $2")
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .get_results(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.conversation_id).collect())
}

/// A transition, decided by the domain.
pub struct StatusChange {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// Who it waits for from now on.
    pub status: ConversationStatus,
    /// The agent who has it from now on, and their name.
    pub assignee: Option<(UserId, String)>,
    /// Given where it is snoozed, and nowhere else.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// The wire event without `seq`, its reason and author included.
    pub event_body: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a write to the log came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Appended {
    /// The event's place in the log.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// The epoch it belongs to.
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pub epoch: i32,
}

/// Changes the status, and who has it, and logs it. From resolved to anything else begins a new epoch.
/// Who was waiting for a person goes on waiting until one writes, or none is to.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such conversation.
pub async fn set_status(conn: &mut TenantConn<'_>, change: StatusChange) -> Result<Appended, StoreError> {
    let (assignee_id, assignee_name) = change.assignee.unzip();
    Ok(sql("WITH head AS ( \
             UPDATE conversations SET head_seq = head_seq + 1, updated_at = $4, status = $2, \
                    assignee_id = $5, assignee_name = $6, snoozed_until = $7, \
                    alarmed_at = NULL, \
                    waiting_since = CASE $2 WHEN 'waiting' THEN coalesce(waiting_since, $4) \
                                            WHEN 'human' THEN waiting_since END, \
                    epoch = epoch + (status = 'resolved' AND $2 <> 'resolved')::integer \
             WHERE id = $1 RETURNING tenant_id, id, head_seq, epoch), \
         event AS ( \
             INSERT INTO conversation_events (tenant_id, conversation_id, seq, kind, body, at) \
             SELECT tenant_id, id, head_seq, 'status', $3::json, $4 FROM head) \
         SELECT head_seq AS seq, epoch FROM head")
    .bind::<SqlUuid, _>(change.conversation_id)
    .bind::<Text, _>(change.status)
    .bind::<Text, _>(change.event_body.to_string())
    .bind::<Timestamptz, _>(change.at)
    .bind::<Nullable<SqlUuid>, _>(assignee_id)
    .bind::<Nullable<Text>, _>(assignee_name)
    .bind::<Nullable<Timestamptz>, _>(change.snoozed_until)
    .get_result(conn.db())
    .await?)
}
