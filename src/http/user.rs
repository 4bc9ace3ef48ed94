//! Proof that a request comes from a person who is logged in.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};

use crate::{
    actors::services::Services,
    domain::accounts::token::UserClaims,
    kernel::{code::Code, problem::Problem},
};

/// A member of a workspace, in the role the token names.
#[derive(Clone, Debug)]
pub struct Member {
    pub claims: UserClaims,
}

/// A member who may change what a workspace knows: an owner or an admin.
#[derive(Clone, Debug)]
pub struct Editor {
    pub claims: UserClaims,
}

impl FromRequest for Editor {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request).and_then(|Member { claims }| {
            if matches!(claims.role.as_str(), "owner" | "admin") {
                Ok(Self { claims })
            } else {
                Err(Problem::new(
                    Code::Forbidden,
                    "only an owner or an admin may do this",
                ))
            }
        }))
    }
}

impl FromRequest for Member {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request))
    }
}

fn authenticate(request: &HttpRequest) -> Result<Member, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(|| Problem::internal("no services"))?;
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = bearer
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let claims = services
        .tokens
        .verify_user(token)
        .map_err(|invalid| Problem::new(Code::Unauthenticated, invalid.to_string()))?;
    Ok(Member { claims })
}
