//! What somebody changes of their own account: name, password, address.

use parlance_store::control::{Login, links, people, sessions};
use serde_json::json;

use super::{
    Accounts, Client, Deed, email::EmailAddress, error::AccountError, oneself, signup::named,
    token::UserClaims,
};
use crate::domain::{
    audit,
    notify::mail::{self, Errand},
};

impl Accounts {
    /// Calls the person so from now on.
    ///
    /// # Errors
    /// `Field`.
    pub async fn rename(
        &self,
        claims: &UserClaims,
        name: &str,
        client: &Client,
    ) -> Result<Login, AccountError> {
        let name = named("name", name)?;
        let login = self.person(claims.user).await?;
        if login.user.name == name {
            return Ok(login);
        }
        let deed = Deed {
            action: "user.rename",
            before: Some(json!({ "name": login.user.name })),
            after: Some(json!({ "name": name })),
        };
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            people::rename(conn, claims.user, &name).await?;
            let (actor, target) = (oneself(&login), ("user", claims.user.0));
            audit::record(conn, self.act(&actor, client, deed, target)).await?;
            Ok::<_, AccountError>(())
        })
        .await?;
        self.person(claims.user).await
    }

    /// Sets another password where the one before is known, ends all other sessions and tells the
    /// person.
    ///
    /// # Errors
    /// `WrongPassword`, `Weak`, `Limited`, `Busy`; `Conflict` where it was changed meanwhile.
    pub async fn change_password(
        &self,
        claims: &UserClaims,
        before: String,
        chosen: String,
        client: &Client,
    ) -> Result<(), AccountError> {
        let login = self.proven(claims.user, before, client).await?;
        let about = [login.user.email.as_str(), &login.user.name];
        let hashed = self.chosen(chosen, &about).await?;
        let (user, at) = (claims.user, self.clock.now());
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            self.still(conn, &login).await?;
            people::set_password(conn, user, None, &hashed).await?;
            links::end(conn, user).await?;
            sessions::end_others(conn, user, Some(claims.session), at).await?;
            mail::enqueue(conn, Errand::PasswordChanged { user }, at).await?;
            let (actor, deed) = (oneself(&login), Deed::plain("password.change"));
            audit::record(conn, self.act(&actor, client, deed, ("user", user.0))).await?;
            Ok::<_, AccountError>(())
        })
        .await?;
        self.live.forget();
        self.bell.ring(claims.tenant);
        Ok(())
    }

    /// Mails a link to an address that the person wants in the place of theirs, and tells theirs.
    ///
    /// # Errors
    /// `WrongPassword`, `Field`, `Limited`, `Busy`; `Conflict` where the password was changed
    /// meanwhile. Whether somebody else has the address is told to
    /// whoever follows the link.
    pub async fn change_email(
        &self,
        claims: &UserClaims,
        password: String,
        email: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(email)?;
        let login = self.proven(claims.user, password, client).await?;
        if email.as_str() == login.user.email {
            return Err(AccountError::Field(
                "email: this is your address already".to_owned(),
            ));
        }
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        self.limits.mail(email.as_str()).map_err(AccountError::Limited)?;
        let (user, at) = (claims.user, self.clock.now());
        let notice = Errand::EmailChanging {
            user,
            to: login.user.email.clone(),
            name: login.user.name.clone(),
            email: email.to_string(),
        };
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            self.still(conn, &login).await?;
            people::want_email(conn, user, email.as_str()).await?;
            mail::enqueue(conn, Errand::ChangeEmail { user }, at).await?;
            mail::enqueue(conn, notice, at).await?;
            Ok::<_, AccountError>(())
        })
        .await?;
        self.bell.ring(claims.tenant);
        Ok(())
    }
}
