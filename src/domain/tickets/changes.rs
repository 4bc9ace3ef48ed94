//! What a change makes of a ticket, pure.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use parlance_store::ids::{ConversationId, TeamId, TicketCategoryId, UserId};
use serde::Serialize;
use serde_json::json;

use super::{
    CategoryBy, Differences, Priority, SUBJECT_MAX, Status, TAG_MAX, TAGS_MAX, Ticket, TicketError, unsound,
};

/// Characters of a subject that is made of what somebody said.
const LINE: usize = 100;

/// What is to change; what is absent stays. Within, none takes it away.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub subject: Option<String>,
    pub status: Option<Status>,
    pub priority: Option<Priority>,
    pub tags: Option<Vec<String>>,
    pub assignee: Option<Option<UserId>>,
    pub team: Option<Option<TeamId>>,
    pub category: Option<Option<TicketCategoryId>>,
    /// Gives it a conversation, where it has none.
    pub conversation: Option<ConversationId>,
    /// When an agent first wrote to the requester; the first time stays.
    pub responded_at: Option<DateTime<Utc>>,
    /// The version that the change was made for, where it must be the present one.
    pub version: Option<i64>,
}

/// The ticket as it is from now on, and what differs. `assignee` is whom the change names.
///
/// # Errors
/// [`TicketError::Unsound`] names what cannot be taken.
pub fn apply(
    before: &Ticket,
    change: Change,
    assignee: Option<(UserId, String)>,
    at: DateTime<Utc>,
) -> Result<(Ticket, Differences), TicketError> {
    let mut ticket = before.clone();
    if let Some(told) = change.subject {
        ticket.subject = subject(&told)?;
    }
    if let Some(status) = change.status {
        ticket.status = status;
        ticket.resolved_at = ticket.resolved_at.or(Some(at)).filter(|_| status.is_over());
    }
    ticket.priority = change.priority.unwrap_or(ticket.priority);
    if let Some(told) = change.tags {
        ticket.tags = tags(told)?;
    }
    if change.assignee.is_some() {
        (ticket.assignee_id, ticket.assignee_name) = assignee.unzip();
    }
    ticket.team_id = change.team.unwrap_or(ticket.team_id);
    if let Some(category) = change.category {
        ticket.category_id = category;
        ticket.category_by = Some(CategoryBy::Person);
        ticket.category_score = None;
    }
    ticket.conversation_id = ticket.conversation_id.or(change.conversation);
    ticket.first_responded_at = ticket.first_responded_at.or(change.responded_at);
    let differences = differences(before, &ticket);
    Ok((ticket, differences))
}

fn differences(before: &Ticket, after: &Ticket) -> Differences {
    let mut found = Differences::new();
    let mut look = |name: &str, from: &dyn ErasedValue, to: &dyn ErasedValue| {
        let (from, to) = (from.value(), to.value());
        if from != to {
            found.insert(name.to_owned(), json!({ "from": from, "to": to }));
        }
    };
    look("subject", &before.subject, &after.subject);
    look("status", &before.status, &after.status);
    look("priority", &before.priority, &after.priority);
    look("tags", &before.tags, &after.tags);
    look("team", &before.team_id, &after.team_id);
    look("category", &before.category_id, &after.category_id);
    if before.category_id == after.category_id {
        // Somebody agrees with the classifier, or says that it is of none.
        look("category_by", &before.category_by, &after.category_by);
    }
    look("conversation", &before.conversation_id, &after.conversation_id);
    look(
        "first_responded_at",
        &before.first_responded_at,
        &after.first_responded_at,
    );
    if before.assignee_id != after.assignee_id {
        look("assignee", &before.assignee_name, &after.assignee_name);
    }
    found
}

/// Anything that is JSON.
trait ErasedValue {
    fn value(&self) -> serde_json::Value;
}

impl<T: Serialize> ErasedValue for T {
    fn value(&self) -> serde_json::Value {
        json!(self)
    }
}

/// A subject in one line, where it can be one.
///
/// # Errors
/// [`TicketError::Unsound`] where nothing is left, or more than [`SUBJECT_MAX`] characters.
pub fn subject(told: &str) -> Result<String, TicketError> {
    let line: Vec<&str> = told
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = line.join(" ");
    if (1..=SUBJECT_MAX).contains(&line.chars().count()) {
        return Ok(line);
    }
    Err(unsound("subject", &format!("give 1 to {SUBJECT_MAX} characters")))
}

/// What somebody said, as a subject.
#[must_use]
pub fn in_a_line(said: Option<&str>) -> String {
    let line = said.and_then(|said| subject(said).ok());
    let Some(line) = line else {
        return "Conversation".to_owned();
    };
    if line.chars().count() <= LINE {
        return line;
    }
    let cut: String = line.chars().take(LINE - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Tags in order, each once, without space around them.
///
/// # Errors
/// [`TicketError::Unsound`] where there are too many, or one is too long.
pub fn tags(told: Vec<String>) -> Result<Vec<String>, TicketError> {
    let tags: BTreeSet<String> = told.iter().map(|tag| tag.trim().to_lowercase()).collect();
    let sound = |tag: &String| {
        (1..=TAG_MAX).contains(&tag.chars().count()) && !tag.chars().any(|letter| letter.is_control())
    };
    if tags.len() > TAGS_MAX || !tags.iter().all(sound) {
        let detail = format!("give at most {TAGS_MAX} tags of 1 to {TAG_MAX} characters");
        return Err(unsound("tags", &detail));
    }
    Ok(tags.into_iter().collect())
}
