//! What links that are sent by mail lead to: a confirmed address, another address, another password.
//! Each works once. Asking for one answers the same whoever asks.

use parlance_store::{
    StoreError, TenantConn,
    control::{
        Login, Role, factors,
        links::{self, Link, LinkKind},
        people, sessions,
    },
    ids::{TenantId, UserId},
    queries::api_keys,
};
use serde_json::json;

use super::{Accounts, Client, Deed, email::EmailAddress, error::AccountError, home, oneself, secret};
use crate::domain::{
    audit::{self, Actor},
    notify::mail::{self, Errand},
};

impl Accounts {
    /// Takes a wish for another password, as far as that can be answered without looking anybody up.
    ///
    /// # Errors
    /// `Limited` by the address of who asks, `Field` for what is no address.
    pub fn may_ask(&self, email: &str, client: &Client) -> Result<EmailAddress, AccountError> {
        let email = EmailAddress::parse(email)?;
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        Ok(email)
    }

    /// Mails a link to another password to whoever has this address, if anybody has. Done beside the
    /// answer, so that the answer takes as long for nobody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forgot(&self, email: &EmailAddress) -> Result<(), AccountError> {
        if self.limits.mail(email.as_str()).is_err() {
            return Ok(());
        }
        let found = self.db.control().login_by_email(email.as_str()).await?;
        let Some((tenant, user)) = found.and_then(|login| Some((home(&login)?, login.user.id))) else {
            return Ok(());
        };
        let at = self.clock.now();
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| mail::enqueue(conn, Errand::Reset { user }, at).await)
            .await?;
        self.bell.ring(tenant);
        Ok(())
    }

    /// Sets another password by a link, ends all sessions and tells the person. Having read the mail
    /// confirms its address. Where that is the first proof of it, somebody else may have made the
    /// account: the second factor goes, and the keys that its person made in their own workspaces.
    ///
    /// # Errors
    /// `LinkOver`, `Weak` (the link still works), `Limited`, `Busy`.
    pub async fn reset(&self, token: &str, chosen: String, client: &Client) -> Result<(), AccountError> {
        let (hash, link) = self.link(token, client).await?;
        if link.kind != LinkKind::Reset {
            return Err(AccountError::LinkOver);
        }
        let login = self.person(link.user_id).await?;
        let about = [login.user.email.as_str(), &login.user.name];
        let hashed = self.chosen(chosen, &about).await?;
        self.take_back_elsewhere(&login, &link, client).await?;
        let (user, at) = (link.user_id, self.clock.now());
        let db = self.db.tenant(link.tenant_id);
        db.transaction(async |conn| {
            let held = people::hold(conn, user).await?.ok_or(AccountError::LinkOver)?;
            if !links::take(conn, &hash, at).await? {
                return Err(AccountError::LinkOver);
            }
            people::set_password(conn, user, None, &hashed).await?;
            if people::verify_email(conn, user, &link.email, at).await? {
                factors::disable(conn, user).await?;
                if held.second_factor {
                    self.tell(conn, &login, client, Some(false), "second_factor.disable")
                        .await?;
                }
                if owns(&login, &link) {
                    self.revoke_keys(conn, user, client).await?;
                }
            }
            links::end(conn, user).await?;
            sessions::end_others(conn, user, None, at).await?;
            mail::enqueue(conn, Errand::PasswordChanged { user }, at).await?;
            let (actor, deed) = (oneself(&login), Deed::plain("password.reset"));
            audit::record(conn, self.act(&actor, client, deed, ("user", user.0))).await?;
            Ok(())
        })
        .await?;
        self.live.forget();
        self.bell.ring(link.tenant_id);
        Ok(())
    }

    /// Ends the keys of an account whose address is about to be proven for the first time in the
    /// workspaces that the link is not in. The link is proof enough, whatever comes of the reset.
    async fn take_back_elsewhere(
        &self,
        login: &Login,
        link: &Link,
        client: &Client,
    ) -> Result<(), AccountError> {
        if login.user.email_verified_at.is_some() || login.user.email != link.email {
            return Ok(());
        }
        for place in &login.memberships {
            if place.role == Role::Owner && place.tenant_id != link.tenant_id {
                let db = self.db.tenant(place.tenant_id);
                db.transaction(async |conn| self.revoke_keys(conn, login.user.id, client).await)
                    .await?;
            }
        }
        Ok(())
    }

    /// Ends the keys that somebody made in the workspace of the transaction.
    async fn revoke_keys(
        &self,
        conn: &mut TenantConn<'_>,
        user: UserId,
        client: &Client,
    ) -> Result<(), AccountError> {
        for key in api_keys::revoke_made_by(conn, user, self.clock.now()).await? {
            let deed = Deed {
                before: Some(json!({ "name": key.name, "prefix": key.prefix, "scopes": key.scopes })),
                ..Deed::plain("api_key.revoke")
            };
            let target = ("api_key", key.id.into());
            audit::record(conn, self.act(&Actor::System, client, deed, target)).await?;
        }
        Ok(())
    }

    /// Confirms an address by a link: the one somebody signed up with, or another one they want.
    /// Returns it.
    ///
    /// # Errors
    /// `LinkOver`, `EmailTaken` where somebody else has it by now, `Limited`.
    pub async fn verify(&self, token: &str, client: &Client) -> Result<String, AccountError> {
        let (hash, link) = self.link(token, client).await?;
        let (user, at) = (link.user_id, self.clock.now());
        let login = self.person(user).await?;
        let db = self.db.tenant(link.tenant_id);
        let Link { kind, email, .. } = &link;
        db.transaction(async |conn| {
            people::hold(conn, user).await?;
            if !links::take(conn, &hash, at).await? {
                return Err(AccountError::LinkOver);
            }
            match kind {
                LinkKind::Reset => return Err(AccountError::LinkOver),
                LinkKind::Verify => {
                    // It was proven otherwise, or they have another one by now.
                    if !people::verify_email(conn, user, email, at).await? {
                        return Err(AccountError::LinkOver);
                    }
                }
                LinkKind::ChangeEmail => match people::change_email(conn, user, email, at).await {
                    Ok(true) => {
                        links::end_all(conn, user).await?;
                        mail::enqueue(conn, moved(&login, email), at).await?;
                    }
                    Ok(false) => return Err(AccountError::LinkOver),
                    Err(error) if error.is_conflict("users_email_once") => {
                        return Err(AccountError::EmailTaken);
                    }
                    Err(error) => return Err(error.into()),
                },
            }
            let deed = match kind {
                LinkKind::ChangeEmail => Deed {
                    action: "email.change",
                    before: Some(json!({ "email": login.user.email })),
                    after: Some(json!({ "email": email })),
                },
                _ => Deed::plain("email.verify"),
            };
            let actor = oneself(&login);
            audit::record(conn, self.act(&actor, client, deed, ("user", user.0))).await?;
            Ok(())
        })
        .await?;
        self.live.forget();
        self.bell.ring(link.tenant_id);
        Ok(link.email)
    }

    /// Mails the link again that confirms the address of somebody who is logged in.
    ///
    /// # Errors
    /// `Limited`.
    pub async fn resend(&self, user: UserId, tenant: TenantId, client: &Client) -> Result<(), AccountError> {
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        let login = self.person(user).await?;
        if login.user.email_verified_at.is_some() {
            return Ok(());
        }
        self.limits
            .mail(&login.user.email)
            .map_err(AccountError::Limited)?;
        let (errand, at) = (Errand::Verify { user }, self.clock.now());
        let db = self.db.tenant(tenant);
        let queued = db.transaction(async |conn| mail::enqueue(conn, errand, at).await);
        queued
            .await
            .map_err(|error: StoreError| AccountError::from(error))?;
        self.bell.ring(tenant);
        Ok(())
    }

    /// A link that works, by its token.
    async fn link(&self, token: &str, client: &Client) -> Result<(Vec<u8>, Link), AccountError> {
        self.limits
            .address(client.address)
            .map_err(AccountError::Limited)?;
        let hash = secret::digest(token);
        let found = self.db.control().link(&hash, self.clock.now()).await?;
        Ok((hash, found.ok_or(AccountError::LinkOver)?))
    }
}

/// Tells the address before of the other one.
fn moved(before: &Login, email: &str) -> Errand {
    Errand::EmailChanged {
        user: before.user.id,
        to: before.user.email.clone(),
        name: before.user.name.clone(),
        email: email.to_owned(),
    }
}

/// Whether the workspace of a link is the person's own.
fn owns(login: &Login, link: &Link) -> bool {
    let mut places = login.memberships.iter();
    places.any(|place| place.tenant_id == link.tenant_id && place.role == Role::Owner)
}
