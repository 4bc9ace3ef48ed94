//! What visitors think of conversations, in figures and in their words, and whom to ask for it by mail.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{conversations::ConversationStatus, messages::RatedVia};
use crate::{
    error::StoreError,
    ids::{ConversationId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What ratings are told by.
    RatingGroup {
        /// All together.
        Total = "total",
        /// By the slot of the period in which they were given.
        Slot = "slot",
        /// By who wrote to the visitor last; none is the bot alone.
        Agent = "agent",
        /// By the category of the conversation's newest ticket.
        Category = "category",
    }
}

/// The ratings of a group.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Ratings {
    /// What it is a group of.
    #[diesel(sql_type = Text)]
    pub by: RatingGroup,
    /// Which one, an identity; none is those without one.
    #[diesel(sql_type = Nullable<Text>)]
    pub key: Option<String>,
    /// What people call it.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Which slot, from 0.
    #[diesel(sql_type = Nullable<Integer>)]
    pub slot: Option<i32>,
    /// How many gave 1, 2, 3, 4, 5.
    #[diesel(sql_type = Array<BigInt>)]
    pub scores: Vec<i64>,
}

/// The ratings given between the first and the last of `edges`, of a space or of all, by everything there is to
/// tell them by.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn figures(
    conn: &mut TenantConn<'_>,
    edges: &[DateTime<Utc>],
    space: Option<SpaceId>,
) -> Result<Vec<Ratings>, StoreError> {
    Ok(sql("WITH told AS ( \
             SELECT r.score, width_bucket(r.at, $1) - 1 AS slot, \
                    coalesce(r.agent_id::text, r.agent_name) AS agent, r.agent_name, \
                    t.category_id::text AS category, k.name AS category_name \
             FROM ratings r \
             LEFT JOIN LATERAL (SELECT t.category_id FROM tickets t \
                 WHERE t.tenant_id = r.tenant_id AND t.conversation_id = r.conversation_id \
                 ORDER BY t.number DESC LIMIT 1) t ON true \
             LEFT JOIN ticket_categories k ON k.tenant_id = r.tenant_id AND k.id = t.category_id \
             WHERE r.at >= ($1)[1] AND r.at < ($1)[cardinality($1)] AND ($2 IS NULL OR r.space_id = $2)) \
         SELECT CASE WHEN GROUPING(slot) = 0 THEN 'slot' WHEN GROUPING(agent) = 0 THEN 'agent' \
                     WHEN GROUPING(category) = 0 THEN 'category' ELSE 'total' END AS by, \
                coalesce(agent, category) AS key, \
                CASE WHEN GROUPING(agent) = 0 THEN max(agent_name) \
                     WHEN GROUPING(category) = 0 THEN max(category_name) END AS name, \
                slot, \
                ARRAY[count(*) FILTER (WHERE score = 1), count(*) FILTER (WHERE score = 2), \
                      count(*) FILTER (WHERE score = 3), count(*) FILTER (WHERE score = 4), \
                      count(*) FILTER (WHERE score = 5)] AS scores \
         FROM told GROUP BY GROUPING SETS ((), (slot), (agent), (category)) \
         ORDER BY by, name NULLS LAST, key, slot")
    .bind::<Array<Timestamptz>, _>(edges)
    .bind::<Nullable<SqlUuid>, _>(space)
    .load(conn.db())
    .await?)
}

/// A rating with words.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Comment {
    /// Of which conversation.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// Where that took place.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// 1 to 5.
    #[diesel(sql_type = SmallInt)]
    pub score: i16,
    /// Their words.
    #[diesel(sql_type = Text)]
    pub comment: String,
    /// Where it was given.
    #[diesel(sql_type = Text)]
    pub via: RatedVia,
    /// Who had written to them last; none is the bot alone.
    #[diesel(sql_type = Nullable<Text>)]
    pub agent_name: Option<String>,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Which comments are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// From then on.
    pub from: DateTime<Utc>,
    /// Up to then.
    pub to: DateTime<Utc>,
    /// Of this space.
    pub space: Option<SpaceId>,
    /// Behind this one.
    pub after: Option<(DateTime<Utc>, ConversationId)>,
}

/// Ratings with words, the newest first, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn comments(
    conn: &mut TenantConn<'_>,
    wanted: Wanted,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    // Each has an index of its own.
    let statement = match wanted.space {
        None => {
            "SELECT conversation_id, space_id, score, comment, via, agent_name, at FROM ratings \
             WHERE comment IS NOT NULL AND at >= $1 AND at < $2 AND $6::uuid IS NULL \
               AND ($3 IS NULL OR (at, conversation_id) < ($3, $4)) \
             ORDER BY at DESC, conversation_id DESC LIMIT $5"
        }
        Some(_) => {
            "SELECT conversation_id, space_id, score, comment, via, agent_name, at FROM ratings \
             WHERE comment IS NOT NULL AND at >= $1 AND at < $2 AND space_id = $6 \
               AND ($3 IS NULL OR (at, conversation_id) < ($3, $4)) \
             ORDER BY at DESC, conversation_id DESC LIMIT $5"
        }
    };
    let (at, id) = wanted.after.unzip();
    Ok(sql(statement)
        .bind::<Timestamptz, _>(wanted.from)
        .bind::<Timestamptz, _>(wanted.to)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<BigInt, _>(limit)
        .bind::<Nullable<SqlUuid>, _>(wanted.space)
        .load(conn.db())
        .await?)
}

/// What decides whether a conversation's visitor is asked for a rating.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Asking {
    /// Where it takes place.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// Where it stands.
    #[diesel(sql_type = Text)]
    pub status: ConversationStatus,
    /// Since when it stands there.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// When they were asked before.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub asked_at: Option<DateTime<Utc>>,
    /// They have rated it.
    #[diesel(sql_type = Bool)]
    pub rated: bool,
}

/// What decides whether a conversation's visitor is asked for a rating; nothing of a removed space.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn asking(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Option<Asking>, StoreError> {
    Ok(sql("SELECT c.space_id, c.status, c.rating_asked_at AS asked_at, \
                coalesce((SELECT e.at FROM conversation_events e \
                    WHERE e.tenant_id = c.tenant_id AND e.conversation_id = c.id AND e.kind = 'status' \
                    ORDER BY e.seq DESC LIMIT 1), c.created_at) AS since, \
                EXISTS (SELECT FROM ratings r WHERE r.tenant_id = c.tenant_id AND r.conversation_id = c.id) AS rated \
         FROM conversations c \
         JOIN spaces s ON s.tenant_id = c.tenant_id AND s.id = c.space_id AND s.removed_at IS NULL \
         WHERE c.id = $1")
    .bind::<SqlUuid, _>(conversation)
    .get_result(conn.db())
    .await
    .optional()?)
}

/// Notes that the visitor of a conversation was asked for a rating.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn note_asked(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("UPDATE conversations SET rating_asked_at = $2 WHERE id = $1 AND rating_asked_at IS NULL")
        .bind::<SqlUuid, _>(conversation)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// A rating as those who look at the conversation see it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Given {
    /// 1 to 5.
    #[diesel(sql_type = SmallInt)]
    pub score: i16,
    /// Their words.
    #[diesel(sql_type = Nullable<Text>)]
    pub comment: Option<String>,
    /// Where.
    #[diesel(sql_type = Text)]
    pub via: RatedVia,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The rating of a conversation.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn given(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Option<Given>, StoreError> {
    Ok(
        sql("SELECT score, comment, via, at FROM ratings WHERE conversation_id = $1")
            .bind::<SqlUuid, _>(conversation)
            .get_result(conn.db())
            .await
            .optional()?,
    )
}
