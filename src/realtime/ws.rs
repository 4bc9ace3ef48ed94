//! The visitor's WebSocket: hello, then frames both ways until either side ends it.

use std::{net::IpAddr, pin::pin, sync::Arc, time::Duration};

use actix_http::ws::{CloseCode, CloseReason, Message, handshake};
use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use chrono::{DateTime, Utc};
use governor::{DefaultDirectRateLimiter, RateLimiter};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until, timeout},
};

use super::{
    protocol::{ClientFrame, Close, ServerFrame, moved},
    session::Session,
    upgrade,
    websocket::{Broken, Incoming, Unsent, WebSocket},
};
use crate::{
    actors::{
        conversation::{Published, Subscription},
        services::Services,
    },
    domain::{accounts::space::SpaceRef, quota::rate},
    kernel::{code::Code, problem::Problem},
};

/// Sockets of this process at most; the next one is told to come back.
static ROOM: Semaphore = Semaphore::const_new(50_000);
/// A client that has not said hello by then is not one of ours.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A ping goes out this often; a socket silent for two of them is dead.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Events that are there at once go out in one write, up to this many bytes.
const BATCH: usize = 16 * 1024;
/// Frames past their rate in a row before the socket is closed.
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
    let mut switching = handshake(request.head())
        .map_err(|refused| Problem::new(Code::InvalidRequest, refused.to_string()))?;
    let line = upgrade::line(&request).ok_or_else(|| {
        Problem::new(
            Code::InvalidRequest,
            "a WebSocket begins with an HTTP/1.1 upgrade",
        )
    })?;
    let room = ROOM
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy, "too many sockets").retry_after(Duration::from_secs(5)))?;
    let services = services.into_inner();
    services.clone().tasks.spawn_local("socket", async move {
        let _room = room;
        let Ok(line) = line.await else { return };
        let _counted = Counted::new();
        let socket = Socket {
            services,
            web: WebSocket::new(line),
        };
        socket.run(space, address).await;
    });
    Ok(switching.finish().map_into_boxed_body().into())
}

/// One of `parlance_sockets`, for as long as it lives.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("parlance_sockets").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("parlance_sockets").decrement(1.0);
    }
}

struct Socket {
    services: Arc<Services>,
    web: WebSocket,
}

/// Why a socket ends: with a code the client acts on, because the client says so, or because it is
/// gone.
enum End {
    Close(Close),
    Left(Option<CloseCode>),
    Gone,
}

impl From<Unsent> for End {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Gone => Self::Gone,
            Unsent::Slow => Self::Close(Close::Lagged),
        }
    }
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Gone => Self::Gone,
            Broken::Protocol => Self::Close(Close::Protocol),
            Broken::TooBig => Self::Close(Close::TooBig),
            Broken::InvalidData => Self::Close(Close::InvalidData),
            Broken::Flood => Self::Close(Close::RateLimited),
        }
    }
}

/// A visitor who said hello.
struct Greeted {
    session: Session,
    /// The end of the token.
    until: DateTime<Utc>,
    subscription: Subscription,
}

/// What a socket waits for.
enum Woken {
    Event(Option<Arc<Published>>),
    Frame(Result<Incoming, Broken>),
    Timer,
    Stopping,
}

impl Socket {
    async fn run(mut self, space: Arc<SpaceRef>, address: Option<IpAddr>) {
        // What is rare is boxed, so that an idle socket keeps the room of its loop alone.
        let end = match Box::pin(self.hello(&space, address)).await {
            Ok(greeted) => {
                drop(space);
                self.serve(greeted).await
            }
            Err(end) => end,
        };
        let reason = match end {
            End::Gone => None,
            End::Left(code) => code.map(CloseReason::from),
            End::Close(close) => {
                let (code, why) = close.code();
                Some(CloseReason {
                    code: CloseCode::from(code),
                    description: Some(why.to_owned()),
                })
            }
        };
        Box::pin(self.web.close(reason)).await;
    }

    async fn send(&mut self, frame: ByteString) -> Result<(), End> {
        self.web.queue(Message::Text(frame))?;
        Ok(self.web.flush().await?)
    }

