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
    /// Whether they have proven that the address is theirs.
    pub email_verified: bool,
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
            email_verified: member.email_verified,
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
        let live = services.sessions.find(claims.session).await;
        let live = live.map_err(Problem::internal)?;
        let live = live.filter(|live| (live.user, live.tenant) == (claims.user, claims.tenant));
        let live = live.ok_or_else(|| unauthenticated("this session is over, log in again".to_owned()))?;
        Ok(Self {
            user: live.user,
            tenant: live.tenant,
            session: claims.session,
            role: live.role,
            email: live.email.clone(),
            email_verified: live.email_verified,
            address: services.addresses.of(request),
        })
    }
}
