//! The visitor's WebSocket: hello, then frames both ways until either side ends it.

use std::{io::ErrorKind, net::IpAddr, num::NonZeroU32, time::Duration};

use actix_web::{HttpRequest, HttpResponse, error::PayloadError, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::{Instant, interval_at, timeout};

use super::{
    bounded::{Unread, bounded},
    protocol::{ClientFrame, Close, MAX_FRAME, ServerFrame, moved},
    session::Session,
};
use crate::{
    actors::{conversation::Subscription, services::Services},
    domain::accounts::space::SpaceRef,
    kernel::{code::Code, origin, problem::Problem},
};

/// A client that has not said hello by then is not one of ours.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A ping goes out this often; a socket silent for two of them is dead.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// A write that takes longer means that nobody reads.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// Frames at once and per second; past it an error, far past it the end.
const FRAMES: (NonZeroU32, NonZeroU32) = (NonZeroU32::new(60).unwrap(), NonZeroU32::new(20).unwrap());
/// Refused frames in a row before the socket is closed.
const FLOOD: u32 = 100;

/// `GET /api/widget/{space}/socket`.
///
/// # Errors
/// When there is no such space or the request is no WebSocket upgrade.
#[utoipa::path(
    get, path = "/api/widget/{space}/socket", tag = "visitor",
    params(("space" = String, Path, description = "Slug or public key of a published space")),
    responses((status = 101, description = "A WebSocket: ClientFrame to the server, ServerFrame and Event from it")),
)]
pub async fn socket(
    request: HttpRequest,
    body: web::Payload,
    space: web::Path<String>,
    services: web::Data<Services>,
) -> actix_web::Result<HttpResponse> {
    let space = services
        .spaces
        .resolve(&space)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(Problem::not_found)?;
    origin::check(&request, |origin, host| space.allows(origin, host))?;
    let address = services.addresses.of(&request);
    let (body, unread) = bounded(&request, body).await?;
    let (response, writer, stream) = actix_ws::handle(&request, body)
        .map_err(|refused| Problem::new(Code::InvalidRequest, refused.to_string()))?;
    let stream = stream
        .max_frame_size(MAX_FRAME)
        .aggregate_continuations()
        .max_continuation_size(MAX_FRAME);
    let services = services.get_ref().clone();
    let socket = Socket {
        services: services.clone(),
        writer,
        stream,
        unread,
    };
    services.tasks.spawn_local("socket", async move {
        metrics::gauge!("parlance_sockets").increment(1.0);
        socket.run(&space, address).await;
        metrics::gauge!("parlance_sockets").decrement(1.0);
    });
    Ok(response)
}

struct Socket {
    services: Services,
    writer: actix_ws::Session,
    stream: AggregatedMessageStream,
    unread: Unread,
}

/// Why a socket ends: with a code the client acts on, or because the other side is gone.
enum End {
    Close(Close),
    Gone,
}

impl From<actix_ws::Closed> for End {
    fn from(_: actix_ws::Closed) -> Self {
        Self::Gone
    }
}

impl Socket {
    async fn run(mut self, space: &SpaceRef, address: Option<IpAddr>) {
        // Boxed, so that an idle socket keeps the room of its loop alone.
        let end = match Box::pin(self.hello(space, address)).await {
            Ok((session, subscription)) => self.serve(&session, subscription).await,
            Err(end) => end,
        };
        let reason = match end {
            End::Gone => None,
            End::Close(close) => {
                let (code, why) = close.code();
                Some(CloseReason {
                    code: CloseCode::from(code),
                    description: Some(why.to_owned()),
                })
            }
        };
        let _ = timeout(WRITE_WITHIN, self.writer.close(reason)).await;
    }

    async fn send(&mut self, frame: bytestring::ByteString) -> Result<(), End> {
        timeout(WRITE_WITHIN, self.writer.text(frame))
            .await
            .map_err(|_| End::Close(Close::Lagged))??;
        Ok(())
    }

