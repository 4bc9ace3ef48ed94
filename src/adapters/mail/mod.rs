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
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new((!name.is_empty()).then_some(name), to))
        .subject(one_line(&mail.subject))
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
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

#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

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
