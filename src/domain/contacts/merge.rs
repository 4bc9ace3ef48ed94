//! Two contacts turn out to be one person. One of them survives: browsers, conversations and notes of the
//! other are theirs from then on, and the other's ids lead to them for ever.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::ContactId,
    queries::{
        contacts::{self, Contact},
        history,
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use super::{attributes, keeping::Changed};
use crate::domain::{
    accounts::caller::Caller,
    audit::{self, Act},
    tickets::{
        self, Author,
        touched::{self, Touched},
    },
};

/// Why two contacts stay two.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error("this is one contact already")]
    Same,
    #[error("a host site vouches for this contact and not for the other: merge the other into this one")]
    Verified,
    #[error(transparent)]
    Attributes(#[from] attributes::Refused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Merges `other` into `survivor`. What the survivor's agents know stays; what they do not know is taken from
/// the other, and so is a block.
///
/// # Errors
/// [`MergeError`], and nothing is changed.
pub async fn merge(
    db: &TenantDb,
    caller: &Caller,
    other: ContactId,
    survivor: ContactId,
    at: DateTime<Utc>,
) -> Result<Changed, MergeError> {
    db.transaction(async |conn| {
        contacts::enter(conn, true).await?;
        let other = contacts::lock(conn, other).await?;
        let survivor = contacts::lock(conn, survivor).await?;
        if other.id == survivor.id {
            return Err(MergeError::Same);
        }
        if other.external_id.is_some() && survivor.external_id.is_none() {
            return Err(MergeError::Verified);
        }
        let contact = joined(survivor, &other)?;
        let act = Act {
            after: Some(json!({ "into": contact.id })),
            ..caller.act("contact.merge", ("contact", other.id), at)
        };
        audit::record(conn, act).await?;
        contacts::edit(conn, &contact).await?;
        let by = tickets::author(caller);
        let tickets = touched::become_of(conn, (other.id, contact.id), &by, at).await?;
        contacts::merge(conn, other.id, contact.id).await?;
        let conversations = history::of_contact(conn, contact.id).await?;
        Ok(Changed {
            contact,
            conversations,
            tickets,
        })
    })
    .await
}

/// A browser of `before`, for whom nobody vouches, was proven to be `now`. Without another browser, `before` was
/// the same person: they are merged. With one it stays, for the proof was of one browser. Gives the tickets that
/// are another contact's now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub(super) async fn left(
    conn: &mut TenantConn<'_>,
    before: ContactId,
    now: ContactId,
    at: DateTime<Utc>,
) -> Result<Vec<Touched>, StoreError> {
    // Of two whom a site vouches for none is waited for: each may have the other's row.
    let vouched = contacts::load(conn, before).await?;
    if vouched.is_none_or(|contact| contact.external_id.is_some()) {
        return Ok(Vec::new());
    }
    let other = contacts::lock(conn, before).await?;
    if contacts::has_browsers(conn, other.id).await? {
        return Ok(Vec::new());
    }
    let survivor = contacts::lock(conn, now).await?;
    // Too much for one contact: nothing is lost where each keeps what it has.
    let Ok(contact) = joined(survivor, &other) else {
        return Ok(Vec::new());
    };
    let caller = Caller::system(contact.tenant_id);
    let act = Act {
        after: Some(json!({ "into": contact.id })),
        ..caller.act("contact.merge", ("contact", other.id), at)
    };
    audit::record(conn, act).await?;
    contacts::edit(conn, &contact).await?;
    let tickets = touched::become_of(conn, (other.id, contact.id), &Author::default(), at).await?;
    contacts::merge(conn, other.id, contact.id).await?;
    Ok(tickets)
}

/// The survivor with what it had not. What a host site vouched for of the other is kept as what agents know.
/// Mail for somebody whom a host site vouches for goes where a host site says: of nobody else is it known that
/// they are the same person, and not who had the browser before.
fn joined(mut survivor: Contact, other: &Contact) -> Result<Contact, attributes::Refused> {
    let known =
        |vouched: &Option<String>, edited: &Option<String>| vouched.clone().or_else(|| edited.clone());
    if known(&survivor.name, &survivor.edited_name).is_none() {
        survivor.edited_name = known(&other.name, &other.edited_name);
    }
    if known(&survivor.email, &survivor.edited_email).is_none() {
        survivor.edited_email = match survivor.external_id {
            Some(_) => other.email.clone(),
            None => known(&other.email, &other.edited_email),
        };
    }
    let mut gained = other.edited_attributes.as_object().cloned().unwrap_or_default();
    gained.extend(other.attributes.as_object().cloned().unwrap_or_default());
    if let Some(vouched) = survivor.attributes.as_object() {
        gained.retain(|field, _| !vouched.contains_key(field));
    }
    let own = survivor.edited_attributes.clone();
    survivor.edited_attributes = attributes::merged(&Value::Object(gained), own)?;
    if survivor.blocked_at.is_none() {
        survivor.blocked_at = other.blocked_at;
        survivor.blocked_reason.clone_from(&other.blocked_reason);
    }
    survivor.created_at = survivor.created_at.min(other.created_at);
    survivor.last_seen_at = survivor.last_seen_at.max(other.last_seen_at);
    Ok(survivor)
}

#[cfg(test)]
mod tests {
    use parlance_store::ids::TenantId;

    use super::*;

    fn contact(name: Option<&str>, edited: Value) -> Contact {
        Contact {
            tenant_id: TenantId::new(),
            id: ContactId::new(),
            external_id: None,
            name: None,
            email: None,
            avatar: None,
            attributes: json!({}),
            verified_at: None,
            created_at: DateTime::UNIX_EPOCH,
            last_seen_at: DateTime::UNIX_EPOCH,
            edited_name: name.map(str::to_owned),
            edited_email: None,
            edited_attributes: edited,
            blocked_at: None,
            blocked_reason: None,
            merged_into: None,
        }
    }

    #[test]
    fn the_survivor_keeps_what_it_has_and_gains_the_rest() {
        let survivor = contact(Some("Ann"), json!({ "plan": "pro" }));
        let mut other = contact(Some("Anna"), json!({ "plan": "free", "seats": 3 }));
        other.email = Some("ann@x.example".to_owned());
        other.attributes = json!({ "city": "Ulm" });
        other.blocked_at = Some(DateTime::UNIX_EPOCH);
        other.blocked_reason = Some("spam".to_owned());
        let joined = joined(survivor, &other).unwrap();
        assert_eq!(joined.edited_name.as_deref(), Some("Ann"));
        assert_eq!(joined.edited_email.as_deref(), Some("ann@x.example"));
        assert_eq!(
            joined.edited_attributes,
            json!({ "plan": "pro", "seats": 3, "city": "Ulm" })
        );
        assert_eq!(joined.blocked_reason.as_deref(), Some("spam"), "a block holds");
    }

    #[test]
    fn a_vouched_survivor_is_written_to_only_where_a_site_vouches() {
        let mut vouched = contact(None, json!({}));
        vouched.external_id = Some("7".to_owned());
        let mut other = contact(None, json!({}));
        other.edited_email = Some("before@x.example".to_owned());
        let email =
            |survivor: &Contact, other: &Contact| joined(survivor.clone(), other).unwrap().edited_email;
        assert_eq!(email(&vouched, &other), None);
        let unvouched = contact(None, json!({}));
        assert_eq!(email(&unvouched, &other), other.edited_email);
        other.email = Some("ann@x.example".to_owned());
        assert_eq!(email(&vouched, &other), other.email);
    }

    #[test]
    fn too_much_for_one_contact_is_refused() {
        let half = |field: &str| json!({ field: "x".repeat(attributes::MAX / 2) });
        let refused = joined(contact(None, half("a")), &contact(None, half("b")));
        assert_eq!(refused.unwrap_err(), attributes::Refused::TooLarge);
    }

    #[test]
    fn what_the_host_site_says_of_the_survivor_is_not_said_twice() {
        let mut survivor = contact(None, json!({}));
        survivor.attributes = json!({ "plan": "pro" });
        let other = contact(None, json!({ "plan": "free" }));
        assert_eq!(joined(survivor, &other).unwrap().edited_attributes, json!({}));
    }
}
