//! Reading the log of a conversation. It is written by [`super::messages`] and
//! [`super::conversations`], always together with what the event tells.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::ConversationId, statement::sql, tenant::TenantConn};

/// A durable event as it was written.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct LoggedEvent {
    /// Gapless from 1 in its conversation.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// The wire event as JSON text, a whole object without its `seq`.
    #[diesel(sql_type = Text)]
    pub body: String,
}

/// The events with `seq > after`, in order, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn read_after(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    Ok(sql("SELECT seq, body::text AS body FROM conversation_events \
            WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
    .bind::<SqlUuid, _>(conversation)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .get_results(conn.db())
    .await?)
}

/// How many answers in a row found nothing, the newest one last, since the status last changed. What was
/// stopped or failed neither counts nor ends the row.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn abstentions(conn: &mut TenantConn<'_>, conversation: ConversationId) -> Result<i64, StoreError> {
    let counted: Counted = sql("SELECT count(*) AS n FROM conversation_events \
         WHERE conversation_id = $1 AND kind = 'message' AND body ->> 'abstained' = 'true' \
           AND seq > coalesce(( \
               SELECT seq FROM conversation_events \
               WHERE conversation_id = $1 \
                 AND (kind = 'status' OR body #>> '{author,kind}' = 'assistant' \
                                         AND body ->> 'state' = 'complete' \
                                         AND body ->> 'abstained' IS NULL) \
               ORDER BY seq DESC LIMIT 1), 0)")
    .bind::<SqlUuid, _>(conversation)
    .get_result(conn.db())
    .await?;
    Ok(counted.n)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The newest `limit` events with `seq < before`, or of all, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn read_before(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let newest = sql("SELECT seq, body::text AS body FROM conversation_events \
         WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3")
    .bind::<SqlUuid, _>(conversation)
    .bind::<BigInt, _>(before.unwrap_or(i64::MAX))
    .bind::<BigInt, _>(limit);
    let mut events: Vec<LoggedEvent> = newest.get_results(conn.db()).await?;
    events.reverse();
    Ok(events)
}
