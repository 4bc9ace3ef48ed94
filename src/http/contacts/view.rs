//! Contacts as documents.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ContactId, SpaceId},
    queries::{
        contact_list::{Count, Presence, Said},
        contacts::Contact,
    },
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    #[schema(value_type = uuid::Uuid)]
    id: ContactId,
    /// The host site's own id of them; null where nobody vouches for them.
    external_id: Option<String>,
    /// As the host site vouches, or else as agents know.
    name: Option<String>,
    /// The same.
    email: Option<String>,
    avatar: Option<String>,
    /// What else the host site vouches for.
    #[schema(value_type = Object)]
    attributes: Value,
    /// What agents know besides.
    #[schema(value_type = Object)]
    edited_attributes: Value,
    /// The latest proof.
    verified_at: Option<DateTime<Utc>>,
    /// Since when they may not chat.
    blocked_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id,
            external_id: contact.external_id,
            name: contact.name.or(contact.edited_name),
            email: contact.email.or(contact.edited_email),
            avatar: contact.avatar,
            attributes: contact.attributes,
            edited_attributes: contact.edited_attributes,
            verified_at: contact.verified_at,
            blocked_at: contact.blocked_at,
            created_at: contact.created_at,
            last_seen_at: contact.last_seen_at,
        }
    }
}

/// A contact in a list. Its name and e-mail address are what a browser of theirs said, where nobody knows better.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactListed {
    #[serde(flatten)]
    contact: ContactView,
    /// How many conversations of theirs have something in them.
    conversations: i64,
}

impl ContactListed {
    pub(super) fn of(contact: Contact, counts: &[Count], said: &[Said]) -> Self {
        let count = counts.iter().find(|count| count.id == contact.id);
        let said = said.iter().find(|said| said.id == contact.id);
        let mut contact = ContactView::from(contact);
        if let Some(said) = said {
            contact.name = contact.name.or_else(|| said.name.clone());
            contact.email = contact.email.or_else(|| said.email.clone());
        }
        Self {
            contact,
            conversations: count.map_or(0, |count| count.conversations),
        }
    }
}

/// What agents know of a contact, where the host site says nothing.
#[derive(Debug, Serialize, ToSchema)]
struct Edited {
    name: Option<String>,
    email: Option<String>,
    #[schema(value_type = Object)]
    attributes: Value,
}

/// What a host site vouches for.
#[derive(Debug, Serialize, ToSchema)]
struct Vouched {
    name: bool,
    email: bool,
}

/// A space in which somebody was.
#[derive(Debug, Serialize, ToSchema)]
struct SpaceOfContact {
    #[schema(value_type = uuid::Uuid)]
    id: SpaceId,
    name: String,
    /// From how many browsers.
    browsers: i64,
}

/// All that is known of a contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactDetail {
    #[serde(flatten)]
    listed: ContactListed,
    /// What the host site vouches for, and agents do not change.
    vouched: Vouched,
    /// What agents know besides; `attributes` has what they know of the rest.
    edited: Edited,
    /// Why they may not chat, for agents.
    blocked_reason: Option<String>,
    /// By name.
    spaces: Vec<SpaceOfContact>,
    /// How many browsers are known to be theirs.
    browsers: i64,
}

impl ContactDetail {
    pub(super) fn of(contact: Contact, spaces: Vec<Presence>, counts: &[Count], said: &[Said]) -> Self {
        Self {
            vouched: Vouched {
                name: contact.name.is_some(),
                email: contact.email.is_some(),
            },
            edited: Edited {
                name: contact.edited_name.clone(),
                email: contact.edited_email.clone(),
                attributes: contact.edited_attributes.clone(),
            },
            blocked_reason: contact.blocked_reason.clone(),
            browsers: spaces.iter().map(|space| space.browsers).sum(),
            spaces: spaces
                .into_iter()
                .map(|space| SpaceOfContact {
                    id: space.space_id,
                    name: space.name,
                    browsers: space.browsers,
                })
                .collect(),
            listed: ContactListed::of(contact, counts, said),
        }
    }
}
