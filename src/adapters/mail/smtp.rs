//! Mail by SMTP: connections are kept, TLS is asked for wherever the server is not this machine.

use std::{net::IpAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor, message::Mailbox,
    transport::smtp::AsyncSmtpTransportBuilder,
};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::{Mail, MailError, Mailer, message};

/// For one command; the whole takes a few.
const PATIENCE: Duration = Duration::from_secs(20);
/// Commands of a mail, greeting and TLS included.
const COMMANDS: u32 = 4;

/// Why mail cannot be sent with these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("SMTP_URL: write smtp://user:password@host:587 or smtps://…, with % escapes in the password")]
    Url,
    #[error("MAIL_FROM: write an address, or Name <address>")]
    From,
}

/// A server that takes mail.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// The server of a `smtp://` or `smtps://` address, and who sends.
    ///
    /// # Errors
    /// [`BadSettings`].
    pub fn new(url: &SecretString, from: &str) -> Result<Self, BadSettings> {
        Self::with_patience(url, from, PATIENCE)
    }

    /// Whether these settings can be used.
    ///
    /// # Errors
    /// [`BadSettings`].
    pub fn check(url: &SecretString, from: &str) -> Result<(), BadSettings> {
        read(url, from).map(drop)
    }

    /// The same with another time for a command.
    ///
    /// # Errors
    /// [`BadSettings`].
    pub fn with_patience(url: &SecretString, from: &str, patience: Duration) -> Result<Self, BadSettings> {
        let (builder, from) = read(url, from)?;
        Ok(Self {
            transport: builder.timeout(Some(patience)).build(),
            from,
            patience,
        })
    }
}

fn read(url: &SecretString, from: &str) -> Result<(AsyncSmtpTransportBuilder, Mailbox), BadSettings> {
    let url = secured(url.expose_secret()).ok_or(BadSettings::Url)?;
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
    Ok((
        builder.map_err(|_| BadSettings::Url)?,
        from.parse().map_err(|_| BadSettings::From)?,
    ))
}

/// The address with `?tls=required` where nothing is said of TLS: a password does not travel in the
/// clear by an oversight.
fn secured(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok()?;
    let near = match url.host()? {
        Host::Domain(name) => match name.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => name == "localhost",
        },
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let said = url.query_pairs().any(|(name, _)| name == "tls");
    if url.scheme() == "smtp" && !near && !said {
        url.query_pairs_mut().append_pair("tls", "required");
    }
    Some(url)
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(&self.from, mail)?;
        match tokio::time::timeout(self.patience * COMMANDS, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(MailError::Passing("the mail server took too long".to_owned())),
        }
    }
}

/// What a server answers may name whom the mail is for, so only its number is kept. One that does not
/// know us (RFC 4954) may once its password is right.
fn failure(error: &lettre::transport::smtp::Error) -> MailError {
    let Some(code) = error.status().map(|code| code.to_string()) else {
        let why = if error.is_timeout() {
            "the mail server took too long".to_owned()
        } else if error.is_response() {
            "the mail server did not answer as one".to_owned()
        } else {
            format!("the mail server cannot be reached: {error}")
        };
        return MailError::Passing(why);
    };
    if matches!(code.as_str(), "530" | "534" | "535" | "538") {
        return MailError::Passing(format!("the mail server does not know us ({code}): see SMTP_URL"));
    }
    let why = format!("the mail server answered with {code}");
    if error.is_permanent() {
        MailError::Lasting(why)
    } else {
        MailError::Passing(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_spoken_to_over_tls() {
        for (given, used) in [
            ("smtp://mail.example", "smtp://mail.example?tls=required"),
            (
                "smtp://u:p%40@mail.example:587",
                "smtp://u:p%40@mail.example:587?tls=required",
            ),
            (
                "smtp://mail.example?tls=opportunistic",
                "smtp://mail.example?tls=opportunistic",
            ),
            ("smtps://mail.example", "smtps://mail.example"),
            ("smtp://localhost:1025", "smtp://localhost:1025"),
            ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025"),
            ("smtp://[::1]:1025", "smtp://[::1]:1025"),
        ] {
            assert_eq!(secured(given).unwrap().as_str(), used);
        }
    }

    #[test]
    fn settings_that_name_no_server_or_no_sender_are_refused() {
        let smtp = |url: &str, from| Smtp::check(&SecretString::from(url), from).err();
        assert_eq!(smtp("mail.example:25", "a@b.example"), Some(BadSettings::Url));
        assert_eq!(
            smtp("https://mail.example", "a@b.example"),
            Some(BadSettings::Url)
        );
        assert_eq!(smtp("smtp://localhost", "Parlance"), Some(BadSettings::From));
    }

    #[tokio::test]
    async fn a_mail_server_and_its_sender_are_taken() {
        let url = SecretString::from("smtps://u:p@mail.example");
        let from = "Parlance <no-reply@parlance.example>";
        assert_eq!(Smtp::check(&url, from), Ok(()));
        assert!(Smtp::new(&url, from).is_ok());
    }
}
