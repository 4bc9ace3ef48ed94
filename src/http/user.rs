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
