//! Those who run the installation: how they enter, and the times in which one acts as a workspace. Such a time has a
//! written reason, an hour at most, and is on record on both sides; every request made in it is noted before it is
//! looked at. Who is an operator is said by the command line alone. See `docs/OPERATOR.md`.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantConn,
    control::operators::{
        self, NewOperatorAct, NewOperatorSession, OperatorSession,
        access::{self, NewOperatorAccess, OperatorAccess},
    },
    ids::{OperatorAccessId, OperatorSessionId, TenantId},
};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::{
    Accounts, Client,
    error::AccountError,
    home,
    live::Standing,
    login::{Credentials, Entry},
    secret,
    token::OperatorClaims,
};
use crate::domain::audit::{self, Act, Actor};

/// How long an entry lives.
pub const ENTRY: TimeDelta = TimeDelta::hours(8);
/// Minutes for which somebody acts as a workspace, at most.
pub const MINUTES_MAX: i64 = 60;
/// Characters of a reason.
pub const REASON_MIN: usize = 10;
pub const REASON_MAX: usize = 500;
/// Characters of a path that is noted.
const PATH_MAX: usize = 500;
/// Times that are ended at once because they are over.
const BATCH: i32 = 64;

/// As which workspace somebody wants to act, and why.
#[derive(Clone, Debug)]
pub struct Wish {
    pub tenant: TenantId,
    pub reason: String,
    pub minutes: i64,
    /// Whether more than reading.
    pub may_write: bool,
}

impl Wish {
    /// The reason, without blanks around it.
    fn reason(&self) -> Result<&str, AccountError> {
        if !(1..=MINUTES_MAX).contains(&self.minutes) {
            let wrong = format!("minutes: give 1 to {MINUTES_MAX}");
            return Err(AccountError::Field(wrong));
        }
        let reason = self.reason.trim();
        if !(REASON_MIN..=REASON_MAX).contains(&reason.chars().count()) {
            let wrong = format!("reason: say why in {REASON_MIN} to {REASON_MAX} characters");
            return Err(AccountError::Field(wrong));
        }
        Ok(reason)
    }
}

impl Accounts {
    /// Enters as an operator, with password and second factor. The secret of the entry is given once.
    ///
    /// # Errors
    /// As of [`Self::log_in`]; `Refused` who is no operator or has no second factor, told with the right password only;
    /// `Conflict` where accounts are kept elsewhere.
    pub async fn enter_as_operator(
        &self,
        given: Credentials,
        client: &Client,
    ) -> Result<(String, OperatorSession), AccountError> {
        if self.provider.is_some() {
            return Err(AccountError::Conflict(
                "operators need accounts that are kept here",
            ));
        }
        self.attempt(given.email.trim(), client).await?;
        let login = self.recognised(&given).await?;
        if !self.db.control().is_operator(login.user.id).await? {
            return Err(AccountError::Refused("this account is not an operator's"));
        }
        if !login.second_factor {
            return Err(AccountError::Refused(
                "turn on two-factor login for this account first, in the console under Your account",
            ));
        }
        let entry = Entry {
            factor: self.asked_for(&login, given.code.as_deref(), client).await?,
            renewed: None,
        };
        let (secret, hash) = secret::fresh();
        let at = self.clock.now();
        let new = NewOperatorSession {
            id: OperatorSessionId::new(),
            user: login.user.id,
            hash,
            at,
            expires_at: at + ENTRY,
        };
        let session = OperatorSession {
            id: new.id,
            user: login.user.id,
            email: login.user.email.clone(),
            name: login.user.name.clone(),
            expires_at: new.expires_at,
        };
        // It is of no workspace; whichever the transaction is bound to, nothing of it is touched.
        let db = self.db.tenant(home(&login).unwrap_or_else(TenantId::new));
        db.transaction(async |conn| {
            if !self.still_right(conn, &login, &entry).await? {
                return Err(AccountError::Invalid);
            }
            operators::enter(conn, new).await?;
            let act = self.operator_act(&session, client.address, "operator.enter");
            Ok(operators::record(conn, act).await?)
        })
        .await?;
        info!(operator.id = %session.user, "an operator entered");
        Ok((secret, session))
    }

