//! A mail that came in, whoever brought it: what is told of it is the same. [`postmark`] and [`sendgrid`]
//! read what those post, [`mime`] the mail itself. None of it is believed: who may write where is decided
//! by the token in the address alone.

pub mod mime;
pub mod postmark;
pub mod sendgrid;

use parlance_store::ids::SpaceId;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::quoted::stripped;
use crate::domain::conversations::text::MAX_TEXT;

/// Messages that one mail becomes at most; each has as many characters as any other.
pub const MOST_PARTS: usize = 10;

/// Mails that one says it answers, looked at.
const MOST_REFERENCES: usize = 20;

/// Characters of a mail that are looked at: what is quoted may be longer than what is written.
const MOST_TEXT: usize = 4 * MOST_PARTS * MAX_TEXT;

/// It cannot be read as what it was posted as.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

/// A mail that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Every address that it may have been sent to.
    pub to: Vec<String>,
    /// Who says that they sent it, as an address.
    pub from: String,
    /// What they say that they are called.
    pub name: Option<String>,
    pub subject: String,
    pub message_id: Option<String>,
    /// The mails that it answers, without brackets, the newest last.
    pub references: Vec<String>,
    /// A machine wrote it by itself: nobody waits for an answer.
    pub automatic: bool,
    pub text: Option<String>,
    pub html: Option<String>,
    pub attachments: usize,
}

impl Incoming {
    /// Notes what the headers say, by their names.
    fn heed<'a>(&mut self, headers: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (name, value) in headers {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            match name.as_str() {
                "message-id" => self.message_id = Some(value.to_owned()),
                "references" | "in-reply-to" => {
                    let ids = value
                        .split_whitespace()
                        .map(|id| id.trim_matches(['<', '>']).to_owned());
                    self.references.extend(ids.take(MOST_REFERENCES));
                }
                "delivered-to" | "x-original-to" | "envelope-to" | "x-forwarded-to" => {
                    self.to.push(bare(value));
                }
                _ => self.automatic |= says_automatic(&name, &value.to_ascii_lowercase()),
            }
        }
        let local = self
            .from
            .split('@')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        self.automatic |= matches!(local.as_str(), "mailer-daemon" | "postmaster" | "");
    }

    /// What the visitor says with it, as messages, oldest first. Empty where there is nothing in it.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let text = self.text.as_deref().filter(|text| !text.trim().is_empty());
        let text = text.map_or_else(
            || self.html.as_deref().map_or_else(String::new, mime::text_of),
            str::to_owned,
        );
        let end = text
            .char_indices()
            .nth(MOST_TEXT)
            .map_or(text.len(), |(at, _)| at);
        let (text, _) = text.split_at(end);
        let mut said = stripped(text);
        if self.attachments > 0 {
            let many = if self.attachments == 1 {
                "1 attachment was"
            } else {
                &format!("{} attachments were", self.attachments)
            };
            said = format!("{said}\n\n({many} left out)").trim_start().to_owned();
        }
        let mut parts = parts(&said);
        if parts.len() > MOST_PARTS {
            parts.truncate(MOST_PARTS);
            parts.push("(The rest of this e-mail was left out)".to_owned());
        }
        parts
    }

    /// The id under which its message of this number is said: the same when the mail comes again.
    #[must_use]
    pub fn client_id(&self, part: usize) -> Uuid {
        if let Some(id) = &self.message_id {
            return id_of(id.trim_matches(['<', '>', ' ']), part);
        }
        let texts = [
            &self.from,
            self.text.as_deref().unwrap_or_default(),
            self.html.as_deref().unwrap_or_default(),
        ];
        id_of(&texts.map(|text| format!("{text}\0")).concat(), part)
    }

    /// Under which ids its sender's tickets of a space are made: of this mail, and then of those that it answers.
    pub fn tickets(&self, space: SpaceId) -> impl Iterator<Item = Uuid> {
        let whose = format!("{space} {}", self.from.to_lowercase());
        let of = move |mail: &str| id_of(&format!("{whose} {mail}"), 0);
        let this = match &self.message_id {
            Some(id) => of(id.trim_matches(['<', '>', ' '])),
            None => of(&self.client_id(0).to_string()),
        };
        let answered = self.references.iter().rev().map(move |id| of(id));
        std::iter::once(this).chain(answered)
    }
}

fn id_of(mail: &str, part: usize) -> Uuid {
    let hash = Sha256::new().chain_update(mail).chain_update(part.to_string());
    let hash: [u8; 32] = hash.finalize().into();
    let (head, _) = hash.split_at(16);
    Builder::from_custom_bytes(head.try_into().unwrap_or_default()).into_uuid()
}

/// The name of `Name <address>`.
fn display_name(from: &str) -> Option<String> {
    let (name, _) = from.rsplit_once('<')?;
    let name = name.trim().trim_matches('"').trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether a header, in lower case, says that a machine wrote the mail by itself (RFC 3834, and what was
/// before it).
fn says_automatic(name: &str, value: &str) -> bool {
    match name {
        "auto-submitted" => value.split(';').next().unwrap_or_default().trim() != "no",
        "x-autoreply" | "x-autorespond" | "x-autoresponder" => value != "no",
        "precedence" => matches!(value, "bulk" | "junk" | "list" | "auto_reply"),
        "content-type" => value.starts_with("multipart/report"),
        "return-path" => value == "<>",
        _ => false,
    }
}

/// The address of `Name <address>`.
fn bare(address: &str) -> String {
    let bare = address
        .rsplit_once('<')
        .map_or(address, |(_, rest)| rest.split('>').next().unwrap_or_default());
    bare.trim().to_owned()
}

/// The text in pieces that each fit a message, cut at the end of a paragraph, a line or a word where there
/// is one in the second half.
fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let most = rest.char_indices().nth(MAX_TEXT).map_or(rest.len(), |(at, _)| at);
        let (head, _) = rest.split_at(most);
        let cut = if most == rest.len() {
            most
        } else {
            let end = |mark| head.rfind(mark).filter(|at| *at > most / 2);
            end("\n\n")
                .or_else(|| end("\n"))
                .or_else(|| end(" "))
                .unwrap_or(most)
        };
        let (part, behind) = rest.split_at(cut);
        parts.push(part.trim().to_owned());
        rest = behind.trim_start();
    }
    parts
}

#[cfg(test)]
#[path = "../incoming_tests.rs"]
mod tests;