    async fn hello(&mut self, space: &SpaceRef, address: Option<IpAddr>) -> Result<Greeted, End> {
        let stopping = self.services.tasks.stopping();
        let first = tokio::select! {
            first = timeout(HELLO_WITHIN, self.first_text()) => {
                first.map_err(|_| End::Close(Close::Unauthenticated))?
            }
            () = stopping.cancelled() => return Err(self.moved().await.err().unwrap_or(End::Gone)),
        };
        let text = first?;
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
        let (claims, until) = match self.services.tokens.verify_visitor_until(&token) {
            Ok(verified) => verified,
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
                for event in std::mem::take(&mut subscription.backlog) {
                    self.send(event.json).await?;
                }
                Ok(Greeted {
                    session,
                    until,
                    subscription,
                })
            }
            Err(refused) => {
                self.send(ServerFrame::error(&refused, None).text()).await?;
                Err(End::Close(match refused.code {
                    Code::NotFound => Close::NoConversation,
                    Code::RateLimited | Code::TooManyListeners => Close::RateLimited,
                    _ => Close::Moved,
                }))
            }
        }
    }

    async fn first_text(&mut self) -> Result<ByteString, End> {
        loop {
            match self.web.next().await? {
                Incoming::Text(text) => return Ok(text),
                Incoming::Ping(data) => self.pong(data).await?,
                Incoming::Pong => {}
                Incoming::Binary => return Err(End::Close(Close::Unauthenticated)),
                Incoming::Close(code) => return Err(End::Left(code)),
            }
        }
    }

    async fn serve(&mut self, greeted: Greeted) -> End {
        let Greeted {
            session,
            until,
            mut subscription,
        } = greeted;
        let mut frames = Frames::default();
        let mut silent = 0;
        let stopping = self.services.tasks.stopping();
        let mut heartbeat = Instant::now() + HEARTBEAT;
        let mut timer = pin!(sleep_until(heartbeat.min(self.end_of(until))));
        loop {
            let woken = tokio::select! {
                event = subscription.events.recv() => Woken::Event(event),
                frame = self.web.next() => Woken::Frame(frame),
                () = &mut timer => Woken::Timer,
                () = stopping.cancelled() => Woken::Stopping,
            };
            if self.services.clock.now() >= until {
                return End::Close(Close::Unauthenticated);
            }
            let step = match woken {
                Woken::Event(Some(event)) => self.events(&event, &mut subscription).await,
                Woken::Event(None) if subscription.lagged() => Err(End::Close(Close::Lagged)),
                Woken::Event(None) | Woken::Stopping => Box::pin(self.moved()).await,
                Woken::Frame(frame) => {
                    silent = 0;
                    Box::pin(self.incoming(&session, frame, &mut frames)).await
                }
                Woken::Timer => {
                    let due = heartbeat <= Instant::now();
                    if due {
                        silent += 1;
                        heartbeat = Instant::now() + HEARTBEAT;
                    }
                    timer.as_mut().reset(heartbeat.min(self.end_of(until)));
                    match silent {
                        3.. => Err(End::Gone),
                        _ if due => self.ping().await,
                        _ => Ok(()),
                    }
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// When the clock will have passed `until`, if it goes as the timer does.
    fn end_of(&self, until: DateTime<Utc>) -> Instant {
        let left = (until - self.services.clock.now()).to_std().unwrap_or_default();
        Instant::now() + left + Duration::from_millis(1)
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.web.queue(Message::Ping(web::Bytes::new()))?;
        Ok(self.web.flush().await?)
    }

    async fn pong(&mut self, data: web::Bytes) -> Result<(), End> {
        self.web.queue(Message::Pong(data))?;
        Ok(self.web.flush().await?)
    }

    /// `event`, and those that are there already.
    async fn events(&mut self, event: &Published, subscription: &mut Subscription) -> Result<(), End> {
        self.web.queue(Message::Text(event.json.clone()))?;
        while self.web.queued() < BATCH
            && let Ok(event) = subscription.events.try_recv()
        {
            self.web.queue(Message::Text(event.json.clone()))?;
        }
        Ok(self.web.flush().await?)
    }

    /// The conversation ended here (the server drains, or it must be loaded anew): reconnect.
    async fn moved(&mut self) -> Result<(), End> {
        self.send(moved().text()).await.and(Err(End::Close(Close::Moved)))
    }

    async fn incoming(
        &mut self,
        session: &Session,
        frame: Result<Incoming, Broken>,
        frames: &mut Frames,
    ) -> Result<(), End> {
        let text = match frame? {
            Incoming::Close(code) => return Err(End::Left(code)),
            Incoming::Ping(data) => return self.pong(data).await,
            Incoming::Pong => return Ok(()),
            Incoming::Binary => None,
            Incoming::Text(text) => Some(text),
        };
        if frames.limiter.check().is_err() {
            frames.refused += 1;
            if frames.refused > FLOOD {
                return Err(End::Close(Close::RateLimited));
            }
            let limited =
                Problem::new(Code::RateLimited, "too many frames").retry_after(Duration::from_secs(1));
            return self.send(ServerFrame::error(&limited, None).text()).await;
        }
        frames.refused = 0;
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

/// How many frames came.
struct Frames {
    limiter: DefaultDirectRateLimiter,
    /// In a row.
    refused: u32,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            limiter: RateLimiter::direct(rate::frames()),
            refused: 0,
        }
    }
}
