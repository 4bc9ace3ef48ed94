//! The first time that somebody comes, and whenever what their provider says of them has changed.

use parlance_store::{
    control::{self, NewUser, Role, identities, identities::Name, members, people},
    ids::{TenantId, UserId},
    tenant::TenantConn,
};
use serde_json::json;
use tracing::warn;

use super::{Outsider, may_own, role_in};
use crate::{
    adapters::identity::{IdentityError, IdentityProvider, Place, Profile},
    domain::{
        accounts::{
            Accounts, Client, Deed,
            email::EmailAddress,
            error::AccountError,
            home,
            live::REFRESHED,
            signup::{Founding, NAME_MAX, Owner, TRIES, own_workspace},
        },
        audit::{self, Actor},
        notify::mail::{self, Errand},
        spaces::SpaceError,
    },
};

/// What nobody's password has as its hash.
const NO_PASSWORD: &str = "!";

/// Who an outsider is here.
pub(super) struct Arrival {
    pub user: UserId,
    pub email: String,
    pub name: String,
    /// Whether the address is proven to be theirs.
    pub verified: bool,
    /// Whether they have an account here.
    has_account: bool,
    /// Whether it is known to be theirs.
    known: bool,
}

impl Arrival {
    pub(super) fn actor(&self) -> Actor {
        Actor::User {
            id: self.user,
            email: self.email.clone(),
        }
    }
}

impl Accounts {
    /// Brings what is kept here of an outsider in line with what they present.
    ///
    /// # Errors
    /// `Refused`, `Limited`, `Token`, `Unreachable`.
    pub(super) async fn admit(
        &self,
        provider: &dyn IdentityProvider,
        token: &str,
        outsider: &Outsider,
        client: &Client,
    ) -> Result<(), AccountError> {
        self.limits
            .admission(&outsider.subject)
            .map_err(AccountError::Limited)?;
        let admitting = self.while_others_are_faster(async || {
            let arrival = self.arrival(provider, token, outsider).await?;
            self.place(provider, &arrival, outsider, client).await
        });
        admitting.await?;
        self.live.forget();
        Ok(())
    }

    /// Tries once more where another request of the person, or of somebody of their organisation, was
    /// faster.
    pub(super) async fn while_others_are_faster<T>(
        &self,
        attempt: impl AsyncFn() -> Result<T, Founding>,
    ) -> Result<T, AccountError> {
        let faster = ["identities_pkey", "organisations_pkey", "users_email_once"];
        for _ in 0..TRIES {
            match attempt().await {
                Err(Founding::Faster | Founding::Space(SpaceError::SlugTaken)) => {}
                Err(Founding::Store(error)) if faster.iter().any(|name| error.is_conflict(name)) => {}
                done => return Ok(done?),
            }
        }
        Err(AccountError::Internal(
            "somebody else was faster each time".to_owned(),
        ))
    }

    /// Who the outsider is here, or is to be.
    pub(super) async fn arrival(
        &self,
        provider: &dyn IdentityProvider,
        token: &str,
        outsider: &Outsider,
    ) -> Result<Arrival, AccountError> {
        let control = self.db.control();
        if let Some(identity) = control.identity(outsider.name()).await? {
            if self.clock.now() - identity.refreshed_at >= REFRESHED {
                self.refresh_person(provider, token, outsider, identity.user_id)
                    .await?;
            }
            let user = self.person(identity.user_id).await?.user;
            return Ok(Arrival {
                user: user.id,
                email: user.email,
                name: user.name,
                verified: user.email_verified_at.is_some(),
                has_account: true,
                known: true,
            });
        }
        let profile = provider.profile(token, &outsider.subject).await?;
        let (email, name) = told(&profile)?;
        let found = control.login_by_email(&email).await?;
        if found.is_some() && !profile.email_verified {
            // Otherwise whoever names an address would get the account of whoever has it.
            return Err(AccountError::Refused(
                "there is an account with your e-mail address, and it is not proven to be yours: confirm the address \
                 with whoever keeps your account, or use another one",
            ));
        }
        // One that is not proven is nobody's: see `enter`.
        let found = found.filter(|login| login.user.email_verified_at.is_some());
        Ok(Arrival {
            user: found.as_ref().map_or_else(UserId::new, |login| login.user.id),
            email,
            name,
            verified: profile.email_verified,
            has_account: found.is_some(),
            known: false,
        })
    }

