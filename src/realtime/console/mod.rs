//! The console's socket: a member says hello with an access token and is told what happens in their
//! workspace, and in the conversations that they watch. [`protocol`] has the frames; what is told comes
//! from `actors::console` and from the conversations.

mod drafting;
mod member;
pub mod protocol;
mod socket;
mod watched;

use actix_web::web;
use utoipa::OpenApi;

use self::protocol::{MemberFrame, ServerFrame};
use crate::{
    actors::console::InboxEvent,
    domain::jobs::picture::JobEvent,
    kernel::route::{at, get},
};

/// The console's calls, for `/api/openapi.json`.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(socket::socket),
    components(schemas(MemberFrame, ServerFrame, JobEvent, InboxEvent))
)]
pub struct Calls;

/// Registers the transports under `/api/console`.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(at("/socket").route(get(socket::socket)));
}
