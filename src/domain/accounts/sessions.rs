//! Sessions: each goes on by refresh tokens that are used once. A second use of one ends the session,
//! for somebody else may have it.

use chrono::TimeDelta;
use parlance_store::{
    StoreError, TenantConn,
    control::{
        Login, NewRefreshToken, RefreshSession, Rotation, User, people, refresh,
        sessions::{self, Session},
    },
    ids::{FamilyId, RefreshTokenId, TenantId, UserId},
};
use serde_json::json;

use super::{Accounts, Client, Deed, error::AccountError, oneself, secret, token::UserClaims};
use crate::domain::audit::{self, Actor};

/// How long a session lives without being used.
pub const REFRESH_TTL: TimeDelta = TimeDelta::days(30);
/// Sessions that a person is shown.
const SHOWN: i64 = 100;

/// A session that has just begun or gone on.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub access_token: String,
    pub refresh_token: String,
    pub user: User,
    pub second_factor: bool,
    pub tenant: TenantId,
    pub role: String,
}

/// A session that has begun, before its access token is made.
pub(super) struct Begun {
    pub family: FamilyId,
    pub refresh_token: String,
}

impl Accounts {
    /// Begins a session in the workspace of the transaction, which [holds](people::hold) the person or
    /// has made them.
    ///
    /// # Errors
    /// `Ended` where they do not belong to the workspace any more.
    pub(super) async fn begin(
        &self,
        conn: &mut TenantConn<'_>,
        user: UserId,
        client: &Client,
    ) -> Result<Begun, AccountError> {
        let session = RefreshSession {
            family: FamilyId::new(),
            user_id: user,
            tenant_id: conn.tenant_id(),
        };
        let (refresh_token, token) = self.fresh();
        let begun = refresh::begin(conn, session, &client.seen(), &token).await;
        begun.map_err(no_member)?;
        Ok(Begun {
            family: session.family,
            refresh_token,
        })
    }

    pub(super) fn logged_in(
        &self,
        login: Login,
        tenant: TenantId,
        begun: Begun,
    ) -> Result<LoggedIn, AccountError> {
        let member = login.memberships.iter().find(|member| member.tenant_id == tenant);
        let role = member.ok_or(AccountError::Ended)?.role.to_string();
        let claims = UserClaims {
            user: login.user.id,
            tenant,
            session: begun.family,
            role: role.clone(),
        };
        let signed = self.tokens.user(claims);
        Ok(LoggedIn {
            access_token: signed.map_err(|error| AccountError::Internal(error.to_string()))?,
            refresh_token: begun.refresh_token,
            user: login.user,
            second_factor: login.second_factor,
            tenant,
            role,
        })
    }

    /// A refresh token, and the row that remembers its hash.
    fn fresh(&self) -> (String, NewRefreshToken) {
        let (secret, hash) = secret::fresh();
        let at = self.clock.now();
        let token = NewRefreshToken {
            id: RefreshTokenId::new(),
            hash,
            at,
            expires_at: at + REFRESH_TTL,
        };
        (secret, token)
    }

    /// Exchanges a refresh token for the next one.
    ///
    /// # Errors
    /// `Reused` ends the session; `Ended` for an unknown, expired or revoked token.
    pub async fn refresh(&self, token: &str, client: &Client) -> Result<LoggedIn, AccountError> {
        let hash = secret::digest(token);
        let found = self.db.control().session_of_refresh(&hash).await?;
        let session = found.ok_or(AccountError::Ended)?;
        let (refresh_token, next) = self.fresh();
        let (db, seen) = (self.db.tenant(session.tenant_id), client.seen());
        let rotation = db.transaction(async |conn| {
            people::hold(conn, session.user_id).await?;
            let rotation = refresh::rotate(conn, &hash, &next, &seen).await;
            let rotation = rotation.map_err(no_member)?;
            if let Rotation::Reused(session) = rotation {
                let deed = Deed {
                    after: Some(json!({ "user": session.user_id })),
                    ..Deed::plain("session.reuse")
                };
                let target = ("session", session.family.0);
                audit::record(conn, self.act(&Actor::System, client, deed, target)).await?;
            }
            Ok::<_, AccountError>(rotation)
        });
        match rotation.await? {
            Rotation::Refused => Err(AccountError::Ended),
            Rotation::Reused(session) => {
                self.live.forget();
                tracing::warn!(user.id = %session.user_id, "a refresh token was used twice, its session is ended");
                Err(AccountError::Reused)
            }
            Rotation::Rotated(session) => {
                let login = self.db.control().login_by_id(session.user_id).await?;
                let begun = Begun {
                    family: session.family,
                    refresh_token,
                };
                self.logged_in(login.ok_or(AccountError::Ended)?, session.tenant_id, begun)
            }
        }
    }

