//! What agents know of a contact, and whether they let them chat. What a host site vouches for counts
//! before it: of that, agents change nothing.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ContactId, ConversationId, VisitorId},
    queries::{
        contacts::{self, Contact},
        history, visitors,
    },
};
use serde_json::{Map, Value};

use super::{
    attributes,
    identity::{Person, Wrong},
};
use crate::domain::{accounts::caller::Caller, audit, tickets::touched::Touched};

/// Characters of the reason of a block at most.
pub const REASON_MAX: usize = 500;

/// Why a contact is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    #[error(transparent)]
    Attributes(#[from] attributes::Refused),
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error("reason: give 1 to {REASON_MAX} characters")]
    Reason,
    /// The host site says it, with every proof anew.
    #[error("the host site vouches for the {0}: change it there")]
    Vouched(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an agent corrects; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// What is empty is forgotten.
    pub name: Option<String>,
    /// The same.
    pub email: Option<String>,
    /// A patch of an object; null removes a field.
    pub attributes: Option<Value>,
}

/// A contact as it is after an act, and the conversations that show it.
#[derive(Clone, Debug)]
pub struct Changed {
    pub contact: Contact,
    /// Whoever has them loaded must hear of it.
    pub conversations: Vec<ConversationId>,
    /// Those that are this contact's from now on.
    pub tickets: Vec<Touched>,
}

/// Changes what agents know of a contact.
///
/// # Errors
/// [`KeepingError`], and nothing is changed.
pub async fn edit(db: &TenantDb, id: ContactId, edit: Edit) -> Result<Changed, KeepingError> {
    db.transaction(async |conn| {
        let mut contact = contacts::lock(conn, id).await?;
        edited(&mut contact, edit)?;
        contacts::edit(conn, &contact).await?;
        let conversations = history::of_contact(conn, contact.id).await?;
        Ok(Changed {
            contact,
            conversations,
            tickets: Vec::new(),
        })
    })
    .await
}

fn edited(contact: &mut Contact, edit: Edit) -> Result<(), KeepingError> {
    let vouched = |field: &str| Err(KeepingError::Vouched(field.to_owned()));
    if edit.name.is_some() && contact.name.is_some() {
        return vouched("name");
    }
    if edit.email.is_some() && contact.email.is_some() {
        return vouched("e-mail address");
    }
    let empty = Map::new();
    let held = contact.attributes.as_object().unwrap_or(&empty);
    let patch = edit.attributes.as_ref().and_then(Value::as_object);
    if let Some((field, _)) = patch
        .into_iter()
        .flatten()
        .find(|(field, _)| held.contains_key(*field))
    {
        return vouched(&format!("attribute {field}"));
    }
    let (names, addresses) = (edit.name.is_some(), edit.email.is_some());
    let person = Person::parse(edit.name, edit.email, None)?;
    if names {
        contact.edited_name = person.name;
    }
    if addresses {
        contact.edited_email = person.email;
    }
    if let Some(patch) = edit.attributes {
        contact.edited_attributes = attributes::merged(&contact.edited_attributes, patch)?;
    }
    Ok(())
}

/// The contact of a browser; where nobody knows whose it is, one is kept for it from now on, found by
/// the name and the address that its page said, or its form. Opens nothing to the visitor.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such visitor.
pub async fn of_visitor(db: &TenantDb, visitor: VisitorId, at: DateTime<Utc>) -> Result<Changed, StoreError> {
    db.transaction(async |conn| {
        let row = visitors::lock(conn, visitor).await?.ok_or(StoreError::NotFound)?;
        if let Some(id) = row.contact_id {
            let contact = contacts::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            return Ok(Changed {
                contact,
                conversations: Vec::new(),
                tickets: Vec::new(),
            });
        }
        let said = |field: &str| {
            let told = [&row.said, &row.attributes].map(|told| told.get(field).and_then(Value::as_str));
            told.into_iter().flatten().next().map(str::to_owned)
        };
        let id = ContactId::new();
        let mut contact = contacts::keep(conn, id, said("name"), said("email"), at).await?;
        visitors::attribute(conn, visitor, id).await?;
        // They came before an agent looked.
        (contact.created_at, contact.last_seen_at) = (row.created_at, row.last_seen_at);
        contacts::edit(conn, &contact).await?;
        let conversations = history::of_visitor(conn, visitor).await?;
        Ok(Changed {
            contact,
            conversations,
            tickets: Vec::new(),
        })
    })
    .await
}

/// Lets a contact chat no more, from any browser that is known to be theirs; with no reason, lets them again.
///
/// # Errors
/// [`KeepingError`], and nothing is changed.
pub async fn block(
    db: &TenantDb,
    caller: &Caller,
    id: ContactId,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Changed, KeepingError> {
    let reason = reason.map(|reason| reason.replace('\0', "").trim().to_owned());
    if let Some(reason) = &reason
        && !(1..=REASON_MAX).contains(&reason.chars().count())
    {
        return Err(KeepingError::Reason);
    }
    let blocks = reason.is_some();
    db.transaction(async |conn| {
        let mut contact = contacts::lock(conn, id).await?;
        if blocks != contact.blocked_at.is_some() {
            contact.blocked_at = blocks.then_some(at);
            // The record is for ever, and a reason may be personal.
            let action = if blocks {
                "contact.block"
            } else {
                "contact.unblock"
            };
            audit::record(conn, caller.act(action, ("contact", contact.id), at)).await?;
        }
        contact.blocked_reason = reason;
        contacts::edit(conn, &contact).await?;
        let conversations = history::of_contact(conn, contact.id).await?;
        Ok(Changed {
            contact,
            conversations,
            tickets: Vec::new(),
        })
    })
    .await
}
