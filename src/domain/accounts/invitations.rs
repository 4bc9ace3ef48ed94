//! Asking people into a workspace. The link that is mailed proves the address; who has an account comes
//! in with it, who has none makes one.

use std::str::FromStr;

use chrono::TimeDelta;
use parlance_store::{
    StoreError,
    control::{NewUser, Role, members, people},
    ids::{InvitationId, TenantId, UserId},
    queries::invitations::{self, Invitation},
    tenant::TenantConn,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Accounts, Client, Deed,
    caller::Caller,
    email::EmailAddress,
    error::AccountError,
    oneself, secret,
    sessions::LoggedIn,
    signup::named,
    team::{deciding, may_give},
};
use crate::domain::{
    audit::{self, Actor},
    notify::mail::{self, Errand},
};

/// How long an invitation can be accepted.
pub const TTL: TimeDelta = TimeDelta::days(7);
/// How long one that is over stays in the list.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Open invitations of a workspace at most.
const MOST: usize = 200;

/// What a link leads to: the token names the workspace and the invitation, and has a secret besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub tenant: TenantId,
    pub invitation: InvitationId,
    pub secret: String,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (tenant, invitation) = (self.tenant.0.simple(), self.invitation.0.simple());
        write!(f, "{tenant}.{invitation}.{}", self.secret)
    }
}

impl FromStr for Token {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let read = || {
            let mut parts = text.splitn(3, '.');
            let mut id = || parts.next()?.parse::<Uuid>().ok();
            Some(Self {
                tenant: id()?.into(),
                invitation: id()?.into(),
                secret: parts.next()?.to_owned(),
            })
        };
        read().ok_or(AccountError::LinkOver)
    }
}

/// What somebody sees who follows a link.
#[derive(Clone, Debug)]
pub struct Invited {
    pub invitation: Invitation,
    /// Whether the address has an account.
    pub has_account: bool,
}

/// What came of accepting.
#[derive(Debug)]
pub enum Accepted {
    /// An account was made, and its first session begun.
    Began(Box<LoggedIn>),
    /// The account of this address belongs to the workspace: log in.
    Joined { email: String },
}

/// Who comes without an account.
#[derive(Clone, Default)]
pub struct Guest {
    pub name: Option<String>,
    pub password: Option<String>,
}

