//! How much a plan gives, and how much of it is used. What is counted by period is taken here in the
//! transaction of what it pays for; what there is at once is counted from what is there.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::space_life::one_at_a_time;
use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn, text_enum::text_enum};

text_enum! {
    /// What is limited: by its word in the plan file, and last the budget. Those of a day or a month are counted by period, in
    /// the time zone of the workspace.
    Quota {
        /// Of visitors, that the bot answers.
        MessagesPerMonth = "messages_per_month",
        /// Chat spaces, archived ones among them.
        Spaces = "spaces",
        /// In any one space.
        DocumentsPerSpace = "documents_per_space",
        /// Added, of all spaces; another version of one that is there is none.
        DocumentsPerMonth = "documents_per_month",
        /// Megabytes (1,000,000 bytes) of documents.
        StorageMb = "storage_mb",
        /// Folders of Google Drive that are kept in step.
        DriveFolders = "drive_folders",
        /// Questions to the documents by the team and its programs.
        QueriesPerDay = "queries_per_day",
        /// Nano-dollars of upstream calls. Its limit is the workspace's own budget and no plan's.
        CostPerMonth = "cost_per_month",
    }
}

/// Bytes of what storage is measured in.
const MEGABYTE: i64 = 1_000_000;

/// A limit of the plan that leaves nothing for what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan's limit {quota} is reached: {used} of {at_most}")]
pub struct Reached {
    /// Which.
    pub quota: Quota,
    /// How much there may be.
    pub at_most: i64,
    /// How much there is; more where the plan was a larger one before.
    pub used: i64,
    /// When it is counted anew, where it is counted by period.
    pub resets_at: Option<DateTime<Utc>>,
}

/// That a limit left nothing for what was wanted, for the tenant's admins to be told.
pub(crate) struct Refusal {
    pub(crate) quota: Quota,
    at_most: i64,
    at: DateTime<Utc>,
}

/// A quota of the tenant's plan, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Standing {
    /// Which.
    #[diesel(sql_type = Text)]
    pub quota: Quota,
    /// How much there is; of documents in a space, in the one that has most.
    #[diesel(sql_type = BigInt)]
    pub used: i64,
    /// How much there may be; none is unlimited.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub at_most: Option<i64>,
    /// When it is counted anew, where it is counted by period.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub resets_at: Option<DateTime<Utc>>,
    /// Whether nothing is left; of a budget also where what is left was too little for a call.
    #[diesel(sql_type = Bool)]
    pub reached: bool,
}

/// Takes `n` of a quota that is counted by period. One round trip.
///
/// # Errors
/// [`StoreError::QuotaReached`] where less is left: then nothing is taken.
pub async fn take(
    conn: &mut TenantConn<'_>,
    quota: Quota,
    n: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        taken: bool,
        #[diesel(sql_type = BigInt)]
        used: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        at_most: Option<i64>,
        #[diesel(sql_type = Timestamptz)]
        resets_at: DateTime<Utc>,
    }
    let row: Row = sql("SELECT taken, used, at_most, resets_at FROM parlance_take_quota($1, $2, $3)")
        .bind::<Text, _>(quota)
        .bind::<BigInt, _>(n)
        .bind::<Timestamptz, _>(at)
        .get_result(conn.db())
        .await?;
    if row.taken {
        return Ok(());
    }
    let at_most = row.at_most.unwrap_or(i64::MAX);
    conn.refuse(Refusal { quota, at_most, at });
    Err(StoreError::QuotaReached(Reached {
        quota,
        at_most,
        used: row.used,
        resets_at: Some(row.resets_at),
    }))
}

/// Makes room for one more space, which is counted from those that are there. Who asks and then adds one
/// goes before everybody else who does.
///
/// # Errors
/// [`StoreError::QuotaReached`].
pub async fn room_for_space(conn: &mut TenantConn<'_>) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        spaces: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        at_most: Option<i64>,
    }
    let tenant = conn.tenant_id().to_string();
    one_at_a_time(conn, "spaces", &tenant).await?;
    let row: Row = sql(
        "SELECT count(*) AS spaces, parlance_limit('spaces') AS at_most FROM spaces \
         WHERE removed_at IS NULL",
    )
    .get_result(conn.db())
    .await?;
    within(Quota::Spaces, row.spaces, 1, row.at_most)
}

