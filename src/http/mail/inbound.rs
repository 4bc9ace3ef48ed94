//! Replies to mail, as providers post them. What is done, and what is dropped for good, is answered with 200,
//! so that nobody sends it for ever; with 5xx what may go through later, for some providers take a 4xx for good.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use tokio::task;
use utoipa::ToSchema;

use super::{body, deliver};
use crate::{
    actors::services::Services,
    domain::mail_replies::incoming::{Incoming, Unreadable, mime, postmark, sendgrid},
    kernel::{
        bearer::bearer,
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// When a mail may be sent again that found all places taken.
const AGAIN: Duration = Duration::from_secs(5);
/// A mail has come in whole by then.
const WITHIN: Duration = Duration::from_secs(120);
const BASIC: &str = "basic ";

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    /// It is in the conversation.
    Delivered,
    /// It was there before.
    Duplicate,
    /// It is sent to no conversation, or to one that is gone.
    UnknownAddress,
    /// A machine wrote it by itself.
    Automatic,
    /// Nothing is in it.
    Empty,
    /// Agents have blocked whoever wrote it.
    Blocked,
}

/// What became of a mail; nobody need send it again.
#[derive(Serialize, ToSchema)]
struct MailFate {
    outcome: Fate,
}

/// What is read of what Postmark posts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it stands in the document, and is read in the domain")]
pub struct PostmarkMail {
    #[schema(rename = "From")]
    from: String,
    #[schema(rename = "OriginalRecipient")]
    original_recipient: Option<String>,
    #[schema(rename = "TextBody")]
    text_body: Option<String>,
    #[schema(rename = "HtmlBody")]
    html_body: Option<String>,
}

/// What is read of what SendGrid posts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it stands in the document, and is read in the domain")]
pub struct SendgridMail {
    /// The mail itself, where that is posted raw; in place of the others.
    email: Option<String>,
    from: Option<String>,
    to: Option<String>,
    text: Option<String>,
    html: Option<String>,
    headers: Option<String>,
    envelope: Option<String>,
}

/// The mail itself, as RFC 5322 has it.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it stands in the document, and is read in the domain")]
pub struct RawMail(Vec<u8>);

/// Take a reply from Postmark.
///
/// What Postmark posts for an inbound mail. `MAIL_INBOUND_SECRET` is the password of the address, or the
/// bearer. 200 is for what is done or dropped for good.
#[utoipa::path(
    post, path = "/api/mail/inbound/postmark", operation_id = "receive_postmark", tag = "operations", security(("mail" = [])),
    request_body(content = PostmarkMail, example = json!({ "From": "ada@shop.example", "OriginalRecipient": "r+token@in.parlance.example", "TextBody": "Thank you!" })),
    responses((status = 200, body = MailFate), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn postmark(
    request: HttpRequest,
    payload: Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = body::whole(&request, &["application/json"], payload);
    take(&request, &services, body, |body| postmark::read(&body)).await
}

/// Take a reply from SendGrid.
///
/// What SendGrid's Inbound Parse posts, raw or not.
#[utoipa::path(
    post, path = "/api/mail/inbound/sendgrid", operation_id = "receive_sendgrid", tag = "operations", security(("mail" = [])),
    request_body(content = SendgridMail, content_type = "multipart/form-data"),
    responses((status = 200, body = MailFate), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn sendgrid(
    request: HttpRequest,
    payload: Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let fields = body::form(&request, sendgrid::FIELDS, payload);
    take(&request, &services, fields, |fields| sendgrid::read(&fields)).await
}

/// Take a reply as it came.
///
/// The mail itself: what a mail server pipes into a program, or a function hands on.
#[utoipa::path(
    post, path = "/api/mail/inbound/raw", operation_id = "receive_raw_mail", tag = "operations", security(("mail" = [])),
    request_body(content = RawMail, content_type = "message/rfc822"),
    responses((status = 200, body = MailFate), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn raw(
    request: HttpRequest,
    payload: Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = body::whole(&request, &["message/rfc822", "text/plain"], payload);
    take(&request, &services, body, |body| mime::read(&body)).await
}

/// Who may not bring mail is refused before its body comes in. A mail may be large: it is read beside the
/// requests.
async fn take<B: Send + 'static>(
    request: &HttpRequest,
    services: &Services,
    body: impl Future<Output = Result<B, Problem>>,
    read: impl FnOnce(B) -> Result<Incoming, Unreadable> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    if !services.inbound.is_open() {
        return Err(Problem::not_found());
    }
    if !services.inbound.admits(&secret(request)) {
        let detail = "give MAIL_INBOUND_SECRET, as a bearer or as the password of Basic";
        return Err(Problem::new(Code::Unauthenticated, detail));
    }
    let crowded = || Problem::new(Code::Busy, "other mail is being read").retry_after(AGAIN);
    let _place = services.inbound.place().ok_or_else(crowded)?;
    let body = tokio::time::timeout(WITHIN, body).await;
    let body = body.map_err(|_| Problem::new(Code::Timeout, "the mail did not come in whole"))??;
    let read = task::spawn_blocking(move || {
        let mail = read(body)?;
        let texts = mail.messages();
        Ok::<_, Unreadable>((mail, texts))
    });
    let (mail, texts) = read.await.map_err(Problem::internal)??;
    let outcome = deliver::deliver(services, &mail, &texts).await?;
    metrics::counter!("parlance_mails_received_total", "outcome" => format!("{outcome:?}").to_lowercase())
        .increment(1);
    Ok(HttpResponse::Ok().json(MailFate { outcome }))
}

/// The bearer, or the password of Basic (RFC 7617), whatever the name; empty where there is none.
fn secret(request: &HttpRequest) -> String {
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let basic = given.split_at_checked(BASIC.len());
    let Some((_, encoded)) = basic.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(BASIC)) else {
        return bearer(request).to_owned();
    };
    let decoded = STANDARD.decode(encoded.trim()).unwrap_or_default();
    let decoded = String::from_utf8(decoded).unwrap_or_default();
    decoded
        .split_once(':')
        .map(|(_, password)| password.to_owned())
        .unwrap_or_default()
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Self {
        Self::new(Code::InvalidRequest, unreadable.to_string())
    }
}
