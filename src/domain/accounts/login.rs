//! Logging in with e-mail and password, and a code where there is a second factor.

use parlance_store::control::{Login, people};

use super::{
    Accounts, Client,
    email::{EmailAddress, NoAddress},
    error::AccountError,
    password,
    sessions::LoggedIn,
};

/// What somebody logs in with.
#[derive(Clone)]
pub struct Credentials {
    pub email: String,
    pub password: String,
    /// Of an authenticator app, or for recovery.
    pub code: Option<String>,
}

impl Accounts {
    /// Checks the password, and the code where one is asked for, and begins a session in the person's
    /// first workspace. Whoever it is, one hash is computed before the answer that it is wrong.
    ///
    /// # Errors
    /// One answer for an unknown e-mail and a wrong password; `CodeRequired` and `WrongCode` only with
    /// the right one; `Limited`, `Busy`.
    pub async fn log_in(&self, given: Credentials, client: &Client) -> Result<LoggedIn, AccountError> {
        let address = given.email.trim();
        self.attempt(address, client).await?;
        let found = match EmailAddress::parse(address) {
            Ok(email) => self.db.control().login_by_email(email.as_str()).await?,
            Err(NoAddress) => None,
        };
        let hash = found.as_ref().map(|login| login.password_hash.clone());
        let passed = self.hasher.verify(given.password.clone(), hash).await?;
        let Some(login) = found.filter(|_| passed) else {
            metrics::counter!("parlance_logins_total", "outcome" => "refused").increment(1);
            tracing::info!("a login was refused");
            return Err(AccountError::Invalid);
        };
        let factor = self.asked_for(&login, given.code.as_deref()).await?;
        let tenant = super::home(&login).ok_or(AccountError::Invalid)?;
        let renewed = self.rehashed(&login, given.password).await?;
        let db = self.db.tenant(tenant);
        let begun = db.transaction(async |conn| {
            if let Some(factor) = &factor {
                self.use_up(conn, login.user.id, factor).await?;
            }
            if let Some(hash) = &renewed {
                people::set_password(conn, login.user.id, Some(&login.password_hash), hash).await?;
            }
            self.begin(conn, login.user.id, client).await
        });
        let begun = begun.await?;
        metrics::counter!("parlance_logins_total", "outcome" => "begun").increment(1);
        self.logged_in(login, tenant, begun)
    }

    /// The hash of today's parameters where the stored one is of others.
    async fn rehashed(&self, login: &Login, password: String) -> Result<Option<String>, AccountError> {
        if !password::is_old(&login.password_hash) {
            return Ok(None);
        }
        Ok(self.hasher.hash(password).await?)
    }
}
