//! Which page a request comes from.

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName},
};

use super::{code::Code, problem::Problem};

/// Refuses a request whose `Origin` is not allowed, as `allowed(origin, own_host)` decides.
/// Programs send none and pass: their token says what they may do.
///
/// # Errors
/// `OriginNotAllowed`.
pub fn check(request: &HttpRequest, allowed: impl Fn(&str, Option<&str>) -> bool) -> Result<(), Problem> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header(header::ORIGIN) {
        Some(origin) if !allowed(origin, header(header::HOST)) => Err(Problem::new(
            Code::OriginNotAllowed,
            format!("{origin} is not among the space's allowed domains"),
        )),
        _ => Ok(()),
    }
}
