//! Policies are made, changed, put in order and removed. Every such change has the deadlines that are open
//! reckoned anew, by a job.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{SlaPolicyId, TicketId},
    queries::{
        deadlines,
        sla_policies::{self, SlaPolicy},
        tickets::Ticket,
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use super::policy::{Policy, Refused};
use crate::domain::{
    accounts::caller::Caller,
    audit,
    jobs::{self, Priority, Work},
};

/// Policies of a workspace at most.
pub const MOST: usize = 50;
/// Tickets reckoned anew at once: what is done again after a crash.
const BATCH: i64 = 100;

/// Why policies cannot be so.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy cannot be taken as it is")]
    Unsound(Vec<Refused>),
    #[error("another policy has this name: choose another one")]
    Taken,
    #[error("there are {MOST} policies: delete one first")]
    Full,
    #[error("give every policy once: there are others by now, load them again")]
    Others,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for PolicyError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict("sla_policies_name_once") {
            Self::Taken
        } else {
            Self::Store(error)
        }
    }
}

/// A stored policy.
///
/// # Errors
/// Where it is none that this version knows.
pub fn read(stored: SlaPolicy) -> Result<Policy, serde_json::Error> {
    let mut rules = stored.rules;
    rules["name"] = Value::String(stored.name);
    serde_json::from_value(rules)
}

/// Makes a policy, which is tried last, or changes one.
///
/// # Errors
/// [`PolicyError`]; the store's `NotFound` where the tenant has no such policy.
pub async fn put(
    db: &TenantDb,
    caller: &Caller,
    id: Option<SlaPolicyId>,
    policy: Policy,
    now: DateTime<Utc>,
) -> Result<SlaPolicy, PolicyError> {
    let policy = policy.tidy();
    let refused = policy.problems(now);
    if !refused.is_empty() {
        return Err(PolicyError::Unsound(refused));
    }
    db.transaction(async |conn| {
        let all = sla_policies::lock(conn).await?;
        let before = match id {
            Some(id) => Some(
                all.iter()
                    .find(|policy| policy.id == id)
                    .ok_or(StoreError::NotFound)?,
            ),
            None if all.len() >= MOST => return Err(PolicyError::Full),
            None => None,
        };
        let unknown = unknown(conn, &policy).await?;
        if !unknown.is_empty() {
            return Err(PolicyError::Unsound(unknown));
        }
        let last = all.last().map_or(0, |last| last.position);
        let stored = SlaPolicy {
            id: id.unwrap_or_else(SlaPolicyId::new),
            name: policy.name.clone(),
            position: before.map_or_else(|| last.saturating_add(1), |before| before.position),
            rules: rules(&policy),
            updated_at: now,
        };
        sla_policies::put(conn, &stored).await?;
        let action = match before {
            Some(_) => "sla_policy.change",
            None => "sla_policy.create",
        };
        let mut act = caller.act(action, ("sla_policy", stored.id), now);
        (act.before, act.after) = (before.map(told), Some(told(&stored)));
        audit::record(conn, act).await?;
        changed(conn, now).await?;
        Ok(stored)
    })
    .await
}

/// What of a policy the tenant has not.
async fn unknown(conn: &mut TenantConn<'_>, policy: &Policy) -> Result<Vec<Refused>, StoreError> {
    let of = &policy.conditions;
    let known = sla_policies::knows(conn, &of.spaces, &of.teams, &of.categories).await?;
    let checks = [
        (
            known.spaces,
            "conditions.spaces",
            "the workspace has no such space",
        ),
        (known.teams, "conditions.teams", "the workspace has no such team"),
        (
            known.categories,
            "conditions.categories",
            "the workspace has no such category",
        ),
    ];
    let refused = |(_, field, detail): (bool, &str, &str)| Refused {
        field: field.to_owned(),
        detail: detail.to_owned(),
    };
    Ok(checks
        .into_iter()
        .filter(|(known, ..)| !known)
        .map(refused)
        .collect())
}

/// Puts policies in order, the one that is tried first at first.
///
/// # Errors
/// [`PolicyError::Others`] where these are not all there are.
pub async fn order(
    db: &TenantDb,
    caller: &Caller,
    ids: &[SlaPolicyId],
    now: DateTime<Utc>,
) -> Result<Vec<SlaPolicy>, PolicyError> {
    db.transaction(async |conn| {
        let before = sla_policies::lock(conn).await?;
        let there: BTreeSet<SlaPolicyId> = before.iter().map(|policy| policy.id).collect();
        if ids.len() != there.len() || ids.iter().copied().collect::<BTreeSet<_>>() != there {
            return Err(PolicyError::Others);
        }
        if before.iter().map(|policy| policy.id).eq(ids.iter().copied()) {
            return Ok(before);
        }
        sla_policies::order(conn, ids).await?;
        let after = sla_policies::list(conn).await?;
        let names = |policies: &[SlaPolicy]| -> Value {
            let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
            json!({ "order": names })
        };
        let mut act = caller.act("sla_policy.order", ("workspace", db.tenant_id()), now);
        (act.before, act.after) = (Some(names(&before)), Some(names(&after)));
        audit::record(conn, act).await?;
        changed(conn, now).await?;
        Ok(after)
    })
    .await
}

/// Removes a policy. What was judged by it stays so.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such policy.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: SlaPolicyId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let all = sla_policies::lock(conn).await?;
        let before = all
            .iter()
            .find(|policy| policy.id == id)
            .ok_or(StoreError::NotFound)?;
        sla_policies::remove(conn, id).await?;
        let mut act = caller.act("sla_policy.remove", ("sla_policy", id), now);
        act.before = Some(told(before));
        audit::record(conn, act).await?;
        changed(conn, now).await
    })
    .await
}

/// Has the open deadlines reckoned anew, for the hours of a space are others now.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hours_changed(conn: &mut TenantConn<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    match sla_policies::list(conn).await?.is_empty() {
        true => Ok(()),
        false => changed(conn, now).await,
    }
}

async fn changed(conn: &mut TenantConn<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    jobs::enqueue_apart(conn, &Work::FollowDeadlines { after: None }, Priority::Now, now).await?;
    Ok(())
}

/// Tickets whose deadlines were reckoned anew.
#[derive(Debug, Default)]
pub struct Followed {
    /// Those of which any is another one now.
    pub changed: Vec<Ticket>,
    /// The last one that was looked at; none where there were none behind.
    pub last: Option<TicketId>,
}

/// Reckons the open deadlines of the next tickets behind `after` anew, each in a transaction of its own. Done
/// again it changes nothing.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn follow_next(
    db: &TenantDb,
    after: Option<TicketId>,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<Followed, StoreError> {
    let next = db
        .read(async |conn| deadlines::unfinished(conn, after, BATCH).await)
        .await?;
    let mut followed = Followed::default();
    for ticket in next {
        followed
            .changed
            .extend(super::follow_anew(db, ticket, now()).await?);
        followed.last = Some(ticket);
    }
    Ok(followed)
}

/// What is stored of a policy besides its name.
fn rules(policy: &Policy) -> Value {
    let mut rules = serde_json::to_value(policy).unwrap_or_default();
    if let Some(rules) = rules.as_object_mut() {
        rules.remove("name");
    }
    rules
}

fn told(policy: &SlaPolicy) -> Value {
    let mut told = policy.rules.clone();
    told["name"] = Value::String(policy.name.clone());
    told
}