    /// What the provider knows of somebody by now. Where it does not answer, that can wait.
    async fn refresh_person(
        &self,
        provider: &dyn IdentityProvider,
        token: &str,
        outsider: &Outsider,
        user: UserId,
    ) -> Result<(), AccountError> {
        match provider.profile(token, &outsider.subject).await {
            Ok(profile) => self.note_profile(user, &profile).await?,
            Err(IdentityError::Unavailable(error)) => {
                warn!(%error, "what the identity provider knows of somebody could not be asked for");
            }
            Err(error) => return Err(error.into()),
        }
        let (control, now) = (self.db.control(), self.clock.now());
        Ok(control.note_refreshed(outsider.name(), now).await?)
    }

    async fn note_profile(&self, user: UserId, profile: &Profile) -> Result<(), AccountError> {
        let login = self.person(user).await?;
        // Without an address, or without a workspace, what was known of them goes on.
        let (Ok((email, name)), Some(tenant)) = (told(profile), home(&login)) else {
            return Ok(());
        };
        let name = profile.name.as_ref().map_or(login.user.name.clone(), |_| name);
        let moves = !email.eq_ignore_ascii_case(&login.user.email);
        let email = if moves { email } else { login.user.email.clone() };
        let proves = profile.email_verified && login.user.email_verified_at.is_none();
        if !moves && !proves && name == login.user.name {
            return Ok(());
        }
        let at = self.clock.now();
        let (client, actor) = (Client::default(), Actor::System);
        let db = self.db.tenant(tenant);
        let noting = db.transaction(async |conn| {
            people::hold(conn, user).await?;
            if moves && profile.email_verified {
                people::free_address(conn, &email).await?;
            }
            people::refresh(conn, user, &email, &name, profile.email_verified.then_some(at)).await?;
            if !moves {
                return Ok(());
            }
            if !profile.email_verified {
                mail::enqueue(conn, Errand::Verify { user }, at).await?;
            }
            let deed = Deed {
                action: "email.change",
                before: Some(json!({ "email": login.user.email })),
                after: Some(json!({ "email": email })),
            };
            audit::record(conn, self.act(&actor, &client, deed, ("user", user.0))).await
        });
        match noting.await {
            Err(error) if error.is_conflict("users_email_once") => {
                warn!(user.id = %user, "another account has the e-mail address that they have now");
            }
            noted => noted?,
        }
        self.bell.ring(tenant);
        Ok(())
    }

