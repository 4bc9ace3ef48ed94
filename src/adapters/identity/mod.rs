//! People whose accounts are kept elsewhere, behind the trait [`IdentityProvider`]: by [`Clerk`] or by
//! [`Supabase`]. A session token is checked here, against the provider's published keys ([`jwks`]), with
//! no question to the provider; what else is known of a person is asked for when they come first.

mod api;
mod clerk;
mod jwks;
mod origin;
mod signed;
mod supabase;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use self::{
    api::BadSettings,
    clerk::{Clerk, ClerkOptions, frontend_api},
    origin::Origin,
    supabase::{Supabase, SupabaseOptions},
};

/// Characters of a provider's id of a person or an organisation at most.
const LONGEST_ID: usize = 255;

/// What a session token says of who presents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The provider's id of the person.
    pub subject: String,
    /// The organisation that they act for.
    pub organisation: Option<Place>,
    /// When the token ends.
    pub until: DateTime<Utc>,
}

/// Somebody's place in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The provider's id of the organisation.
    pub id: String,
    /// The provider's word for what they are there, such as `admin`.
    pub role: String,
}

/// What a provider knows of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub email: Option<String>,
    /// Whether the person has proven to the provider that the address is theirs.
    pub email_verified: bool,
    pub name: Option<String>,
}

/// What a page has to reach to log people in there, besides this server.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// What it talks to.
    pub origin: &'a Origin,
    /// Whether it runs a script from there, which makes a worker of its own.
    pub runs_script: bool,
}

/// Why a token opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// What is wrong with it.
    #[error("the session token is not valid: {0}")]
    Invalid(&'static str),
    #[error("the session token has expired")]
    Expired,
    /// The provider does not answer, and why.
    #[error("the identity provider does not answer: {0}")]
    Unavailable(String),
}

/// Keeps the accounts of people.
#[async_trait::async_trait]
pub trait IdentityProvider: Send + Sync + std::fmt::Debug {
    /// The word that identities of it are kept under.
    fn name(&self) -> &'static str;

    /// What a page needs to know to log somebody in there, as a JSON object. None of it is secret.
    fn login(&self) -> Value;

    /// Where such a page goes.
    fn reach(&self) -> Reach<'_>;

    /// Who presents `token`.
    ///
    /// # Errors
    /// [`IdentityError`].
    async fn verify(&self, token: &str) -> Result<Presented, IdentityError>;

    /// What is known of somebody whose `token` was verified.
    ///
    /// # Errors
    /// [`IdentityError`].
    async fn profile(&self, token: &str, subject: &str) -> Result<Profile, IdentityError>;

    /// What an organisation is called.
    ///
    /// # Errors
    /// [`IdentityError`].
    async fn organisation_name(&self, organisation: &str) -> Result<String, IdentityError>;

    /// Whether somebody belongs to an organisation now.
    ///
    /// # Errors
    /// [`IdentityError`].
    async fn belongs(&self, subject: &str, organisation: &str) -> Result<bool, IdentityError>;
}

/// An id of a provider's, as it may be kept.
fn id(id: String) -> Result<String, IdentityError> {
    let fits = !id.is_empty() && id.chars().count() <= LONGEST_ID && !id.chars().any(char::is_control);
    if fits {
        Ok(id)
    } else {
        Err(IdentityError::Invalid("it names nobody"))
    }
}
