//! `/dev/outbox`: mail that is sent nowhere, on a developer's machine. Elsewhere there is no such page.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::source_page::escaped;
use crate::{
    actors::services::Services,
    adapters::mail::Kept,
    kernel::problem::{Problem, ProblemDocument},
};

const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Mail that stayed.
#[derive(Serialize, ToSchema)]
#[schema(as = Outbox)]
struct Listed {
    items: Vec<Item>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutboxMail)]
struct Item {
    to: String,
    subject: String,
    text: String,
    links: Vec<String>,
    /// Where a reply would go to, where one may.
    reply_to: Option<String>,
}

/// Read mail that was sent nowhere.
///
/// On a developer's machine only: where mail goes out, or nobody may read what stayed, there is no such
/// page. The newest first, as JSON where that is accepted, otherwise as a page.
#[utoipa::path(
    get, path = "/dev/outbox", operation_id = "read_outbox", tag = "operations",
    responses(
        (status = 200, description = "As it is asked for", content((Listed = "application/json"), (String = "text/html"))),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub async fn read(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let outbox = services.outbox.as_ref().ok_or_else(Problem::not_found)?;
    let mails = outbox.list().await.map_err(Problem::internal)?;
    let accepted = request.headers().get(header::ACCEPT);
    let json = accepted.is_some_and(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.contains("application/json"))
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if json {
        let items = mails.into_iter().map(item).collect();
        return Ok(response.json(Listed { items }));
    }
    Ok(response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(page(&mails)))
}

fn item(mail: Kept) -> Item {
    let Kept {
        to,
        subject,
        text,
        links,
        reply_to,
        ..
    } = mail;
    Item {
        to,
        subject,
        text,
        links,
        reply_to,
    }
}

/// Plain, without a style: what is in it was written by anybody.
fn page(mails: &[Kept]) -> String {
    let mut html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Outbox</title>\
                    <h1>Outbox</h1><p>Mail that was sent nowhere, the newest first. Set SMTP_URL to send it.</p>"
        .to_owned();
    if mails.is_empty() {
        html.push_str("<p>There is none yet.</p>");
    }
    for mail in mails {
        let (subject, to, text) = (escaped(&mail.subject), escaped(&mail.to), escaped(&mail.text));
        let _ = write!(html, "<hr><h2>{subject}</h2><p>To {to}</p><pre>{text}</pre>");
        if let Some(reply_to) = mail.reply_to.as_deref().map(escaped) {
            let _ = write!(html, "<p>Replies go to {reply_to}</p>");
        }
        for link in &mail.links {
            let link = escaped(link);
            let _ = write!(html, "<p><a href=\"{link}\">{link}</a></p>");
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_says_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let mail = Kept {
            to: evil.clone(),
            subject: evil.clone(),
            text: evil.clone(),
            html: evil.clone(),
            links: vec![format!("https://{evil}")],
            reply_to: Some(evil.clone()),
        };
        let page = page(&[mail]);
        assert!(!page.contains("<script"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count(), 6, "{page}");
    }
}
