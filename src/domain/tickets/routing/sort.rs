//! Finds out what a ticket is about and routes it. Done twice it changes nothing the second time.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{TicketId, UserId},
    queries::{
        queue, routing_rules as store, teams,
        tickets::{self, events::Kind},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::{
    conditions::{Facts, Feeling, Reason, When},
    decide::{Gives, Rule, decide},
    rules,
};
use crate::domain::{
    accounts::permission::{Permission, may},
    conversations::queue::{Candidate, least_loaded},
    hours::Hours,
    mood,
    tickets::{
        Author, CategoryBy, Priority, TAGS_MAX, Ticket, TicketError,
        categories::{Classifiers, classifier::Guess, score::FLOOR},
        colleague, kept,
    },
};

/// An agent whose console is open.
#[derive(Clone, Debug)]
pub struct Desk {
    pub agent: UserId,
    /// Takes nothing new.
    pub away: bool,
}

/// Sorts a ticket: says what it is about where nobody has, and has the first rule that holds decide whose it
/// is where it is nobody's. One that is resolved stays as it is.
///
/// # Errors
/// [`StoreError`] where the database fails; `NotFound` where the ticket is gone.
pub async fn sort(
    db: &TenantDb,
    classifiers: &Classifiers,
    id: TicketId,
    present: &[Desk],
    at: DateTime<Utc>,
) -> Result<Option<Ticket>, StoreError> {
    let (ticket, told) = db
        .read(async |conn| {
            let ticket = tickets::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            Ok::<_, StoreError>((ticket, store::told(conn, id).await?))
        })
        .await?;
    if ticket.resolved_at.is_some() {
        return Ok(None);
    }
    let text = text_of(&ticket.subject, told.text.as_deref());
    let guess = match ticket.category_by {
        Some(_) => None,
        None => guess(db, classifiers, &ticket, &text).await,
    };
    let facts = |ticket: &Ticket| Facts {
        category: ticket.category_id,
        locale: ticket.locale.clone(),
        moods: moods(&text),
        plan: told.plan.clone(),
        priority: ticket.priority,
        space: ticket.space_id,
        hours: hours(told.hours.clone(), at),
    };
    let sorted = db
        .transaction(async |conn| {
            let mut ticket = tickets::lock(conn, id).await?;
            if ticket.resolved_at.is_some() {
                return Ok(ticket);
            }
            if let Some(guess) = guess
                && ticket.category_by.is_none()
            {
                ticket = categorise(conn, ticket, guess, at).await?;
            }
            let rules = rules(conn).await?;
            match decide(&rules, &facts(&ticket)) {
                Some((rule, why)) => route(conn, ticket, (rule, &why), present, at).await,
                None => Ok(ticket),
            }
        })
        .await;
    match sorted {
        Ok(ticket) => Ok(Some(ticket)),
        Err(TicketError::Store(error)) => Err(error),
        Err(error) => {
            warn!(ticket.id = %id, %error, "a ticket stays as it is");
            Ok(None)
        }
    }
}

/// What a ticket says, without saying its beginning twice: a subject may be the beginning of the text.
#[must_use]
pub fn text_of(subject: &str, text: Option<&str>) -> String {
    let text = text.unwrap_or_default().trim();
    let begins = |line: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .starts_with(line)
    };
    let line = subject.trim_end_matches('…').trim_end();
    if text.is_empty() {
        subject.to_owned()
    } else if begins(line) {
        text.to_owned()
    } else {
        format!("{subject}\n{text}")
    }
}

/// How whoever wrote this feels.
#[must_use]
pub fn moods(text: &str) -> Vec<Feeling> {
    let mood = mood::read(text, None);
    let angry = mood.is_angry().then_some(Feeling::Angry);
    let urgent = mood.urgency.map(|_| Feeling::Urgent);
    angry.into_iter().chain(urgent).collect()
}

/// Whether it is within the hours of a space. Hours that cannot be read are none, as everywhere.
#[must_use]
pub fn hours(stored: Option<Value>, at: DateTime<Utc>) -> When {
    let stored = stored.filter(|hours| !hours.is_null());
    let hours: Option<Hours> = stored.and_then(|stored| serde_json::from_value(stored).ok());
    match hours {
        Some(hours) if !hours.is_open(at) => When::Outside,
        _ => When::Within,
    }
}

async fn guess(db: &TenantDb, classifiers: &Classifiers, ticket: &Ticket, text: &str) -> Option<Guess> {
    match classifiers.read(db, ticket.space_id, text).await {
        Ok(ranked) => ranked.into_iter().next().filter(|guess| guess.score >= FLOOR),
        Err(error) => {
            warn!(ticket.id = %ticket.id, %error, "a ticket is routed without a category");
            None
        }
    }
}

async fn categorise(
    conn: &mut TenantConn<'_>,
    before: Ticket,
    guess: Guess,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let ticket = Ticket {
        category_id: Some(guess.category),
        category_by: Some(CategoryBy::Classifier),
        category_score: Some(guess.score),
        ..before.clone()
    };
    let body = json!({
        "category": { "from": before.category_id, "to": ticket.category_id }, "score": guess.score,
    });
    kept(
        conn,
        Some(&before),
        ticket,
        (Kind::Changed, body),
        &Author::default(),
        at,
    )
    .await
}

