//! Sending mail as a durable job: an errand names whom and what, is put in line in the transaction that
//! causes it, and becomes words, and a link where it has one, only when it is sent. So no secret of a
//! link waits anywhere.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::{
        links::{self, LinkKind, NewLink},
        people::{self, Recipient},
    },
    ids::{ConversationId, InvitationId, JobId, TicketId, UserId},
    queries::{deadline_mail, deadlines::DeadlineKind, invitations, quotas::Quota, waiting_mail},
    tenant::TenantConn,
};
use serde::{Deserialize, Serialize};

use super::{
    letter::{CHANGE_EMAIL_TTL, Letter, RESET_TTL, VERIFY_TTL, when},
    quota,
    templates::{Reader, Templates, Written},
    ticket, unpriced,
};
use crate::{
    adapters::mail::{Mail, MailError, Mailer},
    domain::{
        accounts::{invitations::Token, secret},
        attachments::preview,
        billing::dunning::Notice,
        jobs::{self, Priority, Work},
        mail_replies::address::Addresses,
    },
    kernel::clock::SharedClock,
};

/// A mail to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum Errand {
    /// A link that confirms the address.
    Verify { user: UserId },
    /// A link to another password.
    Reset { user: UserId },
    /// A link that confirms the address they want, to that one.
    ChangeEmail { user: UserId },
    /// That they want another address, to the one before. It and the next have all they need with them:
    /// whatever happens to the account meanwhile, they are sent.
    EmailChanging {
        user: UserId,
        to: String,
        name: String,
        email: String,
    },
    /// That they have another address, to the one before.
    EmailChanged {
        user: UserId,
        to: String,
        name: String,
        email: String,
    },
    /// That the password was changed.
    PasswordChanged { user: UserId },
    /// That two-factor login was turned on or off.
    SecondFactor { user: UserId, on: bool },
    /// A link into a workspace, to somebody who need not have an account.
    Invitation { invitation: InvitationId },
    /// That somebody waits for a person, and none is there.
    Waiting {
        user: UserId,
        conversation: ConversationId,
    },
    /// That a ticket's deadline is at risk, or was breached.
    Deadline {
        user: UserId,
        ticket: TicketId,
        breached: bool,
    },
    /// What others did to a ticket since the job was put in line; see [`ticket`].
    Ticket { user: UserId, ticket: TicketId },
    /// What became of a payment, to an owner.
    Billing {
        user: UserId,
        notice: Notice,
        /// The plan's name.
        plan: String,
        /// How long it is kept unpaid.
        until: Option<DateTime<Utc>>,
    },
    /// That a quota of the plan is nearly used up, or is; see [`quota`].
    Quota {
        user: UserId,
        quota: Quota,
        /// 80 or 100.
        percent: i16,
    },
    /// That calls of a day have no price; see [`unpriced`].
    Unpriced { user: UserId, day: NaiveDate },
    /// What agents wrote, to a visitor who has left; see `mail_replies::outgoing`.
    Reply { conversation: ConversationId },
    /// What the visitor thinks of a conversation; see `csat::asking`.
    Rating { conversation: ConversationId },
}

impl Errand {
    /// Of two that wait with the same key one is sent.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Verify { user } => format!("verify:{user}"),
            Self::Reset { user } => format!("reset:{user}"),
            Self::ChangeEmail { user } => format!("change_email:{user}"),
            Self::EmailChanging { user, to, email, .. } => format!("email_changing:{user}:{to}:{email}"),
            Self::EmailChanged { user, to, email, .. } => format!("email_changed:{user}:{to}:{email}"),
            Self::PasswordChanged { user } => format!("password_changed:{user}"),
            Self::SecondFactor { user, on } => format!("second_factor:{user}:{on}"),
            Self::Invitation { invitation } => format!("invitation:{invitation}"),
            Self::Waiting { user, conversation } => format!("waiting:{user}:{conversation}"),
            Self::Deadline {
                user,
                ticket,
                breached,
            } => format!("deadline:{user}:{ticket}:{breached}"),
            Self::Ticket { user, ticket } => format!("ticket:{user}:{ticket}"),
            Self::Billing { user, notice, .. } => format!("billing:{user}:{}", notice.as_str()),
            Self::Quota { user, quota, percent } => format!("quota:{user}:{quota}:{percent}"),
            Self::Unpriced { user, day } => format!("unpriced:{user}:{day}"),
            Self::Reply { conversation } => format!("reply:{conversation}"),
            Self::Rating { conversation } => format!("rating:{conversation}"),
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

/// The same, to be sent at `due_at` at the earliest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue_at(
    conn: &mut TenantConn<'_>,
    errand: Errand,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    jobs::enqueue_apart_at(conn, &Work::SendMail { errand }, Priority::Now, due_at, now).await
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
    /// Of conversations that go on by mail.
    pub addresses: Addresses,
    pub clock: SharedClock,
}

