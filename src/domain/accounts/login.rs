//! Logging in with e-mail and password, and a code where there is a second factor.

use parlance_store::{
    TenantConn,
    control::{self, Login, Membership, Role, members, people},
    ids::TenantId,
};

use super::{
    Accounts, Client,
    email::{EmailAddress, NoAddress},
    error::AccountError,
    password,
    second_factor::Code,
    sessions::{Begun, LoggedIn},
    signup::{self, Founding, Owner, own_workspace},
};
use crate::domain::spaces::SpaceError;

/// How often an account is looked at again that changes while somebody logs in to it.
const TRIES: usize = 3;

/// What somebody logs in with.
#[derive(Clone)]
pub struct Credentials {
    pub email: String,
    pub password: String,
    /// Of an authenticator app, or for recovery.
    pub code: Option<String>,
}

/// What came with the right password.
pub(super) struct Entry {
    /// A code that fits.
    pub factor: Option<Code>,
    /// A hash of today's parameters.
    pub renewed: Option<String>,
}

impl Accounts {
    /// Checks the password, and the code where one is asked for, and begins a session in the person's
    /// first workspace; who has none any more founds one. Whoever it is, one hash is computed before the
    /// answer that it is wrong.
    ///
    /// # Errors
    /// One answer for an unknown e-mail and a wrong password; `CodeRequired` and `WrongCode` only with
    /// the right one; `Refused` where none of their workspaces is active; `Limited`, `Busy`.
    pub async fn log_in(&self, given: Credentials, client: &Client) -> Result<LoggedIn, AccountError> {
        self.attempt(given.email.trim(), client).await?;
        for _ in 0..TRIES {
            let login = self.recognised(&given).await?;
            let entry = Entry {
                factor: self.asked_for(&login, given.code.as_deref(), client).await?,
                renewed: self.rehashed(&login, given.password.clone()).await?,
            };
            let session = match super::home(&login) {
                Some(tenant) => self.come_in(login, tenant, &entry, client).await?,
                None => self.found_again(login, &entry, client).await?,
            };
            if let Some(session) = session {
                metrics::counter!("parlance_logins_total", "outcome" => "begun").increment(1);
                return Ok(session);
            }
        }
        Err(AccountError::Invalid)
    }

    /// Whose address and password these are.
    pub(super) async fn recognised(&self, given: &Credentials) -> Result<Login, AccountError> {
        let found = match EmailAddress::parse(given.email.trim()) {
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
        Ok(login)
    }

    /// Begins the session. None where the password or the second factor is another one by now than
    /// those that were looked at.
    async fn come_in(
        &self,
        login: Login,
        tenant: TenantId,
        entry: &Entry,
        client: &Client,
    ) -> Result<Option<LoggedIn>, AccountError> {
        let db = self.db.tenant(tenant);
        let begun = db.transaction(async |conn| {
            if !self.still_right(conn, &login, entry).await? {
                return Ok(None);
            }
            self.begin(conn, login.user.id, client).await.map(Some)
        });
        match begun.await {
            // They were taken out of the workspace at the same moment.
            Err(AccountError::Ended) => Err(AccountError::Invalid),
            Err(error) => Err(error),
            Ok(None) => Ok(None),
            Ok(Some(begun)) => self.logged_in(login, tenant, begun).map(Some),
        }
    }

    /// Founds a workspace for somebody who left their only one, or was taken out of it, and begins the
    /// session there. None as above, or where they belong to one by now.
    async fn found_again(
        &self,
        mut login: Login,
        entry: &Entry,
        client: &Client,
    ) -> Result<Option<LoggedIn>, AccountError> {
        let theirs = self.db.control().own_tenants(login.user.id).await?;
        if theirs.iter().any(|one| one.active) {
            return Ok(None);
        }
        if !theirs.is_empty() {
            return Err(AccountError::Refused("this workspace is not active"));
        }
        let (tenant, name) = (TenantId::new(), own_workspace(&login.user.name));
        for _ in 0..signup::TRIES {
            match self.found_for(tenant, &name, &login, entry, client).await {
                // Somebody took it at the same moment.
                Err(Founding::Space(SpaceError::SlugTaken)) => {}
                Err(error) => return Err(error.into()),
                Ok(None) => return Ok(None),
                Ok(Some(begun)) => {
                    self.bell.ring(tenant);
                    login.memberships.push(Membership {
                        tenant_id: tenant,
                        tenant_name: name,
                        role: Role::Owner,
                    });
                    return self.logged_in(login, tenant, begun).map(Some);
                }
            }
        }
        Err(AccountError::Internal("no slug is free".to_owned()))
    }

    async fn found_for(
        &self,
        tenant: TenantId,
        name: &str,
        login: &Login,
        entry: &Entry,
        client: &Client,
    ) -> Result<Option<Begun>, Founding> {
        let (user, at) = (login.user.id, self.clock.now());
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| {
            people::hold(conn, user).await?;
            if members::belongs_somewhere(conn, user).await? || !self.still_right(conn, login, entry).await? {
                return Ok(None);
            }
            control::found(conn, name, at).await?;
            members::add(conn, user, Role::Owner, at).await?;
            self.furnish(conn, name, &Owner::from(&login.user), None, client)
                .await?;
            Ok(Some(self.begin(conn, user, client).await?))
        })
        .await
    }

    /// Holds the person, and writes down what their login changes of the account. False, with nothing
    /// written, where the password or the second factor is another one by now.
    pub(super) async fn still_right(
        &self,
        conn: &mut TenantConn<'_>,
        login: &Login,
        entry: &Entry,
    ) -> Result<bool, AccountError> {
        let held = people::hold(conn, login.user.id).await?;
        if !held.is_some_and(|held| {
            held.password_hash == login.password_hash && held.second_factor == login.second_factor
        }) {
            return Ok(false);
        }
        if let Some(factor) = &entry.factor {
            self.use_up(conn, login.user.id, factor).await?;
        }
        if let Some(hash) = &entry.renewed {
            people::set_password(conn, login.user.id, Some(&login.password_hash), hash).await?;
        }
        Ok(true)
    }

    /// The hash of today's parameters where the stored one is of others.
    async fn rehashed(&self, login: &Login, password: String) -> Result<Option<String>, AccountError> {
        if !password::is_old(&login.password_hash) {
            return Ok(None);
        }
        Ok(self.hasher.hash(password).await?)
    }
}
