//! Who sends mail.

use super::{Mail, Sender, env::Env};
use crate::adapters::mail::Smtp;
use std::path::PathBuf;

/// Where nothing says that this is a machine of a developer's, the outbox has no page unless it is
/// asked for by name.
pub(super) fn mail(env: &mut Env<'_>) -> Mail {
    let url = env.secret("SMTP_URL");
    let from = env.text("MAIL_FROM");
    let smtp = match (url, from) {
        (Some(url), Some(from)) => {
            if let Err(error) = Smtp::check(&url, &from) {
                env.problems.push(error.to_string());
            }
            Some(Sender { url, from })
        }
        (Some(_), None) => {
            env.problems
                .push("MAIL_FROM: say who sends, with SMTP_URL".to_owned());
            None
        }
        (None, _) => None,
    };
    let public = env
        .text("PUBLIC_URL")
        .is_some_and(|url| url.starts_with("https://"));
    let served = ["DATABASE_URL", "SMTP_URL"]
        .iter()
        .any(|name| env.text(name).is_some());
    let behind = env.text("BEHIND_PROXY").is_some_and(|word| word == "on");
    let at_home = !(public || served || behind);
    let outbox_page = env.word("DEV_OUTBOX", &[("on", true), ("off", false)], at_home);
    if outbox_page && smtp.is_some() {
        env.problems
            .push("DEV_OUTBOX: it has no mail in it with SMTP_URL; unset one of them".to_owned());
    }
    Mail {
        smtp,
        templates: env.text("MAIL_TEMPLATES").map(PathBuf::from),
        outbox_page,
    }
}
