//! Tickets: what is followed until it is done. [`create`] makes one and [`change`] changes it, each within a
//! transaction of the caller's, and both end in [`kept`], where whatever else depends on a ticket follows.
//! [`conversation`] is how a ticket follows its conversation, [`acts`] is what besides is done to one.
//!
//! What a change leads to is pure, in [`changes`]. See `docs/TICKETS.md`.

pub mod acts;
pub mod categories;
pub mod changes;
pub mod conversation;
pub mod deadlines;
pub mod priority;
pub mod routing;
pub mod touched;
pub mod view;

use chrono::{DateTime, Utc};
pub use parlance_store::queries::{
    space_versions::Author,
    tickets::{CategoryBy, Priority, Status, Ticket, Via},
};
use parlance_store::{
    StoreError,
    control::members,
    ids::{ClientId, ContactId, ConversationId, SpaceId, TeamId, TicketId, UserId},
    queries::{
        space_life,
        tickets::{
            self as store, NewTicket,
            events::{self, Kind, NewEvent},
            relations::{self, LinkKind},
        },
    },
    tenant::TenantConn,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub use self::changes::Change;
use super::{
    accounts::{
        caller::Caller,
        permission::{Permission, may},
    },
    mood,
    notify::ticket as ticket_mail,
};

/// Characters of a subject at most.
pub const SUBJECT_MAX: usize = 200;
/// Characters of a note, and of the text that a ticket begins with.
pub const TEXT_MAX: usize = 10_000;
/// Characters of a requester's name.
pub const NAME_MAX: usize = 200;
/// Characters of an e-mail address.
pub const EMAIL_MAX: usize = 254;
/// Tags of a ticket at most.
pub const TAGS_MAX: usize = 20;
/// Characters of a tag.
pub const TAG_MAX: usize = 40;

/// When a space makes tickets by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct TicketSettings {
    /// Whether a conversation that is handed over to people has a ticket from then on.
    pub on_handoff: bool,
    /// Whether a mail to the space's own address begins a conversation, and a ticket of it.
    pub by_mail: bool,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// In words for whoever asked.
    #[error("{0}")]
    Unsound(String),
    /// Somebody else was first; the version the ticket is at now.
    #[error("the ticket is at version {0} by now: look at it, then change it again")]
    Moved(i64),
    #[error("the conversation has ticket {0}, which is not closed: change that one")]
    Taken(i64),
    #[error("the ticket was merged into another one: change that one")]
    Merged,
    /// `NotFound`, `Archived`, and what the database could not do.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for TicketError {
    fn from(error: StoreError) -> Self {
        let StoreError::Conflict { constraint } = &error else {
            return Self::Store(error);
        };
        let field = match constraint.as_str() {
            "tickets_space" => "space",
            "tickets_conversation" | "ticket_links_conversation" => "conversation",
            "tickets_contact" => "contact",
            "tickets_team" => "team",
            "tickets_category" => "category",
            "ticket_watchers_are_members" => "user",
            "tickets_one_of_conversation" => {
                return Self::Unsound("status: the conversation has another ticket by now".to_owned());
            }
            _ => return Self::Store(error),
        };
        Self::Unsound(format!("{field}: the workspace has no such {field}"))
    }
}

/// A ticket to be made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of which space; of a conversation's, where there is one.
    pub space: Option<SpaceId>,
    pub conversation: Option<ConversationId>,
    pub contact: Option<ContactId>,
    /// Absent, what the visitor said first in the conversation.
    pub subject: Option<String>,
    /// What it begins with, told in its first event.
    pub text: Option<String>,
    /// Absent, what the mood of it makes it.
    pub priority: Option<Priority>,
    pub team: Option<TeamId>,
    /// Absent, who has the conversation.
    pub assignee: Option<UserId>,
    pub tags: Vec<String>,
    pub requester_name: Option<String>,
    pub requester_email: Option<String>,
    pub client_id: Option<ClientId>,
    pub via: Via,
}

