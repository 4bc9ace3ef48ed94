//! The second factor: a secret in an authenticator app, asked for once a code of it was given, and
//! recovery codes for when the app is lost. A code counts once.

use parlance_store::{
    TenantConn,
    control::{Login, factors},
    ids::UserId,
};

use super::{
    Accounts, Client, Deed,
    error::AccountError,
    oneself,
    token::UserClaims,
    totp::{self, Enrolment},
};
use crate::domain::{
    audit,
    notify::mail::{self, Errand},
};

const PURPOSE: &str = "totp";

/// A code that fits, not used up yet.
pub(super) enum Code {
    Step { sealed: Vec<u8>, step: i64 },
    Recovery { hash: Vec<u8> },
}

/// Whether there is a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub enabled: bool,
    /// Recovery codes that are left.
    pub codes_left: i64,
}

impl Accounts {
    /// # Errors
    /// When the database does not answer.
    pub async fn second_factor(&self, user: UserId) -> Result<Status, AccountError> {
        let factor = self
            .db
            .control()
            .factor(user)
            .await?
            .filter(|factor| factor.enabled);
        Ok(Status {
            enabled: factor.is_some(),
            codes_left: factor.map_or(0, |factor| factor.codes_left),
        })
    }

    /// Proposes a secret for the person's app. It is asked for once [`Self::enable_factor`] has seen a
    /// code of it.
    ///
    /// # Errors
    /// `Conflict` where there is a second factor already; `Unconfirmed` where the address may be somebody
    /// else's, who could not take the account back then.
    pub async fn propose_factor(&self, claims: &UserClaims) -> Result<Enrolment, AccountError> {
        let login = self.person(claims.user).await?;
        if login.user.email_verified_at.is_none() {
            return Err(AccountError::Unconfirmed);
        }
        let secret = totp::fresh();
        let sealed = self.vault.seal(PURPOSE, claims.user.0.as_bytes(), &secret);
        let at = self.clock.now();
        let db = self.db.tenant(claims.tenant);
        let proposed = db.transaction(async |conn| factors::propose(conn, claims.user, &sealed, at).await);
        if !proposed.await? {
            return Err(AccountError::Conflict("two-factor login is on already"));
        }
        let enrolment = totp::enrolment(&secret, &login.user.email);
        enrolment.ok_or_else(|| AccountError::Internal("no enrolment".to_owned()))
    }

