//! The part of the route table that is about tickets: themselves, what is promised of them, what they are
//! about, and who is given them.

use actix_web::web;

use super::{acts, list, relations};
use crate::{
    http::{
        permit::{
            SpacesRead, SpacesWrite, TicketsConfigure, TicketsRead, TicketsWrite, delete, get, patch, post,
            put,
        },
        routing_rules, sla, ticket_categories as categories,
    },
    kernel::route::at,
};

pub fn configure(config: &mut web::ServiceConfig) {
    config
        .configure(themselves)
        .configure(deadlines)
        .configure(categories_and_routing);
}

fn themselves(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/api/tickets")
                .route(get(TicketsRead, list::list))
                .route(post(TicketsWrite, super::create)),
        )
        .service(
            at("/api/tickets/{number}")
                .route(get(TicketsRead, super::ticket))
                .route(patch(TicketsWrite, super::change)),
        )
        .service(at("/api/tickets/{number}/events").route(get(TicketsRead, acts::list)))
        .service(at("/api/tickets/{number}/notes").route(post(TicketsWrite, acts::note)))
        .service(at("/api/tickets/{number}/merge").route(post(TicketsWrite, acts::merge)))
        .service(at("/api/tickets/{number}/links").route(post(TicketsWrite, relations::link)))
        .service(at("/api/tickets/{number}/links/{id}").route(delete(TicketsWrite, relations::unlink)))
        .service(
            at("/api/tickets/{number}/watchers/{id}")
                .route(put(TicketsWrite, relations::watch))
                .route(delete(TicketsWrite, relations::unwatch)),
        );
}

fn deadlines(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/api/sla-policies")
                .route(get(SpacesRead, sla::list))
                .route(post(SpacesWrite, sla::create)),
        )
        .service(at("/api/sla-policies/order").route(put(SpacesWrite, sla::order)))
        .service(
            at("/api/sla-policies/{id}")
                .route(put(SpacesWrite, sla::change))
                .route(delete(SpacesWrite, sla::remove)),
        );
}

fn categories_and_routing(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/api/ticket-categories")
                .route(get(TicketsRead, categories::list))
                .route(post(TicketsConfigure, categories::create)),
        )
        .service(
            at("/api/ticket-categories/import").route(post(TicketsConfigure, categories::import_examples)),
        )
        .service(at("/api/ticket-categories/try").route(post(TicketsConfigure, categories::attempt)))
        .service(
            at("/api/ticket-categories/{id}")
                .route(patch(TicketsConfigure, categories::change))
                .route(delete(TicketsConfigure, categories::remove)),
        )
        .service(
            at("/api/ticket-categories/{id}/examples")
                .route(get(TicketsConfigure, categories::examples))
                .route(post(TicketsConfigure, categories::add_examples)),
        )
        .service(
            at("/api/ticket-categories/{id}/examples/{example}")
                .route(delete(TicketsConfigure, categories::remove_example)),
        )
        .service(
            at("/api/routing-rules")
                .route(get(TicketsConfigure, routing_rules::list))
                .route(post(TicketsConfigure, routing_rules::create)),
        )
        .service(at("/api/routing-rules/order").route(put(TicketsConfigure, routing_rules::order)))
        .service(at("/api/routing-rules/try").route(post(TicketsConfigure, routing_rules::attempt)))
        .service(
            at("/api/routing-rules/{id}")
                .route(put(TicketsConfigure, routing_rules::change))
                .route(delete(TicketsConfigure, routing_rules::remove)),
        );
}
