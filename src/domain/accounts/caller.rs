//! Who asks for something, as far as what they may do and the record of it are concerned.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use parlance_store::{
    control::Role,
    ids::{TenantId, UserId},
};
use uuid::Uuid;

use crate::domain::{
    audit::{Act, Actor},
    conversations::event::Agent,
};

/// Who calls, and in which workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: TenantId,
    /// Of a person, as it is now.
    pub role: Option<Role>,
    /// Whether a person has proven that their e-mail address is theirs; programs have nothing to prove.
    pub email_verified: bool,
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Parlance itself.
    #[must_use]
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            role: None,
            email_verified: true,
            actor: Actor::System,
            name: "Parlance".to_owned(),
            address: None,
        }
    }

    /// An act of this caller's for the record.
    pub fn act(
        &self,
        action: &'static str,
        target: (&'static str, impl Into<Uuid>),
        at: DateTime<Utc>,
    ) -> Act<'_> {
        let (kind, id) = target;
        Act {
            actor: &self.actor,
            address: self.address,
            action,
            target: Some((kind, id.into())),
            before: None,
            after: None,
            at,
        }
    }

    /// Who is seen to answer visitors: a person, or a program by its key.
    #[must_use]
    pub fn agent(&self) -> Agent {
        let id = match &self.actor {
            Actor::User { id, .. } | Actor::Operator { id, .. } => (*id).into(),
            Actor::ApiKey { id, .. } => *id,
            Actor::Visitor { id } => (*id).into(),
            Actor::System => Uuid::nil(),
        };
        Agent {
            id: id.into(),
            name: self.name.clone(),
        }
    }

    /// The person, where it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match &self.actor {
            Actor::User { id, .. } => Some(*id),
            _ => None,
        }
    }
}
