//! Mail that goes out, behind the trait [`Mailer`]: by [`Smtp`], or into a folder, the [`Outbox`],
//! where none is configured. What a mail says is decided elsewhere.

mod outbox;
mod smtp;

use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart, header},
};
use uuid::Uuid;

pub use self::{
    outbox::{Kept, Outbox},
    smtp::{BadSettings, Smtp},
};

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same when it is sent again: its `Message-ID`.
    pub id: Uuid,
    /// An address, in ASCII.
    pub to: String,
    /// What they are called; may be empty.
    pub name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Of a conversation with a visitor.
    pub thread: Option<Box<Thread>>,
}

/// What a mail of a conversation says besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// What all mails of the conversation refer to, so that programs show them as one.
    pub id: Uuid,
    /// The mail that it answers, where it answers one, without brackets.
    pub in_reply_to: Option<String>,
    /// Who writes, in place of the name in `MAIL_FROM`.
    pub sender: String,
    /// Where replies go to.
    pub reply_to: Option<String>,
    /// A POST to it, and nothing else, stops such mail (RFC 8058).
    pub stop: String,
}

/// Why a mail did not go out. Says nothing of whom it was for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may go out later.
    #[error("{0}")]
    Passing(String),
    /// It never will.
    #[error("{0}")]
    Lasting(String),
}

/// Sends mail.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync + std::fmt::Debug {
    /// Hands a mail over to whoever brings it there. It may arrive twice where the handing over broke
    /// off.
    ///
    /// # Errors
    /// `Lasting` where it was refused for good.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// The mail as it goes over the wire. Whatever stands in a name or a subject stays in its line.
fn message(from: &Mailbox, mail: &Mail) -> Result<Message, MailError> {
    let refused = |_| MailError::Lasting("its address is none".to_owned());
    let to: Address = mail.to.parse().map_err(refused)?;
    let name = one_line(&mail.name);
    let mut from = from.clone();
    let mut message = Message::builder();
    if let Some(thread) = &mail.thread {
        let root = format!("<{}@{}>", thread.id, from.email.domain());
        let answered = thread
            .in_reply_to
            .as_deref()
            .map(|id| format!("<{}>", one_line(id)));
        message = message
            .in_reply_to(answered.clone().unwrap_or_else(|| root.clone()))
            .references(answered.map_or_else(|| root.clone(), |answered| format!("{root} {answered}")))
            .header(ListUnsubscribe(format!("<{}>", one_line(&thread.stop))))
            .header(ListUnsubscribePost);
        if let Some(reply_to) = &thread.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.parse().map_err(refused)?));
        }
        from.name = Some(one_line(&thread.sender));
    }
    message
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .from(from)
        .to(Mailbox::new((!name.is_empty()).then_some(name), to))
        .subject(one_line(&mail.subject))
        // Answers of machines, such as notes of absence, are not wanted (RFC 3834).
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|_| MailError::Lasting("it cannot be written down".to_owned()))
}

fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A header that is written and never read.
macro_rules! header {
    ($kind:ident, $name:literal, $header:ident => $value:expr) => {
        impl header::Header for $kind {
            fn name() -> header::HeaderName {
                header::HeaderName::new_from_ascii_str($name)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Err("it is only written".into())
            }

            fn display(&self) -> header::HeaderValue {
                let $header = self;
                header::HeaderValue::new(Self::name(), $value)
            }
        }
    };
}

#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;
header!(AutoSubmitted, "Auto-Submitted", _header => "auto-generated".to_owned());

#[derive(Clone, Debug)]
struct ListUnsubscribe(String);
header!(ListUnsubscribe, "List-Unsubscribe", header => header.0.clone());

#[derive(Clone, Copy, Debug)]
struct ListUnsubscribePost;
header!(ListUnsubscribePost, "List-Unsubscribe-Post", _header => "List-Unsubscribe=One-Click".to_owned());

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mail(name: &str, subject: &str) -> Mail {
        Mail {
            id: Uuid::nil(),
            to: "ada@acme.example".to_owned(),
            name: name.to_owned(),
            subject: subject.to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            thread: None,
        }
    }

    /// The names of the headers, of lines that are no continuation of another.
    fn headers(mail: &Mail) -> Vec<String> {
        let from = "Parlance <no-reply@parlance.example>".parse().unwrap();
        let written = String::from_utf8(message(&from, mail).unwrap().formatted()).unwrap();
        let (head, _) = written.split_once("\r\n\r\n").unwrap();
        let own = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        own.map(|line| line.split_once(':').unwrap().0.to_owned())
            .collect()
    }

    #[test]
    fn a_line_break_in_a_name_begins_no_header() {
        let plain = headers(&mail("Ada", "Hello"));
        assert!(plain.iter().any(|name| name == "Auto-Submitted"), "{plain:?}");
        let evil = mail(
            "Ada\r\nBcc: eve@evil.example",
            "Hello\nBcc: eve@evil.example\r\n\r\nBody",
        );
        assert_eq!(headers(&evil), plain);
    }

    #[test]
    fn a_mail_of_a_conversation_says_what_it_belongs_to_and_how_to_stop_it() {
        let thread = Thread {
            id: Uuid::from_u128(7),
            in_reply_to: None,
            sender: "Acme\r\nBcc: eve@evil.example".to_owned(),
            reply_to: Some(format!("r+{}@in.parlance.example", "a".repeat(62))),
            stop: format!("https://parlance.example/mail/unsubscribe/{}", "b".repeat(62)),
        };
        let mail = Mail {
            thread: Some(Box::new(thread.clone())),
            ..mail("Ada", "Hello")
        };
        let from = "Parlance <no-reply@parlance.example>".parse().unwrap();
        let written = String::from_utf8(message(&from, &mail).unwrap().formatted()).unwrap();
        let head = written.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        for line in [
            "In-Reply-To: <00000000-0000-0000-0000-000000000007@parlance.example>",
            "References: <00000000-0000-0000-0000-000000000007@parlance.example>",
            // "Acme Bcc: eve@evil.example", of which nothing is left that a header is made of.
            "From: =?utf-8?b?QWNtZSBCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?= <no-reply@parlance.example>",
            &format!("Reply-To: {}", thread.reply_to.unwrap()),
            &format!("List-Unsubscribe: <{}>", thread.stop),
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(head.lines().any(|written| written == line), "{line} in {head}");
        }
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    }

    #[test]
    fn an_address_with_more_than_an_address_in_it_is_refused() {
        let from = "no-reply@parlance.example".parse().unwrap();
        for to in [
            "",
            "ada",
            "ada@acme.example\r\nBcc: e@evil.example",
            "a@b.example, e@evil.example",
        ] {
            let mail = Mail {
                to: to.to_owned(),
                ..mail("Ada", "Hello")
            };
            assert!(
                matches!(message(&from, &mail), Err(MailError::Lasting(_))),
                "{to}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_name_and_no_subject_begins_a_header(name in "\\PC*|.*", subject in "(?s).*") {
            prop_assert_eq!(headers(&mail(&format!("A{name}"), &subject)), headers(&mail("Ada", "Hello")));
        }
    }
}