impl Wanted {
    /// Of a conversation, with all that is known there.
    #[must_use]
    pub fn of(conversation: ConversationId, via: Via) -> Self {
        Self {
            space: None,
            conversation: Some(conversation),
            contact: None,
            subject: None,
            text: None,
            priority: None,
            team: None,
            assignee: None,
            tags: Vec::new(),
            requester_name: None,
            requester_email: None,
            client_id: None,
            via,
        }
    }
}

/// Who acts, as events name them.
#[must_use]
pub fn author(caller: &Caller) -> Author {
    let (kind, id, _) = caller.actor.row();
    Author {
        kind,
        id,
        name: caller.name.clone(),
    }
}

/// Makes a ticket. What was made before under the same client id is given instead.
///
/// # Errors
/// `Unsound`, `Taken`; of the store `Archived`, and `NotFound` where there is no such conversation.
pub async fn create(
    conn: &mut TenantConn<'_>,
    wanted: Wanted,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    if let Some(there) = before(conn, wanted.client_id).await? {
        return Ok(there);
    }
    let source = match wanted.conversation {
        Some(id) => Some(store::source(conn, id).await?.ok_or(StoreError::NotFound)?),
        None => None,
    };
    // Whoever made it at the same moment had the conversation, for which this has waited.
    if source.is_some()
        && let Some(there) = before(conn, wanted.client_id).await?
    {
        return Ok(there);
    }
    let before = match wanted.conversation {
        Some(id) => store::of_conversation(conn, id, 1).await?.into_iter().next(),
        None => None,
    };
    if let Some(before) = &before {
        let current = survivor(conn, before.clone()).await?;
        if current.status != Status::Closed {
            return Err(TicketError::Taken(current.number));
        }
    }
    let space = source.as_ref().map(|source| source.space_id).or(wanted.space);
    let space = space.ok_or_else(|| unsound("space", "name the space that the ticket is of"))?;
    match space_life::hold(conn, space).await {
        Err(StoreError::NotFound) => return Err(unsound("space", "the workspace has no such space")),
        held => held?,
    }
    let assignee = match wanted.assignee {
        Some(user) => Some(colleague(conn, user).await?),
        None => None,
    };
    let text = optional("text", wanted.text, TEXT_MAX)?;
    let said = source.as_ref().and_then(|source| source.said.as_deref());
    let subject = wanted.subject.unwrap_or_else(|| changes::in_a_line(said));
    let read = || {
        let said = [Some(subject.as_str()), text.as_deref(), said];
        mood::read(&said.into_iter().flatten().collect::<Vec<_>>().join("\n"), None)
    };
    let known = |told: Option<String>, known: fn(&store::Source) -> Option<String>| {
        told.or_else(|| source.as_ref().and_then(known))
    };
    // What a page says of its visitor has bounds of its own.
    let name = known(wanted.requester_name, |source| {
        Some(source.name.as_ref()?.trim().chars().take(NAME_MAX).collect())
    });
    let email = known(wanted.requester_email, |source| {
        let email = source.email.as_ref()?.trim();
        (email.chars().count() <= EMAIL_MAX).then(|| email.to_owned())
    });
    let new = NewTicket {
        id: TicketId::new(),
        space_id: space,
        conversation_id: wanted.conversation,
        contact_id: wanted
            .contact
            .or_else(|| source.as_ref().and_then(|source| source.contact_id)),
        subject: changes::subject(&subject)?,
        priority: wanted.priority.unwrap_or_else(|| priority::from_mood(&read())),
        team_id: wanted.team,
        assignee: assignee.or_else(|| {
            let source = source.as_ref()?;
            source.assignee_id.zip(source.assignee_name.clone())
        }),
        tags: changes::tags(wanted.tags)?,
        via: wanted.via,
        requester_name: optional("requester_name", name, NAME_MAX)?,
        requester_email: optional("requester_email", email, EMAIL_MAX)?,
        locale: source.as_ref().and_then(|source| source.locale.clone()),
        client_id: wanted.client_id,
        at,
    };
    let id = new.id;
    store::create(conn, new).await?;
    if let Some(before) = before {
        relations::link_ticket(conn, id, before.id, LinkKind::FollowUp, at).await?;
    }
    let mut body = json!({ "via": wanted.via });
    if let Some(text) = text {
        body["text"] = text.into();
    }
    let ticket = store::lock(conn, id).await?;
    kept(conn, None, ticket, (Kind::Created, body), by, at).await
}

