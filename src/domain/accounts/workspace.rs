//! What a workspace is called.

use chrono::{DateTime, Utc};
use parlance_store::{
    TenantDb,
    control::{
        members,
        workspace::{self, Workspace},
    },
};
use serde_json::json;

use super::{
    caller::Caller,
    error::AccountError,
    permission::{Permission, may},
    signup::named,
};
use crate::domain::audit;

/// Names the workspace anew.
///
/// # Errors
/// `Field`; `Refused` where the caller does not own it any more.
pub async fn rename(
    db: &TenantDb,
    caller: &Caller,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Workspace, AccountError> {
    let name = named("name", name)?;
    db.transaction(async |conn| {
        let before = workspace::lock(conn).await?;
        // What the caller was when the request came in may have changed since.
        let role = match caller.user() {
            Some(user) => members::role(conn, user).await?,
            None => None,
        };
        if !role.is_some_and(|role| may(role, Permission::WorkspaceWrite)) {
            return Err(AccountError::Refused("only an owner names the workspace"));
        }
        if before.name == name {
            return Ok(before);
        }
        workspace::rename(conn, &name).await?;
        let mut act = caller.act("workspace.rename", ("workspace", before.id), now);
        act.before = Some(json!({ "name": before.name }));
        act.after = Some(json!({ "name": name }));
        audit::record(conn, act).await?;
        Ok(Workspace { name, ..before })
    })
    .await
}