impl Accounts {
    /// Invites an address, once more where it was invited before.
    ///
    /// # Errors
    /// `Unconfirmed` for somebody whose own address is not confirmed, `OwnersOnly`, `Conflict` where
    /// they belong to the workspace, `Field`, `Limited`; `Refused` where the caller's role is another one
    /// by now.
    pub async fn invite(&self, caller: &Caller, email: &str, role: Role) -> Result<Invitation, AccountError> {
        let Some(invited_by) = caller.user().filter(|_| caller.email_verified) else {
            return Err(AccountError::Unconfirmed);
        };
        if !may_give(caller.role, role) {
            return Err(AccountError::OwnersOnly);
        }
        let email = EmailAddress::parse(email)?;
        self.may_invite(caller.tenant).await?;
        let limited = self.limits.invitation(caller.tenant, invited_by);
        let limited = limited.and_then(|()| self.limits.mail(email.as_str()));
        limited.map_err(AccountError::Limited)?;
        let at = self.clock.now();
        let invitation = Invitation {
            id: InvitationId::new(),
            email: email.to_string(),
            role,
            invited_by,
            inviter: None,
            workspace: String::new(),
            created_at: at,
            expires_at: at + TTL,
        };
        let db = self.db.tenant(caller.tenant);
        let inviting = db.transaction(async |conn| {
            let acting = acting(conn, caller).await?;
            if !may_give(Some(acting), role) {
                return Err(AccountError::OwnersOnly);
            }
            let same = |other: &str| other.eq_ignore_ascii_case(email.as_str());
            if members::list(conn)
                .await?
                .iter()
                .any(|member| same(&member.email))
            {
                return Err(AccountError::Conflict("they belong to the workspace already"));
            }
            let others = invitations::list(conn).await?;
            // The one for this address is taken back by the next.
            let before = others.iter().find(|other| same(&other.email));
            if before.is_some_and(|before| !may_give(Some(acting), before.role)) {
                return Err(AccountError::OwnersOnly);
            }
            let open = |other: &&Invitation| other.expires_at > at && !same(&other.email);
            for over in others.iter().filter(|other| other.expires_at + KEPT < at) {
                invitations::remove(conn, over.id).await?;
            }
            if others.iter().filter(open).count() >= MOST {
                return Err(AccountError::Conflict(
                    "take some invitations back first, there are 200",
                ));
            }
            invitations::put(conn, &invitation).await?;
            let errand = Errand::Invitation {
                invitation: invitation.id,
            };
            mail::enqueue(conn, errand, at).await?;
            let mut act = caller.act("member.invite", ("invitation", invitation.id), at);
            act.after = Some(json!({ "email": invitation.email, "role": role }));
            audit::record(conn, act).await?;
            Ok(invitations::lock(conn, invitation.id)
                .await?
                .ok_or(StoreError::NotFound)?)
        });
        let invitation = inviting.await?;
        self.bell.ring(caller.tenant);
        Ok(invitation)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `NotFound`; `OwnersOnly` for one to be an owner; `Refused` as above.
    pub async fn uninvite(&self, caller: &Caller, id: InvitationId) -> Result<(), AccountError> {
        let db = self.db.tenant(caller.tenant);
        db.transaction(async |conn| {
            let acting = acting(conn, caller).await?;
            let invitation = invitations::lock(conn, id).await?.ok_or(AccountError::NotFound)?;
            if !may_give(Some(acting), invitation.role) {
                return Err(AccountError::OwnersOnly);
            }
            invitations::remove(conn, id).await?;
            let mut act = caller.act("member.uninvite", ("invitation", id), self.clock.now());
            act.before = Some(json!({ "email": invitation.email, "role": invitation.role }));
            Ok(audit::record(conn, act).await?)
        })
        .await
    }

    /// Looks at an invitation.
    ///
    /// # Errors
    /// `LinkOver`, `Limited`.
    pub async fn invited(&self, token: &str, client: &Client) -> Result<Invited, AccountError> {
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        let token: Token = token.parse()?;
        let db = self.db.tenant(token.tenant);
        let invitation = db.transaction(async |conn| self.open(conn, &token).await).await?;
        let login = self.db.control().login_by_email(&invitation.email).await?;
        Ok(Invited {
            has_account: login.is_some(),
            invitation,
        })
    }

    /// Comes into the workspace by an invitation.
    ///
    /// # Errors
    /// `LinkOver`, `Field` where there is no account and no name or password, `Weak`, `Limited`;
    /// `Unconfirmed` where the account of the address has not confirmed it: somebody else may have made
    /// it.
    pub async fn accept(&self, token: &str, guest: Guest, client: &Client) -> Result<Accepted, AccountError> {
        self.limits
            .asking(client.address)
            .map_err(AccountError::Limited)?;
        let token: Token = token.parse()?;
        let db = self.db.tenant(token.tenant);
        let invitation = db.transaction(async |conn| self.open(conn, &token).await).await?;
        let found = self.db.control().login_by_email(&invitation.email).await?;
        if let Some(login) = found {
            if login.user.email_verified_at.is_none() {
                return Err(AccountError::Unconfirmed);
            }
            let (user, actor) = (login.user.id, oneself(&login));
            db.transaction(async |conn| {
                let invitation = self.open(conn, &token).await?;
                self.join(conn, user, &actor, &invitation, client).await
            })
            .await?;
            self.live.forget();
            return Ok(Accepted::Joined {
                email: login.user.email,
            });
        }
        let name = named("name", guest.name.as_deref().unwrap_or_default())?;
        let about = [invitation.email.as_str(), &name, &invitation.workspace];
        let password_hash = self.chosen(guest.password.unwrap_or_default(), &about).await?;
        let user = NewUser {
            id: UserId::new(),
            email: invitation.email.clone(),
            name,
            password_hash,
            at: self.clock.now(),
        };
        let (id, actor) = (
            user.id,
            Actor::User {
                id: user.id,
                email: user.email.clone(),
            },
        );
        let begun = db.transaction(async |conn| {
            let invitation = self.open(conn, &token).await?;
            people::create(conn, user, Some(self.clock.now()))
                .await
                .map_err(|error| {
                    if error.is_conflict("users_email_once") {
                        AccountError::EmailTaken
                    } else {
                        error.into()
                    }
                })?;
            self.join(conn, id, &actor, &invitation, client).await?;
            self.begin(conn, id, client).await
        });
        let begun = begun.await?;
        let login = self.person(id).await?;
        let session = self.logged_in(login, token.tenant, begun)?;
        Ok(Accepted::Began(Box::new(session)))
    }

    /// The invitation of a token, where it still works.
    pub(super) async fn open(
        &self,
        conn: &mut TenantConn<'_>,
        token: &Token,
    ) -> Result<Invitation, AccountError> {
        let found = invitations::lock(conn, token.invitation).await?;
        let invitation = found.filter(|found| self.clock.now() < found.expires_at);
        let invitation = invitation.ok_or(AccountError::LinkOver)?;
        if invitations::is_of(conn, invitation.id, &secret::digest(&token.secret)).await? {
            Ok(invitation)
        } else {
            Err(AccountError::LinkOver)
        }
    }

    pub(super) async fn join(
        &self,
        conn: &mut TenantConn<'_>,
        user: UserId,
        actor: &Actor,
        invitation: &Invitation,
        client: &Client,
    ) -> Result<(), AccountError> {
        invitations::remove(conn, invitation.id).await?;
        members::add(conn, user, invitation.role, self.clock.now()).await?;
        let deed = Deed {
            after: Some(json!({ "email": invitation.email, "role": invitation.role })),
            ..Deed::plain("member.join")
        };
        Ok(audit::record(conn, self.act(actor, client, deed, ("member", user.0))).await?)
    }
}

/// As what somebody decides on members, who wait for this transaction.
async fn acting(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<Role, AccountError> {
    members::lock_all(conn).await?;
    let refused = AccountError::Refused("your role does not let you decide on members any more");
    deciding(conn, caller).await?.ok_or(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text() {
        let token = Token {
            tenant: TenantId::new(),
            invitation: InvitationId::new(),
            secret: secret::fresh().0,
        };
        assert_eq!(token.to_string().parse::<Token>().unwrap(), token);
        for other in ["", "a.b.c", &format!("{}.x.y", token.tenant)] {
            assert!(other.parse::<Token>().is_err(), "{other}");
        }
    }
}
