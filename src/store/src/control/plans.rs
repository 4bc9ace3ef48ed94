//! The plans, as the database knows them: a copy of the plan file for statements that apply its limits.

use diesel::{
    QueryableByName,
    sql_types::{Jsonb, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::Value;

use super::ControlDb;
use crate::{error::StoreError, statement::sql, tenant::TenantConn};

/// A plan, as far as statements go by it.
#[derive(Clone, Debug, Serialize)]
pub struct PlanRow {
    /// Its word.
    pub id: String,
    /// Whether it is what a workspace has whose plan is not known.
    pub is_default: bool,
    /// In a month, a decimal number with up to three places.
    pub price: String,
    /// Its ISO 4217 code.
    pub currency: String,
    /// By the names of [`crate::queries::quotas::Quota`]; null is unlimited.
    pub limits: Value,
}

impl ControlDb {
    /// Makes these the plans that limits are applied by, from now on and on every node.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn keep_plans(&self, plans: &[PlanRow]) -> Result<(), StoreError> {
        let plans = serde_json::to_value(plans).unwrap_or_default();
        let keep = sql("WITH plan AS ( \
                 SELECT * FROM jsonb_to_recordset($1) \
                     AS p (id text, is_default boolean, price numeric, currency text, limits jsonb)), \
             gone AS (DELETE FROM plans WHERE id NOT IN (SELECT id FROM plan)) \
             INSERT INTO plans AS p (id, is_default, price, currency, limits) \
             SELECT id, is_default, price, currency, limits FROM plan ORDER BY id \
             ON CONFLICT (id) DO UPDATE SET is_default = excluded.is_default, price = excluded.price, \
                 currency = excluded.currency, limits = excluded.limits \
             WHERE p IS DISTINCT FROM excluded")
        .bind::<Jsonb, _>(plans);
        self.execute(keep).await
    }
}

/// The word of the tenant's plan; it need not be in the plan file.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_tenant(conn: &mut TenantConn<'_>) -> Result<String, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        plan: String,
    }
    let tenant = conn.tenant_id();
    let row: Row = sql("SELECT plan FROM tenants WHERE id = $1")
        .bind::<SqlUuid, _>(tenant)
        .get_result(conn.db())
        .await?;
    Ok(row.plan)
}

/// Puts the tenant on another plan; its limits count from the end of the transaction, and its spaces have changed with it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn change(conn: &mut TenantConn<'_>, plan: &str) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("WITH moved AS (UPDATE tenants SET plan = $2 WHERE id = $1 AND plan <> $2 RETURNING id), \
         seen AS (UPDATE space_index s SET changed_at = clock_timestamp() FROM moved m WHERE s.tenant_id = m.id) \
         SELECT FROM moved")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(plan)
        .execute(conn.db())
        .await?;
    Ok(())
}
