//! Routing: who is given a ticket. Rules of the tenant's own are tried in their order, and the first decides
//! whose conditions all hold.
//!
//! [`conditions`] and [`decide`] are pure. [`sort`] finds out what a new ticket is about and routes it, as a
//! job, so that nobody who makes a ticket waits for a model. What is here keeps the rules. See
//! `docs/ROUTING.md`.

pub mod conditions;
pub mod decide;
pub mod sort;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{RoutingRuleId, TeamId, UserId},
    queries::{
        routing_rules::{self as store, RoutingRule},
        spaces, ticket_categories,
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use self::{
    conditions::Conditions,
    decide::{Gives, Rule},
};
use super::{CategoryBy, Priority, Ticket, changes, colleague};
use crate::domain::{
    accounts::caller::Caller,
    audit,
    jobs::{self, Work},
};

/// Rules of a workspace at most.
pub const MOST: i64 = 100;
/// Characters of a name at most.
pub const NAME_MAX: usize = 80;

/// Why a rule cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    /// In words for whoever wrote it.
    #[error("{0}")]
    Unsound(String),
    #[error("there are {MOST} routing rules: delete one first")]
    Full,
    #[error("rules were added or removed meanwhile: load them again")]
    Moved,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RoutingError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict("routing_rules_team") {
            Self::Unsound("team: the workspace has no such team".to_owned())
        } else if error.is_conflict("routing_rules_agent") {
            Self::Unsound("agent: give the id of a member who may answer".to_owned())
        } else {
            Self::Store(error)
        }
    }
}

/// A rule as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Written {
    pub name: String,
    pub enabled: bool,
    pub conditions: Conditions,
    pub team: Option<TeamId>,
    pub agent: Option<UserId>,
    pub priority: Option<Priority>,
    pub tags: Vec<String>,
}

impl Written {
    fn sound(self) -> Result<Self, RoutingError> {
        let name = self.name.replace('\0', "").trim().to_owned();
        if !(1..=NAME_MAX).contains(&name.chars().count()) {
            let detail = format!("name: give 1 to {NAME_MAX} characters");
            return Err(RoutingError::Unsound(detail));
        }
        let unsound = |error: super::TicketError| RoutingError::Unsound(error.to_string());
        Ok(Self {
            name,
            conditions: self.conditions.sound().map_err(RoutingError::Unsound)?,
            tags: changes::tags(self.tags).map_err(unsound)?,
            ..self
        })
    }
}

/// Makes a rule, which is tried last, or writes one anew at its place.
///
/// # Errors
/// [`RoutingError`]; the store's `NotFound` where the tenant has no such rule.
pub async fn put(
    db: &TenantDb,
    caller: &Caller,
    id: Option<RoutingRuleId>,
    written: Written,
    now: DateTime<Utc>,
) -> Result<RoutingRule, RoutingError> {
    let written = written.sound()?;
    db.transaction(async |conn| {
        let rules = store::hold(conn).await?;
        let before = match id {
            Some(id) => Some(store::get(conn, id).await?),
            None if rules >= MOST => return Err(RoutingError::Full),
            None => None,
        };
        check_named(conn, &written).await?;
        let rule = RoutingRule {
            id: id.unwrap_or_else(RoutingRuleId::new),
            name: written.name,
            enabled: written.enabled,
            conditions: serde_json::to_value(&written.conditions).unwrap_or_default(),
            team_id: written.team,
            agent_id: written.agent,
            priority: written.priority,
            tags: written.tags,
            created_at: before.as_ref().map_or(now, |before| before.created_at),
            updated_at: now,
        };
        store::put(conn, &rule).await?;
        let action = match before {
            Some(_) => "routing_rule.change",
            None => "routing_rule.create",
        };
        let mut act = caller.act(action, ("routing_rule", rule.id), now);
        (act.before, act.after) = (before.as_ref().map(told), Some(told(&rule)));
        audit::record(conn, act).await?;
        Ok(rule)
    })
    .await
}

