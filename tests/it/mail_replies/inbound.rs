//! What comes of a reply, as each provider brings it, over a real socket.

use reqwest::{RequestBuilder, multipart::Form};
use serde_json::{Value, json};

use super::{MARA, PATIENCE, SECRET, Scene};
use crate::support::TestApp;

impl Scene {
    /// Mailed to, and where the answer goes to.
    async fn mailed() -> (Self, String) {
        let scene = Box::pin(Self::begin()).await;
        scene.agent_says("Which model?").await;
        scene.clock.advance(PATIENCE);
        let mail = scene.mail(0).await;
        (scene, mail["reply_to"].as_str().unwrap().to_owned())
    }

    fn post(&self, provider: &str) -> RequestBuilder {
        let url = self.app.url(&format!("/api/mail/inbound/{provider}"));
        self.app.http.post(url)
    }

    async fn raw(&self, mail: String) -> Value {
        let post = self
            .post("raw")
            .bearer_auth(SECRET)
            .header("Content-Type", "message/rfc822");
        outcome(post.body(mail)).await
    }
}

async fn outcome(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["outcome"].clone()
}

fn mail(from: &str, to: &str, id: &str, text: &str) -> String {
    format!(
        "From: Mara <{from}>\r\nTo: Assistant <{to}>\r\nMessage-ID: <{id}@mail.example>\r\nSubject: Re: Hi\r\n\r\n{text}\r\n"
    )
}

#[tokio::test]
async fn a_reply_is_what_the_visitor_says_to_whoever_has_the_conversation() {
    let (scene, to) = Box::pin(Scene::mailed()).await;
    let text =
        "The Arm A1.\r\n\r\nOn Mon, 3 Nov 2025 at 10:00, Assistant <a@b.example> wrote:\r\n> Which model?";
    let reply = mail(MARA, &to, "1", text);
    assert_eq!(scene.raw(reply.clone()).await, "delivered");
    let said = scene.last().await;
    assert_eq!(
        (&said["author"]["kind"], &said["text"]),
        (&json!("visitor"), &json!("The Arm A1."))
    );
    assert_eq!((&said["via"], said.get("sender")), (&json!("email"), None));
    let url = scene
        .app
        .url(&format!("/api/conversations/{}", scene.conversation));
    let asked = scene
        .app
        .http
        .get(url)
        .bearer_auth(&scene.agent)
        .send()
        .await
        .unwrap();
    assert_eq!(
        asked.json::<Value>().await.unwrap()["status"],
        "human",
        "its agent keeps it"
    );
    // Brought again it says nothing again, in whatever case its address was carried.
    let length = scene.visitor.log(&scene.conversation).await.len();
    assert_eq!(
        scene.raw(reply.replace(&to, &to.to_uppercase())).await,
        "duplicate"
    );
    assert_eq!(scene.visitor.log(&scene.conversation).await.len(), length);
    assert_eq!(scene.app.upstream.connections(), 0, "no model is asked");
}

#[tokio::test]
async fn postmark_and_sendgrid_bring_the_same() {
    let (scene, to) = Box::pin(Scene::mailed()).await;
    let posted = json!({
        "From": MARA, "ToFull": [{ "Email": to, "Name": "", "MailboxHash": "" }], "OriginalRecipient": to,
        "TextBody": "By Postmark.", "HtmlBody": "<p>By Postmark.</p>",
        "Headers": [{ "Name": "Message-ID", "Value": "<2@mail.example>" }],
        "Attachments": [{ "Name": "a.png", "Content": "iVBORw0KGgo=", "ContentType": "image/png", "ContentLength": 8 }],
    });
    let postmark = scene
        .post("postmark")
        .basic_auth("postmark", Some(SECRET))
        .json(&posted);
    assert_eq!(outcome(postmark).await, "delivered");
    assert_eq!(
        scene.last().await["text"],
        "By Postmark.\n\n(1 attachment was left out)"
    );
    let form = Form::new()
        .text("headers", "Message-ID: <3@mail.example>\nSubject: Re: Hi\n")
        .text("from", format!("Mara <{MARA}>"))
        .text("to", format!("Assistant <{to}>"))
        .text("text", "By SendGrid.\n")
        .text("envelope", json!({ "to": [to], "from": MARA }).to_string())
        .text("attachment1", "x".repeat(100_000));
    let sendgrid = scene
        .post("sendgrid")
        .basic_auth("any", Some(SECRET))
        .multipart(form);
    assert_eq!(outcome(sendgrid).await, "delivered");
    assert_eq!(scene.last().await["text"], "By SendGrid.");
    let form = Form::new().text("email", mail(MARA, &to, "4", "By SendGrid, raw."));
    let raw = scene
        .post("sendgrid")
        .basic_auth("any", Some(SECRET))
        .multipart(form);
    assert_eq!(outcome(raw).await, "delivered");
    assert_eq!(scene.last().await["text"], "By SendGrid, raw.");
    // The mail that Postmark brought, brought by another.
    assert_eq!(scene.raw(mail(MARA, &to, "2", "By Postmark.")).await, "duplicate");
}

