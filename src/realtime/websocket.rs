//! RFC 6455 on a bare line: whole messages in, frames out. Nothing is buffered between messages,
//! so a silent socket has no buffer at all.

use std::{future::poll_fn, io, num::NonZeroU32, time::Duration};

use actix_http::ws::{CloseCode, CloseReason, Codec, Frame, Item, Message, ProtocolError};
use bytes::{Buf, Bytes, BytesMut};
use bytestring::ByteString;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    task::coop::consume_budget,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::codec::{Decoder, Encoder};

use super::{protocol::MAX_FRAME, upgrade::Line};

/// Room made when there is something to read.
const READ: usize = 4 * 1024;
/// Bytes of a frame's header at most.
const HEADER: usize = 14;
/// A write that takes longer means that nobody reads.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// Frames of any kind, pieces and pings included, at once and per second: each costs work.
const FRAMES: (NonZeroU32, NonZeroU32) = (NonZeroU32::new(600).unwrap(), NonZeroU32::new(200).unwrap());
/// Time for the other side to hear a goodbye and to say its own.
const GOODBYE: Duration = Duration::from_secs(1);

/// What a client sent, whole: continuations are put together.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    Text(ByteString),
    Binary,
    Ping(Bytes),
    Pong,
    /// With the code that is to be said back, where there is one.
    Close(Option<CloseCode>),
}

/// Why nothing more can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The other side is gone.
    Gone,
    /// What came is no WebSocket frame, or none that may come now.
    Protocol,
    /// A frame, or a message in pieces, of more than [`MAX_FRAME`] bytes.
    TooBig,
    /// Text that is not UTF-8.
    InvalidData,
    /// More than 600 frames at once and 200 a second.
    Flood,
}

/// Why a frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    Gone,
    /// Not within ten seconds. The rest of it stays first in line, so that what follows is whole.
    Slow,
}

/// A server's end of a WebSocket.
pub struct WebSocket {
    stream: TcpStream,
    codec: Codec,
    unread: BytesMut,
    unsent: BytesMut,
    pieces: Option<BytesMut>,
    frames: DefaultDirectRateLimiter,
}

impl WebSocket {
    #[must_use]
    pub fn new(line: Line) -> Self {
        debug_assert!(
            line.stream.nodelay().unwrap_or(true),
            "a token would wait until the one before it is acknowledged"
        );
        Self {
            stream: line.stream,
            codec: Codec::new().max_size(MAX_FRAME),
            unread: BytesMut::from(line.unread),
            unsent: BytesMut::new(),
            pieces: None,
            frames: RateLimiter::direct(Quota::per_second(FRAMES.1).allow_burst(FRAMES.0)),
        }
    }

    /// The same, waiting for its line with the thread that it is on now.
    ///
    /// # Errors
    /// When the thread can wait for no line.
    pub fn here(self) -> io::Result<Self> {
        let stream = TcpStream::from_std(self.stream.into_std()?)?;
        Ok(Self { stream, ..self })
    }

    /// The next message. Safe to drop midway: what was read stays.
    ///
    /// # Errors
    /// When there will be none.
    pub async fn next(&mut self) -> Result<Incoming, Broken> {
        loop {
            // Bare reads and writes spend none of the task's share of its thread.
            consume_budget().await;
            if let Some(message) = self.whole()? {
                return Ok(message);
            }
            // The only one who reads: a place in the line of those who wait would cost each wait a lock more.
            let readable = poll_fn(|cx| self.stream.poll_read_ready(cx));
            readable.await.map_err(|_| Broken::Gone)?;
            self.unread.reserve(READ);
            match self.stream.try_read_buf(&mut self.unread) {
                Ok(0) => return Err(Broken::Gone),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Err(Broken::Gone),
            }
        }
    }