/// What a client made before under its own id.
async fn before(conn: &mut TenantConn<'_>, client: Option<ClientId>) -> Result<Option<Ticket>, StoreError> {
    match client {
        Some(client) => store::of_client(conn, client).await,
        None => Ok(None),
    }
}

/// Changes a ticket. Nothing is written where nothing is different.
///
/// # Errors
/// `Unsound`, `Moved`, `Merged`; of the store `NotFound`.
pub async fn change(
    conn: &mut TenantConn<'_>,
    id: TicketId,
    change: Change,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let before = store::lock(conn, id).await?;
    if before.merged_into.is_some() {
        return Err(TicketError::Merged);
    }
    if let Some(wanted) = change.version
        && wanted != before.version
    {
        return Err(TicketError::Moved(before.version));
    }
    let assignee = match change.assignee {
        Some(Some(user)) if before.assignee_id != Some(user) => Some(colleague(conn, user).await?),
        Some(Some(_)) => before.assignee_id.zip(before.assignee_name.clone()),
        _ => None,
    };
    put(conn, before, change, assignee, by, at).await
}

/// Changes a locked ticket; `assignee` is whom the change names.
async fn put(
    conn: &mut TenantConn<'_>,
    before: Ticket,
    change: Change,
    assignee: Option<(UserId, String)>,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let (ticket, differences) = changes::apply(&before, change, assignee, at)?;
    if differences.is_empty() {
        return Ok(before);
    }
    let told = (Kind::Changed, Value::Object(differences));
    kept(conn, Some(&before), ticket, told, by, at).await
}

/// Keeps a ticket as it is now, with the event that tells of it. Whatever else depends on what a ticket is
/// follows here, in the same transaction: `before` is none of one that was just made.
async fn kept(
    conn: &mut TenantConn<'_>,
    before: Option<&Ticket>,
    mut ticket: Ticket,
    (kind, body): (Kind, Value),
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    if before.is_some() {
        ticket.version += 1;
        ticket.updated_at = at;
        store::update(conn, &ticket).await?;
    }
    let event = NewEvent {
        ticket_id: ticket.id,
        kind,
        body,
        by,
        client_id: None,
        at,
    };
    events::add(conn, event).await?;
    ticket_mail::follow(conn, before, &ticket, kind, by, at).await?;
    deadlines::follow(conn, &ticket, at).await?;
    categories::follow(conn, before, &ticket, at).await?;
    routing::follow(conn, before, &ticket, at).await?;
    Ok(ticket)
}

/// The ticket that a merged one is part of now; any other is itself.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn survivor(conn: &mut TenantConn<'_>, ticket: Ticket) -> Result<Ticket, StoreError> {
    match ticket.merged_into {
        Some(into) => store::load(conn, into).await?.ok_or(StoreError::NotFound),
        None => Ok(ticket),
    }
}

/// The ticket that a number leads to.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such ticket.
pub async fn find(conn: &mut TenantConn<'_>, number: i64) -> Result<Ticket, StoreError> {
    let found = store::by_number(conn, number).await?;
    survivor(conn, found.ok_or(StoreError::NotFound)?).await
}

async fn colleague(conn: &mut TenantConn<'_>, user: UserId) -> Result<(UserId, String), TicketError> {
    let members = members::list(conn).await?;
    let member = members
        .into_iter()
        .find(|member| member.user_id == user && may(member.role, Permission::TicketsWrite));
    let member = member.ok_or_else(|| unsound("assignee", "give the id of a member who may answer"))?;
    Ok((user, member.name))
}

fn unsound(field: &str, detail: &str) -> TicketError {
    TicketError::Unsound(format!("{field}: {detail}"))
}

/// A text without space around it, none where it is blank.
fn optional(field: &str, text: Option<String>, most: usize) -> Result<Option<String>, TicketError> {
    let text = text.map(|text| text.replace('\0', "").trim().to_owned());
    let text = text.filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > most) {
        return Err(unsound(field, &format!("give at most {most} characters")));
    }
    Ok(text)
}

/// What changed, by property: `{from, to}` each.
pub type Differences = Map<String, Value>;