/// Refuses what the workspace does not have.
async fn check_named(conn: &mut TenantConn<'_>, written: &Written) -> Result<(), RoutingError> {
    let unsound = |detail: &str| Err(RoutingError::Unsound(detail.to_owned()));
    let asked = &written.conditions;
    if !asked.categories.is_empty() {
        let there = ticket_categories::list(conn).await?;
        if !asked
            .categories
            .iter()
            .all(|id| there.iter().any(|one| one.id == *id))
        {
            return unsound("conditions.categories: the workspace has no such category");
        }
    }
    if !asked.spaces.is_empty() {
        let there = spaces::list(conn).await?;
        if !asked
            .spaces
            .iter()
            .all(|id| there.iter().any(|one| one.id == *id))
        {
            return unsound("conditions.spaces: the workspace has no such space");
        }
    }
    if let Some(agent) = written.agent
        && let Err(error) = colleague(conn, agent).await
    {
        return match error {
            super::TicketError::Store(error) => Err(error.into()),
            _ => unsound("agent: give the id of a member who may answer"),
        };
    }
    Ok(())
}

/// Has rules tried in this order, in which each is named once.
///
/// # Errors
/// [`RoutingError::Moved`] where those are not the rules there are.
pub async fn order(
    db: &TenantDb,
    caller: &Caller,
    order: Vec<RoutingRuleId>,
    now: DateTime<Utc>,
) -> Result<Vec<RoutingRule>, RoutingError> {
    db.transaction(async |conn| {
        store::hold(conn).await?;
        let before = store::list(conn).await?;
        let mut there: Vec<RoutingRuleId> = before.iter().map(|rule| rule.id).collect();
        let mut named = order.clone();
        there.sort_unstable();
        named.sort_unstable();
        if there != named {
            return Err(RoutingError::Moved);
        }
        store::order(conn, &order).await?;
        let rules = store::list(conn).await?;
        let names = |rules: &[RoutingRule]| -> Value { rules.iter().map(|rule| rule.name.clone()).collect() };
        let mut act = caller.act("routing_rule.order", ("workspace", db.tenant_id()), now);
        act.before = Some(json!({ "order": names(&before) }));
        act.after = Some(json!({ "order": names(&rules) }));
        audit::record(conn, act).await?;
        Ok(rules)
    })
    .await
}

/// Removes a rule.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such rule.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: RoutingRuleId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        store::hold(conn).await?;
        let before = store::get(conn, id).await?;
        store::remove(conn, id).await?;
        let mut act = caller.act("routing_rule.remove", ("routing_rule", id), now);
        act.before = Some(told(&before));
        audit::record(conn, act).await
    })
    .await
}

fn told(rule: &RoutingRule) -> Value {
    json!({
        "name": rule.name, "enabled": rule.enabled, "conditions": rule.conditions, "team": rule.team_id,
        "agent": rule.agent_id, "priority": rule.priority, "tags": rule.tags,
    })
}

/// Has a ticket sorted that is new, or that is still nobody's and of which something is known by now that
/// was not.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub(super) async fn follow(
    conn: &mut TenantConn<'_>,
    before: Option<&Ticket>,
    ticket: &Ticket,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known = |before: &Ticket| {
        let categorised = before.category_id.is_none()
            && ticket.category_id.is_some()
            && ticket.category_by == Some(CategoryBy::Person);
        let prioritised = before.priority == Priority::Normal && ticket.priority != Priority::Normal;
        categorised || prioritised
    };
    let is_open = ticket.resolved_at.is_none();
    let is_nobodys = ticket.assignee_id.is_none() && ticket.team_id.is_none();
    if is_open && before.is_none_or(|before| is_nobodys && known(before)) {
        let work = Work::SortTicket { ticket: ticket.id };
        jobs::enqueue_apart(conn, &work, jobs::Priority::Now, at).await?;
    }
    Ok(())
}

/// All rules as they decide, in order.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn rules(conn: &mut TenantConn<'_>) -> Result<Vec<Rule>, StoreError> {
    Ok(store::list(conn).await?.into_iter().map(Rule::from).collect())
}

impl From<RoutingRule> for Rule {
    /// One whose conditions this version does not know is off: it must not hold for every ticket.
    fn from(rule: RoutingRule) -> Self {
        let conditions = serde_json::from_value(rule.conditions).ok();
        Self {
            id: rule.id,
            name: rule.name,
            enabled: rule.enabled && conditions.is_some(),
            conditions: conditions.unwrap_or_default(),
            gives: Gives {
                team: rule.team_id,
                agent: rule.agent_id,
                priority: rule.priority,
                tags: rule.tags,
            },
        }
    }
}
