//! A visitor comes, or comes back: who they are from now on, and which conversation they go on with.
//!
//! A visitor is one browser and becomes a contact's once, for good. So a conversation never changes
//! hands: it stays its visitor's, and with the visitor it becomes the contact's. A token without a
//! proof opens nothing of a visitor who is somebody's by then. Whom agents have blocked is not let in.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    db::Db,
    ids::{ContactId, ConversationId, VisitorId},
    queries::{
        contacts::{self, Contact, Proven},
        conversations, history,
        visitors::{self, Visit, Visitor},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use super::{
    attributes,
    identity::{Identity, Person, Wrong, parse_id},
    keys, merge,
    proof::{self, Names, Proof},
};
use crate::{
    domain::{
        accounts::{
            space::{Space, SpaceRef},
            token::{Tokens, Verified, VisitorClaims},
        },
        tickets::touched::Touched,
    },
    kernel::{clock::SharedClock, vault::Vault},
};

/// Characters of a page's address that are kept.
const PAGE_MAX: usize = 1_000;
const LOCALE_MAX: usize = 35;

/// What somebody comes with.
#[derive(Clone, Default)]
pub struct Coming {
    /// An old token.
    pub token: Option<String>,
    pub identity: Option<Identity>,
    /// A patch of what is told about them.
    pub attributes: Option<Value>,
    /// BCP 47, of the page.
    pub locale: Option<String>,
    /// The page's address.
    pub page: Option<String>,
}

/// Who came.
#[derive(Clone, Debug)]
pub struct Begun {
    pub claims: VisitorClaims,
    /// What they go on with.
    pub conversation: Option<ConversationId>,
    /// What became a contact's by this visit, and all of whoever says something new of themselves: whoever has
    /// it loaded must hear of it.
    pub claimed: Vec<ConversationId>,
    /// Those that are another contact's from now on.
    pub tickets: Vec<Touched>,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Attributes(#[from] attributes::Refused),
    #[error("identity: {0}")]
    Hearsay(#[from] Wrong),
    #[error("identity: {0}")]
    Proof(#[from] proof::Refused),
    #[error("who this is must be proven anew: call identify with a fresh token")]
    Expired,
    #[error("this space is for those who are logged in: call identify first")]
    Required,
    #[error("this chat is not available to you")]
    Blocked,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets visitors in.
#[derive(Clone, Debug)]
pub struct Visits {
    pub db: Db,
    pub clock: SharedClock,
    pub tokens: Tokens,
    pub vault: Vault,
}

/// All that is decided before the database is asked to change anything.
struct Decided<'a> {
    space: &'a Space,
    /// What a token of this space said, whoever it is of.
    known: Option<VisitorClaims>,
    proof: Option<Proof>,
    said: Said,
    patch: Value,
    locale: Option<String>,
    at: DateTime<Utc>,
}

/// What a page says without a proof.
#[derive(Default, serde::Serialize)]
struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(flatten)]
    person: Person,
}

impl Visits {
    /// Makes a visitor or finds them again. A sound proof makes them, and what they said so far, the
    /// contact's.
    ///
    /// # Errors
    /// [`Refused`], and nothing is changed.
    pub async fn begin(&self, named: &SpaceRef, space: &Space, coming: Coming) -> Result<Begun, Refused> {
        let at = self.clock.now();
        let known = coming
            .token
            .as_deref()
            .and_then(|token| self.tokens.renewable_visitor(token).ok())
            .filter(|claims| (claims.tenant, claims.space) == (space.tenant, space.id));
        let proof = match &coming.identity {
            Some(identity) if identity.is_proof() => Some(self.prove(named, space, identity, at).await?),
            _ => None,
        };
        if proof.is_none() {
            match known.and_then(|claims| claims.verified) {
                Some(verified) => self.still_counts(space, verified, at).await?,
                None if space.settings.requires_identity() => return Err(Refused::Required),
                None => {}
            }
        }
        let decided = Decided {
            space,
            known,
            proof,
            said: said(coming.identity)?,
            patch: patch(coming.attributes, coming.page)?,
            locale: coming.locale.filter(|locale| is_locale(locale)),
            at,
        };
        let db = self.db.tenant(space.tenant);
        db.transaction(async |conn| decided.carry_out(conn).await).await
    }

    async fn prove(
        &self,
        named: &SpaceRef,
        space: &Space,
        identity: &Identity,
        at: DateTime<Utc>,
    ) -> Result<Proof, Refused> {
        let keys = keys::accepted(&self.db.tenant(space.tenant), &self.vault, space.id, at).await?;
        let names = Names {
            slug: &space.slug,
            public_key: &space.public_key,
            old_key: space
                .old_key
                .as_ref()
                .filter(|(_, until)| at < *until)
                .map(|(key, _)| key.as_str()),
            origins: &named.allowed_origins,
        };
        Ok(proof::check(&keys, names, identity, at)?)
    }

    /// A proof counts for its time, and no longer than the key that made it.
    async fn still_counts(
        &self,
        space: &Space,
        verified: Verified,
        at: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let keys = keys::accepted(&self.db.tenant(space.tenant), &self.vault, space.id, at).await?;
        if at < verified.until() && keys.iter().any(|key| key.id == verified.key) {
            Ok(())
        } else {
            Err(Refused::Expired)
        }
    }
}

impl Decided<'_> {
    async fn carry_out(self, conn: &mut TenantConn<'_>) -> Result<Begun, Refused> {
        let (contact, described) = match &self.proof {
            Some(proof) => prove(conn, proof, self.at)
                .await
                .map(|(one, told)| (Some(one), told))?,
            None => (None, false),
        };
        let row = match self.known {
            Some(claims) => visitors::lock(conn, claims.visitor).await?,
            None => None,
        };
        let wanted = contact.as_ref().map(|contact| contact.id);
        let verified = self.known.and_then(|claims| claims.verified);
        let verified = match (verified, &row) {
            (Some(verified), Some(row)) => Some(survivor(conn, verified, row).await?),
            (verified, _) => verified,
        };
        self.admit(conn, row.as_ref(), contact.as_ref()).await?;
        // Whose the browser may go on as: nobody's yet, or the same one's.
        let (row, verified) = match (row, wanted) {
            (Some(row), Some(wanted)) => (
                Some(row).filter(|row| proven(row).is_none_or(|of| of == wanted)),
                None,
            ),
            (Some(row), None) if proven(&row) == verified.map(|verified| verified.contact) => {
                (Some(row), verified)
            }
            _ => (None, None),
        };
        let verified = match (&self.proof, wanted) {
            (Some(proof), Some(contact)) => Some(Verified {
                contact,
                key: proof.key,
                at: self.at.timestamp(),
            }),
            _ => verified,
        };
        let merges = wanted.is_some() && row.as_ref().is_some_and(|row| !row.verified);
        let id = row.as_ref().map_or_else(VisitorId::new, |row| row.id);
        let before = row.as_ref().and_then(|row| row.contact_id);
        let (mut told, mut said) = row.map_or((json!({}), json!({})), |row| (row.attributes, row.said));
        if merges {
            // Whoever sat there before may be somebody else: mail to the one must not reach the other.
            for before in [&mut told, &mut said] {
                before.as_object_mut().map(|fields| fields.remove("email"));
            }
        }
        let visit = Visit {
            id,
            space_id: self.space.id,
            attributes: attributes::merged(&told, self.patch)?,
            said: attributes::merged(&said, serde_json::to_value(self.said).unwrap_or_default())?,
            contact_id: wanted,
            locale: self.locale,
            at: self.at,
        };
        visitors::upsert(conn, visit).await?;
        let mut tickets = Vec::new();
        match (before, wanted) {
            (Some(before), Some(wanted)) if before != wanted => {
                tickets = merge::left(conn, before, wanted, self.at).await?;
            }
            (Some(before), None) => contacts::touch(conn, before, self.at).await?,
            _ => {}
        }
        let claimed = match wanted {
            Some(contact) if described => history::of_contact(conn, contact).await?,
            Some(_) if merges => history::of_visitor(conn, id).await?,
            _ => Vec::new(),
        };
        let claims = VisitorClaims {
            visitor: id,
            tenant: self.space.tenant,
            space: self.space.id,
            verified,
        };
        Ok(Begun {
            conversation: latest(conn, claims, merges).await?,
            claims,
            claimed,
            tickets,
        })
    }

    /// Refuses whom agents have blocked, by their proof or by their browser. Somebody else's browser tells
    /// nothing of who comes with a proof.
    async fn admit(
        &self,
        conn: &mut TenantConn<'_>,
        row: Option<&Visitor>,
        contact: Option<&Contact>,
    ) -> Result<(), Refused> {
        let counts = |row: &&Visitor| match contact {
            Some(contact) => proven(row).is_none_or(|of| of == contact.id),
            None => true,
        };
        let of = match row.filter(counts).and_then(|row| row.contact_id) {
            Some(of) => contacts::load(conn, of).await?,
            None => None,
        };
        let blocked = |contact: &Contact| contact.blocked_at.is_some();
        if of.as_ref().is_some_and(blocked) || contact.is_some_and(blocked) {
            return Err(Refused::Blocked);
        }
        Ok(())
    }
}

/// Who a browser is proven to be.
fn proven(row: &Visitor) -> Option<ContactId> {
    row.contact_id.filter(|_| row.verified)
}

/// The same proof, of whom its contact was merged into since.
async fn survivor(
    conn: &mut TenantConn<'_>,
    verified: Verified,
    row: &Visitor,
) -> Result<Verified, StoreError> {
    if row.contact_id == Some(verified.contact) {
        return Ok(verified);
    }
    let survivor = contacts::load(conn, verified.contact).await?;
    Ok(Verified {
        contact: survivor.map_or(verified.contact, |survivor| survivor.id),
        ..verified
    })
}

/// The contact that is proven, and whether its attributes are others than before.
async fn prove(
    conn: &mut TenantConn<'_>,
    proof: &Proof,
    at: DateTime<Utc>,
) -> Result<(Contact, bool), Refused> {
    let Person { name, email, avatar } = proof.person.clone();
    let proven = Proven {
        id: ContactId::new(),
        external_id: proof.external_id.clone(),
        name,
        email,
        avatar,
        at,
    };
    contacts::enter(conn, false).await?;
    let contact = contacts::prove(conn, proven).await?;
    let told = attributes::merged(&contact.attributes, proof.attributes.clone())?;
    let described = told != contact.attributes;
    if described {
        contacts::describe(conn, contact.id, &told).await?;
    }
    Ok((contact, described))
}

/// What a visitor goes on with. A contact's newest on whichever device; but who has just been proven
/// goes on with what they were talking about.
async fn latest(
    conn: &mut TenantConn<'_>,
    claims: VisitorClaims,
    merged: bool,
) -> Result<Option<ConversationId>, StoreError> {
    if let Some(verified) = claims.verified {
        if merged && let Some(own) = history::latest(conn, claims.space, &[claims.visitor]).await? {
            return Ok(Some(own));
        }
        let all = visitors::of_contact(conn, claims.space, verified.contact).await?;
        if let Some(newest) = history::latest(conn, claims.space, &all).await? {
            return Ok(Some(newest));
        }
    }
    let own = conversations::latest_of_visitor(conn, claims.space, claims.visitor).await?;
    Ok(own.map(|conversation| conversation.id))
}

fn said(identity: Option<Identity>) -> Result<Said, Wrong> {
    let Some(identity) = identity else {
        return Ok(Said::default());
    };
    Ok(Said {
        id: identity.id.map(parse_id).transpose()?,
        person: Person::parse(identity.name, identity.email, identity.avatar)?,
    })
}

fn patch(attributes: Option<Value>, page: Option<String>) -> Result<Value, attributes::Refused> {
    let mut patch = attributes.unwrap_or_else(|| json!({}));
    if let (Some(page), Some(fields)) = (page, patch.as_object_mut()) {
        let page: String = page.chars().filter(|c| *c != '\0').take(PAGE_MAX).collect();
        fields.insert("page".to_owned(), page.into());
    }
    if patch.is_object() {
        Ok(patch)
    } else {
        Err(attributes::Refused::NoObject)
    }
}

fn is_locale(locale: &str) -> bool {
    locale.len() <= LOCALE_MAX && !locale.contains('\0')
}
