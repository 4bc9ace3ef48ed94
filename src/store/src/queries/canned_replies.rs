//! Canned replies: texts that agents send again and again.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{CannedReplyId, SpaceId, UserId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What is done with a conversation once a reply was sent.
    CannedAct {
        /// It is resolved.
        Resolve = "resolve",
        /// It is put off.
        Snooze = "snooze",
    }
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct CannedReply {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: CannedReplyId,
    /// What is typed to find it; unique in the tenant.
    #[diesel(sql_type = Text)]
    pub shortcut: String,
    /// What people call it.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// What is said, with its variables as they were written.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// What is done once it was sent.
    #[diesel(sql_type = Nullable<Text>)]
    pub act: Option<CannedAct>,
    /// For how long it is put off; there exactly where it is.
    #[diesel(sql_type = Nullable<Integer>)]
    pub snooze_minutes: Option<i32>,
    /// The one space it is for.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub space_id: Option<SpaceId>,
    /// The person who made it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub created_by: Option<UserId>,
    /// When it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// Columns of a [`CannedReply`].
macro_rules! reply {
    () => {
        "id, shortcut, title, text, act, snooze_minutes, space_id, created_by, updated_at"
    };
}

/// All replies of the tenant, by shortcut.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<CannedReply>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        reply!(),
        " FROM canned_replies ORDER BY shortcut COLLATE \"C\""
    ))
    .load(conn.db())
    .await?)
}

/// A reply, to be changed: another change waits for this transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such reply.
pub async fn lock(conn: &mut TenantConn<'_>, id: CannedReplyId) -> Result<CannedReply, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        reply!(),
        " FROM canned_replies WHERE id = $1 FOR NO KEY UPDATE"
    ))
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// How many the tenant has. Who asks and then adds one goes before everybody else who does.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn count_to_add(conn: &mut TenantConn<'_>) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        replies: i64,
    }
    let tenant = conn.tenant_id().to_string();
    sql("SELECT pg_advisory_xact_lock(hashtextextended('canned_replies/' || $1, 0))")
        .bind::<Text, _>(tenant)
        .execute(conn.db())
        .await?;
    let row: Row = sql("SELECT count(*) AS replies FROM canned_replies")
        .get_result(conn.db())
        .await?;
    Ok(row.replies)
}

/// Keeps a reply: a new one, or one that is there as it is now. Who made it stays.
///
/// # Errors
/// [`StoreError::Conflict`] `canned_replies_shortcut_once` where another has the shortcut,
/// `canned_replies_snooze` where there are minutes without a snooze, or the other way round.
pub async fn put(conn: &mut TenantConn<'_>, reply: &CannedReply) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO canned_replies (tenant_id, id, shortcut, title, text, act, snooze_minutes, space_id, \
                                     created_by, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET shortcut = excluded.shortcut, title = excluded.title, \
            text = excluded.text, act = excluded.act, snooze_minutes = excluded.snooze_minutes, \
            space_id = excluded.space_id, updated_at = excluded.updated_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(reply.id)
    .bind::<Text, _>(&reply.shortcut)
    .bind::<Text, _>(&reply.title)
    .bind::<Text, _>(&reply.text)
    .bind::<Nullable<Text>, _>(reply.act)
    .bind::<Nullable<Integer>, _>(reply.snooze_minutes)
    .bind::<Nullable<SqlUuid>, _>(reply.space_id)
    .bind::<Nullable<SqlUuid>, _>(reply.created_by)
    .bind::<Timestamptz, _>(reply.updated_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a reply.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such reply.
pub async fn remove(conn: &mut TenantConn<'_>, id: CannedReplyId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM canned_replies WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    if removed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}