/// Gives a ticket what a rule gives. Whose it is stays where somebody has said so.
async fn route(
    conn: &mut TenantConn<'_>,
    before: Ticket,
    (rule, why): (&Rule, &[Reason]),
    present: &[Desk],
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let mut ticket = before.clone();
    if ticket.assignee_id.is_none() && ticket.team_id.is_none() {
        ticket.team_id = rule.gives.team;
        let chosen = whom(conn, &rule.gives, present).await?;
        (ticket.assignee_id, ticket.assignee_name) = chosen.unzip();
    }
    ticket.priority = prioritised(before.priority, rule.gives.priority);
    ticket.tags.extend(rule.gives.tags.iter().cloned());
    ticket.tags.sort();
    ticket.tags.dedup();
    ticket.tags.truncate(TAGS_MAX);
    if ticket == before {
        return Ok(before);
    }
    info!(ticket.id = %ticket.id, rule.id = %rule.id, "routed");
    let body = json!({
        "rule": { "id": rule.id, "name": rule.name }, "why": why,
        "team": ticket.team_id, "assignee": ticket.assignee_id, "assignee_name": ticket.assignee_name,
        "priority": ticket.priority, "tags": ticket.tags,
    });
    let told = (Kind::Routed, body);
    let ticket = kept(conn, Some(&before), ticket, told, &Author::default(), at).await?;
    if let Some(agent) = ticket.assignee_id.filter(|_| before.assignee_id.is_none()) {
        queue::assigned(conn, agent, at).await?;
    }
    Ok(ticket)
}

/// A rule raises a priority that is above normal, for a mood may have made it so, and never lowers it; low
/// is what somebody said.
fn prioritised(now: Priority, given: Option<Priority>) -> Priority {
    match (now, given) {
        (Priority::Normal, Some(given)) => given,
        (Priority::High | Priority::Urgent, Some(given)) => now.max(given),
        (_, _) => now,
    }
}

/// The agent whom a rule names, or of its team the one with least to do who is there.
async fn whom(
    conn: &mut TenantConn<'_>,
    gives: &Gives,
    present: &[Desk],
) -> Result<Option<(UserId, String)>, TicketError> {
    if let Some(agent) = gives.agent {
        // Who may no longer have tickets is passed over.
        return Ok(colleague(conn, agent).await.ok());
    }
    let Some(team) = gives.team else {
        return Ok(None);
    };
    let teams = teams::list(conn).await?;
    let Some(team) = teams.into_iter().find(|one| one.id == team) else {
        return Ok(None);
    };
    let there: Vec<&Desk> = present
        .iter()
        .filter(|desk| team.members.contains(&desk.agent))
        .collect();
    let agents: Vec<UserId> = there.iter().map(|desk| desk.agent).collect();
    let tickets = store::loads(conn, &agents).await?;
    let loads = queue::loads(conn, agents).await?;
    let candidate = |load: queue::Load| {
        let desk = there.iter().find(|desk| desk.agent == load.user_id)?;
        let tickets = tickets.iter().find(|(user, _)| *user == load.user_id);
        let open = load.open + tickets.map_or(0, |(_, tickets)| *tickets);
        may(load.role, Permission::TicketsWrite).then_some(Candidate {
            agent: load.user_id,
            away: desk.away,
            open: u32::try_from(open).unwrap_or(u32::MAX),
            assigned_at: load.assigned_at,
        })
    };
    let candidates: Vec<Candidate> = loads.into_iter().filter_map(candidate).collect();
    match least_loaded(candidates.iter()) {
        Some(agent) => Ok(colleague(conn, agent).await.ok()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_not_said_twice() {
        for (subject, text, expected) in [
            ("Where is it?", None, "Where is it?"),
            ("Where is it?", Some("  "), "Where is it?"),
            ("Order 7", Some("Where is it?"), "Order 7\nWhere is it?"),
            (
                "Where is it?",
                Some("Where is it? I wait."),
                "Where is it? I wait.",
            ),
            (
                "I have waited…",
                Some("I have\nwaited for weeks"),
                "I have\nwaited for weeks",
            ),
        ] {
            assert_eq!(text_of(subject, text), expected);
        }
    }

    #[test]
    fn a_rule_raises_a_priority_and_lowers_none() {
        use Priority::{High, Low, Normal, Urgent};
        for (now, given, expected) in [
            (Normal, None, Normal),
            (Normal, Some(Low), Low),
            (Normal, Some(Urgent), Urgent),
            (High, Some(Low), High),
            (High, Some(Urgent), Urgent),
            (Urgent, Some(High), Urgent),
            (Low, Some(Urgent), Low),
        ] {
            assert_eq!(prioritised(now, given), expected, "{now} {given:?}");
        }
    }

    #[test]
    fn a_space_without_hours_is_always_within_them() {
        let sunday: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().expect("a time");
        let weekdays = json!({ "time_zone": "Europe/Berlin", "week": { "monday": [{ "from": "09:00", "to": "17:00" }] } });
        assert_eq!(hours(None, sunday), When::Within);
        assert_eq!(hours(Some(Value::Null), sunday), When::Within);
        assert_eq!(hours(Some(weekdays), sunday), When::Outside);
    }
}
