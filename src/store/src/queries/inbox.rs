//! The inbox: conversations in which something was said, as agents look through them.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::{
        BoolExpressionMethods, ExpressionMethods, PgTextExpressionMethods, QueryDsl, QueryableByName,
        SelectableHelper,
    },
    sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{
    conversations::{Conversation, ConversationStatus},
    messages::AuthorKind,
};
use crate::{
    error::StoreError,
    ids::{ContactId, ConversationId, SpaceId, UserId},
    schema::{
        conversations::{self, dsl as columns, table},
        visitors,
    },
    statement::sql,
    tenant::TenantConn,
};

/// Readings of a conversation that count.
pub const MOODS: i64 = 8;

/// Which conversations are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this space.
    pub space: Option<SpaceId>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// In one of these; none is any.
    pub statuses: Vec<ConversationStatus>,
    /// Whose they are.
    pub assignee: Option<Whose>,
    /// Of visitors who read this language, wherever they are: letters only, such as `de`.
    pub language: Option<String>,
}

/// Who has a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Nobody.
    Nobody,
    /// This agent.
    Agent(UserId),
}

/// Where a page ended: the moment its last conversation is sorted by, and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// `answer_by` or `updated_at`.
    pub at: DateTime<Utc>,
    /// Of the last conversation shown.
    pub id: ConversationId,
}

type Query<'a> =
    conversations::BoxedQuery<'a, Pg, diesel::dsl::SqlTypeOf<diesel::dsl::AsSelect<Conversation, Pg>>>;

fn of(wanted: &Wanted, limit: i64) -> Query<'_> {
    let mut query = table
        .filter(columns::head_seq.gt(0))
        .limit(limit)
        .select(Conversation::as_select())
        .into_boxed();
    if let Some(space) = wanted.space {
        query = query.filter(columns::space_id.eq(space));
    }
    if let Some(contact) = wanted.contact {
        let theirs = visitors::table
            .filter(visitors::contact_id.eq(contact))
            .select(visitors::id);
        query = query.filter(columns::visitor_id.eq_any(theirs));
    }
    if !wanted.statuses.is_empty() {
        query = query.filter(columns::status.eq_any(&wanted.statuses));
    }
    if let Some(language) = &wanted.language {
        let anywhere = columns::locale.ilike(language);
        query = query.filter(anywhere.or(columns::locale.ilike(format!("{language}-%"))));
    }
    match wanted.assignee {
        None => query,
        Some(Whose::Nobody) => query.filter(columns::assignee_id.is_null()),
        Some(Whose::Agent(user)) => query.filter(columns::assignee_id.eq(user)),
    }
}

/// Those that a person is to answer, the most urgent first, behind `after`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn urgent(
    conn: &mut TenantConn<'_>,
    wanted: &Wanted,
    limit: i64,
    after: Option<Place>,
) -> Result<Vec<Conversation>, StoreError> {
    let mut query = of(wanted, limit)
        .filter(columns::answer_by.is_not_null())
        .order((columns::answer_by.asc(), columns::id.asc()));
    if let Some(Place { at, id }) = after {
        let later = columns::answer_by.gt(at);
        let same = columns::answer_by.eq(at).and(columns::id.gt(id));
        // The first condition alone is what the index can begin at.
        query = query.filter(columns::answer_by.ge(at)).filter(later.or(same));
    }
    Ok(query.load(conn.db()).await?)
}

/// The conversation that changed last first, behind `after`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn recent(
    conn: &mut TenantConn<'_>,
    wanted: &Wanted,
    urgent_too: bool,
    limit: i64,
    after: Option<Place>,
) -> Result<Vec<Conversation>, StoreError> {
    let mut query = of(wanted, limit).order((columns::updated_at.desc(), columns::id.desc()));
    if !urgent_too {
        query = query.filter(columns::answer_by.is_null());
    }
    if let Some(Place { at, id }) = after {
        let earlier = columns::updated_at.lt(at);
        let same = columns::updated_at.eq(at).and(columns::id.lt(id));
        query = query.filter(columns::updated_at.le(at)).filter(earlier.or(same));
    }
    Ok(query.load(conn.db()).await?)
}

