//! Proof that a request comes from a person who is logged in.

use std::net::IpAddr;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use parlance_store::{
    control::Role,
    ids::{TenantId, UserId},
};

use super::auth;
use crate::{
    actors::services::Services,
    domain::{
        accounts::{caller::Caller, live::Standing, recognise::Recognised},
        audit::Actor,
    },
    kernel::{bearer::bearer, code::Code, problem::Problem},
};

/// A member of a workspace, in the role they have now. What they may do is for
/// [`permit`](super::permit) to say; alone, it opens what is the person's own.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: UserId,
    pub tenant: TenantId,
    pub standing: Standing,
    pub role: Role,
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Whether they have proven that the address is theirs.
    pub email_verified: bool,
    pub address: Option<IpAddr>,
}

impl From<Member> for Caller {
    fn from(member: Member) -> Self {
        let (id, email) = (member.user, member.email);
        Self {
            tenant: member.tenant,
            role: Some(member.role),
            actor: match member.standing {
                Standing::Operator(_) => Actor::Operator { id, email },
                Standing::Session(_) | Standing::Outside(_) => Actor::User { id, email },
            },
            name: member.name,
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
        Box::pin(async move {
            let member = Self::of(&request).await?;
            // What is one's own is not the workspace's: an operator has it elsewhere.
            if let Standing::Operator(_) = member.standing {
                let detail = "an operator who acts as the workspace has no account in it";
                return Err(Problem::new(Code::Forbidden, detail));
            }
            Ok(member)
        })
    }
}

impl Member {
    /// Who the bearer token of `request` names. What an operator asks for who acts as a workspace is noted first.
    ///
    /// # Errors
    /// `unauthenticated`; of accounts that are kept elsewhere also `forbidden`, `busy`, `rate_limited`.
    pub async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let services = request
            .app_data::<web::Data<Services>>()
            .ok_or_else(|| Problem::internal("no services"))?;
        let address = services.addresses.of(request);
        let recognised = services.accounts.recognise(bearer(request), address).await;
        let Recognised { live, standing, .. } = recognised.map_err(auth::problem)?;
        let asked = (request.method().as_str(), request.path());
        let noted = services.accounts.attribute(&standing, asked, address).await;
        noted.map_err(auth::problem)?;
        Ok(Self {
            user: live.user,
            tenant: live.tenant,
            standing,
            role: live.role,
            email: live.email.clone(),
            name: live.name.clone(),
            email_verified: live.email_verified,
            address,
        })
    }
}
