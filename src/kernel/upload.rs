//! Files in forms: how much is read of one, for how long, and how is refused what is no such form.

use std::time::Duration;

use actix_multipart::{
    MultipartError,
    form::{MultipartCollect, MultipartForm, MultipartFormConfig},
};
use actix_web::{Error, FromRequest, HttpRequest, web::Payload};

use super::{code::Code, problem::Problem};

/// A form has come in whole by then.
const WITHIN: Duration = Duration::from_secs(120);

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

/// Reads a form, for whoever is admitted already.
///
/// # Errors
/// It is none, is longer than [`limited`] allows, or does not come in whole within two minutes.
pub async fn form<T: MultipartCollect + 'static>(
    request: &HttpRequest,
    payload: Payload,
) -> Result<T, Problem> {
    let mut payload = payload.into_inner();
    let read = MultipartForm::<T>::from_request(request, &mut payload);
    let read = tokio::time::timeout(WITHIN, read).await;
    let read = read.map_err(|_| Problem::new(Code::Timeout, "the file did not come in whole"))?;
    Ok(read.map_err(|refused| no_form(&refused))?.into_inner())
}

/// What is no form at all is refused before anybody is asked how to say so.
#[must_use]
pub fn no_form(refused: &Error) -> Problem {
    let known = refused.as_error::<Problem>().cloned();
    known.unwrap_or_else(|| Problem::new(Code::UnsupportedMediaType, "send multipart/form-data"))
}
