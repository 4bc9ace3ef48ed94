//! Sending mail as a durable job: an errand names whom and what, is put in line in the transaction that
//! causes it, and becomes words, and a link where it has one, only when it is sent. So no secret of a
//! link waits anywhere.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::{
        links::{self, LinkKind, NewLink},
        people::{self, Recipient},
    },
    ids::{JobId, UserId},
    tenant::TenantConn,
};
use serde::{Deserialize, Serialize};

use super::{
    letter::{CHANGE_EMAIL_TTL, Letter, RESET_TTL, VERIFY_TTL},
    templates::{Reader, Templates},
};
use crate::{
    adapters::mail::{Mail, MailError, Mailer},
    domain::{
        accounts::secret,
        jobs::{self, Priority, Work},
    },
    kernel::clock::SharedClock,
};

/// A mail to be sent to somebody who logs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum Errand {
    /// A link that confirms the address.
    Verify { user: UserId },
    /// A link to another password.
    Reset { user: UserId },
    /// A link that confirms the address they want, to that one.
    ChangeEmail { user: UserId },
    /// That they want another address, to the one before.
    EmailChanging { user: UserId, to: String },
    /// That the password was changed.
    PasswordChanged { user: UserId },
    /// That two-factor login was turned on or off.
    SecondFactor { user: UserId, on: bool },
}

impl Errand {
    /// Of two that wait with the same key one is sent.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Verify { user } => format!("verify:{user}"),
            Self::Reset { user } => format!("reset:{user}"),
            Self::ChangeEmail { user } => format!("change_email:{user}"),
            Self::EmailChanging { user, to } => format!("email_changing:{user}:{to}"),
            Self::PasswordChanged { user } => format!("password_changed:{user}"),
            Self::SecondFactor { user, on } => format!("second_factor:{user}:{on}"),
        }
    }

    fn user(&self) -> UserId {
        match self {
            Self::Verify { user }
            | Self::Reset { user }
            | Self::ChangeEmail { user }
            | Self::EmailChanging { user, .. }
            | Self::PasswordChanged { user }
            | Self::SecondFactor { user, .. } => *user,
        }
    }
}

/// Puts a mail in line in the transaction that causes it. Ring the bell when it is committed.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue(
    conn: &mut TenantConn<'_>,
    errand: Errand,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    jobs::enqueue_apart(conn, &Work::SendMail { errand }, Priority::Now, now).await
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("it cannot be put into words")]
    Template,
}

/// Carries errands out.
#[derive(Clone, Debug)]
pub struct Post {
    pub mailer: Arc<dyn Mailer>,
    pub templates: Arc<Templates>,
    pub clock: SharedClock,
}

/// Where a letter goes, and what it says.
type Addressed = (String, Letter);

impl Post {
    /// Sends the mail of an errand; nothing where there is no need for it any more.
    ///
    /// # Errors
    /// `Store(NotFound)` where the person is not in this workspace any more.
    pub async fn carry_out(&self, db: &TenantDb, job: JobId, errand: &Errand) -> Result<(), PostError> {
        let user = errand.user();
        let who = db.read(async |conn| people::recipient(conn, user).await).await?;
        let Some((to, letter)) = self.letter(db, errand, &who).await? else {
            return Ok(());
        };
        let reader = Reader {
            to: &to,
            name: &who.name,
        };
        let written = self.templates.write(&letter, reader).map_err(|error| {
            tracing::error!(%error, "a mail cannot be put into words");
            PostError::Template
        })?;
        let mail = Mail {
            id: job.0,
            to,
            name: who.name,
            subject: written.subject,
            text: written.text,
            html: written.html,
        };
        let sent = self.mailer.send(&mail).await;
        let outcome = if sent.is_ok() { "sent" } else { "failed" };
        metrics::counter!("parlance_mails_total", "template" => letter.template(), "outcome" => outcome)
            .increment(1);
        Ok(sent?)
    }

    async fn letter(
        &self,
        db: &TenantDb,
        errand: &Errand,
        who: &Recipient,
    ) -> Result<Option<Addressed>, PostError> {
        let here = || who.email.clone();
        Ok(match errand {
            Errand::Verify { .. } if who.email_verified_at.is_some() => None,
            Errand::Verify { user } => {
                let token = self
                    .link(db, *user, LinkKind::Verify, &who.email, VERIFY_TTL)
                    .await?;
                Some((here(), Letter::verify(self.page("verify-email", &token))))
            }
            Errand::Reset { user } => {
                let token = self
                    .link(db, *user, LinkKind::Reset, &who.email, RESET_TTL)
                    .await?;
                Some((here(), Letter::reset(self.page("reset-password", &token))))
            }
            Errand::ChangeEmail { user } => match &who.new_email {
                None => None,
                Some(email) => {
                    let kind = LinkKind::ChangeEmail;
                    let token = self.link(db, *user, kind, email, CHANGE_EMAIL_TTL).await?;
                    Some((
                        email.clone(),
                        Letter::change_email(self.page("verify-email", &token)),
                    ))
                }
            },
            Errand::EmailChanging { to, .. } => who.new_email.clone().map(|email| {
                let letter = Letter::EmailChanging { email };
                (to.clone(), letter)
            }),
            Errand::PasswordChanged { .. } => Some((here(), Letter::PasswordChanged {})),
            Errand::SecondFactor { on, .. } => Some((here(), Letter::SecondFactor { on: *on })),
        })
    }

    /// A page of the console. The token is behind the `#`: it is in no log and no `Referer`.
    fn page(&self, page: &str, token: &str) -> String {
        format!("{}/console/{page}#token={token}", self.templates.home())
    }

    /// Stored before it is sent: whoever follows it at once finds it.
    async fn link(
        &self,
        db: &TenantDb,
        user: UserId,
        kind: LinkKind,
        email: &str,
        ttl: TimeDelta,
    ) -> Result<String, StoreError> {
        let (token, hash) = secret::fresh();
        let at = self.clock.now();
        let link = NewLink {
            user,
            kind,
            hash: &hash,
            email,
            at,
            expires_at: at + ttl,
        };
        db.transaction(async |conn| links::put(conn, link).await).await?;
        Ok(token)
    }
}
