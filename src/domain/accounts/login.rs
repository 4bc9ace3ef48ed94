//! Logging in with e-mail and password, and keeping the session alive: a refresh token is used
//! once; a second use of one ends every session that came from the same login.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter, clock::Clock as _, clock::DefaultClock,
};
use parlance_store::{
    control::{Login, NewRefreshToken, RefreshSession, Rotation, User},
    db::Db,
    ids::{FamilyId, RefreshTokenId, TenantId},
};
use rand::Rng;
use sha2::{Digest, Sha256};

use super::{
    password,
    token::{Tokens, UserClaims},
};
use crate::kernel::clock::SharedClock;

/// Bytes of an e-mail address at most (RFC 5321).
const LONGEST_EMAIL: usize = 254;
/// How long a session lives without being used.
pub const REFRESH_TTL: TimeDelta = TimeDelta::days(30);
/// Attempts per account or address: at once, and then one per 12 s.
const BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(5).unwrap();

#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error("e-mail or password is wrong")]
    Invalid,
    #[error("this session is over, log in again")]
    Ended,
    #[error("this session was used twice and is ended, log in again")]
    Reused,
    #[error("too many attempts, try again later")]
    Limited(Duration),
    #[error("logging in failed")]
    Internal(String),
}

fn internal(cause: impl ToString) -> LoginError {
    LoginError::Internal(cause.to_string())
}

/// A session that has just begun or gone on.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub access_token: String,
    pub refresh_token: String,
    pub user: User,
    pub tenant: TenantId,
    pub role: String,
}

/// Logs people in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Logins {
    db: Db,
    tokens: Tokens,
    clock: SharedClock,
    accounts: Arc<DefaultKeyedRateLimiter<String>>,
    addresses: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Logins {
    #[must_use]
    pub fn new(db: Db, tokens: Tokens, clock: SharedClock) -> Self {
        let quota = Quota::per_minute(PER_MINUTE).allow_burst(BURST);
        Self {
            db,
            tokens,
            clock,
            accounts: Arc::new(RateLimiter::keyed(quota)),
            addresses: Arc::new(RateLimiter::keyed(quota)),
        }
    }

    /// Checks the password and begins a session in the person's first workspace.
    ///
    /// # Errors
    /// One answer for an unknown e-mail and a wrong password; `Limited`.
    pub async fn log_in(
        &self,
        email: &str,
        password: String,
        address: Option<IpAddr>,
    ) -> Result<LoggedIn, LoginError> {
        self.limit(email, address)?;
        let found = self
            .db
            .control()
            .login_by_email(email.trim())
            .await
            .map_err(internal)?;
        let hash = found.as_ref().map(|login| login.password_hash.clone());
        let verified = tokio::task::spawn_blocking(move || password::verify(&password, hash.as_deref()));
        if !verified.await.map_err(internal)? {
            return Err(LoginError::Invalid);
        }
        let login = found.ok_or(LoginError::Invalid)?;
        let tenant = login.memberships.first().ok_or(LoginError::Invalid)?.tenant_id;
        let session = RefreshSession {
            family: FamilyId::new(),
            user_id: login.user.id,
            tenant_id: tenant,
        };
        let (secret, token) = self.fresh();
        self.db
            .control()
            .create_refresh(session, token)
            .await
            .map_err(internal)?;
        self.logged_in(login, tenant, secret)
    }

    fn limit(&self, email: &str, address: Option<IpAddr>) -> Result<(), LoginError> {
        let now = DefaultClock::default().now();
        let limited = |empty: NotUntil<_>| LoginError::Limited(empty.wait_time_from(now));
        if let Some(address) = address {
            self.addresses.check_key(&address).map_err(limited)?;
        }
        if email.len() > LONGEST_EMAIL {
            return Err(LoginError::Invalid);
        }
        self.accounts
            .check_key(&email.trim().to_lowercase())
            .map_err(limited)
    }

    /// Forgets accounts and addresses whose buckets are full again.
    pub fn sweep(&self) {
        self.accounts.retain_recent();
        self.addresses.retain_recent();
    }

    /// Exchanges a refresh token for the next one.
    ///
    /// # Errors
    /// `Reused` ends the family; `Ended` for an unknown, expired or revoked token.
    pub async fn refresh(&self, secret: &str) -> Result<LoggedIn, LoginError> {
        let (next, token) = self.fresh();
        match self
            .db
            .control()
            .rotate_refresh(&digest(secret), token)
            .await
            .map_err(internal)?
        {
            Rotation::Refused => Err(LoginError::Ended),
            Rotation::Reused(session) => {
                tracing::warn!(user.id = %session.user_id, "a refresh token was used twice, its session is ended");
                Err(LoginError::Reused)
            }
            Rotation::Rotated(session) => {
                let login = self
                    .db
                    .control()
                    .login_by_id(session.user_id)
                    .await
                    .map_err(internal)?;
                self.logged_in(login.ok_or(LoginError::Ended)?, session.tenant_id, next)
            }
        }
    }

    /// Ends the session of a refresh token, if there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn log_out(&self, secret: &str) -> Result<(), LoginError> {
        let (_, token) = self.fresh();
        let control = self.db.control();
        match control
            .rotate_refresh(&digest(secret), token)
            .await
            .map_err(internal)?
        {
            Rotation::Rotated(session) => control
                .revoke_family(session.family, self.clock.now())
                .await
                .map_err(internal),
            Rotation::Reused(_) | Rotation::Refused => Ok(()),
        }
    }

    fn logged_in(
        &self,
        login: Login,
        tenant: TenantId,
        refresh_token: String,
    ) -> Result<LoggedIn, LoginError> {
        let member = login
            .memberships
            .iter()
            .find(|member| member.tenant_id == tenant)
            .ok_or(LoginError::Ended)?;
        let role = member.role.to_string();
        let claims = UserClaims {
            user: login.user.id,
            tenant,
            role: role.clone(),
        };
        let access_token = self.tokens.user(claims).map_err(internal)?;
        Ok(LoggedIn {
            access_token,
            refresh_token,
            user: login.user,
            tenant,
            role,
        })
    }

    /// 256 random bits, and the row that remembers their hash.
    fn fresh(&self) -> (String, NewRefreshToken) {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        let at = self.clock.now();
        let token = NewRefreshToken {
            id: RefreshTokenId::new(),
            hash: digest(&secret),
            at,
            expires_at: at + REFRESH_TTL,
        };
        (secret, token)
    }
}

fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
