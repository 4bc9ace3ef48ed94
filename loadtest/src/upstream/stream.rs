//! One answer being streamed: everything it sends, when, and where it goes wrong.

use std::{convert::Infallible, future, io, sync::Arc};

use bytes::Bytes;
use futures_util::Stream;
use hyper::body::Frame;
use tokio::time::{Instant, sleep_until};

use super::{
    answer::Answer,
    behaviour::{Behaviour, Fault},
    records::{Ending, Records, Ticket, Told},
    wire::Wire,
};

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Opening,
    Token(usize),
    Ending,
    /// Half an event is out: break the connection.
    Break,
    Over,
}

/// The state of one stream. Dropped early it records that the client left.
pub(super) struct Answering {
    pub(super) wire: Box<dyn Wire>,
    pub(super) answer: Answer,
    pub(super) behaviour: Behaviour,
    /// Text tokens, the client's limit applied.
    pub(super) tokens: usize,
    /// Told at the start; the output is told as 1 then, as the real API does.
    pub(super) told: Told,
    pub(super) began: Instant,
    pub(super) records: Arc<Records>,
    pub(super) ticket: Ticket,
}

struct Pump {
    answering: Answering,
    at: At,
    /// Bytes still to go out one by one.
    rest: Bytes,
}

impl Answering {
    /// The body. Its error breaks the connection off.
    pub(super) fn body(self) -> impl Stream<Item = io::Result<Frame<Bytes>>> {
        let pump = Pump {
            answering: self,
            at: At::Opening,
            rest: Bytes::new(),
        };
        futures_util::stream::unfold(pump, |mut pump| async move {
            let bytes = pump.next().await?;
            Some((bytes.map(Frame::data), pump))
        })
    }

    /// Bills the prompt, what was thought and `tokens` of the answer.
    fn bill(&self, tokens: usize) {
        let output = u64::try_from(tokens + self.behaviour.thinking_tokens).unwrap_or(u64::MAX);
        self.records.bill(self.ticket, Told { output, ..self.told });
    }

    fn token(&self, n: usize) -> String {
        self.records.sent(self.ticket);
        self.bill(n + 1);
        self.wire.token(&self.answer.token(n, self.began.elapsed()))
    }
}

impl Pump {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.answering.behaviour.split {
            if self.rest.is_empty() {
                match self.step().await? {
                    Ok(bytes) => self.rest = bytes,
                    error => return Some(error),
                }
            }
            // Being not ready makes the server flush: the last byte travels alone.
            tokio::task::yield_now().await;
            return Some(Ok(self.rest.split_to(1.min(self.rest.len()))));
        }
        self.step().await
    }

    async fn step(&mut self) -> Option<io::Result<Bytes>> {
        let text = match self.at {
            At::Opening => self.opening(),
            At::Token(n) => {
                sleep_until(self.answering.began + self.answering.behaviour.due(n)).await;
                match self.fault(n).await {
                    Some(text) => text,
                    None => self.token(n),
                }
            }
            At::Ending => match self.fault(usize::MAX).await {
                Some(text) => text,
                None => self.ending(),
            },
            At::Break => {
                tokio::task::yield_now().await;
                self.end(Ending::Faulted);
                return Some(Err(io::Error::new(
                    io::ErrorKind::ConnectionReset,
                    "cut, as told",
                )));
            }
            At::Over => return None,
        };
        let text = if self.answering.behaviour.crlf {
            text.replace('\n', "\r\n")
        } else {
            text
        };
        Some(Ok(Bytes::from(text)))
    }

    fn opening(&mut self) -> String {
        self.answering.bill(0);
        let Answering {
            wire,
            told,
            records,
            ticket,
            behaviour,
            ..
        } = &self.answering;
        let told = Told { output: 1, ..*told };
        records.tell(*ticket, told);
        self.at = At::Token(0);
        if self.answering.tokens == 0 {
            self.at = At::Ending;
        }
        wire.opening(&told, behaviour.thinking_tokens)
    }

    fn token(&mut self, n: usize) -> String {
        let next = n + 1;
        self.at = if next < self.answering.tokens {
            At::Token(next)
        } else {
            At::Ending
        };
        self.answering.token(n)
    }

    fn ending(&mut self) -> String {
        let Answering {
            wire,
            told,
            records,
            ticket,
            behaviour,
            tokens,
            ..
        } = &self.answering;
        let output = u64::try_from(tokens + behaviour.thinking_tokens).unwrap_or(u64::MAX);
        let told = Told { output, ..*told };
        records.tell(*ticket, told);
        let text = wire.ending(&told);
        self.end(Ending::Complete);
        text
    }

    fn end(&mut self, ending: Ending) {
        self.at = At::Over;
        self.answering.records.end(self.answering.ticket, ending);
    }

    /// What goes wrong before token `n`; `usize::MAX` stands for the end of the answer.
    async fn fault(&mut self, n: usize) -> Option<String> {
        let due = |after: usize| after == n || (n == usize::MAX && after >= self.answering.tokens);
        match self.answering.behaviour.fault.clone() {
            Fault::Stall(after) if due(after) => future::pending::<Option<String>>().await,
            Fault::Cut(after) if due(after) => {
                self.at = At::Break;
                let event = self.answering.wire.token("cut off here");
                Some(event.get(..event.len() / 2).unwrap_or_default().to_owned())
            }
            Fault::Garbage(after) if due(after) => {
                self.end(Ending::Faulted);
                Some("event: content_block_delta\ndata: {\"type\":\u{0}oops\n\n".to_owned())
            }
            Fault::ErrorEvent { after, kind } if due(after) => {
                self.end(Ending::Faulted);
                Some(self.answering.wire.error(&kind))
            }
            _ => None,
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.records.end(self.ticket, Ending::Closed);
    }
}

/// A body that never fails as one that might.
pub(super) fn infallible(never: Infallible) -> io::Error {
    match never {}
}
