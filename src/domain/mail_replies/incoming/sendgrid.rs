//! What SendGrid's Inbound Parse posts for a mail, as the fields of a form:
//! <https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook>.
//! With "send raw" `email` is the mail itself.

use std::collections::HashMap;

use mail_parser::decoders::charsets::map::charset_decoder;
use serde::Deserialize;

use super::{Incoming, Unreadable, bare, display_name, mime};

/// The fields that are read; the others, files among them, are passed over.
pub const FIELDS: &[&str] = &[
    "email",
    "headers",
    "to",
    "from",
    "subject",
    "text",
    "html",
    "envelope",
    "attachments",
    "charsets",
];

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    to: Vec<String>,
}

/// A field as text: in the charset that the form names for it, or else what is UTF-8 of it.
fn decoded(bytes: &[u8], charset: Option<&String>) -> String {
    let known = charset
        .filter(|charset| !charset.eq_ignore_ascii_case("utf-8"))
        .and_then(|charset| charset_decoder(charset.as_bytes()));
    match known {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Reads it.
///
/// # Errors
/// Where it is not such a form.
pub fn read(fields: &HashMap<String, Vec<u8>>) -> Result<Incoming, Unreadable> {
    let charsets = fields
        .get("charsets")
        .and_then(|json| serde_json::from_slice::<HashMap<String, String>>(json).ok())
        .unwrap_or_default();
    let field = |name: &str| fields.get(name).map(|bytes| decoded(bytes, charsets.get(name)));
    let envelope = field("envelope").and_then(|json| serde_json::from_str::<Envelope>(&json).ok());
    let mut incoming = match (fields.get("email"), field("from")) {
        (Some(mail), _) => mime::read(mail)?,
        (None, Some(from)) => {
            let mut incoming = Incoming {
                to: field("to").map(|to| mime::addresses(&to)).unwrap_or_default(),
                from: bare(&from),
                name: display_name(&from),
                subject: field("subject").unwrap_or_default(),
                text: field("text"),
                html: field("html"),
                attachments: field("attachments")
                    .and_then(|count| count.trim().parse().ok())
                    .unwrap_or(0),
                ..Incoming::default()
            };
            let headers = field("headers").unwrap_or_default();
            incoming.heed(
                mime::headers(&headers)
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
            incoming
        }
        (None, None) => return Err(Unreadable("send the form that SendGrid's Inbound Parse posts")),
    };
    incoming
        .to
        .extend(envelope.into_iter().flat_map(|envelope| envelope.to));
    Ok(incoming)
}