    /// Ends the session of a refresh token, if there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn log_out(&self, token: &str) -> Result<(), AccountError> {
        let found = self
            .db
            .control()
            .session_of_refresh(&secret::digest(token))
            .await?;
        let Some(session) = found else { return Ok(()) };
        let (db, at) = (self.db.tenant(session.tenant_id), self.clock.now());
        db.transaction(async |conn| {
            people::hold(conn, session.user_id).await?;
            sessions::end(conn, session.user_id, session.family, at).await
        })
        .await
        .map_err(|error: StoreError| AccountError::from(error))?;
        self.live.forget();
        Ok(())
    }

    /// A person's sessions that live, in all workspaces, the one used last first; at most 100.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<Session>, AccountError> {
        Ok(self.db.control().sessions(user, self.clock.now(), SHOWN).await?)
    }

    /// Ends one session of the person.
    ///
    /// # Errors
    /// `NotFound` where they have no such session.
    pub async fn end_session(
        &self,
        claims: &UserClaims,
        session: FamilyId,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (login, at) = (self.person(claims.user).await?, self.clock.now());
        let db = self.db.tenant(claims.tenant);
        db.transaction(async |conn| {
            people::hold(conn, claims.user).await?;
            if !sessions::end(conn, claims.user, session, at).await? {
                return Err(AccountError::NotFound);
            }
            let deed = Deed::plain("session.revoke");
            let actor = oneself(&login);
            audit::record(conn, self.act(&actor, client, deed, ("session", session.0))).await?;
            Ok(())
        })
        .await?;
        self.live.forget();
        Ok(())
    }

    /// Ends all other sessions of the person. Returns how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_others(&self, claims: &UserClaims, client: &Client) -> Result<usize, AccountError> {
        let (login, at) = (self.person(claims.user).await?, self.clock.now());
        let db = self.db.tenant(claims.tenant);
        let ending = db.transaction(async |conn| {
            people::hold(conn, claims.user).await?;
            let ended = sessions::end_others(conn, claims.user, Some(claims.session), at).await?;
            let deed = Deed {
                after: Some(json!({ "ended": ended })),
                ..Deed::plain("session.revoke_others")
            };
            let (actor, target) = (oneself(&login), ("user", claims.user.0));
            audit::record(conn, self.act(&actor, client, deed, target)).await?;
            Ok::<_, AccountError>(ended)
        });
        let ended = ending.await?;
        self.live.forget();
        Ok(ended)
    }

    /// Goes on in another workspace of the person: a session there, in the place of this one.
    ///
    /// # Errors
    /// `NotFound` where they do not belong to it, `Ended` where this session is over.
    pub async fn switch(
        &self,
        claims: &UserClaims,
        tenant: TenantId,
        client: &Client,
    ) -> Result<LoggedIn, AccountError> {
        let (login, at) = (self.person(claims.user).await?, self.clock.now());
        if !login.memberships.iter().any(|member| member.tenant_id == tenant) {
            return Err(AccountError::NotFound);
        }
        let db = self.db.tenant(tenant);
        let begun = db.transaction(async |conn| {
            people::hold(conn, claims.user).await?;
            if !sessions::end(conn, claims.user, claims.session, at).await? {
                return Err(AccountError::Ended);
            }
            self.begin(conn, claims.user, client).await
        });
        let begun = begun.await?;
        self.live.forget();
        self.logged_in(login, tenant, begun)
    }
}

/// A session of somebody who was taken out of the workspace at the same moment.
fn no_member(error: StoreError) -> AccountError {
    if error.is_conflict("sessions_user_id_tenant_id_fkey") {
        AccountError::Ended
    } else {
        error.into()
    }
}
