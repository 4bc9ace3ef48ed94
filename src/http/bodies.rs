//! What every JSON body has in common: it is an object. A reader of a struct also takes a list of its
//! fields in their order, which nobody should come to rely on.

use std::{cell::Cell, io};

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    middleware::Next,
};
use bytes::Bytes;
use futures_util::StreamExt;

/// What is said of another one.
pub const NO_OBJECT: &str = "send a JSON object";

/// Lets the body of a request for JSON through as long as it can be an object.
///
/// # Errors
/// What the handler's are.
pub async fn only_objects<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.content_type().ends_with("json") {
        let begun = Cell::new(false);
        let body = request.take_payload().map(move |chunk| checked(chunk?, &begun));
        request.set_payload(Payload::Stream {
            payload: Box::pin(body),
        });
    }
    next.call(request).await
}

fn checked(chunk: Bytes, begun: &Cell<bool>) -> Result<Bytes, PayloadError> {
    let first = chunk.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(first) if !begun.replace(true) && *first != b'{' => {
            Err(io::Error::new(io::ErrorKind::InvalidData, NO_OBJECT).into())
        }
        _ => Ok(chunk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_no_space_tells() {
        for (chunks, sound) in [
            (&["{}"][..], true),
            (&[" \n", "\t{", "[1]}"], true),
            (&[], true),
            (&["[]"], false),
            (&["  ", "null"], false),
            (&["\"{\""], false),
        ] {
            let begun = Cell::new(false);
            let passed = chunks
                .iter()
                .all(|chunk| checked(Bytes::from_static(chunk.as_bytes()), &begun).is_ok());
            assert_eq!(passed, sound, "{chunks:?}");
        }
    }
}
