//! What mails say: a kind each, with what its template needs.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::ticket::Change;
use crate::domain::{
    csat::{self, asking::Choice},
    mail_replies::{
        outgoing::Quote,
        words::{self, Words},
    },
};

/// How long a link that confirms an address works.
pub const VERIFY_TTL: TimeDelta = TimeDelta::hours(48);
/// How long a link to another password works.
pub const RESET_TTL: TimeDelta = TimeDelta::hours(1);
/// How long a link that confirms another address works.
pub const CHANGE_EMAIL_TTL: TimeDelta = TimeDelta::hours(24);

/// A mail before it is words. The fields are what its templates may name, besides `name` and `to`, who
/// is written to, and `home`, the address of this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Letter {
    /// Confirms the address of somebody who signed up.
    Verify {
        link: String,
        hours: i64,
    },
    /// Leads to another password.
    Reset {
        link: String,
        minutes: i64,
    },
    /// Confirms another address, to that one.
    ChangeEmail {
        link: String,
        hours: i64,
    },
    /// Tells the address before of it.
    EmailChanging {
        /// The other one.
        email: String,
    },
    /// Tells the address before that it is not the account's any more.
    EmailChanged {
        /// The other one.
        email: String,
    },
    PasswordChanged {},
    /// Two-factor login was turned on or off.
    SecondFactor {
        on: bool,
    },
    /// Asks somebody into a workspace.
    Invitation {
        /// Who invites, by name.
        inviter: String,
        workspace: String,
        role: String,
        link: String,
        /// In words; see [`when`].
        expires: String,
    },
    /// Somebody waits for a person, and none is there.
    Waiting {
        space: String,
        /// The visitor, by name where they gave one.
        who: String,
        /// The first 200 characters of what they said last; empty where they said nothing.
        said: String,
        /// How many others wait.
        others: i64,
        link: String,
    },
    /// A ticket's deadline is at risk, or was breached.
    Deadline {
        number: i64,
        subject: String,
        /// In words: a first response to it, or its resolution.
        awaited: &'static str,
        /// In words; see [`when`].
        due: String,
        breached: bool,
        /// How many other tickets are overdue.
        others: i64,
        link: String,
    },
    /// What others did to a ticket.
    Ticket {
        number: i64,
        subject: String,
        /// Whether the reader only watches it.
        watches: bool,
        /// The oldest first; never empty.
        changes: Vec<Change>,
        link: String,
    },
    /// What became of a payment.
    Billing {
        /// Its word; see `billing::dunning::Notice`.
        notice: &'static str,
        plan: String,
        /// How long it is kept unpaid, in words; see [`when`].
        until: Option<String>,
        link: String,
    },
    /// A quota of the plan is nearly used up, or is.
    Quota {
        workspace: String,
        /// In words, behind a number: `messages a month`.
        counted: &'static str,
        /// A number, or an amount of money.
        used: String,
        /// The same.
        at_most: String,
        /// What the limit is of: `plan` or `budget`.
        given_by: &'static str,
        is_full: bool,
        /// In sentences: what happens at the limit.
        at_limit: String,
        /// In words, where it is counted by period; see [`when`].
        resets: Option<String>,
        link: String,
    },
    /// Calls have no price.
    Unpriced {
        workspace: String,
        models: Vec<String>,
        /// In words.
        day: String,
        link: String,
    },
    /// What agents wrote, to a visitor who has left.
    Reply {
        subject: String,
        heading: String,
        words: &'static Words,
        messages: Vec<Quote>,
        /// Whether replies come in.
        replies: bool,
        /// Where the chat is.
        page: Option<String>,
        /// By which they want no more.
        stop: String,
    },
    /// What a visitor thinks of a conversation.
    Rating {
        subject: String,
        words: &'static csat::words::Words,
        choices: Vec<Choice>,
        stop_words: &'static str,
        stop: String,
    },
}

impl Letter {
    #[must_use]
    pub fn verify(link: String) -> Self {
        Self::Verify {
            link,
            hours: VERIFY_TTL.num_hours(),
        }
    }

    #[must_use]
    pub fn reset(link: String) -> Self {
        Self::Reset {
            link,
            minutes: RESET_TTL.num_minutes(),
        }
    }

    #[must_use]
    pub fn change_email(link: String) -> Self {
        Self::ChangeEmail {
            link,
            hours: CHANGE_EMAIL_TTL.num_hours(),
        }
    }

