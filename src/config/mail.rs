//! Who sends mail.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::{Inbound, Mail, Sender, env::Env};
use crate::{adapters::mail::Smtp, domain::accounts::email::EmailAddress};

/// Bytes of the secret of providers at least.
const SECRET_MIN: usize = 16;

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
        inbound: inbound(env),
        smtp,
        templates: env.text("MAIL_TEMPLATES").map(PathBuf::from),
        outbox_page,
    }
}

/// Both or neither.
fn inbound(env: &mut Env<'_>) -> Option<Inbound> {
    let (domain, secret) = (env.text("MAIL_INBOUND_DOMAIN"), env.secret("MAIL_INBOUND_SECRET"));
    match (domain, secret) {
        (None, None) => None,
        (Some(domain), _) if EmailAddress::parse(&format!("r@{domain}")).is_err() => {
            env.problems
                .push("MAIL_INBOUND_DOMAIN: write a domain, such as in.parlance.example".to_owned());
            None
        }
        (Some(domain), Some(secret)) if secret.expose_secret().len() >= SECRET_MIN => {
            Some(Inbound { domain, secret })
        }
        (Some(_), _) => {
            env.problems.push(format!(
                "MAIL_INBOUND_SECRET: give it at least {SECRET_MIN} bytes"
            ));
            None
        }
        (None, Some(_)) => {
            env.problems
                .push("MAIL_INBOUND_DOMAIN: say where replies go to, with MAIL_INBOUND_SECRET".to_owned());
            None
        }
    }
}
