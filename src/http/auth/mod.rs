//! The accounts of people: [`login`] and its refresh cookie, [`links`] for signing up and what is
//! mailed, one's own [`account`], [`sessions`] and [`second_factor`].

pub mod account;
mod device;
pub mod links;
pub mod login;
pub mod notifications;
pub mod outside;
pub mod second_factor;
pub mod sessions;

use std::time::Duration;

use actix_web::{HttpRequest, http::header};
use parlance_store::{
    control::{Login, User},
    ids::{TenantId, UserId},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actors::services::Services,
    domain::accounts::{Client, error::AccountError, live::Standing, token::UserClaims},
    http::user::Member,
    kernel::{code::Code, problem::Problem, words},
};

/// When to ask again where an identity provider does not answer.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(Debug, Serialize, ToSchema)]
struct UserView {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    email: String,
    name: String,
    /// Without it nobody is invited and nothing is published.
    email_verified: bool,
    /// Whether a code is asked for at login.
    second_factor: bool,
}

impl UserView {
    fn new(user: User, second_factor: bool) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            email_verified: user.email_verified_at.is_some(),
            second_factor,
        }
    }
}

impl From<Login> for UserView {
    fn from(login: Login) -> Self {
        Self::new(login.user, login.second_factor)
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct TenantView {
    #[schema(value_type = uuid::Uuid)]
    id: TenantId,
    #[schema(value_type = words::Role)]
    role: String,
}

pub fn client(request: &HttpRequest, services: &Services) -> Client {
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or_default();
    Client {
        address: services.addresses.of(request),
        device: device::named(agent),
    }
}

/// What the access token of a member says.
///
/// # Errors
/// `not_found` for somebody whose session is another service's.
fn claims(member: &Member) -> Result<UserClaims, Problem> {
    let Standing::Session(session) = member.standing else {
        return Err(Problem::not_found());
    };
    Ok(UserClaims {
        user: member.user,
        tenant: member.tenant,
        session,
        role: member.role.to_string(),
    })
}

pub fn problem(error: AccountError) -> Problem {
    let said = error.to_string();
    match error {
        AccountError::Invalid | AccountError::WrongPassword => Problem::new(Code::InvalidCredentials, said),
        AccountError::CodeRequired => Problem::new(Code::CodeRequired, said),
        AccountError::WrongCode => Problem::new(Code::InvalidCode, said),
        AccountError::Ended | AccountError::Token(_) => Problem::new(Code::Unauthenticated, said),
        AccountError::Unreachable(_) => Problem::new(Code::Busy, said).retry_after(AGAIN),
        AccountError::Refused(_) => Problem::new(Code::Forbidden, said),
        AccountError::Reused => Problem::new(Code::RefreshReused, said),
        AccountError::EmailTaken => Problem::new(Code::EmailTaken, said),
        AccountError::Weak(_) => Problem::new(Code::WeakPassword, said),
        AccountError::Field(_) => Problem::new(Code::InvalidRequest, said),
        AccountError::LinkOver => Problem::new(Code::LinkOver, said),
        AccountError::Unconfirmed => Problem::new(Code::EmailUnconfirmed, said),
        AccountError::OwnersOnly => Problem::new(Code::Forbidden, said),
        AccountError::Conflict(_) | AccountError::KeptElsewhere(_) => Problem::new(Code::Conflict, said),
        AccountError::Limited(after) => Problem::new(Code::RateLimited, said).retry_after(after),
        AccountError::Busy(after) => Problem::new(Code::Busy, said).retry_after(after),
        AccountError::NotFound => Problem::not_found(),
        AccountError::Internal(cause) => Problem::internal(cause),
    }
}
