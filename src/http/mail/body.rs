//! What providers post, read into memory within bounds.

use std::collections::HashMap;

use actix_multipart::Multipart;
use actix_web::{HttpMessage, HttpRequest, web::Payload};
use futures_util::StreamExt;

use crate::kernel::{code::Code, problem::Problem};

/// Bytes of a mail with its files at most: Postmark takes 35 MB of one, SendGrid 30 MB.
pub(super) const MAX_MAIL: usize = 48 << 20;

fn too_large() -> Problem {
    let limit = MAX_MAIL >> 20;
    Problem::new(Code::PayloadTooLarge, format!("a mail has at most {limit} MiB"))
}

/// The body of a request of this type.
pub(super) async fn whole(
    request: &HttpRequest,
    kinds: &[&str],
    mut payload: Payload,
) -> Result<Vec<u8>, Problem> {
    if !kinds.contains(&request.content_type()) {
        return Err(Problem::new(
            Code::UnsupportedMediaType,
            format!("send {}", kinds.join(" or ")),
        ));
    }
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Problem::new(Code::InvalidRequest, error.to_string()))?;
        if body.len() + chunk.len() > MAX_MAIL {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The fields of these names of a form; the others are passed over.
pub(super) async fn form(
    request: &HttpRequest,
    names: &[&str],
    payload: Payload,
) -> Result<HashMap<String, Vec<u8>>, Problem> {
    const FORM: &str = "multipart/form-data";
    if request.content_type() != FORM {
        return Err(Problem::new(Code::UnsupportedMediaType, format!("send {FORM}")));
    }
    let broken = |error: &dyn std::fmt::Display| Problem::new(Code::InvalidRequest, error.to_string());
    let (mut form, mut fields, mut size) = (Multipart::new(request.headers(), payload), HashMap::new(), 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|error| broken(&error))?;
        let wanted = field
            .name()
            .filter(|name| names.contains(name))
            .map(str::to_owned);
        let mut text = Vec::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|error| broken(&error))?;
            size += chunk.len();
            if size > MAX_MAIL {
                return Err(too_large());
            }
            if wanted.is_some() {
                text.extend_from_slice(&chunk);
            }
        }
        if let Some(name) = wanted {
            fields.insert(name, text);
        }
    }
    Ok(fields)
}
