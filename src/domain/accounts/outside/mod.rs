//! People whose accounts an identity provider keeps. Their session token is checked with each request;
//! who comes for the first time gets an account here and a workspace ([`admit`]): their own, or that of
//! the organisation they act for. See `docs/ACCOUNTS.md`.

mod admit;
mod belonging;

use std::{net::IpAddr, sync::Arc};

use parlance_store::control::{
    Role,
    identities::{Name, Standing as Membership},
};

use super::{Accounts, Client, error::AccountError, live::Standing, recognise::Recognised};
use crate::adapters::identity::{IdentityError, IdentityProvider, Place, Presented};

/// Somebody, as their identity provider names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outsider {
    provider: &'static str,
    subject: String,
    pub(super) place: Option<Place>,
}

impl Outsider {
    fn of(provider: &dyn IdentityProvider, presented: Presented) -> Self {
        Self {
            provider: provider.name(),
            subject: presented.subject,
            place: presented.organisation,
        }
    }

    pub(super) fn name(&self) -> Name<'_> {
        Name {
            provider: self.provider,
            subject: &self.subject,
        }
    }

    /// Whether they own the workspace of their organisation where nobody else does.
    pub(super) fn may_own(&self) -> bool {
        self.place.as_ref().is_some_and(may_own)
    }
}

fn may_own(place: &Place) -> bool {
    role_of(&place.role) <= Role::Admin
}

/// What a provider's word for a role is here. Whoever is something that is not known here may look on.
fn role_of(word: &str) -> Role {
    match word {
        "owner" => Role::Owner,
        "admin" => Role::Admin,
        "agent" | "member" | "basic_member" => Role::Agent,
        _ => Role::Viewer,
    }
}

/// What somebody is in the workspace of their organisation. A role that was changed here holds until the
/// provider has another word for it.
fn role_in(before: Option<&Membership>, place: &Place, others_own: bool) -> Role {
    let said = role_of(&place.role);
    match before {
        _ if may_own(place) && !others_own => Role::Owner,
        Some(before) if before.provider_role.as_ref() == Some(&place.role) => before.role,
        _ => said,
    }
}

impl From<IdentityError> for AccountError {
    fn from(error: IdentityError) -> Self {
        let said = error.to_string();
        match error {
            IdentityError::Invalid(_) | IdentityError::Expired => Self::Token(said),
            IdentityError::Unavailable(_) => Self::Unreachable(said),
        }
    }
}

impl Accounts {
    pub(super) async fn recognise_outside(
        &self,
        provider: &dyn IdentityProvider,
        token: &str,
        address: Option<IpAddr>,
    ) -> Result<Recognised, AccountError> {
        let presented = provider.verify(token).await?;
        let until = presented.until;
        let outsider = Arc::new(Outsider::of(provider, presented));
        let standing = Standing::Outside(outsider.clone());
        let mut live = self.look(&standing).await?;
        if live.is_none() {
            let client = Client {
                address,
                ..Client::default()
            };
            self.admit(provider, token, &outsider, &client).await?;
            live = self.live.find_anew(&standing).await?;
        }
        let live = live.ok_or(AccountError::Refused("this workspace is not active"))?;
        Ok(Recognised {
            live,
            standing,
            until,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_taken_from_the_provider_when_its_word_changes() {
        let place = |role: &str| Place {
            id: "org_1".to_owned(),
            role: role.to_owned(),
        };
        let before = |role, word: &str| Membership {
            role,
            provider_role: Some(word.to_owned()),
        };
        for (role, word, now, expected) in [
            // Changed here, and the provider says what it said.
            (Role::Viewer, "member", "member", Role::Viewer),
            (Role::Owner, "admin", "admin", Role::Owner),
            // The provider says something else.
            (Role::Viewer, "member", "admin", Role::Admin),
            (Role::Owner, "admin", "member", Role::Agent),
            (Role::Agent, "member", "billing", Role::Viewer),
        ] {
            let before = before(role, word);
            assert_eq!(role_in(Some(&before), &place(now), true), expected, "{now}");
        }
        assert_eq!(role_in(None, &place("member"), false), Role::Agent);
        assert_eq!(role_in(None, &place("admin"), true), Role::Admin);
        // Somebody owns a workspace that an admin of the organisation is in.
        assert_eq!(role_in(None, &place("admin"), false), Role::Owner);
        let admin = before(Role::Admin, "admin");
        assert_eq!(role_in(Some(&admin), &place("admin"), false), Role::Owner);
    }
}
