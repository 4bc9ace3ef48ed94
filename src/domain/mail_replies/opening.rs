//! A mail to a space's own address begins a conversation, and the ticket of it, in one transaction. From then on
//! both go on as any other: what it says is said by the conversation's visitor, and agents answer there.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ClientId, ConversationId, SpaceId, VisitorId},
    queries::{
        audit::ActorKind,
        conversations::{self, ConversationStatus, NewConversation},
        mail_threads::{self, NewThread},
        tickets as store,
        visitors::{self, Visit},
    },
};
use serde_json::json;

use super::incoming::Incoming;
use crate::{
    domain::{
        accounts::email::EmailAddress,
        tickets::{self, Author, NAME_MAX, SUBJECT_MAX, TicketError, Via, Wanted},
    },
    kernel::text::language::language,
};

/// Tickets that one sender makes in an hour at most.
pub const MOST: i64 = 10;
const HOUR: TimeDelta = TimeDelta::hours(1);
/// A mail makes one ticket.
const MADE: &str = "tickets_client_id_once";
/// Characters of a mail's id at most.
const ID_MAX: usize = 500;

/// What a mail led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is said in this conversation, which has this ticket where that is new.
    In(ConversationId, Option<i64>),
    /// Agents have blocked who wrote it.
    Blocked,
    /// They have made too many tickets.
    TooMany,
}

/// Finds the conversation that a mail of `from` goes on with, or begins one with what it says first. The same mail
/// again leads to the same conversation.
///
/// # Errors
/// [`TicketError`] where the database fails, or the space takes nothing any more.
pub async fn open(
    db: &TenantDb,
    space: SpaceId,
    mail: &Incoming,
    from: &EmailAddress,
    said: &str,
    at: DateTime<Utc>,
) -> Result<Opened, TicketError> {
    let begin = async || {
        db.transaction(async |conn| {
            let mut this = None;
            for id in mail.tickets(space) {
                this.get_or_insert(ClientId(id));
                let known = store::of_client(conn, ClientId(id)).await?;
                if let Some(conversation) = known.and_then(|ticket| ticket.conversation_id) {
                    return Ok(Opened::In(conversation, None));
                }
            }
            let sender = mail_threads::sender(conn, from.as_str(), at - HOUR).await?;
            if sender.blocked {
                return Ok(Opened::Blocked);
            }
            if sender.lately >= MOST {
                return Ok(Opened::TooMany);
            }
            let (visitor, conversation) = (VisitorId::new(), ConversationId::new());
            let (name, subject) = (
                mail.name.as_deref().map(|name| line(name, NAME_MAX)),
                subject(&mail.subject),
            );
            let name = name.filter(|name| !name.is_empty());
            let locale = language(&format!("{subject}\n{said}")).map(str::to_owned);
            let visit = Visit {
                id: visitor,
                space_id: space,
                attributes: json!({}),
                said: json!({ "email": from.as_str(), "name": name }),
                contact_id: None,
                locale: locale.clone(),
                at,
            };
            visitors::upsert(conn, visit).await?;
            let new = NewConversation {
                id: conversation,
                space_id: space,
                visitor_id: visitor,
                status: ConversationStatus::Bot,
                locale,
                page: None,
                at,
            };
            conversations::create(conn, new).await?;
            let thread = NewThread {
                conversation_id: conversation,
                email: from.to_string(),
                subject: subject.clone(),
                message_id: message_id(mail),
            };
            mail_threads::begin(conn, thread).await?;
            let wanted = Wanted {
                subject: Some(subject),
                text: Some(said.to_owned()),
                requester_name: name.clone(),
                requester_email: Some(from.to_string()),
                client_id: this,
                ..Wanted::of(conversation, Via::Mail)
            };
            let by = Author {
                kind: ActorKind::Visitor,
                id: Some(visitor.0),
                name: name.unwrap_or_else(|| from.to_string()),
            };
            let ticket = tickets::create(conn, wanted, &by, at).await?;
            if ticket.conversation_id != Some(conversation) {
                // Made meanwhile: what was begun here is undone.
                return Err(StoreError::Conflict {
                    constraint: MADE.to_owned(),
                }
                .into());
            }
            Ok(Opened::In(conversation, Some(ticket.number)))
        })
        .await
    };
    match begin().await {
        // The same mail, brought twice at once: the other one is there by now.
        Err(TicketError::Store(error)) if error.is_conflict(MADE) => begin().await,
        opened => opened,
    }
}

/// The id of a mail as another may name it; none where it is too long or has what no id has.
#[must_use]
pub fn message_id(mail: &Incoming) -> Option<String> {
    let id = mail.message_id.as_deref()?.trim_matches(['<', '>', ' ']);
    let sound = (3..=ID_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte));
    sound.then(|| id.to_owned())
}

/// What a mail is about, without what programs put before it.
fn subject(said: &str) -> String {
    let mut subject = line(said, SUBJECT_MAX);
    while let Some((head, rest)) = subject.split_once(':')
        && ["re", "fwd", "fw", "aw", "wg", "sv", "tr", "rv", "res", "enc"]
            .contains(&head.trim().to_lowercase().as_str())
    {
        subject = rest.trim().to_owned();
    }
    if subject.is_empty() {
        "(no subject)".to_owned()
    } else {
        subject
    }
}

/// In one line of so many characters at most.
fn line(text: &str, most: usize) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_line_without_what_programs_put_before_it() {
        for (said, read) in [
            ("Re: AW: It  hums", "It hums"),
            ("Order: 12", "Order: 12"),
            ("Fwd:\r\n Hello", "Hello"),
            (" ", "(no subject)"),
            ("Re:", "(no subject)"),
        ] {
            assert_eq!(subject(said), read, "{said}");
        }
        assert_eq!(subject(&"a".repeat(300)).len(), SUBJECT_MAX);
    }

    #[test]
    fn an_id_that_would_break_a_header_is_none() {
        let id = |id: &str| {
            message_id(&Incoming {
                message_id: Some(id.to_owned()),
                ..Incoming::default()
            })
        };
        assert_eq!(id("<a@b.example>").as_deref(), Some("a@b.example"));
        for wrong in ["", "<>", "a b@c", "a\r\nBcc: x@y", "a<b@c", &"a".repeat(501)] {
            assert_eq!(id(wrong), None, "{wrong}");
        }
    }
}
