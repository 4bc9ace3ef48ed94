//! How long visitors waited for a person.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn};

/// Conversations that are looked through, the newest: most never wait.
const LOOKED_THROUGH: i64 = 500;

/// A wait that an agent's message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Wait {
    /// When the status became `waiting`.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// When an agent wrote.
    #[diesel(sql_type = Timestamptz)]
    pub until: DateTime<Utc>,
}

/// The last wait of each of the space's newest conversations that an agent's message ended, `limit` at
/// most; of conversations that have changed since `after`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn ended(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    after: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Wait>, StoreError> {
    Ok(sql("SELECT w.at AS since, a.created_at AS until FROM ( \
             SELECT tenant_id, id, updated_at FROM conversations \
             WHERE space_id = $1 AND updated_at >= $2 ORDER BY updated_at DESC, id DESC LIMIT $3) c \
         CROSS JOIN LATERAL ( \
             SELECT seq, at FROM conversation_events \
             WHERE tenant_id = c.tenant_id AND conversation_id = c.id AND kind = 'status' AND body ->> 'status' = 'waiting' \
             ORDER BY seq DESC LIMIT 1) w \
         CROSS JOIN LATERAL ( \
             SELECT created_at FROM messages \
             WHERE tenant_id = c.tenant_id AND conversation_id = c.id AND seq > w.seq AND author_kind = 'agent' \
             ORDER BY seq LIMIT 1) a \
         ORDER BY c.updated_at DESC, c.id DESC LIMIT $4")
    .bind::<SqlUuid, _>(space)
    .bind::<Timestamptz, _>(after)
    .bind::<BigInt, _>(LOOKED_THROUGH)
    .bind::<BigInt, _>(limit)
    .load(conn.db())
    .await?)
}