    /// Has codes asked for from now on. Returns the recovery codes, which are shown once.
    ///
    /// # Errors
    /// `WrongPassword`, `WrongCode`, `Limited`, `Busy`; `Conflict` where no secret was proposed;
    /// `Unconfirmed` as above.
    pub async fn enable_factor(
        &self,
        claims: &UserClaims,
        password: String,
        code: &str,
        client: &Client,
    ) -> Result<Vec<String>, AccountError> {
        let login = self.proven(claims.user, password, client).await?;
        if login.user.email_verified_at.is_none() {
            return Err(AccountError::Unconfirmed);
        }
        let factor = self.db.control().factor(claims.user).await?;
        let Some(factor) = factor.filter(|factor| !factor.enabled) else {
            return Err(AccountError::Conflict("begin with a new secret"));
        };
        let step = self.fitting(&login, &factor.secret, code, client).await?;
        let (codes, hashes) = totp::recovery_codes();
        let (user, at) = (claims.user, self.clock.now());
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            self.still(conn, &login).await?;
            if !factors::enable(conn, user, &factor.secret, at).await? {
                return Err(AccountError::Conflict("begin with a new secret"));
            }
            self.use_up(conn, user, &step).await?;
            factors::put_codes(conn, user, hashes).await?;
            self.tell(conn, &login, client, Some(true), "second_factor.enable")
                .await
        })
        .await?;
        self.bell.ring(claims.tenant);
        Ok(codes)
    }

    /// Makes other recovery codes, in the place of those before.
    ///
    /// # Errors
    /// `WrongPassword`, `WrongCode`, `Limited`, `Busy`; `Conflict` without a second factor.
    pub async fn renew_codes(
        &self,
        claims: &UserClaims,
        password: String,
        code: &str,
        client: &Client,
    ) -> Result<Vec<String>, AccountError> {
        let (login, code) = self.proven_twice(claims.user, password, code, client).await?;
        let (codes, hashes) = totp::recovery_codes();
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            self.still(conn, &login).await?;
            self.use_up(conn, claims.user, &code).await?;
            factors::put_codes(conn, claims.user, hashes).await?;
            self.tell(conn, &login, client, None, "second_factor.renew_codes")
                .await
        })
        .await?;
        Ok(codes)
    }

    /// Has no code asked for any more.
    ///
    /// # Errors
    /// `WrongPassword`, `WrongCode`, `Limited`, `Busy`; `Conflict` without a second factor.
    pub async fn disable_factor(
        &self,
        claims: &UserClaims,
        password: String,
        code: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (login, code) = self.proven_twice(claims.user, password, code, client).await?;
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            self.still(conn, &login).await?;
            self.use_up(conn, claims.user, &code).await?;
            factors::disable(conn, claims.user).await?;
            self.tell(conn, &login, client, Some(false), "second_factor.disable")
                .await
        })
        .await?;
        self.bell.ring(claims.tenant);
        Ok(())
    }

    /// The code with which somebody logs in whose password was right; none where none is asked for.
    pub(super) async fn asked_for(
        &self,
        login: &Login,
        code: Option<&str>,
        client: &Client,
    ) -> Result<Option<Code>, AccountError> {
        if !login.second_factor {
            return Ok(None);
        }
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        let code = code.ok_or(AccountError::CodeRequired)?;
        self.code(login, code, client).await.map(Some)
    }

    /// Uses a code up.
    ///
    /// # Errors
    /// `WrongCode` where it was used before or is none.
    pub(super) async fn use_up(
        &self,
        conn: &mut TenantConn<'_>,
        user: UserId,
        code: &Code,
    ) -> Result<(), AccountError> {
        let used = match code {
            Code::Step { sealed, step } => factors::use_step(conn, user, sealed, *step).await?,
            Code::Recovery { hash } => factors::use_code(conn, user, hash, self.clock.now()).await?,
        };
        if used {
            Ok(())
        } else {
            Err(AccountError::WrongCode)
        }
    }

    async fn proven_twice(
        &self,
        user: UserId,
        password: String,
        code: &str,
        client: &Client,
    ) -> Result<(Login, Code), AccountError> {
        let login = self.proven(user, password, client).await?;
        if !login.second_factor {
            return Err(AccountError::Conflict("two-factor login is off"));
        }
        let code = self.code(&login, code.trim(), client).await?;
        Ok((login, code))
    }

    async fn code(&self, login: &Login, code: &str, client: &Client) -> Result<Code, AccountError> {
        let user = login.user.id;
        if !totp::is_of_an_app(code) {
            let taken = self.limits.recovery_code(user, client.address);
            taken.map_err(AccountError::Limited)?;
            let hash = totp::recovery_hash(code);
            return Ok(Code::Recovery { hash });
        }
        let factor = self.db.control().factor(user).await?;
        let factor = factor
            .filter(|factor| factor.enabled)
            .ok_or(AccountError::WrongCode)?;
        self.fitting(login, &factor.secret, code, client).await
    }

    /// The step of a secret whose code this is.
    async fn fitting(
        &self,
        login: &Login,
        sealed: &[u8],
        code: &str,
        client: &Client,
    ) -> Result<Code, AccountError> {
        let user = login.user.id;
        let taken = self.limits.code(user, client.address);
        self.unless_known(taken, &login.user.email, client).await?;
        let opened = self.vault.open(PURPOSE, user.0.as_bytes(), sealed);
        let secret = opened.map_err(|error| AccountError::Internal(error.to_string()))?;
        let step = totp::step_of(&secret, code.trim(), self.clock.now().timestamp());
        Ok(Code::Step {
            sealed: sealed.to_vec(),
            step: step.ok_or(AccountError::WrongCode)?,
        })
    }

    /// Records what was done, and mails whether the second factor is `on` now where that changed.
    pub(super) async fn tell(
        &self,
        conn: &mut TenantConn<'_>,
        login: &Login,
        client: &Client,
        on: Option<bool>,
        action: &'static str,
    ) -> Result<(), AccountError> {
        let user = login.user.id;
        if let Some(on) = on {
            mail::enqueue(conn, Errand::SecondFactor { user, on }, self.clock.now()).await?;
        }
        let actor = oneself(login);
        let act = self.act(&actor, client, Deed::plain(action), ("user", user.0));
        Ok(audit::record(conn, act).await?)
    }
}
