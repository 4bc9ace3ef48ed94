//! Mail as a durable job: tried again, given up, and read where it stays.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use parlance::{
    adapters::mail::{Mail, MailError, Mailer},
    kernel::clock::ManualClock,
};
use serde_json::{Value, json};

use super::{Person, STRONG, mail_to, mails, post, sign_up, start_of_time};
use crate::support::{Setup, TestApp, eventually};

/// A mail server that fails as it is told, and keeps what it takes.
#[derive(Clone, Debug, Default)]
struct Fails {
    failures: Arc<Mutex<Vec<MailError>>>,
    taken: Arc<Mutex<Vec<Mail>>>,
}

#[async_trait::async_trait]
impl Mailer for Fails {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let failure = self.failures.lock().unwrap().pop();
        if let Some(failure) = failure {
            return Err(failure);
        }
        self.taken.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

async fn job(app: &TestApp, state: &str) -> Value {
    let query = format!(
        "SELECT attempts, error FROM jobs WHERE kind = 'send_mail' AND state = '{state}' AND (state <> 'queued' OR error IS NOT NULL)"
    );
    let look = async || app.db().rows(&query).await.unwrap().first().cloned();
    eventually(look).await
}

#[tokio::test]
async fn what_fails_for_a_while_is_sent_later_with_a_link_that_works() {
    let mailer = Fails::default();
    let passing = MailError::Passing("the mail server answered with 451".to_owned());
    mailer.failures.lock().unwrap().push(passing);
    let clock = Arc::new(ManualClock::at(start_of_time()));
    let app = Setup::default()
        .clock(clock.clone())
        .mailer(mailer.clone())
        .start()
        .await;
    assert_eq!(
        sign_up(&app, "ada@keller.example").await.status,
        200,
        "nobody waits for the mail"
    );
    let failed = job(&app, "queued").await;
    assert_eq!(
        failed,
        json!({ "attempts": 1, "error": "the mail server answered with 451" })
    );
    clock.advance(TimeDelta::seconds(6));
    job(&app, "done").await;
    let taken = mailer.taken.lock().unwrap().clone();
    assert_eq!((taken.len(), taken[0].to.as_str()), (1, "ada@keller.example"));
    let token = taken[0]
        .text
        .split("#token=")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    let verified = post(&app, "/api/auth/verify-email", &json!({ "token": token })).await;
    assert_eq!(verified.status, 200);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up() {
    let mailer = Fails::default();
    let lasting = MailError::Lasting("the mail server answered with 550".to_owned());
    mailer.failures.lock().unwrap().push(lasting);
    let app = Setup::default().mailer(mailer.clone()).start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    let dead = job(&app, "dead").await;
    assert_eq!(
        dead,
        json!({ "attempts": 1, "error": "the mail server answered with 550" })
    );
    assert_eq!(
        ada.posts("/api/auth/verify-email/resend", Value::Null)
            .await
            .status,
        202
    );
    job(&app, "done").await;
    assert_eq!(
        mailer.taken.lock().unwrap().len(),
        1,
        "asked for again it is sent"
    );
}

/// Whoever has the password may call the change off, or leave, before the notice is sent.
#[tokio::test]
async fn the_address_before_is_told_whatever_becomes_of_the_wish_for_another() {
    let mailer = Fails::default();
    let clock = Arc::new(ManualClock::at(start_of_time()));
    let app = Setup::default()
        .clock(clock.clone())
        .mailer(mailer.clone())
        .start()
        .await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    job(&app, "done").await;
    let busy = || MailError::Passing("busy".to_owned());
    mailer.failures.lock().unwrap().extend([busy(), busy()]);
    let wish = json!({ "password": STRONG, "email": "eve@evil.example" });
    assert_eq!(ada.posts("/api/auth/change-email", wish).await.status, 202);
    eventually(async || mailer.failures.lock().unwrap().is_empty().then_some(())).await;
    job(&app, "queued").await;
    app.db()
        .run("UPDATE users SET new_email = NULL; DELETE FROM memberships")
        .await
        .unwrap();
    clock.advance(TimeDelta::hours(1));
    let notice = async || {
        let taken = mailer.taken.lock().unwrap();
        let told = |mail: &&Mail| mail.subject.contains("Another address");
        taken.iter().find(told).cloned()
    };
    let notice = eventually(notice).await;
    assert_eq!(notice.to, "ada@keller.example");
    assert!(notice.text.contains("eve@evil.example"), "{}", notice.text);
}

#[tokio::test]
async fn a_mail_to_somebody_who_has_left_is_called_off() {
    let mailer = Fails::default();
    let passing = MailError::Passing("busy".to_owned());
    mailer.failures.lock().unwrap().push(passing);
    let clock = Arc::new(ManualClock::at(start_of_time()));
    let app = Setup::default()
        .clock(clock.clone())
        .mailer(mailer.clone())
        .start()
        .await;
    sign_up(&app, "ada@keller.example").await;
    job(&app, "queued").await;
    app.db().run("DELETE FROM memberships").await.unwrap();
    clock.advance(TimeDelta::seconds(6));
    let called_off = job(&app, "cancelled").await;
    assert_eq!(called_off["error"], "the person left the workspace");
    assert!(mailer.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_outbox_is_a_page_for_people_and_json_for_programs_and_outlives_a_restart() {
    let mut app = TestApp::start().await;
    sign_up(&app, "ada@keller.example").await;
    mail_to(&app, "ada@keller.example", "Confirm").await;
    app.restart().await;
    let kept = mails(&app).await;
    assert_eq!(kept.len(), 1);
    let fields: Vec<&String> = kept[0].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["links", "reply_to", "subject", "text", "to"]);
    let page = app.http.get(app.url("/dev/outbox")).send().await.unwrap();
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    assert!(page.text().await.unwrap().contains("Confirm your address"));
}

#[tokio::test]
async fn where_mail_goes_out_there_is_no_outbox() {
    let app = Setup::default().mailer(Fails::default()).start().await;
    let page = app.http.get(app.url("/dev/outbox")).send().await.unwrap();
    assert_eq!(page.status(), 404);
}

/// Links never lead to where a request says that it came to.
#[tokio::test]
async fn links_lead_to_the_public_address() {
    let app = Setup::default()
        .set("PUBLIC_URL", "https://chat.example")
        .start()
        .await;
    let body =
        json!({ "email": "ada@keller.example", "password": super::STRONG, "name": "Ada", "workspace": "K" });
    let request = app
        .http
        .post(app.url("/api/auth/signup"))
        .header("host", "evil.example")
        .json(&body);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let mail = mail_to(&app, "ada@keller.example", "Confirm").await;
    assert!(
        mail["links"][0]
            .as_str()
            .unwrap()
            .starts_with("https://chat.example/app/"),
        "{mail}"
    );
}