    /// A message that was read to its end.
    fn whole(&mut self) -> Result<Option<Incoming>, Broken> {
        while let Some(frame) = self
            .codec
            .decode(&mut self.unread)
            .map_err(|error| broken(&error))?
        {
            self.frames.check().map_err(|_| Broken::Flood)?;
            let message = match frame {
                Frame::Text(bytes) => Incoming::Text(text(bytes)?),
                Frame::Binary(_) => Incoming::Binary,
                Frame::Ping(data) => Incoming::Ping(data),
                Frame::Pong(_) => Incoming::Pong,
                Frame::Close(reason) => Incoming::Close(reason.map(|reason| reason.code)),
                Frame::Continuation(item) => match self.piece(item)? {
                    Some(message) => message,
                    None => continue,
                },
            };
            return Ok(Some(message));
        }
        // The parser looks at a frame's size when it is whole, whatever length its header names.
        if self.unread.len() > MAX_FRAME + HEADER {
            return Err(Broken::TooBig);
        }
        if self.unread.is_empty() {
            self.unread = BytesMut::new();
        }
        Ok(None)
    }

    /// The codec sees to it that pieces come in order. Binary ones are not kept.
    fn piece(&mut self, item: Item) -> Result<Option<Incoming>, Broken> {
        let (piece, last) = match item {
            Item::FirstText(piece) => {
                self.pieces = Some(BytesMut::new());
                (piece, false)
            }
            Item::FirstBinary(_) => return Ok(None),
            Item::Continue(piece) => (piece, false),
            Item::Last(piece) => (piece, true),
        };
        let Some(pieces) = &mut self.pieces else {
            return Ok(last.then_some(Incoming::Binary));
        };
        if pieces.len() + piece.len() > MAX_FRAME {
            return Err(Broken::TooBig);
        }
        pieces.extend_from_slice(&piece);
        match self.pieces.take_if(|_| last) {
            Some(whole) => Ok(Some(Incoming::Text(text(whole.freeze())?))),
            None => Ok(None),
        }
    }

    /// Puts `message` behind what waits to be sent.
    ///
    /// # Errors
    /// `Gone` after a close.
    pub fn queue(&mut self, message: Message) -> Result<(), Unsent> {
        self.codec
            .encode(message, &mut self.unsent)
            .map_err(|_| Unsent::Gone)
    }

    /// Bytes that wait to be sent.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.unsent.len()
    }

    /// Sends what waits.
    ///
    /// # Errors
    /// `Gone`, `Slow`.
    pub async fn flush(&mut self) -> Result<(), Unsent> {
        // Nearly always the line takes it at once, and the state of a wait is never made.
        if !self.try_flush()? {
            let sent = async {
                while !self.try_flush()? {
                    self.stream.writable().await.map_err(|_| Unsent::Gone)?;
                }
                Ok(())
            };
            Box::pin(timeout(WRITE_WITHIN, sent))
                .await
                .map_err(|_| Unsent::Slow)??;
        }
        Ok(())
    }

    /// Whether everything is sent.
    fn try_flush(&mut self) -> Result<bool, Unsent> {
        while !self.unsent.is_empty() {
            match self.stream.try_write(&self.unsent) {
                Ok(0) => return Err(Unsent::Gone),
                Ok(sent) => self.unsent.advance(sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(_) => return Err(Unsent::Gone),
            }
        }
        self.unsent = BytesMut::new();
        Ok(true)
    }

    /// Says goodbye, and waits a moment for the other side to do so: a line closed with something
    /// unread on it is reset, and the reason might not arrive.
    pub async fn close(mut self, reason: Option<CloseReason>) {
        if self.queue(Message::Close(reason)).is_err() || self.flush().await.is_err() {
            return;
        }
        let _ = self.stream.shutdown().await;
        let until = Instant::now() + GOODBYE;
        while let Ok(Ok(())) = timeout_at(until, self.stream.readable()).await {
            self.unread.clear();
            self.unread.reserve(READ);
            match self.stream.try_read_buf(&mut self.unread) {
                Ok(read) if read > 0 => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                _ => return,
            }
        }
    }
}

fn text(bytes: Bytes) -> Result<ByteString, Broken> {
    ByteString::try_from(bytes).map_err(|_| Broken::InvalidData)
}

fn broken(error: &ProtocolError) -> Broken {
    match error {
        ProtocolError::Overflow => Broken::TooBig,
        _ => Broken::Protocol,
    }
}
