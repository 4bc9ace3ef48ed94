//! Coming into a workspace by an invitation, and being in one of several.

use parlance_store::{
    control::{identities, people},
    ids::{TenantId, UserId},
};

use super::Outsider;
use crate::{
    adapters::identity::IdentityProvider,
    domain::accounts::{
        Accounts, Client, error::AccountError, invitations::Token, live::Standing, signup::Founding,
    },
};

impl Accounts {
    /// Comes into the workspace by an invitation, with an account that a provider keeps. Returns its
    /// address, which is the invited one.
    ///
    /// # Errors
    /// `Refused` where the address is another one, else as for [`Accounts::accept`].
    pub async fn accept_outside(
        &self,
        provider: &dyn IdentityProvider,
        token: &str,
        bearer: &str,
        client: &Client,
    ) -> Result<String, AccountError> {
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        let token: Token = token.parse()?;
        let presented = provider.verify(bearer).await?;
        let outsider = Outsider {
            place: None,
            ..Outsider::of(provider, presented)
        };
        let db = self.db.tenant(token.tenant);
        let joining = self.while_others_are_faster(async || {
            let mut arrival = self.arrival(provider, bearer, &outsider).await?;
            // The link came to the address, so it is theirs.
            arrival.verified = true;
            db.transaction(async |conn| {
                let invitation = self.open(conn, &token).await?;
                if !invitation.email.eq_ignore_ascii_case(&arrival.email) {
                    return Err(Founding::Account(AccountError::Refused(
                        "the invitation is for another e-mail address than that of your account",
                    )));
                }
                self.enter(conn, &arrival, &outsider).await?;
                people::verify_email(conn, arrival.user, &arrival.email, self.clock.now()).await?;
                let actor = arrival.actor();
                self.join(conn, arrival.user, &actor, &invitation, client).await?;
                identities::settle(conn, outsider.name()).await?;
                Ok(arrival.email)
            })
            .await
        });
        let email = joining.await?;
        self.live.forget();
        Ok(email)
    }

    /// Goes on in another workspace of the person, from all their devices.
    ///
    /// # Errors
    /// `NotFound` where they do not belong to it; `Conflict` where an organisation or a session of ours
    /// says where they are.
    pub async fn choose(&self, standing: &Standing, tenant: TenantId) -> Result<(), AccountError> {
        let Standing::Outside(outsider) = standing else {
            return Err(AccountError::Conflict(
                "a session is of one workspace: switch to another one",
            ));
        };
        if outsider.place.is_some() {
            return Err(AccountError::Conflict(
                "the organisation you act for says which workspace this is: choose it where you log in",
            ));
        }
        let db = self.db.tenant(tenant);
        let settling = db.transaction(async |conn| identities::settle(conn, outsider.name()).await);
        if !settling.await? {
            return Err(AccountError::NotFound);
        }
        self.live.forget();
        Ok(())
    }

    /// Whether somebody may be invited into a workspace here.
    ///
    /// # Errors
    /// `Conflict` where it is an organisation's, which says who belongs to it.
    pub(in crate::domain::accounts) async fn may_invite(&self, tenant: TenantId) -> Result<(), AccountError> {
        if self.provider.is_some() && self.db.control().organisation_of(tenant).await?.is_some() {
            return Err(AccountError::Conflict(
                "the organisation says who belongs to this workspace: invite them there",
            ));
        }
        Ok(())
    }

    /// Whether somebody may be taken out of a workspace here. Whoever belongs to its organisation would
    /// come back with their next request.
    ///
    /// # Errors
    /// `Conflict` where they belong to it, `Unreachable` where that cannot be told.
    pub async fn may_remove(&self, tenant: TenantId, user: UserId) -> Result<(), AccountError> {
        let control = self.db.control();
        let Some(provider) = &self.provider else {
            return Ok(());
        };
        let Some(organisation) = control.organisation_of(tenant).await? else {
            return Ok(());
        };
        let Some(subject) = control.subject_of(provider.name(), user).await? else {
            return Ok(());
        };
        if organisation.provider == provider.name()
            && provider.belongs(&subject, &organisation.subject).await?
        {
            return Err(AccountError::Conflict(
                "they belong to the organisation of this workspace: remove them there first",
            ));
        }
        Ok(())
    }
}
