//! What Postmark posts for a mail: <https://postmarkapp.com/developer/webhooks/inbound-webhook>.

use serde::{Deserialize, de::IgnoredAny};

use super::{Incoming, Unreadable, bare, display_name};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Posted {
    from: String,
    #[serde(default)]
    to_full: Vec<Mailbox>,
    #[serde(default)]
    cc_full: Vec<Mailbox>,
    #[serde(default)]
    bcc_full: Vec<Mailbox>,
    #[serde(default)]
    original_recipient: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text_body: Option<String>,
    #[serde(default)]
    html_body: Option<String>,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    attachments: Vec<IgnoredAny>,
    /// Postmark's own; the mail's is among the headers.
    #[serde(default, rename = "MessageID")]
    message_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mailbox {
    email: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

/// Reads it.
///
/// # Errors
/// Where it is not such a document.
pub fn read(body: &[u8]) -> Result<Incoming, Unreadable> {
    let posted: Posted = serde_json::from_slice(body)
        .map_err(|_| Unreadable("send what Postmark posts for an inbound mail"))?;
    let named = [posted.to_full, posted.cc_full, posted.bcc_full]
        .into_iter()
        .flatten();
    let mut to: Vec<String> = named.map(|mailbox| mailbox.email).collect();
    to.push(posted.original_recipient);
    let mut incoming = Incoming {
        to,
        from: bare(&posted.from),
        name: display_name(&posted.from),
        subject: posted.subject,
        references: Vec::new(),
        message_id: posted.message_id,
        automatic: false,
        text: posted.text_body,
        html: posted.html_body,
        attachments: posted.attachments.len(),
    };
    incoming.heed(
        posted
            .headers
            .iter()
            .map(|header| (header.name.as_str(), header.value.as_str())),
    );
    Ok(incoming)
}
