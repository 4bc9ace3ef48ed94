//! What agents wrote, mailed to a visitor who has left. It is put in line with the message ([`enqueue`]) and
//! decided when it is due: nothing goes out where the visitor has read it, listens, or cannot be reached.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, JobId, MessageId},
    queries::{
        mail_replies::{self, Thread, Unseen},
        spaces,
    },
    tenant::TenantConn,
};
use serde::Serialize;
use url::Url;

use super::{address::Named, words};
use crate::{
    adapters::mail::{self, Mail},
    domain::{
        accounts::{email::EmailAddress, space::Space},
        notify::{
            letter::Letter,
            mail::{Errand, Post, PostError, enqueue_at},
            templates::Reader,
        },
        spaces::origins::covers,
    },
};

/// How long a visitor has to come back and read.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// Between two mails of one conversation at least.
pub const REST: TimeDelta = TimeDelta::minutes(5);

/// A message in a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// The agent's name.
    pub name: Option<String>,
    /// Empty where they only sent files.
    pub text: String,
    /// The names of the files that came with it: they themselves are in the chat.
    pub attachments: Vec<String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It went out with these messages.
    Sent(Vec<MessageId>, DateTime<Utc>),
    /// It is in line again.
    PutOff,
    /// There was nothing to send, or nowhere to send it to.
    Unneeded,
}

/// Puts the mail of a conversation in line in the transaction of what an agent wrote, or of the address
/// that the visitor gives. One that waits already stays.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    at: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    enqueue_at(conn, Errand::Reply { conversation }, at + PATIENCE, at).await
}

/// Sends what is due. While the visitor listens it is put off: who reads, reads it there, and who leaves
/// without is written to.
///
/// # Errors
/// [`PostError`].
pub async fn send(
    post: &Post,
    db: &TenantDb,
    job: JobId,
    conversation: ConversationId,
    listens: bool,
) -> Result<Outcome, PostError> {
    let at = post.clock.now();
    let found = db
        .read(async |conn| {
            let Some(thread) = mail_replies::thread(conn, conversation).await? else {
                return Ok(None);
            };
            let unseen = mail_replies::unseen(conn, conversation).await?;
            let space = spaces::load(conn, thread.space_id).await?;
            Ok::<_, StoreError>(space.map(|space| (thread, unseen, Space::from(space))))
        })
        .await?;
    let Some((thread, unseen, space)) = found else {
        return Ok(Outcome::Unneeded);
    };
    let email = thread.email.as_deref().map(EmailAddress::parse);
    let Some(Ok(email)) = email.filter(|_| !thread.stopped && !unseen.is_empty()) else {
        return Ok(Outcome::Unneeded);
    };
    let rested = thread.mailed_at.map_or(at, |mailed_at| mailed_at + REST);
    if listens || at < rested {
        let due_at = if listens { at + REST } else { rested };
        let again = Errand::Reply { conversation };
        db.transaction(async |conn| enqueue_at(conn, again, due_at, at).await)
            .await?;
        return Ok(Outcome::PutOff);
    }
    let named = Named {
        tenant: db.tenant_id(),
        conversation,
    };
    let mail = written(post, job, named, &thread, &unseen, &space, &email)?;
    post.hand_over(&mail, "reply").await?;
    let ids: Vec<MessageId> = unseen.iter().map(|message| message.id).collect();
    let more = i64::try_from(ids.len()).is_ok_and(|count| count >= mail_replies::MOST);
    db.transaction(async |conn| {
        mail_replies::note_mailed(conn, conversation, &ids, email.as_str(), at).await?;
        if more {
            enqueue_at(conn, Errand::Reply { conversation }, at + REST, at).await?;
        }
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(Outcome::Sent(ids, at))
}

fn written(
    post: &Post,
    job: JobId,
    named: Named,
    thread: &Thread,
    unseen: &[Unseen],
    space: &Space,
    email: &EmailAddress,
) -> Result<Mail, PostError> {
    let locale = thread.locale.as_deref().unwrap_or(&space.settings.locale);
    let (words, brand) = (words::of(locale), &space.settings.bot_name);
    let reply_to = post.addresses.reply_to(named);
    let token = post.addresses.stop_token(named);
    let stop = format!("{}/mail/unsubscribe/{token}", post.templates.home());
    let letter = Letter::Reply {
        subject: match &thread.subject {
            Some(subject) => format!("Re: {subject}"),
            None => words.subject.replace("{}", brand),
        },
        heading: words.heading.replace("{}", brand),
        words,
        messages: unseen.iter().map(quote).collect(),
        replies: reply_to.is_some(),
        page: thread
            .page
            .as_deref()
            .and_then(|page| page_of(page, &thread.allowed_origins)),
        stop: stop.clone(),
    };
    // Nobody is called what anybody could have said that they are.
    let name = thread.name.clone().unwrap_or_default();
    let reader = Reader {
        to: email.as_str(),
        name: &name,
    };
    let words = post.put_into_words(&letter, reader)?;
    Ok(Mail {
        id: job.0,
        to: email.as_str().to_owned(),
        name,
        subject: words.subject,
        text: words.text,
        html: words.html,
        thread: Some(Box::new(mail::Thread {
            id: named.conversation.0,
            in_reply_to: thread.in_reply_to.clone(),
            sender: brand.clone(),
            reply_to,
            stop,
        })),
    })
}

fn quote(message: &Unseen) -> Quote {
    Quote {
        name: message.author_name.clone(),
        text: message.text.clone(),
        attachments: message.attachments.clone(),
    }
}

/// The page, where it is one of the space's sites. Anybody may say that they are on any page and have any
/// address: no link goes where the business did not say that it may.
fn page_of(page: &str, allowed: &[String]) -> Option<String> {
    let url = Url::parse(page).ok()?;
    let web =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    (web && allowed.iter().any(|site| covers(site, &origin))).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_goes_to_a_page_of_the_business_or_nowhere() {
        let allowed = [
            "https://shop.example".to_owned(),
            "https://*.acme.example".to_owned(),
        ];
        let page = |page: &str| page_of(page, &allowed);
        assert_eq!(
            page("https://shop.example/a?b=c").as_deref(),
            Some("https://shop.example/a?b=c")
        );
        assert_eq!(
            page("https://help.acme.example/").as_deref(),
            Some("https://help.acme.example/")
        );
        for other in [
            "http://shop.example/",
            "https://evil.example/",
            "https://shop.example.evil.example/",
            "https://shop.example@evil.example/",
            "https://ada:secret@shop.example/",
            "javascript:alert(1)//https://shop.example",
            "data:text/html,x",
            "/a",
            "",
        ] {
            assert_eq!(page(other), None, "{other}");
        }
        assert_eq!(page_of("https://shop.example/", &[]), None, "no site was named");
    }
}