    /// Its templates: this with `.txt` and `.html`.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "verify",
            Self::Reset { .. } => "reset",
            Self::ChangeEmail { .. } => "change-email",
            Self::EmailChanging { .. } => "email-changing",
            Self::EmailChanged { .. } => "email-changed",
            Self::PasswordChanged {} => "password-changed",
            Self::SecondFactor { .. } => "second-factor",
            Self::Invitation { .. } => "invitation",
            Self::Waiting { .. } => "waiting",
            Self::Deadline { .. } => "deadline",
            Self::Ticket { .. } => "ticket",
            Self::Billing { .. } => "billing",
            Self::Quota { .. } => "quota",
            Self::Unpriced { .. } => "unpriced",
            Self::Reply { .. } => "reply",
            Self::Rating { .. } => "rating",
        }
    }

    fn billing_sample(notice: &'static str, graced: bool) -> Self {
        Self::Billing {
            notice,
            plan: "Pro".to_owned(),
            until: graced.then(|| when(DateTime::UNIX_EPOCH)),
            link: "https://parlance.example/app/billing".to_owned(),
        }
    }

    /// One of each, to try templates with.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let link = || "https://parlance.example/app/x#token=abc".to_owned();
        vec![
            Self::verify(link()),
            Self::reset(link()),
            Self::change_email(link()),
            Self::EmailChanging {
                email: "new@acme.example".to_owned(),
            },
            Self::EmailChanged {
                email: "new@acme.example".to_owned(),
            },
            Self::PasswordChanged {},
            Self::SecondFactor { on: true },
            Self::SecondFactor { on: false },
            Self::Invitation {
                inviter: "Ada Keller".to_owned(),
                workspace: "Acme Robotics".to_owned(),
                role: "agent".to_owned(),
                link: link(),
                expires: when(DateTime::UNIX_EPOCH),
            },
            Self::Waiting {
                space: "Acme Help".to_owned(),
                who: "Mara".to_owned(),
                said: "My robot has stopped.".to_owned(),
                others: 2,
                link: "https://parlance.example/app/inbox/x".to_owned(),
            },
            Self::Deadline {
                number: 42,
                subject: "My robot has stopped".to_owned(),
                awaited: "first response to",
                due: when(DateTime::UNIX_EPOCH),
                breached: true,
                others: 1,
                link: "https://parlance.example/app/tickets/42".to_owned(),
            },
            Self::Ticket {
                number: 42,
                subject: "My robot has stopped".to_owned(),
                watches: false,
                changes: vec![
                    Change {
                        who: "Ada Keller".to_owned(),
                        did: "assigned it to you".to_owned(),
                        said: String::new(),
                    },
                    Change {
                        who: "Ada Keller".to_owned(),
                        did: "wrote a note".to_owned(),
                        said: "The <arm> is stuck.".to_owned(),
                    },
                ],
                link: "https://parlance.example/app/tickets/42".to_owned(),
            },
            Self::billing_sample("payment_failed", true),
            Self::billing_sample("grace_ending", true),
            Self::billing_sample("plan_ended", false),
            Self::billing_sample("paid_again", false),
            Self::Quota {
                workspace: "Acme Robotics".to_owned(),
                counted: "messages a month",
                used: "80".to_owned(),
                at_most: "100".to_owned(),
                given_by: "plan",
                is_full: false,
                at_limit: "Visitors are handed over to your team instead of the bot.".to_owned(),
                resets: Some(when(DateTime::UNIX_EPOCH)),
                link: "https://parlance.example/app/billing".to_owned(),
            },
            Self::Unpriced {
                workspace: "Acme Robotics".to_owned(),
                models: vec!["model-new".to_owned()],
                day: "2 December 2026".to_owned(),
                link: "https://parlance.example/app/billing/ledger".to_owned(),
            },
            Self::Reply {
                subject: "Your conversation with Acme".to_owned(),
                heading: "You have an answer from Acme".to_owned(),
                words: words::of("en"),
                messages: vec![Quote {
                    name: Some("Ada Keller".to_owned()),
                    text: "It is <ready>.\n\nCome by!".to_owned(),
                    attachments: vec!["<arm>.pdf".to_owned()],
                }],
                replies: true,
                page: Some("https://shop.example/".to_owned()),
                stop: "https://parlance.example/mail/unsubscribe/abc".to_owned(),
            },
            Self::Rating {
                subject: "How was your conversation with Acme?".to_owned(),
                words: csat::words::of("en"),
                choices: vec![Choice {
                    score: 5,
                    label: "Very good",
                    link: "https://parlance.example/mail/rating/abc?score=5".to_owned(),
                }],
                stop_words: words::of("en").stop,
                stop: "https://parlance.example/mail/unsubscribe/abc".to_owned(),
            },
        ]
    }
}

/// A time as mails tell it: nobody knows the reader's zone.
#[must_use]
pub fn when(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}
