//! Which plan a tenant has paid for since when, at the price of that moment. It is only ever added to.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, statement::sql, tenant::TenantConn};

/// Notes what the tenant pays for by its subscription, whose row is [locked](super::subscriptions::lock), where that is
/// another plan than before; a trial is none.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn note(conn: &mut TenantConn<'_>, at: DateTime<Utc>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO paid_plans (tenant_id, at, plan, price, currency) \
         SELECT $1, $2, s.paid, p.price, p.currency \
         FROM (SELECT CASE WHEN status <> 'trialing' THEN granted END AS paid FROM subscriptions) s \
         LEFT JOIN plans p ON p.id = s.paid \
         WHERE s.paid IS DISTINCT FROM (SELECT plan FROM paid_plans ORDER BY id DESC LIMIT 1)")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}
