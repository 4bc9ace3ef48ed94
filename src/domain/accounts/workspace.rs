//! What a workspace is called, and by which clock its days and months are counted.

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
use crate::domain::{
    audit,
    hours::{TimeZone, UnknownZone},
};

/// What is to be another; nothing stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    /// A zone of the IANA's list.
    pub time_zone: Option<String>,
}

/// Changes the workspace. In another time zone the periods of quotas are those of that zone from then on; what
/// was used in one that both have stays used.
///
/// # Errors
/// `Field`; `Refused` where the caller does not own it any more.
pub async fn change(
    db: &TenantDb,
    caller: &Caller,
    change: Change,
    now: DateTime<Utc>,
) -> Result<Workspace, AccountError> {
    let name = change.name.map(|name| named("name", &name)).transpose()?;
    let zone = change.time_zone.map(TimeZone::try_from).transpose();
    let zone = zone.map_err(unknown)?.map(String::from);
    db.transaction(async |conn| {
        let before = workspace::lock(conn).await?;
        // What the caller was when the request came in may have changed since.
        let role = match caller.user() {
            Some(user) => members::role(conn, user).await?,
            None => None,
        };
        if !role.is_some_and(|role| may(role, Permission::WorkspaceWrite)) {
            return Err(AccountError::Refused("only an owner changes the workspace"));
        }
        let after = Workspace {
            name: name.clone().unwrap_or_else(|| before.name.clone()),
            time_zone: zone.clone().unwrap_or_else(|| before.time_zone.clone()),
            ..before.clone()
        };
        if after == before {
            return Ok(after);
        }
        if after.time_zone != before.time_zone && !workspace::knows_zone(conn, &after.time_zone).await? {
            return Err(unknown(UnknownZone));
        }
        workspace::change(conn, &after.name, &after.time_zone).await?;
        for (action, field, was, is) in [
            ("workspace.rename", "name", &before.name, &after.name),
            (
                "workspace.time_zone",
                "time_zone",
                &before.time_zone,
                &after.time_zone,
            ),
        ] {
            if was != is {
                let mut act = caller.act(action, ("workspace", before.id), now);
                act.before = Some(json!({ field: was }));
                act.after = Some(json!({ field: is }));
                audit::record(conn, act).await?;
            }
        }
        Ok(after)
    })
    .await
}

fn unknown(unknown: UnknownZone) -> AccountError {
    AccountError::Field(format!("time_zone: {unknown}"))
}
