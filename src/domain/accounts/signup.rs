//! Signing up: a person, a workspace that is theirs and its first space, which nobody sees yet, in one
//! transaction.

use parlance_store::{
    StoreError, TenantConn,
    control::{self, Login, Membership, NewUser, Role, User},
    ids::{TenantId, UserId},
};
use serde_json::json;

use super::{
    Accounts, Client, Deed,
    caller::Caller,
    email::EmailAddress,
    error::AccountError,
    sessions::{Begun, LoggedIn},
};
use crate::domain::{
    audit::{self, Actor},
    notify::mail::{self, Errand},
    spaces::{
        SpaceError,
        create::{Wanted, create_in},
    },
};

/// Characters of a person's or a workspace's name.
pub const NAME_MAX: usize = 80;
/// How often a workspace is founded whose space's slug somebody else takes at the same moment.
pub(super) const TRIES: usize = 5;

/// Somebody new.
#[derive(Clone)]
pub struct Newcomer {
    pub email: String,
    pub password: String,
    pub name: String,
    pub workspace: String,
}

/// A name without the space around it.
///
/// # Errors
/// `Field` where it is none, is too long or has control characters in it.
pub fn named(field: &str, name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(AccountError::Field(format!(
            "{field}: give 1 to {NAME_MAX} characters in one line"
        )));
    }
    Ok(name.to_owned())
}

impl Accounts {
    /// Makes the account and begins its first session. The address is confirmed by a link that is
    /// mailed.
    ///
    /// # Errors
    /// `EmailTaken`, `Weak`, `Field`, `Limited`, `Busy`.
    pub async fn sign_up(&self, new: Newcomer, client: &Client) -> Result<LoggedIn, AccountError> {
        self.limits
            .sign_up(client.address)
            .map_err(AccountError::Limited)?;
        let email = EmailAddress::parse(&new.email)?;
        let name = named("name", &new.name)?;
        let workspace = named("workspace", &new.workspace)?;
        let about = [email.as_str(), &name, &workspace];
        let password_hash = self.chosen(new.password, &about).await?;
        let at = self.clock.now();
        let user = User {
            id: UserId::new(),
            email: email.to_string(),
            name,
            created_at: at,
            email_verified_at: None,
        };
        let tenant = TenantId::new();
        let membership = Membership {
            tenant_id: tenant,
            tenant_name: workspace.clone(),
            role: Role::Owner,
        };
        let login = Login {
            user,
            password_hash,
            second_factor: false,
            memberships: vec![membership],
        };
        let begun = self.found(tenant, &workspace, &login, client).await?;
        self.bell.ring(tenant);
        self.logged_in(login, tenant, begun)
    }

    /// Founds the workspace, with another slug where one is taken.
    async fn found(
        &self,
        tenant: TenantId,
        workspace: &str,
        login: &Login,
        client: &Client,
    ) -> Result<Begun, AccountError> {
        for _ in 0..TRIES {
            match self.found_as(tenant, workspace, login, client).await {
                // Somebody took it at the same moment.
                Err(Founding::Space(SpaceError::SlugTaken)) => {}
                Err(Founding::Store(error)) if error.is_conflict("users_email_once") => {
                    return Err(AccountError::EmailTaken);
                }
                founded => return Ok(founded?),
            }
        }
        Err(AccountError::Internal("no slug is free".to_owned()))
    }

    async fn found_as(
        &self,
        tenant: TenantId,
        workspace: &str,
        login: &Login,
        client: &Client,
    ) -> Result<Begun, Founding> {
        let at = self.clock.now();
        let owner = NewUser {
            id: login.user.id,
            email: login.user.email.clone(),
            name: login.user.name.clone(),
            password_hash: login.password_hash.clone(),
            at,
        };
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| {
            control::sign_up(conn, workspace, owner).await?;
            self.furnish(conn, workspace, &Owner::from(&login.user), None, client)
                .await?;
            mail::enqueue(conn, Errand::Verify { user: login.user.id }, at).await?;
            Ok(self.begin(conn, login.user.id, client).await?)
        })
        .await
    }

    /// The first space of the workspace of the transaction, which has just been founded by `owner`, and
    /// the record of it; `kept_by` is the identity provider that keeps their account.
    pub(super) async fn furnish(
        &self,
        conn: &mut TenantConn<'_>,
        workspace: &str,
        owner: &Owner<'_>,
        kept_by: Option<&str>,
        client: &Client,
    ) -> Result<(), Founding> {
        let caller = Caller {
            tenant: conn.tenant_id(),
            role: Some(Role::Owner),
            email_verified: owner.verified,
            actor: Actor::User {
                id: owner.user,
                email: owner.email.to_owned(),
            },
            name: owner.email.to_owned(),
            address: client.address,
        };
        let space = Wanted {
            name: workspace.to_owned(),
            slug: None,
            settings: None,
            allowed_origins: Vec::new(),
        };
        let made = create_in(conn, &caller, space, self.clock.now()).await;
        made.map_err(Founding::Space)?;
        let mut after = json!({ "workspace": workspace });
        if let Some(provider) = kept_by {
            after["provider"] = json!(provider);
        }
        let deed = Deed {
            after: Some(after),
            ..Deed::plain("account.sign_up")
        };
        let target = ("user", owner.user.0);
        audit::record(conn, self.act(&caller.actor, client, deed, target)).await?;
        Ok(())
    }
}

/// Who founds a workspace.
pub(super) struct Owner<'a> {
    pub user: UserId,
    pub email: &'a str,
    /// Whether the address is proven to be theirs.
    pub verified: bool,
}

impl<'a> From<&'a User> for Owner<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            user: user.id,
            email: &user.email,
            verified: user.email_verified_at.is_some(),
        }
    }
}

/// What somebody's workspace is called who names none.
pub(super) fn own_workspace(name: &str) -> String {
    let called = format!("Workspace of {name}");
    let called: String = called.chars().take(NAME_MAX).collect();
    called.trim_end().to_owned()
}

/// What refused: which constraint it was is decided on.
pub(super) enum Founding {
    /// Somebody else did it meanwhile.
    Faster,
    Store(StoreError),
    Space(SpaceError),
    Account(AccountError),
}

impl From<StoreError> for Founding {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AccountError> for Founding {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

impl From<Founding> for AccountError {
    fn from(refused: Founding) -> Self {
        match refused {
            Founding::Faster => Self::Internal("it was done meanwhile".to_owned()),
            Founding::Store(error) => error.into(),
            Founding::Space(error) => Self::Internal(error.to_string()),
            Founding::Account(error) => error,
        }
    }
}
