//! Signing up: a person, a workspace that is theirs and its first space, which nobody sees yet, in one
//! transaction.

use parlance_store::{
    StoreError,
    control::{self, Login, Membership, NewUser, Role, User},
    ids::{TenantId, UserId},
};
use serde_json::json;

use super::{
    Accounts, Client, Deed,
    caller::Caller,
    email::EmailAddress,
    error::AccountError,
    oneself,
    sessions::{Begun, LoggedIn},
};
use crate::domain::{
    audit,
    notify::mail::{self, Errand},
    spaces::{
        SpaceError,
        create::{Wanted, create_in},
    },
};

/// Characters of a person's or a workspace's name.
pub const NAME_MAX: usize = 80;
/// How often a workspace is founded whose space's slug somebody else takes at the same moment.
const TRIES: usize = 5;

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
                Err(Founding::Space(error)) => return Err(AccountError::Internal(error.to_string())),
                Err(Founding::Store(error)) if error.is_conflict("users_email_once") => {
                    return Err(AccountError::EmailTaken);
                }
                Err(Founding::Store(error)) => return Err(error.into()),
                Err(Founding::Account(error)) => return Err(error),
                Ok(begun) => return Ok(begun),
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
        let actor = oneself(login);
        let caller = Caller {
            tenant,
            role: Some(Role::Owner),
            email_verified: false,
            actor: actor.clone(),
            address: client.address,
        };
        let space = Wanted {
            name: workspace.to_owned(),
            slug: None,
            settings: None,
            allowed_origins: Vec::new(),
        };
        let deed = Deed {
            after: Some(json!({ "workspace": workspace })),
            ..Deed::plain("account.sign_up")
        };
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| {
            control::sign_up(conn, workspace, owner).await?;
            let made = create_in(conn, &caller, space.clone(), at).await;
            made.map_err(Founding::Space)?;
            mail::enqueue(conn, Errand::Verify { user: login.user.id }, at).await?;
            let target = ("user", login.user.id.0);
            audit::record(conn, self.act(&actor, client, deed, target)).await?;
            let begun = self.begin(conn, login.user.id, client).await;
            begun.map_err(Founding::Account)
        })
        .await
    }
}

/// What refused: which constraint it was is decided on.
enum Founding {
    Store(StoreError),
    Space(SpaceError),
    Account(AccountError),
}

impl From<StoreError> for Founding {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
