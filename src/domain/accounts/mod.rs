//! Who is who: spaces and their settings ([`space`]), the tokens of visitors and of people who log in
//! ([`token`]), and the accounts of people, whose face is [`Accounts`]. What it does is in a file for
//! each: [`signup`], [`login`], [`sessions`], [`links`] that are sent by mail, [`profile`] and the
//! [`second_factor`]. Whatever changes an account is one transaction of a workspace, with the mail that
//! tells of it and the record of who did it.
//!
//! Somebody who has not confirmed their address may do everything but what reaches others or keeps the
//! address's owner out: invite people, publish a space, make a key, turn on a second factor. See
//! `docs/ACCOUNTS.md`.

pub mod caller;
pub mod email;
pub mod error;
pub mod invitations;
pub mod keys;
pub mod limits;
pub mod links;
pub mod live;
pub mod login;
pub mod operators;
pub mod outside;
pub mod password;
pub mod permission;
pub mod picture;
pub mod profile;
pub mod recognise;
pub mod second_factor;
pub mod secret;
pub mod sessions;
pub mod settings;
pub mod signup;
pub mod space;
pub mod team;
pub mod token;
pub mod totp;
pub mod workspace;

use std::{net::IpAddr, sync::Arc};

use parlance_store::{
    TenantConn,
    control::{Login, people, sessions::Seen},
    db::Db,
    ids::{TenantId, UserId},
};
use serde_json::Value;
use uuid::Uuid;

use self::{
    email::LONGEST,
    error::AccountError,
    limits::{AccountRates, Empty, Limits},
    live::LiveSessions,
    password::Hasher,
    token::Tokens,
};
use crate::{
    adapters::identity::IdentityProvider,
    domain::{
        audit::{Act, Actor},
        jobs::Bell,
    },
    kernel::{clock::SharedClock, vault::Vault},
};

/// For how long an address from which somebody has logged in is known.
const KNOWN: chrono::TimeDelta = chrono::TimeDelta::days(30);

/// The accounts of people. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Accounts {
    db: Db,
    tokens: Tokens,
    clock: SharedClock,
    vault: Vault,
    bell: Bell,
    hasher: Hasher,
    live: LiveSessions,
    limits: Arc<Limits>,
    /// Who keeps the accounts; none: they are kept here.
    provider: Option<Arc<dyn IdentityProvider>>,
}

/// From where somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub address: Option<IpAddr>,
    /// In words, such as `Firefox on Linux`.
    pub device: String,
}

impl Client {
    fn seen(&self) -> Seen {
        Seen {
            device: self.device.clone(),
            address: self.address.map(|address| address.to_string()),
        }
    }
}

/// What changes and is recorded: the word for it and what differs.
struct Deed {
    action: &'static str,
    before: Option<Value>,
    after: Option<Value>,
}

impl Deed {
    fn plain(action: &'static str) -> Self {
        Self {
            action,
            before: None,
            after: None,
        }
    }
}

impl Accounts {
    /// `hashes` passwords are hashed at a time, each in 19 MiB.
    #[must_use]
    pub fn new(
        db: Db,
        tokens: Tokens,
        clock: SharedClock,
        vault: Vault,
        bell: Bell,
        rates: AccountRates,
        hashes: usize,
    ) -> Self {
        Self {
            live: LiveSessions::new(db.clone(), clock.clone()),
            db,
            tokens,
            limits: Limits::new(rates, &clock),
            clock,
            vault,
            bell,
            hasher: Hasher::new(hashes),
            provider: None,
        }
    }

    /// With accounts that are kept elsewhere.
    #[must_use]
    pub fn kept_by(self, provider: Option<Arc<dyn IdentityProvider>>) -> Self {
        Self { provider, ..self }
    }

    /// Who keeps the accounts, where they are not kept here.
    #[must_use]
    pub fn provider(&self) -> Option<&dyn IdentityProvider> {
        self.provider.as_deref()
    }

    /// Forgets who is not limited any more.
    pub fn sweep(&self) {
        self.limits.sweep();
    }

    /// Password hashes computed so far.
    #[must_use]
    pub fn hashes_computed(&self) -> u64 {
        self.hasher.computed()
    }

    /// Somebody who is logged in.
    ///
    /// # Errors
    /// `NotFound` where there is nobody of this id.
    pub async fn person(&self, user: UserId) -> Result<Login, AccountError> {
        let found = self.db.control().login_by_id(user).await?;
        found.ok_or(AccountError::NotFound)
    }

    /// Somebody who is logged in and says their password again.
    async fn proven(&self, user: UserId, password: String, client: &Client) -> Result<Login, AccountError> {
        let login = self.person(user).await?;
        self.attempt(&login.user.email, client).await?;
        let hash = Some(login.password_hash.clone());
        if self.hasher.verify(password, hash).await? {
            Ok(login)
        } else {
            Err(AccountError::WrongPassword)
        }
    }

    /// Holds somebody who has just said their password, until the end of the transaction.
    ///
    /// # Errors
    /// `Conflict` where it is not theirs any more.
    async fn still(&self, conn: &mut TenantConn<'_>, login: &Login) -> Result<(), AccountError> {
        let held = people::hold(conn, login.user.id).await?;
        if held.is_some_and(|held| held.password_hash == login.password_hash) {
            Ok(())
        } else {
            Err(AccountError::Conflict("the password was changed just now"))
        }
    }

    /// The hash of a password that somebody chooses of whom `about` is known.
    async fn chosen(&self, password: String, about: &[&str]) -> Result<String, AccountError> {
        let about = about.iter().map(|text| (*text).to_owned()).collect();
        self.hasher.check(password.clone(), about).await??;
        let hash = self.hasher.hash(password).await?;
        hash.ok_or_else(|| AccountError::Internal("no password hash".to_owned()))
    }

    /// Takes an attempt at the password of an account.
    async fn attempt(&self, email: &str, client: &Client) -> Result<(), AccountError> {
        // Nobody has a longer one: they share a bucket.
        let key = if email.len() > LONGEST { "" } else { email };
        let taken = self.limits.attempt(key, client.address);
        self.unless_known(taken, key, client).await
    }

    /// What many guessers used up is not wanting where somebody has logged in from there before.
    async fn unless_known(
        &self,
        taken: Result<(), Empty>,
        email: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        match taken {
            Ok(()) => Ok(()),
            Err(Empty::Here(after)) => Err(AccountError::Limited(after)),
            Err(Empty::Everywhere(after)) => {
                let Some(address) = client.address else {
                    return Err(AccountError::Limited(after));
                };
                let since = self.clock.now() - KNOWN;
                let control = self.db.control();
                if control
                    .has_been_used_from(email, &address.to_string(), since)
                    .await?
                {
                    Ok(())
                } else {
                    Err(AccountError::Limited(after))
                }
            }
        }
    }

    fn act<'a>(
        &self,
        actor: &'a Actor,
        client: &Client,
        deed: Deed,
        target: (&'static str, Uuid),
    ) -> Act<'a> {
        Act {
            actor,
            address: client.address,
            action: deed.action,
            target: Some(target),
            before: deed.before,
            after: deed.after,
            at: self.clock.now(),
        }
    }
}

/// The person themselves, as whoever acts.
fn oneself(login: &Login) -> Actor {
    Actor::User {
        id: login.user.id,
        email: login.user.email.clone(),
    }
}

/// Where what somebody does to their account is recorded when no session says it: their first
/// workspace.
fn home(login: &Login) -> Option<TenantId> {
    login.memberships.first().map(|member| member.tenant_id)
}
