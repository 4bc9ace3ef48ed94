//! What every WebSocket of ours keeps to, whoever speaks on it: room for so many, hello in time,
//! frames within their rate, pings, the end of the token, and the code it is closed with.
//! [`super::ws`] is a visitor's, [`super::console`] a member's.

use std::{pin::pin, sync::Arc, time::Duration};

use actix::ArbiterHandle;
use actix_http::ws::{CloseCode, CloseReason, Message, handshake};
use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use chrono::{DateTime, Utc};
use governor::{DefaultDirectRateLimiter, RateLimiter};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until, timeout},
};

use super::{
    protocol::{Close, ServerFrame, moved},
    upgrade,
    websocket::{Broken, Incoming, Unsent, WebSocket},
};
use crate::{
    actors::services::Services,
    domain::quota::rate,
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

/// Answers `request` with a WebSocket, which `talk` has from then on.
///
/// # Errors
/// When the request is no WebSocket upgrade, or there are too many.
pub(super) fn accept<T>(
    request: &HttpRequest,
    services: Arc<Services>,
    talk: T,
) -> actix_web::Result<HttpResponse>
where
    T: AsyncFnOnce(Socket) + 'static,
{
    let mut switching = handshake(request.head())
        .map_err(|refused| Problem::new(Code::InvalidRequest, refused.to_string()))?;
    let line = upgrade::line(request).ok_or_else(|| {
        Problem::new(
            Code::InvalidRequest,
            "a WebSocket begins with an HTTP/1.1 upgrade",
        )
    })?;
    let room = ROOM
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy, "too many sockets").retry_after(Duration::from_secs(5)))?;
    services.clone().tasks.spawn_local("socket", async move {
        let Ok(line) = line.await else { return };
        let socket = Socket {
            services,
            web: WebSocket::new(line),
            _counted: Counted::new(),
            _room: room,
        };
        talk(socket).await;
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

/// Why a socket ends: with a code the client acts on, because the client says so, or because it is
/// gone.
pub(super) enum End {
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

/// Who said hello: what they are told, and what comes of what they say.
pub(super) trait Talk {
    /// One or more frames.
    type Event;

    /// What happens next; `None` when nothing more will. Safe to drop midway.
    async fn next(&mut self) -> Option<Self::Event>;
    /// The same where it has happened already.
    fn ready(&mut self) -> Option<Self::Event>;
    /// The frames of an event.
    fn frames(event: &Self::Event) -> impl Iterator<Item = ByteString>;
    /// Whether nothing more comes because too little was read.
    fn lagged(&self) -> bool;
    /// The end of the token.
    fn until(&self) -> DateTime<Utc>;
    /// Carries out a frame; what to answer, if anything.
    async fn frame(&mut self, text: &str) -> Option<ByteString>;
}

/// What a socket waits for.
enum Woken<E> {
    Event(Option<E>),
    Frame(Result<Incoming, Broken>),
    Timer,
    Stopping,
}

pub(super) struct Socket {
    pub(super) services: Arc<Services>,
    web: WebSocket,
    _counted: Counted,
    _room: SemaphorePermit<'static>,
}

impl Socket {
    /// Has the talk on the thread of `arbiter`, where what is told comes from, so that no word wakes another thread.
    /// Where that thread has ended, the line does, too.
    pub(super) fn go_on_at<T: Talk + Send + 'static>(self, arbiter: &ArbiterHandle, talk: T) {
        let tasks = self.services.tasks.clone();
        arbiter.spawn_fn(move || {
            tasks.spawn_local("socket", async move {
                let Ok(web) = self.web.here() else { return };
                let mut socket = Self { web, ..self };
                let end = socket.serve(talk).await;
                socket.close(end).await;
            });
        });
    }

    pub(super) async fn close(self, end: End) {
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

    pub(super) async fn send(&mut self, frame: ByteString) -> Result<(), End> {
        self.web.queue(Message::Text(frame))?;
        Ok(self.web.flush().await?)
    }

    /// The same of many, in a few writes.
    pub(super) async fn send_all(&mut self, frames: &[ByteString]) -> Result<(), End> {
        for frame in frames {
            self.web.queue(Message::Text(frame.clone()))?;
            if self.web.queued() >= BATCH {
                self.web.flush().await?;
            }
        }
        Ok(self.web.flush().await?)
    }

    /// Says why, and with which code it ends.
    pub(super) async fn refuse(&mut self, refused: &Problem, close: Close) -> End {
        let said = self.send(ServerFrame::error(refused, None).text()).await;
        said.err().unwrap_or(End::Close(close))
    }

    /// The first frame's text, which must come in time.
    pub(super) async fn hello(&mut self) -> Result<ByteString, End> {
        let stopping = self.services.tasks.stopping();
        tokio::select! {
            first = timeout(HELLO_WITHIN, self.first_text()) => {
                first.map_err(|_| End::Close(Close::Unauthenticated))?
            }
            () = stopping.cancelled() => Err(self.moved().await),
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

    /// Has the talk until it ends, at the end of the token at the latest.
    pub(super) async fn serve<T: Talk>(&mut self, mut talk: T) -> End {
        let mut frames = Frames::default();
        let mut silent = 0;
        let stopping = self.services.tasks.stopping();
        let mut stopped = pin!(stopping.cancelled());
        let mut heartbeat = Instant::now() + HEARTBEAT;
        let mut timer = pin!(sleep_until(heartbeat.min(self.end_of(talk.until()))));
        loop {
            let woken = tokio::select! {
                event = talk.next() => Woken::Event(event),
                frame = self.web.next() => Woken::Frame(frame),
                () = &mut timer => Woken::Timer,
                () = &mut stopped => Woken::Stopping,
            };
            if self.services.clock.now() >= talk.until() {
                return End::Close(Close::Unauthenticated);
            }
            let step = match woken {
                Woken::Event(Some(event)) => self.events(&event, &mut talk).await,
                Woken::Event(None) if talk.lagged() => Err(End::Close(Close::Lagged)),
                Woken::Event(None) | Woken::Stopping => Err(Box::pin(self.moved()).await),
                Woken::Frame(frame) => {
                    silent = 0;
                    Box::pin(self.incoming(&mut talk, frame, &mut frames)).await
                }
                Woken::Timer => {
                    let due = heartbeat <= Instant::now();
                    if due {
                        silent += 1;
                        heartbeat = Instant::now() + HEARTBEAT;
                    }
                    timer.as_mut().reset(heartbeat.min(self.end_of(talk.until())));
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
    async fn events<T: Talk>(&mut self, event: &T::Event, talk: &mut T) -> Result<(), End> {
        self.queue::<T>(event)?;
        while self.web.queued() < BATCH
            && let Some(event) = talk.ready()
        {
            self.queue::<T>(&event)?;
        }
        Ok(self.web.flush().await?)
    }

    fn queue<T: Talk>(&mut self, event: &T::Event) -> Result<(), End> {
        for frame in T::frames(event) {
            self.web.queue(Message::Text(frame))?;
        }
        Ok(())
    }

    /// What is talked about ended here (the server drains, or it must be loaded anew): reconnect.
    async fn moved(&mut self) -> End {
        let said = self.send(moved().text()).await;
        said.err().unwrap_or(End::Close(Close::Moved))
    }

    async fn incoming<T: Talk>(
        &mut self,
        talk: &mut T,
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
        let reply = match text {
            Some(text) => talk.frame(&text).await,
            None => Some(unreadable("frames are JSON text")),
        };
        match reply {
            Some(reply) => self.send(reply).await,
            None => Ok(()),
        }
    }
}

/// What is answered to a frame that cannot be read.
pub(super) fn unreadable(why: impl Into<String>) -> ByteString {
    ServerFrame::error(&Problem::new(Code::InvalidFrame, why), None).text()
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
