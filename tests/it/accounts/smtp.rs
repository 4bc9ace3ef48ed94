//! The SMTP adapter before a small server over a real socket.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use parlance::adapters::mail::{Mail, MailError, Mailer, Smtp};
use secrecy::SecretString;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

/// What the server answers, where it is not the usual.
#[derive(Clone, Debug, Default)]
struct Manners {
    /// To a command that begins so.
    answers: Vec<(&'static str, &'static str)>,
    /// Says nothing at all.
    silent: bool,
    /// Hangs up behind the mail, before its answer.
    hangs_up: bool,
}

#[derive(Clone, Debug)]
struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            port,
            heard: heard.clone(),
        };
        spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let (manners, heard) = (manners.clone(), heard.clone());
                spawn(async move { serve(line, &manners, &heard).await });
            }
        });
        server
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n")
    }

    fn mailer(&self, login: &str) -> Smtp {
        let url = SecretString::from(format!("smtp://{login}127.0.0.1:{}", self.port));
        let from = "Parlance <no-reply@parlance.example>";
        Smtp::with_patience(&url, from, Duration::from_millis(500)).unwrap()
    }
}

/// Ends with the test's runtime.
#[expect(
    clippy::disallowed_methods,
    reason = "a double of a mail server knows no tasks of the application"
)]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

async fn serve(line: TcpStream, manners: &Manners, heard: &Mutex<Vec<String>>) {
    let mut line = BufReader::new(line);
    if manners.silent {
        let mut rest = String::new();
        let _ = line.read_line(&mut rest).await;
        return;
    }
    let _ = line.write_all(b"220 mail.example ESMTP\r\n").await;
    let mut in_mail = false;
    loop {
        let mut said = String::new();
        if line.read_line(&mut said).await.unwrap_or(0) == 0 {
            return;
        }
        let said = said.trim_end().to_owned();
        heard.lock().unwrap().push(said.clone());
        if in_mail && said != "." {
            continue;
        }
        if in_mail && manners.hangs_up {
            return;
        }
        let usual = match said.get(..4).unwrap_or(&said) {
            "." => "250 queued",
            "EHLO" => "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        in_mail = said == "DATA";
        let own = manners.answers.iter().find(|(begin, _)| said.starts_with(begin));
        let answer = own.map_or(usual, |(_, answer)| answer);
        in_mail = in_mail && answer.starts_with("354");
        let _ = line.write_all(format!("{answer}\r\n").as_bytes()).await;
    }
}

fn mail() -> Mail {
    Mail {
        id: Uuid::from_u128(7),
        to: "ada@acme.example".to_owned(),
        name: "Ada Ké".to_owned(),
        subject: "Grüße\r\nBcc: eve@evil.example".to_owned(),
        text: "Follow https://a.example\n.\nand on".to_owned(),
        html: "<p>Follow</p>".to_owned(),
        thread: None,
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_with_our_name_and_password() {
    let server = Server::start(Manners::default()).await;
    server.mailer("parlance:s%40cret@").send(&mail()).await.unwrap();
    let heard = server.heard();
    let login = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "\0parlance\0s@cret");
    for part in [
        &format!("AUTH PLAIN {login}"),
        "MAIL FROM:<no-reply@parlance.example>",
        "RCPT TO:<ada@acme.example>",
        "From: Parlance <no-reply@parlance.example>",
        "Message-ID: <00000000-0000-0000-0000-000000000007@parlance.example>",
        "Auto-Submitted: auto-generated",
        "text/plain",
        "text/html",
    ] {
        assert!(heard.contains(part), "{part} in {heard}");
    }
    assert!(!heard.lines().any(|line| line.starts_with("Bcc:")), "{heard}");
    assert_eq!(heard.lines().filter(|line| line.starts_with("RCPT")).count(), 1);
    assert!(heard.contains("and on"), "a dot alone does not end it: {heard}");
}

#[tokio::test]
async fn answers_are_told_apart_and_name_nobody() {
    for (answers, lasting, told) in [
        (
            vec![("RCPT", "550 no <ada@acme.example> here")],
            true,
            "the mail server answered with 550",
        ),
        (
            vec![("RCPT", "451 ada@acme.example: later")],
            false,
            "the mail server answered with 451",
        ),
        (
            vec![("MAIL", "552 too much")],
            true,
            "the mail server answered with 552",
        ),
        (
            vec![("DATA", "554 no")],
            true,
            "the mail server answered with 554",
        ),
        (
            vec![(".", "421 closing")],
            false,
            "the mail server answered with 421",
        ),
        (
            vec![("AUTH", "535 who?")],
            false,
            "the mail server does not know us (535): see SMTP_URL",
        ),
    ] {
        let server = Server::start(Manners {
            answers: answers.clone(),
            ..Manners::default()
        })
        .await;
        let failed = server.mailer("u:p@").send(&mail()).await.unwrap_err();
        assert_eq!(matches!(failed, MailError::Lasting(_)), lasting, "{answers:?}");
        assert_eq!(failed.to_string(), told);
    }
}

#[tokio::test]
async fn a_server_that_is_slow_or_gone_is_tried_again() {
    let silent = Server::start(Manners {
        silent: true,
        ..Manners::default()
    })
    .await;
    let hung_up = Server::start(Manners {
        hangs_up: true,
        ..Manners::default()
    })
    .await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Server {
            port,
            heard: Arc::default(),
        }
    };
    for server in [silent, hung_up, gone] {
        let failed = server.mailer("").send(&mail()).await.unwrap_err();
        assert!(matches!(failed, MailError::Passing(_)), "{failed}");
        assert!(!failed.to_string().contains("ada"), "{failed}");
    }
}

#[tokio::test]
async fn one_that_breaks_off_is_followed_by_one_that_goes_through() {
    let server = Server::start(Manners::default()).await;
    let mailer = server.mailer("");
    for _ in 0..3 {
        mailer.send(&mail()).await.unwrap();
    }
    assert_eq!(server.heard().lines().filter(|line| *line == ".").count(), 3);
}
