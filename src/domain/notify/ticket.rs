//! Mail about what others do to a ticket that somebody has or watches: that it is theirs now, notes, its status.
//! What happens within [`REST`] is one mail. Nobody is told what they did themselves.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, TicketId, UserId},
    queries::{
        audit::ActorKind,
        ticket_mail::{self, About, News, Told},
        tickets::events::Kind,
    },
    tenant::TenantConn,
};
use serde::Serialize;

use super::{
    letter::Letter,
    mail::{self, Errand},
};
use crate::domain::tickets::{Author, Ticket};

/// Characters of a note that a mail has.
const SAID: usize = 200;
/// From the first change that is told to its mail, which tells of those until then.
pub const REST: TimeDelta = TimeDelta::minutes(3);

/// A line of such a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// By name.
    pub who: String,
    /// In words, behind the name.
    pub did: String,
    /// The first 200 characters of a note; empty for anything else.
    pub said: String,
}

/// Puts a mail in line for those whom it concerns, in the transaction in which it happens to a ticket: `before` is
/// none of one that was just made, and where a note was written.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn follow(
    conn: &mut TenantConn<'_>,
    before: Option<&Ticket>,
    ticket: &Ticket,
    kind: Kind,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let told = told(before, ticket, kind, by.kind);
    if told == Told::default() {
        return Ok(());
    }
    let doer = by.id.filter(|_| by.kind == ActorKind::User);
    for user in ticket_mail::readers(conn, ticket.id, told, doer).await? {
        let errand = Errand::Ticket {
            user,
            ticket: ticket.id,
        };
        mail::enqueue_at(conn, errand, at + REST, at).await?;
    }
    Ok(())
}

/// Whom it concerns. What a visitor writes, who has the ticket sees in the inbox; and so what Parlance assigns there.
fn told(before: Option<&Ticket>, ticket: &Ticket, kind: Kind, by: ActorKind) -> Told {
    let assigned =
        ticket.assignee_id.is_some() && before.is_none_or(|before| before.assignee_id != ticket.assignee_id);
    let moved = before.is_some_and(|before| before.status != ticket.status);
    let (assignee, watchers) = match (kind, by) {
        (Kind::Note, _) => (true, true),
        (Kind::Routed, _) => (assigned, false),
        (Kind::Created, ActorKind::User | ActorKind::ApiKey) => (assigned, false),
        (Kind::Changed | Kind::MergedInto, ActorKind::User | ActorKind::ApiKey) => {
            (assigned || moved, assigned || moved)
        }
        (Kind::Changed, ActorKind::Visitor) => (false, moved),
        _ => (false, false),
    };
    Told { assignee, watchers }
}

/// What is told of a ticket by now; nothing where it is no concern of theirs any more.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub(super) async fn letter(
    db: &TenantDb,
    (user, ticket): (UserId, TicketId),
    job: JobId,
    home: &str,
) -> Result<Option<Letter>, StoreError> {
    let found = db.read(async |conn| ticket_mail::news(conn, ticket, user, job).await);
    let Some((about, news)) = found.await? else {
        return Ok(None);
    };
    let changes: Vec<Change> = news.iter().filter_map(|news| change(&about, news)).collect();
    if changes.is_empty() {
        return Ok(None);
    }
    Ok(Some(Letter::Ticket {
        link: format!("{home}/app/tickets/{}", about.number),
        number: about.number,
        subject: about.subject,
        watches: !about.has,
        changes,
    }))
}

/// What somebody did, where it concerns the reader.
fn change(about: &About, news: &News) -> Option<Change> {
    if !about.has && !about.watches {
        return None;
    }
    let mut said = String::new();
    let did = match (news.kind, news.actor_kind) {
        (Kind::Note, _) => {
            said = beginning(news.body["text"].as_str().unwrap_or_default());
            "wrote a note".to_owned()
        }
        (Kind::Created, ActorKind::User | ActorKind::ApiKey) if about.has => {
            "made this ticket, and it is yours".to_owned()
        }
        (Kind::Routed, _) if about.has && news.body["assignee"].is_string() => {
            "assigned it to you by a rule".to_owned()
        }
        (Kind::MergedInto, _) => format!("merged it into #{}", news.body["number"]),
        (Kind::Changed, ActorKind::Visitor) if about.watches && status(news).is_some() => {
            "wrote again".to_owned()
        }
        (Kind::Changed, ActorKind::User | ActorKind::ApiKey) => {
            let done: Vec<String> = [assigned(about, news), status(news)]
                .into_iter()
                .flatten()
                .collect();
            (!done.is_empty()).then(|| done.join(" and "))?
        }
        _ => return None,
    };
    Some(Change {
        who: match news.actor_kind {
            ActorKind::Visitor => "The customer".to_owned(),
            _ => news.actor_name.clone(),
        },
        did,
        said,
    })
}

/// The first characters of a note, and whether there are more.
fn beginning(note: &str) -> String {
    let mut said: String = note.chars().take(SAID).collect();
    if said.len() < note.len() {
        said.push('…');
    }
    said
}

fn assigned(about: &About, news: &News) -> Option<String> {
    let change = news.body.get("assignee")?;
    Some(match change["to"].as_str() {
        None => "took it away from its assignee".to_owned(),
        Some(_) if about.has => "assigned it to you".to_owned(),
        Some(name) => format!("assigned it to {name}"),
    })
}

fn status(news: &News) -> Option<String> {
    let change = news.body.get("status")?;
    Some(format!(
        "changed its status from {} to {}",
        change["from"].as_str()?,
        change["to"].as_str()?
    ))
}

/// Whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn wanted(db: &TenantDb, user: UserId) -> Result<bool, StoreError> {
    db.read(async |conn| ticket_mail::wanted(conn, user).await).await
}

/// Notes whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn want(db: &TenantDb, user: UserId, on: bool) -> Result<(), StoreError> {
    db.transaction(async |conn| ticket_mail::want(conn, user, on).await)
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn about(has: bool, watches: bool) -> About {
        About {
            number: 7,
            subject: "It stopped".to_owned(),
            has,
            watches,
        }
    }

    fn did(about: &About, kind: Kind, actor_kind: ActorKind, body: Value) -> Option<String> {
        let news = News {
            kind,
            body,
            actor_kind,
            actor_name: "Ada".to_owned(),
        };
        change(about, &news).map(|change| format!("{} {}", change.who, change.did))
    }

    #[test]
    fn a_change_is_told_to_those_whom_it_concerns() {
        let (mine, watched) = (about(true, false), about(false, true));
        let assigned = || json!({ "assignee": { "from": null, "to": "Bo" }, "status": { "from": "open", "to": "pending" } });
        let told = |about, by| did(about, Kind::Changed, by, assigned());
        assert_eq!(
            told(&mine, ActorKind::User).as_deref(),
            Some("Ada assigned it to you and changed its status from open to pending")
        );
        assert_eq!(
            told(&watched, ActorKind::ApiKey).as_deref(),
            Some("Ada assigned it to Bo and changed its status from open to pending")
        );
        assert_eq!(
            told(&watched, ActorKind::Visitor).as_deref(),
            Some("The customer wrote again")
        );
        assert_eq!(told(&mine, ActorKind::Visitor), None, "it is in the inbox");
        assert_eq!(told(&mine, ActorKind::System), None, "the conversation did it");
        assert_eq!(told(&about(false, false), ActorKind::User), None, "no more");
        let tags = json!({ "tags": { "from": [], "to": ["a"] } });
        assert_eq!(did(&mine, Kind::Changed, ActorKind::User, tags), None);
    }
}
