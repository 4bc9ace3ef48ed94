//! Conversations by what was said in them.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{
    inbox::{Wanted, Whose},
    messages::AuthorKind,
};
use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    statement::sql,
    tenant::TenantConn,
};

/// A conversation that was found, by its newest message with all of the words.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Found {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// The message.
    #[diesel(sql_type = SqlUuid)]
    pub message_id: MessageId,
    /// Its number in the conversation.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// Who wrote it.
    #[diesel(sql_type = Text)]
    pub author_kind: AuthorKind,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub author_name: Option<String>,
    /// The part of its text around the words: 35 words at most.
    #[diesel(sql_type = Text)]
    pub excerpt: String,
    /// When it was written.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Those in which a message has the beginnings of all `words`, by that message, the newest first, behind
/// `after`. A word may be a phrase. At most `limit`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn by_words(
    conn: &mut TenantConn<'_>,
    words: &[String],
    wanted: &Wanted,
    limit: i32,
    after: Option<MessageId>,
) -> Result<Vec<Found>, StoreError> {
    let (has_assignee, of_assignee) = match wanted.assignee {
        None => (None, None),
        Some(Whose::Nobody) => (Some(false), None),
        Some(Whose::Agent(agent)) => (None, Some(agent)),
    };
    Ok(sql("WITH sought AS ( \
             SELECT to_tsquery('simple', string_agg('''' || parlance_plain(word) || ''':*', ' & ')) AS words \
             FROM unnest($1) word WHERE parlance_plain(word) ~ '\\S') \
         SELECT f.conversation_id, f.message_id, m.seq, m.author_kind, m.author_name, m.created_at AS at, \
                ts_headline('simple', m.text, s.words, 'StartSel=\"\", StopSel=\"\", MaxWords=35, MinWords=20') AS excerpt \
         FROM sought s \
         CROSS JOIN LATERAL parlance_search_conversations(s.words, $2, $3, $4, $5, $6, $7) f \
         JOIN messages m ON m.id = f.message_id \
         ORDER BY f.message_id DESC")
    .bind::<Array<Text>, _>(words)
    .bind::<Nullable<SqlUuid>, _>(wanted.space)
    .bind::<Array<Text>, _>(wanted.statuses.as_slice())
    .bind::<Nullable<Bool>, _>(has_assignee)
    .bind::<Nullable<SqlUuid>, _>(of_assignee)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<Integer, _>(limit)
    .get_results(conn.db())
    .await?)
}