    /// Whose entry this secret is of.
    ///
    /// # Errors
    /// `Ended` where it is nobody's, or over.
    pub async fn operator(&self, secret: &str) -> Result<OperatorSession, AccountError> {
        let found = self
            .db
            .control()
            .operator_session(&secret::digest(secret), self.clock.now())
            .await?;
        found.ok_or(AccountError::Ended)
    }

    /// Ends the entry, and the times in which its operator acts as a workspace.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn leave_as_operator(
        &self,
        operator: &OperatorSession,
        address: Option<IpAddr>,
    ) -> Result<(), AccountError> {
        for open in self.accesses(operator).await? {
            self.close(&open, "ended", address).await?;
        }
        let db = self.db.tenant(TenantId::new());
        db.transaction(async |conn| {
            operators::leave(conn, operator.id, self.clock.now()).await?;
            operators::record(conn, self.operator_act(operator, address, "operator.leave")).await
        })
        .await
        .map_err(|error: StoreError| AccountError::from(error))?;
        self.live.forget();
        Ok(())
    }

    /// Begins to act as a workspace. One time of a workspace goes on in an entry: another one takes its place.
    ///
    /// # Errors
    /// `Field`; `NotFound` where there is no such workspace, or it is not active.
    pub async fn act_as(
        &self,
        operator: &OperatorSession,
        wish: &Wish,
        address: Option<IpAddr>,
    ) -> Result<OperatorAccess, AccountError> {
        let (reason, at) = (wish.reason()?, self.clock.now());
        let found = self.db.control().operator_tenant(wish.tenant, at).await?;
        let tenant = found
            .filter(|tenant| tenant.status == "active")
            .ok_or(AccountError::NotFound)?;
        for open in self.accesses(operator).await? {
            if open.tenant == wish.tenant {
                self.close(&open, "ended", address).await?;
            }
        }
        let begun = OperatorAccess {
            id: OperatorAccessId::new(),
            operator: operator.user,
            email: operator.email.clone(),
            tenant: wish.tenant,
            tenant_name: tenant.name,
            reason: reason.to_owned(),
            may_write: wish.may_write,
            began_at: at,
            expires_at: (at + TimeDelta::minutes(wish.minutes)).min(operator.expires_at),
        };
        let new = NewOperatorAccess {
            id: begun.id,
            operator: operator.user,
            session: operator.id,
            reason,
            may_write: wish.may_write,
            at,
            expires_at: begun.expires_at,
        };
        let told = json!({
            "reason": reason, "may_write": wish.may_write, "until": begun.expires_at,
        });
        let db = self.db.tenant(wish.tenant);
        db.transaction(async |conn| {
            access::begin(conn, new).await?;
            self.on_both_sides(conn, &begun, "operator.begin", told, address)
                .await
        })
        .await
        .map_err(|error: StoreError| AccountError::from(error))?;
        info!(operator.id = %operator.user, tenant.id = %wish.tenant, "an operator acts as a workspace");
        Ok(begun)
    }

    /// The times of this entry that go on, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accesses(&self, operator: &OperatorSession) -> Result<Vec<OperatorAccess>, AccountError> {
        let control = self.db.control();
        Ok(control.operator_accesses(operator.id, self.clock.now()).await?)
    }

    /// A token for such a time, which is good as long as it goes on.
    ///
    /// # Errors
    /// `NotFound` where this entry has no such time that goes on.
    pub async fn access_token(
        &self,
        operator: &OperatorSession,
        access: OperatorAccessId,
    ) -> Result<(String, OperatorAccess), AccountError> {
        let open = self.own_access(operator, access).await?;
        let claims = OperatorClaims {
            access,
            tenant: open.tenant,
            may_write: open.may_write,
        };
        let signed = self.tokens.operator(claims, open.expires_at);
        Ok((
            signed.map_err(|error| AccountError::Internal(error.to_string()))?,
            open,
        ))
    }

    /// Ends such a time.
    ///
    /// # Errors
    /// `NotFound` as above.
    pub async fn end_access(
        &self,
        operator: &OperatorSession,
        access: OperatorAccessId,
        address: Option<IpAddr>,
    ) -> Result<(), AccountError> {
        let open = self.own_access(operator, access).await?;
        Ok(self.close(&open, "ended", address).await?)
    }

    /// Ends times that are over by themselves.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn end_accesses_over(&self) -> Result<(), StoreError> {
        for over in self
            .db
            .control()
            .operator_accesses_over(self.clock.now(), BATCH)
            .await?
        {
            self.close(&over, "over", None).await?;
        }
        Ok(())
    }

    /// Notes what somebody asks for who acts as a workspace; nothing of anybody else. What cannot be noted is not to be
    /// done.
    ///
    /// # Errors
    /// `Internal` when the database does not answer.
    pub async fn attribute(
        &self,
        standing: &Standing,
        (method, path): (&str, &str),
        address: Option<IpAddr>,
    ) -> Result<(), AccountError> {
        let Standing::Operator(claims) = standing else {
            return Ok(());
        };
        let path: String = path.chars().take(PATH_MAX).collect();
        let address = address.map(|address| address.to_string());
        let control = self.db.control();
        Ok(control
            .note_operator_request(claims.access, method, &path, address, self.clock.now())
            .await?)
    }

    async fn own_access(
        &self,
        operator: &OperatorSession,
        access: OperatorAccessId,
    ) -> Result<OperatorAccess, AccountError> {
        let open = self.accesses(operator).await?;
        open.into_iter()
            .find(|open| open.id == access)
            .ok_or(AccountError::NotFound)
    }

    /// Ends a time, on record once, whoever does it first.
    async fn close(
        &self,
        open: &OperatorAccess,
        how: &'static str,
        address: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let at = self.clock.now();
        let db = self.db.tenant(open.tenant);
        db.transaction(async |conn| {
            let Some(requests) = access::end(conn, open.id, at.min(open.expires_at)).await? else {
                return Ok(());
            };
            let told = json!({ "how": how, "requests": requests });
            self.on_both_sides(conn, open, "operator.end", told, address)
                .await
        })
        .await?;
        self.live.forget();
        if how == "over" {
            warn!(operator.id = %open.operator, tenant.id = %open.tenant, "acting as a workspace ended by itself");
        }
        Ok(())
    }

    /// In the workspace's record and in that of operators.
    async fn on_both_sides(
        &self,
        conn: &mut TenantConn<'_>,
        open: &OperatorAccess,
        action: &'static str,
        told: Value,
        address: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let at: DateTime<Utc> = self.clock.now();
        let actor = Actor::Operator {
            id: open.operator,
            email: open.email.clone(),
        };
        let act = Act {
            actor: &actor,
            address,
            action,
            target: Some(("operator_access", open.id.0)),
            before: None,
            after: Some(told.clone()),
            at,
        };
        audit::record(conn, act).await?;
        let act = NewOperatorAct {
            operator: open.operator,
            email: &open.email,
            address: address.map(|address| address.to_string()),
            action,
            tenant: Some(open.tenant),
            details: Some(told),
            at,
        };
        operators::record(conn, act).await
    }

    fn operator_act<'a>(
        &self,
        operator: &'a OperatorSession,
        address: Option<IpAddr>,
        action: &'static str,
    ) -> NewOperatorAct<'a> {
        NewOperatorAct {
            operator: operator.user,
            email: &operator.email,
            address: address.map(|address| address.to_string()),
            action,
            tenant: None,
            details: None,
            at: self.clock.now(),
        }
    }
}
