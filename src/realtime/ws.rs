//! The visitor's WebSocket: hello, then frames both ways until either side ends it.

use std::{iter, net::IpAddr, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use chrono::{DateTime, Utc};

use super::{
    listening::Listening,
    protocol::{ClientFrame, Close},
    session::Session,
    socket::{End, Socket, Talk, accept, unreadable},
};
use crate::{
    actors::{conversation::Published, services::Services},
    domain::accounts::space::SpaceRef,
    kernel::{code::Code, problem::Problem},
};

/// Open a visitor's socket.
///
/// A WebSocket: `ClientFrame` to the server, `ServerFrame` and `Event` from it. The first frame is
/// `hello` with the visitor's token.
#[utoipa::path(
    get, path = "/api/widget/{space}/socket", operation_id = "open_socket", tag = "visitor",
    params(("space" = String, Path, description = "Slug or public key of a published space")),
    responses((status = 101, description = "A WebSocket: ClientFrame to the server, ServerFrame and Event from it")),
)]
pub async fn socket(
    request: HttpRequest,
    space: web::Path<String>,
    services: web::Data<Services>,
) -> actix_web::Result<HttpResponse> {
    let space = services
        .spaces
        .resolve(&space)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(Problem::not_found)?;
    services
        .public
        .check(&request, |origin, host| space.allows(origin, host))?;
    let address = services.addresses.of(&request);
    accept(&request, services.into_inner(), async move |mut socket| {
        // What is rare is boxed, so that an idle socket keeps the room of its loop alone.
        let greeted = Box::pin(greet(&mut socket, &space, address)).await;
        let greeted = greeted.and_then(|visitor| {
            let conversation = visitor.session.conversation();
            let arbiter = socket.services.registry.arbiter(conversation);
            arbiter
                .map(|arbiter| (visitor, arbiter))
                .ok_or(End::Close(Close::Moved))
        });
        match greeted {
            Ok((visitor, arbiter)) => socket.go_on_at(&arbiter, visitor),
            Err(end) => socket.close(end).await,
        }
    })
}

async fn greet(socket: &mut Socket, space: &SpaceRef, address: Option<IpAddr>) -> Result<Visitor, End> {
    let text = socket.hello().await?;
    let Ok(ClientFrame::Hello {
        token,
        conversation,
        after,
    }) = serde_json::from_str(&text)
    else {
        let refused = Problem::new(Code::InvalidFrame, "the first frame is hello with a token");
        return Err(socket.refuse(&refused, Close::Unauthenticated).await);
    };
    let (claims, until) = match socket.services.tokens.verify_visitor_until(&token) {
        Ok(verified) => verified,
        Err(invalid) => {
            let refused = Problem::new(Code::Unauthenticated, invalid.to_string());
            return Err(socket.refuse(&refused, Close::Unauthenticated).await);
        }
    };
    if claims.space != space.space {
        let refused = Problem::new(Code::Forbidden, "the token is of another space");
        return Err(socket.refuse(&refused, Close::Forbidden).await);
    }
    let opened = Session::open(socket.services.clone(), claims, address, conversation).await;
    let subscribed = match opened {
        Ok(session) => session
            .subscribe(after)
            .await
            .map(|listening| (session, listening)),
        Err(refused) => Err(refused),
    };
    match subscribed {
        Ok((session, mut listening)) => {
            socket.send(session.ready(&listening).text()).await?;
            for event in listening.backlog() {
                socket.send(event.json).await?;
            }
            Ok(Visitor {
                session,
                listening,
                until,
            })
        }
        Err(refused) => {
            let close = match refused.code {
                Code::NotFound => Close::NoConversation,
                Code::Unauthenticated => Close::Unauthenticated,
                Code::Blocked => Close::Forbidden,
                Code::RateLimited | Code::TooManyListeners => Close::RateLimited,
                _ => Close::Moved,
            };
            Err(socket.refuse(&refused, close).await)
        }
    }
}

/// A visitor who said hello.
struct Visitor {
    session: Session,
    listening: Listening,
    until: DateTime<Utc>,
}

impl Talk for Visitor {
    type Event = Arc<Published>;

    async fn next(&mut self) -> Option<Self::Event> {
        self.listening.next().await
    }

    fn ready(&mut self) -> Option<Self::Event> {
        self.listening.ready()
    }

    fn frames(event: &Self::Event) -> impl Iterator<Item = ByteString> {
        iter::once(event.json.clone())
    }

    fn lagged(&self) -> bool {
        self.listening.lagged()
    }

    fn until(&self) -> DateTime<Utc> {
        self.until
    }

    async fn frame(&mut self, text: &str) -> Option<ByteString> {
        match serde_json::from_str(text) {
            Ok(frame) => self.session.frame(frame).await.map(|reply| reply.text()),
            Err(wrong) => Some(unreadable(format!("this frame cannot be read: {wrong}"))),
        }
    }
}