    async fn hello(
        &mut self,
        space: &SpaceRef,
        address: Option<IpAddr>,
    ) -> Result<(Session, Subscription), End> {
        let stopping = self.services.tasks.stopping();
        let first = tokio::select! {
            first = timeout(HELLO_WITHIN, self.stream.recv()) => {
                first.map_err(|_| End::Close(Close::Unauthenticated))?
            }
            () = stopping.cancelled() => return Err(self.moved().await.err().unwrap_or(End::Gone)),
        };
        let Some(AggregatedMessage::Text(text)) = first.transpose().map_err(|error| broken(&error))? else {
            return Err(End::Close(Close::Unauthenticated));
        };
        let Ok(ClientFrame::Hello {
            token,
            conversation,
            after,
        }) = serde_json::from_str(&text)
        else {
            let refused = Problem::new(Code::InvalidFrame, "the first frame is hello with a token");
            self.send(ServerFrame::error(&refused, None).text()).await?;
            return Err(End::Close(Close::Unauthenticated));
        };
        let claims = match self.services.tokens.verify_visitor(&token) {
            Ok(claims) => claims,
            Err(invalid) => {
                let refused = Problem::new(Code::Unauthenticated, invalid.to_string());
                self.send(ServerFrame::error(&refused, None).text()).await?;
                return Err(End::Close(Close::Unauthenticated));
            }
        };
        if claims.space != space.space {
            let refused = Problem::new(Code::Forbidden, "the token is of another space");
            self.send(ServerFrame::error(&refused, None).text()).await?;
            return Err(End::Close(Close::Forbidden));
        }
        let opened = Session::open(self.services.clone(), claims, address, conversation).await;
        let subscribed = match opened {
            Ok(session) => session
                .subscribe(after)
                .await
                .map(|subscription| (session, subscription)),
            Err(refused) => Err(refused),
        };
        match subscribed {
            Ok((session, mut subscription)) => {
                self.send(session.ready(&subscription).text()).await?;
                for event in subscription.backlog.drain(..) {
                    self.send(event.json).await?;
                }
                Ok((session, subscription))
            }
            Err(refused) => {
                self.send(ServerFrame::error(&refused, None).text()).await?;
                Err(End::Close(match refused.code {
                    Code::NotFound => Close::NoConversation,
                    Code::RateLimited => Close::RateLimited,
                    _ => Close::Moved,
                }))
            }
        }
    }

    async fn serve(&mut self, session: &Session, mut subscription: Subscription) -> End {
        let limiter = RateLimiter::direct(Quota::per_second(FRAMES.1).allow_burst(FRAMES.0));
        let mut refused = 0;
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let mut silent = 0;
        let stopping = self.services.tasks.stopping();
        loop {
            let step = tokio::select! {
                event = subscription.events.recv() => match event {
                    Some(event) => self.send(event.json).await,
                    None if subscription.lagged() => Err(End::Close(Close::Lagged)),
                    None => self.moved().await,
                },
                frame = self.stream.recv() => {
                    silent = 0;
                    Box::pin(self.incoming(session, frame, &limiter, &mut refused)).await
                }
                _ = heartbeat.tick() => {
                    silent += 1;
                    if silent > 2 { Err(End::Gone) } else { self.writer.ping(b"").await.map_err(End::from) }
                }
                () = stopping.cancelled() => self.moved().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// The conversation ended here (the server drains, or it must be loaded anew): reconnect.
    async fn moved(&mut self) -> Result<(), End> {
        self.send(moved().text()).await.and(Err(End::Close(Close::Moved)))
    }

    async fn incoming(
        &mut self,
        session: &Session,
        frame: Option<Result<AggregatedMessage, ProtocolError>>,
        limiter: &DefaultDirectRateLimiter,
        refused: &mut u32,
    ) -> Result<(), End> {
        self.unread.clear();
        let text = match frame {
            None | Some(Ok(AggregatedMessage::Close(_))) => return Err(End::Gone),
            Some(Err(error)) => return Err(broken(&error)),
            Some(Ok(AggregatedMessage::Ping(data))) => return Ok(self.writer.pong(&data).await?),
            Some(Ok(AggregatedMessage::Pong(_))) => return Ok(()),
            Some(Ok(AggregatedMessage::Binary(_))) => None,
            Some(Ok(AggregatedMessage::Text(text))) => Some(text),
        };
        if limiter.check().is_err() {
            *refused += 1;
            if *refused > FLOOD {
                return Err(End::Close(Close::RateLimited));
            }
            let limited =
                Problem::new(Code::RateLimited, "too many frames").retry_after(Duration::from_secs(1));
            return self.send(ServerFrame::error(&limited, None).text()).await;
        }
        *refused = 0;
        let reply = match text.as_deref().map(serde_json::from_str::<ClientFrame>) {
            Some(Ok(frame)) => session.frame(frame).await,
            Some(Err(wrong)) => Some(ServerFrame::error(
                &Problem::new(Code::InvalidFrame, format!("this frame cannot be read: {wrong}")),
                None,
            )),
            None => Some(ServerFrame::error(
                &Problem::new(Code::InvalidFrame, "frames are JSON text"),
                None,
            )),
        };
        match reply {
            Some(reply) => self.send(reply.text()).await,
            None => Ok(()),
        }
    }
}

/// How a transport error ends the socket.
fn broken(error: &ProtocolError) -> End {
    match error {
        ProtocolError::Overflow => End::Close(Close::TooBig),
        ProtocolError::Io(error) if error.kind() == ErrorKind::InvalidData => End::Close(Close::InvalidData),
        // What is read but comes in too many pieces has no type of its own; what cannot be read has.
        ProtocolError::Io(error) if error.kind() == ErrorKind::Other => {
            let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
            match cause {
                None | Some(PayloadError::Overflow) => End::Close(Close::TooBig),
                Some(_) => End::Gone,
            }
        }
        _ => End::Gone,
    }
}