/// A letter, where it goes, and what they are called there; nothing where they are not known.
struct Addressed {
    to: String,
    name: String,
    letter: Letter,
}

impl Post {
    /// Sends the mail of an errand to somebody who logs in, or is to; nothing where there is no need for it
    /// any more.
    ///
    /// # Errors
    /// `Store(NotFound)` where the person is not in this workspace any more.
    pub async fn carry_out(&self, db: &TenantDb, job: JobId, errand: &Errand) -> Result<(), PostError> {
        let Some(Addressed { to, name, letter }) = self.addressed(db, job, errand).await? else {
            return Ok(());
        };
        let written = self.put_into_words(&letter, Reader { to: &to, name: &name })?;
        let mail = Mail {
            id: job.0,
            to,
            name,
            subject: written.subject,
            text: written.text,
            html: written.html,
            thread: None,
        };
        self.hand_over(&mail, letter.template()).await
    }

    /// The words of a letter.
    ///
    /// # Errors
    /// [`PostError::Template`].
    pub fn put_into_words(&self, letter: &Letter, reader: Reader<'_>) -> Result<Written, PostError> {
        self.templates.write(letter, reader).map_err(|error| {
            tracing::error!(%error, "a mail cannot be put into words");
            PostError::Template
        })
    }

    /// Hands a mail to whoever brings it there, and counts it under its template.
    ///
    /// # Errors
    /// [`PostError::Mail`].
    pub async fn hand_over(&self, mail: &Mail, template: &'static str) -> Result<(), PostError> {
        let sent = self.mailer.send(mail).await;
        let outcome = if sent.is_ok() { "sent" } else { "failed" };
        metrics::counter!("parlance_mails_total", "template" => template, "outcome" => outcome).increment(1);
        Ok(sent?)
    }

    async fn addressed(
        &self,
        db: &TenantDb,
        job: JobId,
        errand: &Errand,
    ) -> Result<Option<Addressed>, PostError> {
        let user = match errand {
            Errand::Invitation { invitation } => return Ok(self.invitation(db, *invitation).await?),
            Errand::EmailChanging { to, name, email, .. } => {
                let email = email.clone();
                return Ok(Some(notice(to, name, Letter::EmailChanging { email })));
            }
            Errand::EmailChanged { to, name, email, .. } => {
                let email = email.clone();
                return Ok(Some(notice(to, name, Letter::EmailChanged { email })));
            }
            Errand::Reply { .. } | Errand::Rating { .. } => return Ok(None),
            Errand::Verify { user }
            | Errand::Reset { user }
            | Errand::ChangeEmail { user }
            | Errand::PasswordChanged { user }
            | Errand::SecondFactor { user, .. }
            | Errand::Waiting { user, .. }
            | Errand::Deadline { user, .. }
            | Errand::Ticket { user, .. }
            | Errand::Billing { user, .. }
            | Errand::Quota { user, .. }
            | Errand::Unpriced { user, .. } => *user,
        };
        let who = db.read(async |conn| people::recipient(conn, user).await).await?;
        let found = self.letter(db, job, errand, &who).await?;
        Ok(found.map(|(to, letter)| Addressed {
            to,
            name: who.name,
            letter,
        }))
    }

    /// Nothing where it was accepted or taken back meanwhile.
    async fn invitation(&self, db: &TenantDb, id: InvitationId) -> Result<Option<Addressed>, StoreError> {
        let (secret, hash) = secret::fresh();
        let found = db.transaction(async |conn| {
            invitations::send(conn, id, &hash).await?;
            invitations::lock(conn, id).await
        });
        let found = found.await?.filter(|found| self.clock.now() < found.expires_at);
        Ok(found.map(|invitation| {
            let token = Token {
                tenant: db.tenant_id(),
                invitation: id,
                secret,
            };
            Addressed {
                to: invitation.email,
                name: String::new(),
                letter: Letter::Invitation {
                    inviter: invitation.inviter.unwrap_or_else(|| invitation.workspace.clone()),
                    workspace: invitation.workspace,
                    role: invitation.role.to_string(),
                    link: self.page("accept-invitation", &token.to_string()),
                    expires: when(invitation.expires_at),
                },
            }
        }))
    }

