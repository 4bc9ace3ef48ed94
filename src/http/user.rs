//! Proof that a request comes from a person who is logged in.

use std::net::IpAddr;

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use futures_util::future::LocalBoxFuture;
use parlance_store::{
    control::Role,
    ids::{FamilyId, TenantId, UserId},
};

use crate::{
    actors::services::Services,
    domain::{accounts::caller::Caller, audit::Actor},
    kernel::{code::Code, problem::Problem},
};

/// A member of a workspace, in the role they have now. What they may do is for
/// [`permit`](super::permit) to say; alone, it opens what is the person's own.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: UserId,
    pub tenant: TenantId,
    pub session: FamilyId,
    pub role: Role,
    pub email: String,
    pub address: Option<IpAddr>,
}

impl From<Member> for Caller {
    fn from(member: Member) -> Self {
        Self {
            tenant: member.tenant,
            role: Some(member.role),
            actor: Actor::User {
                id: member.user,
                email: member.email,
            },
            address: member.address,
        }
    }
}

impl FromRequest for Member {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// The token of `Authorization: Bearer …`, empty where there is none.
pub fn bearer(request: &HttpRequest) -> &str {
    let header = request.headers().get(header::AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    header
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
}

impl Member {
    /// Who the bearer token of `request` names.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let services = request
            .app_data::<web::Data<Services>>()
            .ok_or_else(|| Problem::internal("no services"))?;
        let unauthenticated = |detail: String| Problem::new(Code::Unauthenticated, detail);
        let claims = services
            .tokens
            .verify_user(bearer(request))
            .map_err(|invalid| unauthenticated(invalid.to_string()))?;
        let member = services.members.find(claims.tenant, claims.user).await;
        let member = member.map_err(Problem::internal)?;
        let member = member
            .ok_or_else(|| unauthenticated("you do not belong to this workspace any more".to_owned()))?;
        Ok(Self {
            user: claims.user,
            tenant: claims.tenant,
            session: claims.session,
            role: member.role,
            email: member.email.clone(),
            address: services.addresses.of(request),
        })
    }
}
