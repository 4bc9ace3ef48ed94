//! The routes of operators.

use actix_web::web;

use super::{access, figures, log, session, tenants};
use crate::{
    http::permit::{Anyone, Operators, delete, get, post},
    kernel::route::at,
};

/// Registers them.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/api/operator/session")
                .route(get(Operators, session::who))
                .route(post(Anyone, session::enter))
                .route(delete(Operators, session::leave)),
        )
        .service(at("/api/operator/overview").route(get(Operators, figures::overview)))
        .service(at("/api/operator/health").route(get(Operators, figures::health)))
        .service(at("/api/operator/log").route(get(Operators, log::list)))
        .service(at("/api/operator/tenants").route(get(Operators, tenants::list)))
        .service(at("/api/operator/tenants/export").route(get(Operators, tenants::export)))
        .service(at("/api/operator/tenants/{id}").route(get(Operators, tenants::tenant)))
        .service(at("/api/operator/tenants/{id}/access").route(post(Operators, access::begin)))
        .service(at("/api/operator/access").route(get(Operators, access::list)))
        .service(at("/api/operator/access/{id}/token").route(post(Operators, access::token)))
        .service(at("/api/operator/access/{id}/end").route(post(Operators, access::end)));
}