    async fn letter(
        &self,
        db: &TenantDb,
        job: JobId,
        errand: &Errand,
        who: &Recipient,
    ) -> Result<Option<(String, Letter)>, PostError> {
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
            Errand::PasswordChanged { .. } => Some((here(), Letter::PasswordChanged {})),
            Errand::SecondFactor { on, .. } => Some((here(), Letter::SecondFactor { on: *on })),
            Errand::Waiting { conversation, .. } => {
                let letter = self.waiting(db, *conversation).await?;
                letter.map(|letter| (here(), letter))
            }
            Errand::Deadline { ticket, breached, .. } => {
                let letter = self.deadline(db, *ticket, *breached).await?;
                letter.map(|letter| (here(), letter))
            }
            Errand::Ticket { user, ticket } => {
                let letter = ticket::letter(db, (*user, *ticket), job, self.templates.home()).await?;
                letter.map(|letter| (here(), letter))
            }
            Errand::Billing { .. } if who.email_verified_at.is_none() => None,
            Errand::Billing {
                notice, plan, until, ..
            } => {
                let letter = Letter::Billing {
                    notice: notice.as_str(),
                    plan: plan.clone(),
                    until: until.map(when),
                    link: format!("{}/app/billing", self.templates.home()),
                };
                Some((here(), letter))
            }
            // Only to those who have proven that their address is theirs.
            Errand::Quota { .. } | Errand::Unpriced { .. } if who.email_verified_at.is_none() => None,
            Errand::Unpriced { day, .. } => {
                let (now, home) = (self.clock.now(), self.templates.home());
                let letter = unpriced::letter(db, *day, now, home).await?;
                letter.map(|letter| (here(), letter))
            }
            Errand::Quota { quota, percent, .. } => {
                let (now, home) = (self.clock.now(), self.templates.home());
                let letter = quota::letter(db, (*quota, *percent), now, home).await?;
                letter.map(|letter| (here(), letter))
            }
            Errand::EmailChanging { .. }
            | Errand::EmailChanged { .. }
            | Errand::Invitation { .. }
            | Errand::Reply { .. }
            | Errand::Rating { .. } => None,
        })
    }

    /// Nothing where somebody has come meanwhile.
    async fn waiting(
        &self,
        db: &TenantDb,
        conversation: ConversationId,
    ) -> Result<Option<Letter>, StoreError> {
        let found = db.read(async |conn| waiting_mail::of(conn, conversation).await);
        Ok(found.await?.map(|waits| Letter::Waiting {
            space: waits.space,
            who: waits.name.unwrap_or_else(|| "A visitor".to_owned()),
            said: preview(
                &waits.said.unwrap_or_default(),
                &waits.attachments.unwrap_or_default(),
            ),
            others: waits.others,
            link: format!("{}/app/inbox/{conversation}", self.templates.home()),
        }))
    }

    /// Nothing where it was kept meanwhile, or is another one.
    async fn deadline(
        &self,
        db: &TenantDb,
        ticket: TicketId,
        breached: bool,
    ) -> Result<Option<Letter>, StoreError> {
        let found = db.read(async |conn| deadline_mail::of(conn, ticket, breached).await);
        Ok(found.await?.map(|due| Letter::Deadline {
            number: due.number,
            subject: due.subject,
            awaited: match due.kind {
                DeadlineKind::FirstResponse => "first response to",
                DeadlineKind::Resolution => "resolution of",
            },
            due: when(due.due_at),
            breached: due.breached,
            others: due.others,
            link: format!("{}/app/tickets/{}", self.templates.home(), due.number),
        }))
    }

    /// A page of the console. The token is behind the `#`: it is in no log and no `Referer`.
    fn page(&self, page: &str, token: &str) -> String {
        format!("{}/app/{page}#token={token}", self.templates.home())
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

fn notice(to: &str, name: &str, letter: Letter) -> Addressed {
    Addressed {
        to: to.to_owned(),
        name: name.to_owned(),
        letter,
    }
}
