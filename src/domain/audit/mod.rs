//! Who did what: every administrative act, recorded in the transaction that does it, and never changed
//! after. What changed is kept as it was and as it is, without what is secret.

mod redact;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{AuditEventId, UserId, VisitorId},
    queries::audit::{self, ActorKind, AuditEvent},
    tenant::TenantConn,
};
use serde_json::Value;
use uuid::Uuid;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who logs in, by e-mail.
    User { id: UserId, email: String },
    /// A program, by the name of its key.
    ApiKey { id: Uuid, name: String },
    /// Somebody who chats.
    Visitor { id: VisitorId },
    /// Parlance itself: a schedule, a limit.
    System,
    /// Somebody who runs the installation and acts as the workspace, by e-mail.
    Operator { id: UserId, email: String },
}

impl Actor {
    /// The words that stand for it in a row: what kind, who, and what they are called now.
    #[must_use]
    pub fn row(&self) -> (ActorKind, Option<Uuid>, String) {
        match self {
            Self::User { id, email } => (ActorKind::User, Some(id.0), email.clone()),
            Self::ApiKey { id, name } => (ActorKind::ApiKey, Some(*id), name.clone()),
            Self::Visitor { id } => (ActorKind::Visitor, Some(id.0), "visitor".to_owned()),
            Self::System => (ActorKind::System, None, "Parlance".to_owned()),
            Self::Operator { id, email } => (ActorKind::Operator, Some(id.0), email.clone()),
        }
    }
}

/// An administrative act.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    pub actor: &'a Actor,
    pub address: Option<IpAddr>,
    /// Thing and verb, as `space.publish`.
    pub action: &'static str,
    /// What it is done to: the kind's word, and which.
    pub target: Option<(&'static str, Uuid)>,
    /// The thing as it was. Where both are there, what is the same in both is left out.
    pub before: Option<Value>,
    /// The thing as it is now.
    pub after: Option<Value>,
    pub at: DateTime<Utc>,
}

/// Records an act in the transaction that does it.
///
/// # Errors
/// [`StoreError`] where the database fails; the act is then not done either.
pub async fn record(conn: &mut TenantConn<'_>, act: Act<'_>) -> Result<(), StoreError> {
    let (actor_kind, actor_id, actor_name) = act.actor.row();
    let (before, after) = redact::changed(act.before, act.after);
    let event = AuditEvent {
        id: AuditEventId::new(),
        at: act.at,
        actor_kind,
        actor_id,
        actor_name,
        address: act.address.map(|address| address.to_string()),
        action: act.action.to_owned(),
        target_kind: act.target.map(|(kind, _)| kind.to_owned()),
        target_id: act.target.map(|(_, id)| id),
        before,
        after,
    };
    audit::record(conn, event).await
}