    async fn place(
        &self,
        provider: &dyn IdentityProvider,
        arrival: &Arrival,
        outsider: &Outsider,
        client: &Client,
    ) -> Result<(), Founding> {
        let control = self.db.control();
        if let Some(place) = &outsider.place {
            let organisation = Name {
                provider: outsider.provider,
                subject: &place.id,
            };
            if let Some(tenant) = control.organisation(organisation).await? {
                return self.place_in(tenant, arrival, outsider, place, client).await;
            }
            if !may_own(place) {
                return Err(Founding::Account(AccountError::Refused(
                    "your organisation has no workspace yet: an admin of it comes first",
                )));
            }
            let name = provider.organisation_name(&place.id).await;
            let name = name.map_err(|error| Founding::Account(error.into()))?;
            let name = Some(clean(&name)).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| own_workspace(&arrival.name));
            return self.found_outside(&name, arrival, outsider, client).await;
        }
        let own = match arrival.has_account {
            true => control.own_tenants(arrival.user).await?,
            false => Vec::new(),
        };
        if let Some(own) = own.iter().find(|own| own.active) {
            let db = self.db.tenant(own.tenant_id);
            return db
                .transaction(async |conn| {
                    self.enter(conn, arrival, outsider).await?;
                    identities::settle(conn, outsider.name()).await?;
                    Ok(())
                })
                .await;
        }
        if !own.is_empty() {
            return Err(Founding::Account(AccountError::Refused(
                "this workspace is not active",
            )));
        }
        let name = own_workspace(&arrival.name);
        self.found_outside(&name, arrival, outsider, client).await
    }

    /// The account, where there is none yet, and whose it is.
    pub(super) async fn enter(
        &self,
        conn: &mut TenantConn<'_>,
        arrival: &Arrival,
        outsider: &Outsider,
    ) -> Result<(), Founding> {
        let at = self.clock.now();
        if !arrival.has_account {
            if arrival.verified && people::free_address(conn, &arrival.email).await? {
                warn!(user.id = %arrival.user, "an account that had not proven its address gave it to them");
            }
            let user = NewUser {
                id: arrival.user,
                email: arrival.email.clone(),
                name: arrival.name.clone(),
                password_hash: NO_PASSWORD.to_owned(),
                at,
            };
            people::create(conn, user, arrival.verified.then_some(at)).await?;
            if !arrival.verified {
                mail::enqueue(conn, Errand::Verify { user: arrival.user }, at).await?;
            }
        }
        if !arrival.known {
            identities::put(conn, outsider.name(), arrival.user, at).await?;
        }
        Ok(())
    }

    /// Into the workspace of the organisation, as what the provider says.
    async fn place_in(
        &self,
        tenant: TenantId,
        arrival: &Arrival,
        outsider: &Outsider,
        place: &Place,
        client: &Client,
    ) -> Result<(), Founding> {
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| {
            self.enter(conn, arrival, outsider).await?;
            let before = identities::standing(conn, arrival.user).await?;
            let others_own = members::has_other_owner(conn, arrival.user).await?;
            let role = role_in(before.as_ref(), place, others_own);
            identities::place(conn, arrival.user, role, &place.role, self.clock.now()).await?;
            if before.as_ref().is_some_and(|before| before.role == role) {
                return Ok::<_, Founding>(());
            }
            let was = before.as_ref().map(|before| json!({ "role": before.role }));
            let (action, actor) = match before {
                Some(_) => ("member.change_role", Actor::System),
                None => ("member.join", arrival.actor()),
            };
            let deed = Deed {
                action,
                before: was,
                after: Some(json!({ "email": arrival.email, "role": role, "said_by": outsider.provider })),
            };
            let target = ("member", arrival.user.0);
            audit::record(conn, self.act(&actor, client, deed, target)).await?;
            Ok(())
        })
        .await?;
        self.bell.ring(tenant);
        Ok(())
    }

    /// A workspace and its first space, which nobody sees yet.
    async fn found_outside(
        &self,
        workspace: &str,
        arrival: &Arrival,
        outsider: &Outsider,
        client: &Client,
    ) -> Result<(), Founding> {
        let (tenant, at) = (TenantId::new(), self.clock.now());
        let owner = Owner {
            user: arrival.user,
            email: &arrival.email,
            verified: arrival.verified,
        };
        let db = self.db.tenant(tenant);
        let founding = db.transaction(async |conn| {
            if arrival.known
                && outsider.place.is_none()
                && !identities::hold_homeless(conn, outsider.name()).await?
            {
                return Err(Founding::Faster);
            }
            control::found(conn, workspace, at).await?;
            self.enter(conn, arrival, outsider).await?;
            match &outsider.place {
                Some(place) => {
                    let organisation = Name {
                        provider: outsider.provider,
                        subject: &place.id,
                    };
                    identities::bind(conn, organisation).await?;
                    identities::place(conn, arrival.user, Role::Owner, &place.role, at).await?;
                }
                None => {
                    members::add(conn, arrival.user, Role::Owner, at).await?;
                    identities::settle(conn, outsider.name()).await?;
                }
            }
            self.furnish(conn, workspace, &owner, Some(outsider.provider), client)
                .await?;
            Ok::<_, Founding>(())
        });
        founding.await?;
        self.bell.ring(tenant);
        Ok(())
    }
}

/// The address and the name of a profile, as they may be kept.
fn told(profile: &Profile) -> Result<(String, String), AccountError> {
    let email = profile.email.as_deref().ok_or(AccountError::Refused(
        "your account has no e-mail address: add one with whoever keeps it",
    ))?;
    let email = EmailAddress::parse(email)?.to_string();
    let name = clean(profile.name.as_deref().unwrap_or_default());
    let name = if name.is_empty() {
        let local = email.split('@').next().unwrap_or_default();
        clean(local)
    } else {
        name
    };
    Ok((email, name))
}

/// Text of a provider's in one line, at most as long as a name.
fn clean(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let shown: String = shown.take(NAME_MAX).collect();
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_told_in_our_terms() {
        let profile = |email: Option<&str>, name: Option<&str>| Profile {
            email: email.map(str::to_owned),
            name: name.map(str::to_owned),
            email_verified: true,
        };
        let known = told(&profile(Some("Ada@Shop.Example"), Some(" Ada\nKeller "))).unwrap();
        assert_eq!(known.1, "Ada Keller");
        let nameless = told(&profile(Some("ada@shop.example"), Some("  "))).unwrap();
        assert_eq!(nameless.1, "ada");
        let long = "x".repeat(1000);
        assert_eq!(
            told(&profile(Some("a@b.example"), Some(&long))).unwrap().1.len(),
            NAME_MAX
        );
        assert!(matches!(
            told(&profile(None, None)),
            Err(AccountError::Refused(_))
        ));
        assert!(told(&profile(Some("nobody"), None)).is_err());
    }
}
