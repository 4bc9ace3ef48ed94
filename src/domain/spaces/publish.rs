//! Opening a space to visitors, and closing it.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        space_life,
        spaces::{self, Space},
    },
    tenant::TenantConn,
};
use serde_json::json;

use super::{
    Changed, SpaceError, act, changed,
    checks::{self, Check},
    lock_open,
};
use crate::domain::{accounts::caller::Caller, answering::answerer::Answerer, audit};

/// What stands against publishing a space, and what does not, as things are now.
///
/// # Errors
/// Of the store `NotFound`.
pub async fn checks(
    db: &TenantDb,
    caller: &Caller,
    answerer: &Answerer,
    id: SpaceId,
) -> Result<Vec<Check>, StoreError> {
    db.read(async |conn| {
        let space = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        let mut all = look(conn, answerer, &space).await?;
        all.push(checks::confirmed(caller));
        Ok(all)
    })
    .await
}

async fn look(
    conn: &mut TenantConn<'_>,
    answerer: &Answerer,
    space: &Space,
) -> Result<Vec<Check>, StoreError> {
    let knows = space_life::knows(conn, space.id).await?;
    let connected = |settings: &_| answerer.has_writer(settings);
    Ok(checks::checks(space, knows, connected))
}

/// Opens a space to visitors, where its checks let it and whoever opens it has confirmed their address.
/// One that is open stays so.
///
/// # Errors
/// `NotReady`; of the store `NotFound` and `Archived`.
pub async fn publish(
    db: &TenantDb,
    caller: &Caller,
    answerer: &Answerer,
    id: SpaceId,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let space = lock_open(conn, id).await?;
        if !space.published {
            let mut all = look(conn, answerer, &space).await?;
            all.push(checks::confirmed(caller));
            checks::ready(&all)?;
        }
        set(conn, caller, space, true, now).await
    })
    .await
}

/// Closes a space to visitors.
///
/// # Errors
/// Of the store `NotFound`.
pub async fn unpublish(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let space = spaces::lock(conn, id).await?;
        set(conn, caller, space, false, now).await
    })
    .await
}

async fn set(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    space: Space,
    published: bool,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    if space.published != published {
        space_life::set_published(conn, space.id, published, now).await?;
        let action = if published {
            "space.publish"
        } else {
            "space.unpublish"
        };
        let mut act = act(caller, action, space.id, now);
        act.before = Some(json!({ "published": space.published }));
        act.after = Some(json!({ "published": published, "version": space.version }));
        audit::record(conn, act).await?;
    }
    changed(conn, space).await
}
