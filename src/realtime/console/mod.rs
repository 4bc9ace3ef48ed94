//! The console's socket: a member says hello with an access token and is told what happens in their
//! workspace. [`protocol`] has the frames; what is told comes from `actors::console`.

pub mod protocol;
mod socket;

use actix_web::web;
use utoipa::OpenApi;

use self::protocol::{MemberFrame, ServerFrame};
use crate::{domain::jobs::picture::JobEvent, kernel::route::at};

/// The console's calls, for `/api/openapi.json`.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(socket::socket),
    components(schemas(MemberFrame, ServerFrame, JobEvent))
)]
pub struct Calls;

/// Registers the transports under `/api/console`.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(at("/socket").route(web::get().to(socket::socket)));
}
