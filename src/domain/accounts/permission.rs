//! What may be done in a workspace, and who may do it: a role by rank, a program by its scopes. The
//! words of the two are the same.

use std::{fmt, str::FromStr};

use parlance_store::control::Role;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::kernel::words;

macro_rules! permissions {
    ($($name:ident = $word:literal, $least:ident;)+) => {
        /// What a route asks for: a resource and a verb.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission { $($name,)+ }

        impl Permission {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its word, as `knowledge:read`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The lowest role that has it.
            #[must_use]
            pub const fn least(self) -> Role {
                match self { $(Self::$name => Role::$least,)+ }
            }
        }
    };
}

permissions! {
    SpacesRead = "spaces:read", Viewer;
    SpacesWrite = "spaces:write", Admin;
    KnowledgeRead = "knowledge:read", Viewer;
    KnowledgeWrite = "knowledge:write", Admin;
    ConversationsRead = "conversations:read", Viewer;
    ConversationsWrite = "conversations:write", Agent;
    TicketsRead = "tickets:read", Viewer;
    TicketsWrite = "tickets:write", Agent;
    TicketsConfigure = "tickets:configure", Admin;
    ContactsMerge = "contacts:merge", Admin;
    AnalyticsRead = "analytics:read", Viewer;
    TeamRead = "team:read", Viewer;
    TeamWrite = "team:write", Admin;
    KeysRead = "keys:read", Admin;
    KeysWrite = "keys:write", Admin;
    AuditRead = "audit:read", Admin;
    BillingRead = "billing:read", Admin;
    BillingWrite = "billing:write", Owner;
    BillingBudget = "billing:budget", Owner;
    WorkspaceWrite = "workspace:write", Owner;
}

impl PartialSchema for Permission {
    fn schema() -> RefOr<Schema> {
        words::closed(Self::ALL.iter().map(|permission| permission.as_str()))
    }
}

impl ToSchema for Permission {}

/// Not a permission's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such permission")]
pub struct Unknown;

impl FromStr for Permission {
    type Err = Unknown;

    fn from_str(word: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.iter().find(|permission| permission.as_str() == word);
        found.copied().ok_or(Unknown)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether `role` has `permission`: each role has what those below it have.
#[must_use]
pub fn may(role: Role, permission: Permission) -> bool {
    // Declared from the highest down.
    role <= permission.least()
}

impl Permission {
    /// Whether a program may be given it: keys do not make keys, nor do they decide who belongs to the
    /// workspace, whose it is or what it pays, nor merge people, which has no way back.
    #[must_use]
    pub const fn for_programs(self) -> bool {
        !matches!(
            self,
            Self::KeysRead
                | Self::KeysWrite
                | Self::TeamWrite
                | Self::ContactsMerge
                | Self::BillingWrite
                | Self::BillingBudget
                | Self::WorkspaceWrite
        )
    }
}

impl Permission {
    /// Whether an operator has it who acts as a workspace: to read what a viewer reads, and to set up what visitors
    /// are answered from where it was said that more than reading is needed. Never anything of money, of who belongs
    /// to the workspace and how they come in, or of what is said to its visitors.
    #[must_use]
    pub const fn for_operators(self, may_write: bool) -> bool {
        match self {
            Self::SpacesRead
            | Self::KnowledgeRead
            | Self::ConversationsRead
            | Self::TicketsRead
            | Self::AnalyticsRead
            | Self::TeamRead => true,
            Self::SpacesWrite | Self::KnowledgeWrite | Self::TicketsConfigure => may_write,
            Self::ConversationsWrite
            | Self::TicketsWrite
            | Self::ContactsMerge
            | Self::TeamWrite
            | Self::KeysRead
            | Self::KeysWrite
            | Self::AuditRead
            | Self::BillingRead
            | Self::BillingWrite
            | Self::BillingBudget
            | Self::WorkspaceWrite => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_what_the_lower_ones_have() {
        let of = |role| {
            let all = Permission::ALL
                .iter()
                .filter(move |permission| may(role, **permission));
            all.map(|permission| permission.as_str()).collect::<Vec<_>>()
        };
        let viewer = [
            "spaces:read",
            "knowledge:read",
            "conversations:read",
            "tickets:read",
            "analytics:read",
            "team:read",
        ];
        assert_eq!(of(Role::Viewer), viewer);
        assert_eq!(of(Role::Owner).len(), Permission::ALL.len());
        for pair in Role::ALL.windows(2) {
            let (higher, lower) = (of(pair[0]), of(pair[1]));
            assert!(lower.iter().all(|permission| higher.contains(permission)));
        }
        assert!(!of(Role::Admin).contains(&"workspace:write"));
    }

    #[test]
    fn a_word_names_its_permission() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
        }
        assert_eq!("knowledge".parse::<Permission>(), Err(Unknown));
    }
}
