//! Headers that every answer carries. A page that needs another content policy sets its own. And what
//! no address may have.

use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::{DefaultHeaders, Next},
};

use crate::kernel::{code::Code, problem::Problem};

/// Nothing is sniffed, framed or referred unless a page says otherwise.
#[must_use]
pub fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "strict-origin-when-cross-origin"))
        .add((
            "Content-Security-Policy",
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .add(("Permissions-Policy", "camera=(), geolocation=(), microphone=()"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"))
}

/// Refuses an address with the character NUL, which no text of the database can hold: nothing has it in
/// its name.
///
/// # Errors
/// What the handler's are.
pub async fn sound_address<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let uri = request.uri();
    let said = uri.path_and_query().map_or("", |said| said.as_str());
    if said.contains("%00") {
        let refused = Problem::new(
            Code::InvalidRequest,
            "an address cannot hold the character NUL, %00",
        );
        return Ok(request.error_response(refused).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}
