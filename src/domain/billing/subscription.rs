//! Which plan a workspace is on.

use chrono::{DateTime, Utc};
use parlance_store::{StoreError, TenantConn, control::plans as stored};
use serde_json::json;

use super::plans::Plan;
use crate::domain::{accounts::caller::Caller, audit};

/// Puts the workspace on another plan, in the transaction that has learnt that it is to be. Its limits and its
/// turns of background work count from the commit, its calls of the API within two seconds. What is there
/// beyond a lower plan's limits stays; only more is refused.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn change_plan(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let before = stored::of_tenant(conn).await?;
    if before == plan.id {
        return Ok(());
    }
    stored::change(conn, &plan.id).await?;
    let mut act = caller.act("workspace.plan", ("workspace", conn.tenant_id()), now);
    act.before = Some(json!({ "plan": before }));
    act.after = Some(json!({ "plan": plan.id }));
    audit::record(conn, act).await
}
