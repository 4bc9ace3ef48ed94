//! What those who run the installation see of it, and how they act as a workspace. All of it takes an entry as an
//! operator ([`session`]): its cookie alone, never a session of a workspace or a key.

mod access;
mod figures;
mod log;
pub mod routes;
mod session;
mod tenants;

use std::net::IpAddr;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use parlance_store::control::operators::OperatorSession;
use utoipa::OpenApi;

use super::auth;
use crate::{actors::services::Services, domain::accounts::error::AccountError, kernel::problem::Problem};

const COOKIE: &str = "parlance_operator";
const COOKIE_PATH: &str = "/api/operator";

/// The calls of operators, for `/api/openapi.json`.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    session::enter,
    session::who,
    session::leave,
    figures::overview,
    figures::health,
    tenants::list,
    tenants::export,
    tenants::tenant,
    access::begin,
    access::list,
    access::token,
    access::end,
    log::list,
))]
pub struct Calls;

/// Proof that an operator asks, by their entry.
#[derive(Clone, Debug)]
pub struct Operator {
    session: OperatorSession,
    address: Option<IpAddr>,
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let services = request
                .app_data::<web::Data<Services>>()
                .ok_or_else(|| Problem::internal("no services"))?;
            services.public.own(&request)?;
            let ended = || auth::problem(AccountError::Ended);
            let cookie = request.cookie(COOKIE).ok_or_else(ended)?;
            let session = services.accounts.operator(cookie.value()).await;
            Ok(Self {
                session: session.map_err(auth::problem)?,
                address: services.addresses.of(&request),
            })
        })
    }
}
