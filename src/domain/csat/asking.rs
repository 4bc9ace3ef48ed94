//! The mail that asks what a visitor thinks of a conversation. It is put in line when the conversation is
//! resolved and decided when it is due: nothing goes out where they have rated it, were asked before, cannot be
//! reached, or where it goes on.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, JobId},
    queries::{
        conversations::ConversationStatus,
        mail_replies::{self, Thread},
        ratings, spaces,
    },
    tenant::TenantConn,
};
use serde::Serialize;

use super::words;
use crate::{
    adapters::mail::{self, Mail},
    domain::{
        accounts::{email::EmailAddress, space::Space},
        mail_replies::address::Named,
        notify::{
            letter::Letter,
            mail::{Errand, Post, PostError, enqueue_at},
            templates::Reader,
        },
    },
};

/// One of the links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub score: i16,
    pub label: &'static str,
    pub link: String,
}

/// Puts the mail in line, in the transaction in which a conversation is resolved, where its space wants it. One
/// that waits already stays.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(asking) = ratings::asking(conn, conversation).await? else {
        return Ok(());
    };
    let space = spaces::load(conn, asking.space_id).await?.map(Space::from);
    let settings = space.map(|space| space.settings.csat);
    if let Some(csat) = settings.filter(|csat| csat.by_mail) {
        let due_at = at + csat.delay();
        enqueue_at(conn, Errand::Rating { conversation }, due_at, at).await?;
    }
    Ok(())
}

/// Sends what is due.
///
/// # Errors
/// [`PostError`].
pub async fn send(
    post: &Post,
    db: &TenantDb,
    job: JobId,
    conversation: ConversationId,
) -> Result<(), PostError> {
    let at = post.clock.now();
    let found = db
        .read(async |conn| {
            let Some(asking) = ratings::asking(conn, conversation).await? else {
                return Ok(None);
            };
            let Some(thread) = mail_replies::thread(conn, conversation).await? else {
                return Ok(None);
            };
            let space = spaces::load(conn, asking.space_id).await?;
            Ok::<_, StoreError>(space.map(|space| (asking, thread, Space::from(space))))
        })
        .await?;
    let Some((asking, thread, space)) = found else {
        return Ok(());
    };
    let csat = space.settings.csat;
    let is_over = asking.status == ConversationStatus::Resolved;
    if !csat.by_mail || !is_over || asking.rated || asking.asked_at.is_some() || thread.stopped {
        return Ok(());
    }
    let Some(Ok(email)) = thread.email.as_deref().map(EmailAddress::parse) else {
        return Ok(());
    };
    // It went on meanwhile and was resolved again.
    let due_at = asking.since + csat.delay();
    if at < due_at {
        db.transaction(async |conn| enqueue_at(conn, Errand::Rating { conversation }, due_at, at).await)
            .await?;
        return Ok(());
    }
    let named = Named {
        tenant: db.tenant_id(),
        conversation,
    };
    let mail = written(post, job, named, &thread, &space, &email)?;
    post.hand_over(&mail, "rating").await?;
    db.transaction(async |conn| ratings::note_asked(conn, conversation, at).await)
        .await?;
    Ok(())
}

fn written(
    post: &Post,
    job: JobId,
    named: Named,
    thread: &Thread,
    space: &Space,
    email: &EmailAddress,
) -> Result<Mail, PostError> {
    let locale = thread.locale.as_deref().unwrap_or(&space.settings.locale);
    let (words, brand, home) = (words::of(locale), &space.settings.bot_name, post.templates.home());
    let stop = format!("{home}/mail/unsubscribe/{}", post.addresses.stop_token(named));
    let token = post.addresses.rating_token(named);
    let choice = |(score, label): (i16, &&'static str)| Choice {
        score,
        label,
        link: format!("{home}/mail/rating/{token}?score={score}"),
    };
    let letter = Letter::Rating {
        subject: words.question.replace("{}", brand),
        choices: (1..).zip(&words.scores).map(choice).collect(),
        words,
        stop_words: crate::domain::mail_replies::words::of(locale).stop,
        stop: stop.clone(),
    };
    // Nobody is called what anybody could have said that they are.
    let name = thread.name.clone().unwrap_or_default();
    let reader = Reader {
        to: email.as_str(),
        name: &name,
    };
    let written = post.put_into_words(&letter, reader)?;
    Ok(Mail {
        id: job.0,
        to: email.as_str().to_owned(),
        name,
        subject: written.subject,
        text: written.text,
        html: written.html,
        thread: Some(Box::new(mail::Thread {
            id: named.conversation.0,
            in_reply_to: thread.in_reply_to.clone(),
            sender: brand.clone(),
            reply_to: post.addresses.reply_to(named),
            stop,
        })),
    })
}
