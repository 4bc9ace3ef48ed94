//! What links that are sent by mail lead to: a confirmed address, another address, another password.
//! Each works once. Asking for one answers the same whoever asks.

use parlance_store::{
    StoreError,
    control::{
        links::{self, Link, LinkKind},
        people, sessions,
    },
};
use serde_json::json;

use super::{Accounts, Client, Deed, email::EmailAddress, error::AccountError, home, oneself, secret};
use crate::domain::{
    audit,
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
    /// confirms its address.
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
        let (user, at) = (link.user_id, self.clock.now());
        let db = self.db.tenant(link.tenant_id);
        db.transaction(async |conn| {
            if !links::take(conn, &hash, at).await? {
                return Err(AccountError::LinkOver);
            }
            people::set_password(conn, user, None, &hashed).await?;
            people::verify_email(conn, user, &link.email, at).await?;
            links::end(conn, user).await?;
            sessions::end_others(conn, user, None, at).await?;
            mail::enqueue(conn, Errand::PasswordChanged { user }, at).await?;
            let (actor, deed) = (oneself(&login), Deed::plain("password.reset"));
            audit::record(conn, self.act(&actor, client, deed, ("user", user.0))).await?;
            Ok(())
        })
        .await?;
        self.bell.ring(link.tenant_id);
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
            if !links::take(conn, &hash, at).await? {
                return Err(AccountError::LinkOver);
            }
            match kind {
                LinkKind::Reset => return Err(AccountError::LinkOver),
                LinkKind::Verify => people::verify_email(conn, user, email, at).await?,
                LinkKind::ChangeEmail => match people::change_email(conn, user, email, at).await {
                    Ok(true) => links::end(conn, user).await?,
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
        Ok(link.email)
    }

    /// Mails the link again that confirms the address of somebody who is logged in.
    ///
    /// # Errors
    /// `Limited`.
    pub async fn resend(
        &self,
        claims: &super::token::UserClaims,
        client: &Client,
    ) -> Result<(), AccountError> {
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        let login = self.person(claims.user).await?;
        if login.user.email_verified_at.is_some() {
            return Ok(());
        }
        self.limits
            .mail(&login.user.email)
            .map_err(AccountError::Limited)?;
        let (errand, at) = (Errand::Verify { user: claims.user }, self.clock.now());
        let db = self.db.tenant(claims.tenant);
        let queued = db.transaction(async |conn| mail::enqueue(conn, errand, at).await);
        queued
            .await
            .map_err(|error: StoreError| AccountError::from(error))?;
        self.bell.ring(claims.tenant);
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
