//! Who asks for something, as far as what they may do and the record of it are concerned.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use parlance_store::{
    control::Role,
    ids::{TenantId, UserId},
};
use uuid::Uuid;

use crate::domain::audit::{Act, Actor};

/// Who calls, and in which workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: TenantId,
    /// Of a person, as it is now.
    pub role: Option<Role>,
    pub actor: Actor,
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Parlance itself.
    #[must_use]
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            role: None,
            actor: Actor::System,
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

    /// The person, where it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match &self.actor {
            Actor::User { id, .. } => Some(*id),
            _ => None,
        }
    }
}