/// Makes room for `bytes` under a name in a space: for another version where the space has a document of that
/// name, and else for one more document, which is taken of the month's. Who asks and then adds one goes
/// before everybody else of the workspace who does.
///
/// # Errors
/// [`StoreError::QuotaReached`].
pub async fn room_for_document(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    name: &str,
    bytes: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        documents: i64,
        #[diesel(sql_type = BigInt)]
        bytes: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        before: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        per_space: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        storage_mb: Option<i64>,
    }
    let tenant = conn.tenant_id().to_string();
    one_at_a_time(conn, "documents", &tenant).await?;
    let row: Row = sql("SELECT parlance_limit('documents_per_space') AS per_space, \
                parlance_limit('storage_mb') AS storage_mb, \
                (SELECT count(*) FROM documents WHERE space_id = $1) AS documents, \
                (SELECT bytes FROM documents WHERE space_id = $1 AND name = $2) AS before, \
                (SELECT coalesce(sum(d.bytes), 0)::bigint FROM documents d \
                 JOIN spaces s ON s.tenant_id = d.tenant_id AND s.id = d.space_id AND s.removed_at IS NULL) AS bytes")
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(name)
    .get_result(conn.db())
    .await?;
    if row.before.is_none() {
        within(Quota::DocumentsPerSpace, row.documents, 1, row.per_space)?;
    }
    let more = bytes - row.before.unwrap_or(0);
    if let Some(megabytes) = row.storage_mb.filter(|_| more > 0)
        && row.bytes + more > megabytes.saturating_mul(MEGABYTE)
    {
        conn.refuse(Refusal {
            quota: Quota::StorageMb,
            at_most: megabytes,
            at,
        });
        return Err(StoreError::QuotaReached(Reached {
            quota: Quota::StorageMb,
            at_most: megabytes,
            used: row.bytes / MEGABYTE,
            resets_at: None,
        }));
    }
    if let Some(megabytes) = row.storage_mb.filter(|_| more > 0) {
        let used = (row.bytes + more) / MEGABYTE;
        note(conn, Quota::StorageMb, used, megabytes, at).await?;
    }
    match row.before {
        Some(_) => Ok(()),
        None => take(conn, Quota::DocumentsPerMonth, 1, at).await,
    }
}

/// Has the tenant's admins told that a limit is reached, once in a period.
pub(crate) async fn tell_of(conn: &mut TenantConn<'_>, refusal: &Refusal) -> Result<(), StoreError> {
    note(conn, refusal.quota, refusal.at_most, refusal.at_most, refusal.at).await
}

/// Has the tenant's admins told where so much is 80 percent or all of a quota, once in a period.
async fn note(
    conn: &mut TenantConn<'_>,
    quota: Quota,
    used: i64,
    at_most: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("SELECT parlance_note_quota($1, $2, $3, $4)")
        .bind::<Text, _>(quota)
        .bind::<BigInt, _>(used)
        .bind::<BigInt, _>(at_most)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

fn within(quota: Quota, used: i64, n: i64, at_most: Option<i64>) -> Result<(), StoreError> {
    match at_most {
        Some(at_most) if used + n > at_most => Err(StoreError::QuotaReached(Reached {
            quota,
            at_most,
            used,
            resets_at: None,
        })),
        _ => Ok(()),
    }
}

/// Every quota of the tenant's plan that is counted, as it stands at `at`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn standings(conn: &mut TenantConn<'_>, at: DateTime<Utc>) -> Result<Vec<Standing>, StoreError> {
    Ok(sql("WITH used (quota, used, resets_at) AS ( \
             SELECT w.quota, coalesce(c.used, 0), p.resets_at \
             FROM unnest(ARRAY['messages_per_month', 'documents_per_month', 'queries_per_day', 'cost_per_month']) AS w (quota) \
             CROSS JOIN LATERAL parlance_period(w.quota, $1) p \
             LEFT JOIN quota_counters c ON c.quota = w.quota AND c.period = p.period \
             UNION ALL SELECT 'spaces', count(*), NULL FROM spaces WHERE removed_at IS NULL \
             UNION ALL SELECT 'documents_per_space', coalesce(max(documents), 0), NULL FROM ( \
                 SELECT count(*) AS documents FROM documents d \
                 JOIN spaces s ON s.tenant_id = d.tenant_id AND s.id = d.space_id AND s.removed_at IS NULL \
                 GROUP BY d.space_id) AS each \
             UNION ALL SELECT 'storage_mb', (coalesce(sum(d.bytes), 0) / 1000000)::bigint, NULL FROM documents d \
                 JOIN spaces s ON s.tenant_id = d.tenant_id AND s.id = d.space_id AND s.removed_at IS NULL) \
         SELECT quota, used, at_most, resets_at, coalesce(used >= at_most, false) OR quota = 'cost_per_month' AND EXISTS ( \
             SELECT FROM quota_notices n WHERE n.quota = used.quota AND n.percent = 100 AND n.at_most = bound.at_most \
             AND n.period = (SELECT p.period FROM parlance_period(used.quota, $1) p)) AS reached \
         FROM used CROSS JOIN LATERAL parlance_limit(quota) AS bound (at_most)")
    .bind::<Timestamptz, _>(at)
    .load(conn.db())
    .await?)
}

/// Sets what upstream calls may cost in a month, in nano-dollars; none is no bound. It counts from the commit.
/// What it was before is given.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn set_budget(conn: &mut TenantConn<'_>, nanos: Option<i64>) -> Result<Option<i64>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<BigInt>)]
        before: Option<i64>,
    }
    let tenant = conn.tenant_id();
    let row: Row = sql(
        "WITH old AS (SELECT id, monthly_budget_nanos AS before FROM tenants WHERE id = $1 FOR NO KEY UPDATE) \
         UPDATE tenants t SET monthly_budget_nanos = $2 FROM old WHERE t.id = old.id RETURNING old.before",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<BigInt>, _>(nanos)
    .get_result(conn.db())
    .await?;
    Ok(row.before)
}
