//! A mail itself (RFC 5322 and MIME), as a mail server pipes it.

use mail_parser::{Address, Message, MessageParser, PartType, decoders::html::html_to_text};

use super::{Incoming, Unreadable};

/// Reads it.
///
/// # Errors
/// Where it has no header.
pub fn read(mail: &[u8]) -> Result<Incoming, Unreadable> {
    let wrong = Unreadable("send the mail itself, with its headers (message/rfc822)");
    let message = MessageParser::default()
        .parse(mail)
        .ok_or_else(|| wrong.clone())?;
    let sender = message.from().and_then(Address::first);
    let from = sender.and_then(|from| from.address()).ok_or(wrong)?.to_owned();
    let named = [message.to(), message.cc(), message.bcc()].into_iter().flatten();
    let to = named
        .flat_map(Address::iter)
        .filter_map(|to| Some(to.address()?.to_owned()));
    let mut incoming = Incoming {
        to: to.collect(),
        from,
        name: sender.and_then(|from| from.name()).map(str::to_owned),
        subject: message.subject().unwrap_or_default().to_owned(),
        references: Vec::new(),
        message_id: message.message_id().map(str::to_owned),
        text: body(&message, false),
        html: body(&message, true),
        attachments: message.attachment_count(),
        automatic: false,
    };
    let raw = message
        .headers_raw()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("message-id"));
    incoming.heed(raw);
    Ok(incoming)
}

/// All parts of the body, where any was written so: programs put a text before and after an image. A part in
/// HTML between texts is read as text.
fn body(message: &Message<'_>, html: bool) -> Option<String> {
    let parts: Vec<_> = if html {
        message.html_bodies().collect()
    } else {
        message.text_bodies().collect()
    };
    let is_so = |body: &PartType<'_>| {
        matches!(
            (body, html),
            (PartType::Html(_), true) | (PartType::Text(_), false)
        )
    };
    if !parts.iter().any(|part| is_so(&part.body)) {
        return None;
    }
    let texts = parts.iter().filter_map(|part| match &part.body {
        PartType::Text(text) if !html => Some(text.to_string()),
        PartType::Html(text) if html => Some(text.to_string()),
        PartType::Html(text) => Some(text_of(text)),
        _ => None,
    });
    Some(texts.collect::<Vec<_>>().join("\n"))
}

/// The text of HTML, in lines where that draws them.
#[must_use]
pub fn text_of(html: &str) -> String {
    // The reader ends lines at `br` and `p` alone.
    let mut lined = String::with_capacity(html.len() + html.len() / 8);
    for piece in html.split_inclusive('>') {
        lined.push_str(piece);
        let tag = piece
            .rsplit_once('<')
            .map_or("", |(_, tag)| tag)
            .to_ascii_lowercase();
        if [
            "/div>",
            "/tr>",
            "/li>",
            "/h1>",
            "/h2>",
            "/h3>",
            "/blockquote>",
            "hr>",
        ]
        .contains(&tag.as_str())
        {
            lined.push_str("<br>");
        }
    }
    html_to_text(&lined)
}

/// Headers as they stand in a mail, by name, with their lines joined.
pub(super) fn headers(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = all.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            all.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    all
}

/// The addresses of a header such as `To`.
pub(super) fn addresses(header: &str) -> Vec<String> {
    let mail = format!("To: {}\r\n\r\n", header.replace(['\r', '\n'], " "));
    let parsed = MessageParser::default().parse(mail.as_bytes());
    let to = parsed.as_ref().and_then(Message::to);
    let found = to.into_iter().flat_map(Address::iter);
    found.filter_map(|to| Some(to.address()?.to_owned())).collect()
}
