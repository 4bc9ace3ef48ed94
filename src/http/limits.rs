//! What is left of a plan's calls, on every answer to a program: the `RateLimit` and
//! `RateLimit-Policy` fields of draft-ietf-httpapi-ratelimit-headers-10.

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};

/// In the extensions of a request that a key opened, or for which there was nothing left.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    pub limit: u32,
    pub left: u32,
    /// Seconds to the next window.
    pub resets_in: i64,
}

/// Says what is left.
///
/// # Errors
/// What the handler's are.
pub async fn tell(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let left = response.request().extensions().get::<Left>().copied();
    if let Some(Left {
        limit,
        left,
        resets_in,
    }) = left
    {
        let fields = [
            ("ratelimit-policy", format!("\"hour\";q={limit};w=3600")),
            ("ratelimit", format!("\"hour\";r={left};t={resets_in}")),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        }
    }
    Ok(response)
}