/// Who a conversation is with, and what was said in it last.
#[derive(Clone, Debug, QueryableByName)]
pub struct Glimpse {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: ConversationId,
    /// As the host site vouches, or else as agents know, or else as the page said.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The same.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    /// Who it is, where that is known.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub contact_id: Option<ContactId>,
    /// Whether the host site vouches for that.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
    /// Whether they may not chat.
    #[diesel(sql_type = Bool)]
    pub blocked: bool,
    /// What the contact's attribute `plan` says, by their host site or by agents.
    #[diesel(sql_type = Nullable<Text>)]
    pub plan: Option<String>,
    /// Since when the bot has a visitor whom a person should see.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub alarmed_at: Option<DateTime<Utc>>,
    /// The next deadline of its open ticket.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deadline: Option<DateTime<Utc>>,
    /// Minutes by which it is answered earlier.
    #[diesel(sql_type = Integer)]
    pub credit: i32,
    /// What was read of the newest messages of the visitor in this epoch, [`MOODS`] at most, oldest first:
    /// an array of `{message, seq, valence, anger, urgency, words}`.
    #[diesel(sql_type = Jsonb)]
    pub moods: Value,
    /// The seq of the last change of status, 0 before the first.
    #[diesel(sql_type = BigInt)]
    pub status_seq: i64,
    /// Why the visitor waits for a person, or one has it, where that is so: as the log says.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// Who wrote the last message that is not Parlance's own, where there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub author_kind: Option<AuthorKind>,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub author_name: Option<String>,
    /// The first 200 characters of it.
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
    /// The names of the files sent with it.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub attachments: Option<Vec<String>>,
    /// When.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub said_at: Option<DateTime<Utc>>,
    /// The number of its ticket, where it has one that is not closed.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub ticket: Option<i64>,
}

/// A glimpse of each, in no particular order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn glimpses(
    conn: &mut TenantConn<'_>,
    conversations: Vec<ConversationId>,
) -> Result<Vec<Glimpse>, StoreError> {
    Ok(sql(
        "SELECT c.id, coalesce(k.name, k.edited_name, v.said ->> 'name', k.said_name) AS name, \
                coalesce(k.email, k.edited_email, v.said ->> 'email', v.attributes ->> 'email') AS email, \
                k.id AS contact_id, v.verified, k.blocked_at IS NOT NULL AS blocked, \
                coalesce(k.attributes ->> 'plan', k.edited_attributes ->> 'plan') AS plan, \
                c.alarmed_at, c.deadline, c.credit, coalesce(o.moods, '[]') AS moods, \
                coalesce(t.seq, 0) AS status_seq, CASE WHEN c.status IN ('waiting', 'human') THEN t.reason END AS reason, \
                m.author_kind, m.author_name, m.text, m.attachments, m.created_at AS said_at, ( \
                    SELECT s.number FROM tickets o JOIN tickets s \
                        ON s.tenant_id = o.tenant_id AND s.id = coalesce(o.merged_into, o.id) \
                    WHERE o.tenant_id = c.tenant_id AND o.conversation_id = c.id AND s.status <> 'closed' \
                    ORDER BY o.number DESC LIMIT 1) AS ticket \
         FROM conversations c JOIN visitors v ON v.id = c.visitor_id \
         LEFT JOIN contacts k ON k.id = v.contact_id \
         LEFT JOIN LATERAL ( \
             SELECT e.seq, e.body ->> 'reason' AS reason FROM conversation_events e \
             WHERE e.tenant_id = c.tenant_id AND e.conversation_id = c.id AND e.kind = 'status' \
             ORDER BY e.seq DESC LIMIT 1) t ON true \
         LEFT JOIN LATERAL ( \
             SELECT author_kind, author_name, left(text, 200) AS text, attachments, created_at FROM messages \
             WHERE tenant_id = c.tenant_id AND conversation_id = c.id AND author_kind <> 'system' \
             ORDER BY seq DESC LIMIT 1) m ON true \
         LEFT JOIN LATERAL ( \
             SELECT jsonb_agg(jsonb_build_object('message', n.message_id, 'seq', n.seq, 'valence', n.valence, \
                                                 'anger', n.anger, 'urgency', n.urgency, 'words', n.words) \
                              ORDER BY n.seq) AS moods \
             FROM (SELECT * FROM message_moods r WHERE r.tenant_id = c.tenant_id AND r.conversation_id = c.id \
                   AND r.epoch = c.epoch ORDER BY r.seq DESC LIMIT $2) n) o ON true \
         WHERE c.id = ANY ($1)",
    )
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<BigInt, _>(MOODS)
    .get_results(conn.db())
    .await?)
}

/// The conversations that an agent has now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn held_by(conn: &mut TenantConn<'_>, agent: UserId) -> Result<Vec<ConversationId>, StoreError> {
    let query = table
        .filter(columns::assignee_id.eq(agent))
        .filter(columns::status.eq(ConversationStatus::Human))
        .select(columns::id);
    Ok(query.load(conn.db()).await?)
}

/// Those of `conversations` that a person is to answer.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn due(
    conn: &mut TenantConn<'_>,
    conversations: &[ConversationId],
) -> Result<Vec<ConversationId>, StoreError> {
    let query = table
        .filter(columns::id.eq_any(conversations))
        .filter(columns::answer_by.is_not_null())
        .select(columns::id);
    Ok(query.load(conn.db()).await?)
}
