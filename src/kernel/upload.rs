//! Files in forms: how much is read of one, and how is refused what is no such form.

use actix_multipart::{MultipartError, form::MultipartFormConfig};
use actix_web::Error;

use super::{code::Code, problem::Problem};

/// Reads files of at most `bytes`, and other parts of none to speak of. What is longer is refused as soon as
/// it is.
#[must_use]
pub fn limited(bytes: usize) -> MultipartFormConfig {
    MultipartFormConfig::default()
        .memory_limit(bytes)
        .total_limit(bytes + (64 << 10))
        .error_handler(move |error, _| refused(&error, bytes >> 20).into())
}

fn refused(error: &MultipartError, limit: usize) -> Problem {
    if format!("{error:?}").contains("Overflow") {
        Problem::new(Code::PayloadTooLarge, format!("a file has at most {limit} MiB"))
    } else {
        Problem::new(Code::InvalidRequest, error.to_string())
    }
}

/// What is no form at all is refused before anybody is asked how to say so.
#[must_use]
pub fn no_form(refused: &Error) -> Problem {
    let known = refused.as_error::<Problem>().cloned();
    known.unwrap_or_else(|| Problem::new(Code::UnsupportedMediaType, "send multipart/form-data"))
}
