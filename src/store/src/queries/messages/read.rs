//! Reading messages and their sources.

use diesel::{
    dsl::{exists, not},
    prelude::{ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper},
};
use diesel_async::RunQueryDsl;

use super::{AuthorKind, Citation, Message};
use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    queries::ledger::{CallKind, ReservationState},
    schema::{citations, messages, reservations},
    tenant::TenantConn,
};

/// Loads a message.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn message(conn: &mut TenantConn<'_>, id: MessageId) -> Result<Option<Message>, StoreError> {
    let query = messages::table
        .filter(messages::id.eq(id))
        .select(Message::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// Messages with `seq > after`, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let query = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::seq.gt(after))
        .order(messages::seq)
        .limit(limit)
        .select(Message::as_select());
    Ok(query.load(conn.db()).await?)
}

/// What the model is told of an epoch, in order: the last `limit` messages up to and with a
/// question, and the answers to those, which may have come after it. Without a question, the last
/// of all; nothing where there is no such question.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn history(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    epoch: i32,
    question: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let mut query = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::epoch.eq(epoch))
        .order(messages::seq.desc())
        .limit(limit)
        .select(Message::as_select())
        .into_boxed();
    if let Some(question) = question {
        let asked = diesel::alias!(messages as asked);
        let place = asked
            .filter(asked.field(messages::id).eq(question))
            .select(asked.field(messages::seq))
            .single_value();
        query = query.filter(messages::seq.nullable().le(place));
    }
    let mut said = query.load(conn.db()).await?;
    said.reverse();
    if let (Some(_), Some(last)) = (question, said.last()) {
        let ids: Vec<_> = said.iter().map(|message| Some(message.id)).collect();
        let later = messages::table
            .filter(messages::in_reply_to.eq_any(ids))
            .filter(messages::author_kind.eq(AuthorKind::Assistant))
            .filter(messages::seq.gt(last.seq))
            .order(messages::seq)
            .select(Message::as_select());
        said.extend(later.load(conn.db()).await?);
    }
    Ok(said)
}

/// The open turns: visitor's messages with an open reservation for their answer and none yet, in
/// order. To be answered after a restart.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unanswered(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Vec<Message>, StoreError> {
    let answers = diesel::alias!(messages as answers);
    let reserved = reservations::table
        .filter(reservations::message_id.eq(messages::id.nullable()))
        .filter(reservations::kind.eq(CallKind::Chat))
        .filter(reservations::state.eq(ReservationState::Open));
    let answered = answers
        .filter(answers.field(messages::in_reply_to).eq(messages::id.nullable()))
        .filter(answers.field(messages::author_kind).eq(AuthorKind::Assistant));
    let query = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::author_kind.eq(AuthorKind::Visitor))
        .filter(exists(reserved))
        .filter(not(exists(answered)))
        .order(messages::seq)
        .select(Message::as_select());
    Ok(query.load(conn.db()).await?)
}

/// The sources of an answer, by number.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn citations(conn: &mut TenantConn<'_>, message: MessageId) -> Result<Vec<Citation>, StoreError> {
    let query = citations::table
        .filter(citations::message_id.eq(message))
        .order(citations::n)
        .select(Citation::as_select());
    Ok(query.load(conn.db()).await?)
}
