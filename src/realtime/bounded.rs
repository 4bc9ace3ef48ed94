//! The bytes of a socket, bounded. The frame parser waits until a frame is whole before it looks at
//! its size, and would buffer whatever length a header names.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use actix_web::{
    FromRequest, HttpRequest, dev,
    error::PayloadError,
    web::{Bytes, Payload},
};
use futures_util::Stream;

use super::protocol::MAX_FRAME;

/// Bytes that may arrive without a frame becoming whole: one frame, and what the connection hands
/// over at once.
const UNREAD: usize = 4 * MAX_FRAME;

/// Counts the bytes since the last whole frame.
#[derive(Clone, Debug, Default)]
pub struct Unread(Arc<AtomicUsize>);

impl Unread {
    /// A frame was read.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

struct Bounded {
    inner: dev::Payload,
    unread: Unread,
}

impl Stream for Bounded {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.inner).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &next
            && self.unread.0.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() > UNREAD
        {
            return Poll::Ready(Some(Err(PayloadError::Overflow)));
        }
        next
    }
}

/// `body` that ends with an overflow when no frame becomes whole for too long.
///
/// # Errors
/// Never; extraction is written as if it could fail.
pub async fn bounded(request: &HttpRequest, body: Payload) -> actix_web::Result<(Payload, Unread)> {
    let unread = Unread::default();
    let bounded: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(Bounded {
        inner: body.into_inner(),
        unread: unread.clone(),
    });
    let mut payload = dev::Payload::Stream { payload: bounded };
    Ok((Payload::from_request(request, &mut payload).await?, unread))
}