#[tokio::test]
async fn what_is_resolved_waits_for_a_person_again() {
    let (scene, to) = Box::pin(Scene::mailed()).await;
    scene.act("resolve", json!({})).await;
    assert_eq!(
        scene.raw(mail(MARA, &to, "1", "It broke again.")).await,
        "delivered"
    );
    let log = scene.visitor.log(&scene.conversation).await;
    let [said, status, notice] = log.last_chunk().unwrap();
    assert_eq!(said["text"], "It broke again.");
    assert_eq!(
        (&status["status"], &status["reason"]),
        (&json!("waiting"), &json!("email_reply"))
    );
    assert_eq!(notice["author"]["kind"], "system");
    assert_eq!(scene.app.upstream.connections(), 0, "people answer mail");
}

#[tokio::test]
async fn another_sender_is_let_in_by_the_token_and_named() {
    let (scene, to) = Box::pin(Scene::mailed()).await;
    assert_eq!(
        scene
            .raw(mail("eve@evil.example", &to, "1", "I am Mara's wife."))
            .await,
        "delivered"
    );
    assert_eq!(scene.last().await["sender"], "eve@evil.example");
}

#[tokio::test]
async fn what_is_no_reply_to_us_is_dropped_for_good() {
    let (scene, to) = Box::pin(Scene::mailed()).await;
    let before = scene.visitor.log(&scene.conversation).await;
    let token = to.split(['+', '@']).nth(1).unwrap();
    let last = if token.ends_with('a') { 'b' } else { 'a' };
    let forged = to.replace(token, &format!("{}{last}", &token[..token.len() - 1]));
    for other in [
        forged,
        "r+x@in.parlance.example".to_owned(),
        to.replace("in.", "evil."),
    ] {
        assert_eq!(
            scene.raw(mail(MARA, &other, "1", "Let me in.")).await,
            "unknown_address",
            "{other}"
        );
    }
    let away =
        mail(MARA, &to, "2", "I am away.").replace("Subject", "Auto-Submitted: auto-replied\r\nSubject");
    assert_eq!(scene.raw(away).await, "automatic");
    let bounce = mail("MAILER-DAEMON@mx.example", &to, "3", "It could not be delivered.");
    assert_eq!(scene.raw(bounce).await, "automatic");
    assert_eq!(scene.raw(mail(MARA, &to, "4", "")).await, "empty");
    assert_eq!(scene.visitor.log(&scene.conversation).await, before);
}

#[tokio::test]
async fn nobody_brings_mail_without_the_secret_or_what_is_none() {
    let (scene, to) = Box::pin(Scene::mailed()).await;
    let reply = mail(MARA, &to, "1", "Hello.");
    let raw = || {
        scene
            .post("raw")
            .header("Content-Type", "message/rfc822")
            .body(reply.clone())
    };
    for request in [
        raw(),
        raw().bearer_auth("another secret, as long"),
        raw().basic_auth(SECRET, Some("")),
        raw().bearer_auth(&scene.agent),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let allowed = |provider: &str| scene.post(provider).bearer_auth(SECRET);
    for (request, status) in [
        (
            allowed("raw")
                .header("Content-Type", "message/rfc822")
                .body("no mail"),
            400,
        ),
        (
            allowed("raw")
                .header("Content-Type", "application/pdf")
                .body("no mail"),
            415,
        ),
        (allowed("postmark").json(&json!({ "Text": "no mail" })), 400),
        (allowed("postmark").body("From: x"), 415),
        (
            allowed("sendgrid").multipart(Form::new().text("text", "no mail")),
            400,
        ),
        (allowed("sendgrid").json(&json!({})), 415),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let closed = TestApp::start().await;
    let url = closed.url("/api/mail/inbound/raw");
    assert_eq!(
        closed
            .http
            .post(url)
            .bearer_auth("")
            .body(reply)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}
