//! Deadlines of tickets: what was promised, by when that is, and that it is told when it is not kept. See
//! `docs/DEADLINES.md`.
//!
//! Start at [`follow`], which every change of a ticket ends with. [`clock`] and [`policy`] are pure, [`tell`]
//! finds what has passed, [`policies`] is where promises are made, [`report`] how they were kept.

pub mod clock;
pub mod policies;
pub mod policy;
pub mod report;
pub mod tell;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, TicketId},
    queries::{
        deadlines::{self, Deadline, DeadlineKind, StatusSince},
        sla_policies::{self, SlaPolicy},
        tickets::{self, Status, Ticket},
    },
    tenant::TenantConn,
};

use self::{
    clock::{Counting, Round, State},
    policy::{Facts, Policy, Target},
};
use crate::domain::hours::Hours;

/// Brings the deadlines of a locked ticket up to date in the transaction that makes or changes it, when what
/// happened is written down. Those that have ended stay as they were judged; the others are reckoned anew
/// from their beginning, by the policy that fits now. Gives whether any is another one now.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn follow(
    conn: &mut TenantConn<'_>,
    ticket: &Ticket,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let kept = deadlines::lock(conn, ticket.id).await?;
    let policies = sla_policies::list(conn).await?;
    if kept.is_empty() && policies.is_empty() {
        return Ok(false);
    }
    let stored = deadlines::facts(conn, ticket.space_id, ticket.contact_id).await?;
    // Hours that cannot be read are none, as everywhere.
    let hours = stored.hours.and_then(|hours| serde_json::from_value(hours).ok());
    let facts = Facts {
        space: Some(ticket.space_id),
        team: ticket.team_id,
        category: ticket.category_id,
        plan: stored.plan,
    };
    let promise = match ticket.merged_into {
        None => Promise::of(policies, &facts, hours),
        Some(_) => None,
    };
    let statuses = deadlines::statuses(conn, ticket.id).await?;
    let mut changed = false;
    for (kind, round, wait) in waits(ticket, &statuses) {
        let before = kept.iter().find(|kept| (kept.kind, kept.round) == (kind, round));
        let is_over = match before {
            Some(before) => before.met_at.is_some(),
            // Nothing was promised while it lasted.
            None => wait.met_at.is_some(),
        };
        if is_over {
            continue;
        }
        let reckoned = promise
            .as_ref()
            .and_then(|promise| promise.reckon(ticket, kind, &wait));
        match (reckoned, before) {
            (Some(reckoned), before) => {
                let reckoned = Deadline {
                    ticket_id: ticket.id,
                    round,
                    ..told(reckoned, before, now)
                };
                if before == Some(&reckoned) {
                    continue;
                }
                changed = true;
                deadlines::put(conn, &reckoned).await?;
                let late = reckoned.met_at.is_some() && reckoned.breached_at.is_some();
                if late && before.is_none_or(|before| before.breached_at.is_none()) {
                    tell::write_down(conn, &reckoned, now).await?;
                }
            }
            (None, Some(_)) => {
                changed = true;
                deadlines::forget(conn, ticket.id, kind, round).await?;
            }
            (None, None) => {}
        }
    }
    if let Some(conversation) = ticket.conversation_id {
        deadlines::carry(conn, conversation).await?;
    }
    Ok(changed)
}

/// The same of a ticket of which nothing changed, but what is promised or by which hours. Gives the ticket
/// where any deadline of it is another one now.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn follow_anew(
    db: &TenantDb,
    ticket: TicketId,
    now: DateTime<Utc>,
) -> Result<Option<Ticket>, StoreError> {
    db.transaction(async |conn| match tickets::lock(conn, ticket).await {
        Ok(ticket) => Ok(follow(conn, &ticket, now).await?.then_some(ticket)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    })
    .await
}

/// Writes the next deadline of a conversation to it, once the change of a ticket is committed: while it was
/// under way, somebody may have been writing to the conversation.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn carry(db: &TenantDb, conversation: ConversationId) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        // A statement of its own: the next one sees what was committed while this waited.
        deadlines::hold_conversation(conn, conversation).await?;
        deadlines::carry(conn, conversation).await
    })
    .await
}

/// What a ticket is waited for, with the number of each round.
fn waits(ticket: &Ticket, statuses: &[StatusSince]) -> Vec<(DeadlineKind, i32, Round)> {
    let made = (ticket.created_at, State::Running);
    let state = |since: &StatusSince| {
        let state = match since.status {
            Status::Open => State::Running,
            Status::Pending => State::Paused,
            Status::Resolved | Status::Closed => State::Done,
        };
        (since.at, state)
    };
    let changes: Vec<_> = [made].into_iter().chain(statuses.iter().map(state)).collect();
    let answer = Round::first_response(ticket.created_at, ticket.first_responded_at, &changes);
    let resolutions = (1..).zip(Round::resolutions(&changes));
    let resolutions = resolutions.map(|(round, wait)| (DeadlineKind::Resolution, round, wait));
    [(DeadlineKind::FirstResponse, 1, answer)]
        .into_iter()
        .chain(resolutions)
        .collect()
}

/// What is promised to a ticket.
struct Promise {
    id: parlance_store::ids::SlaPolicyId,
    policy: Policy,
    counting: Counting,
}

impl Promise {
    /// The first policy whose conditions hold.
    fn of(policies: Vec<SlaPolicy>, facts: &Facts, hours: Option<Hours>) -> Option<Self> {
        let mut read = policies.into_iter().filter_map(|stored| {
            let id = stored.id;
            let policy = policies::read(stored)
                .inspect_err(
                    |error| tracing::error!(%id, %error, "a policy cannot be read, it promises nothing"),
                )
                .ok()?;
            Some((id, policy))
        });
        let (id, policy) = read.find(|(_, policy)| policy.conditions.hold(facts))?;
        Some(Self {
            id,
            counting: policy.counting(hours),
            policy,
        })
    }

    /// The deadline of a wait, as if nobody had been told anything of it.
    fn reckon(&self, ticket: &Ticket, kind: DeadlineKind, wait: &Round) -> Option<Deadline> {
        let minutes = self.policy.targets.minutes(ticket.priority, kind)?;
        let target = TimeDelta::minutes(minutes.into());
        Some(Deadline {
            ticket_id: ticket.id,
            kind,
            round: 1,
            policy_id: self.id,
            policy_name: self.policy.name.clone(),
            priority: ticket.priority.to_string(),
            target_seconds: target.num_seconds(),
            business: matches!(self.counting, Counting::Business(_)),
            started_at: wait.started_at,
            due_at: wait.reached(&self.counting, target),
            at_risk_at: wait.reached(&self.counting, Target::at_risk(minutes)),
            paused_at: wait.paused_at,
            used_seconds: wait.used(&self.counting).num_seconds(),
            met_at: wait.met_at,
            at_risk_told_at: None,
            breached_at: None,
        })
    }
}

/// A deadline with what is known to have passed: nobody is told twice of what has not moved into the future.
fn told(mut deadline: Deadline, before: Option<&Deadline>, now: DateTime<Utc>) -> Deadline {
    let at_risk = deadline.at_risk_at.is_some_and(|at| at < now);
    let was = before.filter(|_| at_risk);
    deadline.at_risk_told_at = was.and_then(|before| before.at_risk_told_at);
    let noted = before.is_some_and(|before| before.breached_at.is_some());
    deadline.breached_at = match deadline.met_at {
        Some(met) => deadline.due_at.filter(|due| *due < met),
        None => deadline.due_at.filter(|due| noted && *due < now),
    };
    deadline
}
