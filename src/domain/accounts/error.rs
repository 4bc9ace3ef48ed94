//! Why an account's door stays shut.

use std::time::Duration;

use parlance_store::StoreError;

use super::{
    email::NoAddress,
    password::{Full, Weak},
};

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// One answer for no such person and a wrong password.
    #[error("e-mail or password is wrong")]
    Invalid,
    #[error("the password is wrong")]
    WrongPassword,
    #[error("the code of your authenticator app is needed, or a recovery code")]
    CodeRequired,
    #[error("the code is wrong or was used before, give the next one")]
    WrongCode,
    #[error("this session is over, log in again")]
    Ended,
    #[error("this session was used twice and is ended, log in again")]
    Reused,
    #[error("too many attempts, try again later")]
    Limited(Duration),
    #[error("too many people are logging in, try again in a moment")]
    Busy(Duration),
    #[error("there is an account with this e-mail address, log in instead")]
    EmailTaken,
    #[error("{0}")]
    Weak(#[from] Weak),
    /// A field, and what to give.
    #[error("{0}")]
    Field(String),
    #[error("this link does not work any more, ask for another one")]
    LinkOver,
    /// What reaches others takes an address that is confirmed.
    #[error("confirm the e-mail address of the account first")]
    Unconfirmed,
    /// What is wrong with a token.
    #[error("{0}")]
    Token(String),
    /// Who keeps the accounts does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// By whom.
    #[error("accounts are kept by {0}: this is done there")]
    KeptElsewhere(&'static str),
    /// Why somebody whose account another service keeps does not come in.
    #[error("{0}")]
    Refused(&'static str),
    #[error("only an owner may make somebody an owner")]
    OwnersOnly,
    #[error("{0}")]
    Conflict(&'static str),
    #[error("there is no such thing")]
    NotFound,
    #[error("the account could not be reached")]
    Internal(String),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<Full> for AccountError {
    fn from(full: Full) -> Self {
        Self::Busy(full.retry_after)
    }
}

impl From<NoAddress> for AccountError {
    fn from(none: NoAddress) -> Self {
        Self::Field(none.to_string())
    }
}
