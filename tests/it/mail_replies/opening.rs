//! A mail to a space's own address begins a conversation and the ticket of it.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{PATIENCE, SECRET, Scene};
use crate::{spaces::Owner, support::eventually};

const BEN: &str = "ben@shop.example";

impl Scene {
    /// The space's own address, which takes mail from now on.
    async fn takes_mail(&self) -> String {
        let owner = Owner::of(&self.app, &self.acme).await;
        let space = self.acme.space.to_string();
        let (status, problem) = owner
            .changes(&space, json!({ "settings": { "tickets": { "by_mail": true } } }))
            .await;
        assert_eq!(status, 200, "{problem}");
        let told = owner.gets(&format!("/api/chat-spaces/{space}/widget")).await;
        told["support_address"].as_str().unwrap().to_owned()
    }

    /// What comes of a mail.
    async fn brings(&self, mail: &str) -> (u16, Value) {
        let url = self.app.url("/api/mail/inbound/raw");
        let post = self.app.http.post(url).bearer_auth(SECRET);
        let post = post
            .header("Content-Type", "message/rfc822")
            .body(mail.to_owned());
        let answer = post.send().await.unwrap();
        let status = answer.status().as_u16();
        let told: Value = answer.json().await.unwrap();
        let said = if status == 200 { "outcome" } else { "code" };
        (status, told[said].clone())
    }

    async fn tickets(&self) -> Vec<Value> {
        let owner = Owner::of(&self.app, &self.acme).await;
        let listed = owner.gets("/api/tickets?sort=created").await;
        listed["items"].as_array().unwrap().clone()
    }
}

fn mail(to: &str, id: &str, more: &str, text: &str) -> String {
    format!(
        "From: Ben Weber <{BEN}>\r\nTo: Support <{to}>\r\nMessage-ID: <{id}@mail.example>\r\n{more}\
         Subject: Re: Mein Paket\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

#[tokio::test]
async fn a_mail_that_is_brought_twice_at_once_is_one_ticket_and_no_fault() {
    let scene = Box::pin(Scene::begin()).await;
    let to = scene.takes_mail().await;
    for round in 0..4 {
        let mail = mail(&to, &format!("twice-{round}"), "", "Wo ist es?");
        let brought = join_all((0..2).map(|_| scene.brings(&mail))).await;
        assert!(brought.iter().all(|(status, _)| *status == 200), "{brought:?}");
        let delivered = brought.iter().filter(|(_, said)| said == "delivered").count();
        assert_eq!(delivered, 1, "{brought:?}");
    }
    assert_eq!(scene.tickets().await.len(), 4);
    let begun = scene
        .app
        .db()
        .rows("SELECT conversation_id FROM mail_threads")
        .await;
    assert_eq!(begun.unwrap().len(), 4, "none without a ticket");
}

#[tokio::test]
async fn a_mail_is_a_ticket_whose_answers_go_back_and_whose_replies_come_to_it() {
    let scene = Box::pin(Scene::begin()).await;
    let to = scene.takes_mail().await;
    let text =
        "Wann kommt es? Ich warte.\r\n\r\nOn Mon, 3 Nov 2025 at 10:00, Shop <a@b.example> wrote:\r\n> Sent.";
    let first = mail(&to, "first", "", text);
    assert_eq!(scene.brings(&first).await, (200, json!("delivered")));
    assert_eq!(scene.brings(&first).await, (200, json!("duplicate")));
    let tickets = scene.tickets().await;
    assert_eq!(tickets.len(), 1, "{tickets:?}");
    let (number, conversation) = (
        &tickets[0]["number"],
        tickets[0]["conversation"].as_str().unwrap(),
    );
    for (field, there) in [
        ("via", "mail"),
        ("subject", "Mein Paket"),
        ("status", "open"),
        ("requester_name", "Ben Weber"),
        ("requester_email", BEN),
        ("locale", "de"),
    ] {
        assert_eq!(tickets[0][field], there, "{field}: {tickets:?}");
    }
    let owner = Owner::of(&scene.app, &scene.acme).await;
    let messages = format!("/api/conversations/{conversation}/messages");
    let said = async || owner.gets(&messages).await["items"].clone();
    let first_said = said().await;
    assert_eq!(first_said[0]["text"], "Wann kommt es? Ich warte.");
    assert_eq!(
        owner.gets(&format!("/api/conversations/{conversation}")).await["status"],
        "waiting"
    );

    // An agent answers, and the mail is in the thread of theirs.
    let body = json!({ "client_id": uuid::Uuid::new_v4(), "text": "Morgen." });
    let (status, problem) = owner.asks(Method::POST, &messages, body).await;
    assert!(status < 300, "{problem}");
    let ticket = format!("/api/tickets/{number}");
    assert_eq!(owner.gets(&ticket).await["status"], "pending");
    scene.clock.advance(PATIENCE);
    let answer = eventually(async || {
        let url = scene.app.url("/dev/outbox");
        let asked = scene.app.http.get(url).header("Accept", "application/json");
        let listed: Value = asked.send().await.unwrap().json().await.unwrap();
        let mut mails = listed["items"].as_array().unwrap().iter();
        mails.find(|mail| mail["to"] == BEN).cloned()
    })
    .await;
    assert_eq!(answer["subject"], "Re: Mein Paket");
    assert!(answer["text"].as_str().unwrap().contains("Morgen."), "{answer}");
    let threads = "SELECT message_id FROM mail_threads";
    assert_eq!(
        scene.app.db().rows(threads).await.unwrap(),
        [json!({ "message_id": "first@mail.example" })]
    );

    // They answer that, or write once more below their own: both come to the ticket, which is open again.
    let reply_to = answer["reply_to"].as_str().unwrap();
    assert_eq!(
        scene.brings(&mail(reply_to, "second", "", "Danke.")).await,
        (200, json!("delivered"))
    );
    assert_eq!(owner.gets(&ticket).await["status"], "open");
    let below = "References: <first@mail.example>\r\n";
    assert_eq!(
        scene.brings(&mail(&to, "third", below, "Noch da?")).await,
        (200, json!("delivered"))
    );
    assert_eq!(scene.tickets().await.len(), 1);
    let all = said().await;
    let last = all.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["text"], &last["sender"]),
        (&json!("Noch da?"), &Value::Null)
    );
    // Somebody else's mail that names theirs begins something of its own.
    let other = mail(&to, "fourth", below, "Ich auch.").replace(BEN, "eve@shop.example");
    assert_eq!(scene.brings(&other).await, (200, json!("delivered")));
    assert_eq!(scene.tickets().await.len(), 2);
}

#[tokio::test]
async fn what_goes_round_or_is_not_wanted_makes_no_ticket() {
    let scene = Box::pin(Scene::begin()).await;
    let to = scene.takes_mail().await;
    let plain = mail(&to, "1", "", "Hello there.");
    for (mail, outcome) in [
        (
            mail(&to, "2", "Auto-Submitted: auto-replied\r\n", "I am away."),
            "automatic",
        ),
        (
            mail(&to, "3", "Return-Path: <>\r\n", "It was not delivered."),
            "automatic",
        ),
        (plain.replace(BEN, "MAILER-DAEMON@shop.example"), "automatic"),
        (plain.replace(BEN, &to), "automatic"),
        (plain.replace("s+", "s+a"), "unknown_address"),
        (mail(&to, "4", "", ""), "empty"),
    ] {
        assert_eq!(scene.brings(&mail).await, (200, json!(outcome)), "{mail}");
    }
    let owner = Owner::of(&scene.app, &scene.acme).await;
    let space = scene.acme.space.to_string();
    let off = json!({ "settings": { "tickets": { "by_mail": false } } });
    owner.changes(&space, off).await;
    assert_eq!(scene.brings(&plain).await, (200, json!("unknown_address")));
    assert_eq!(scene.tickets().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_sender_makes_so_many_in_an_hour_and_none_who_is_blocked() {
    let scene = Box::pin(Scene::begin()).await;
    let to = scene.takes_mail().await;
    for n in 0..10 {
        let outcome = scene.brings(&mail(&to, &format!("n{n}"), "", "Hello.")).await;
        assert_eq!(outcome, (200, json!("delivered")), "{n}");
    }
    let more = mail(&to, "more", "", "Hello.");
    assert_eq!(
        scene.brings(&more).await,
        (503, json!("busy")),
        "it may come again"
    );
    let other = more.replace(BEN, "ada@shop.example");
    assert_eq!(
        scene.brings(&other).await,
        (200, json!("delivered")),
        "each their own"
    );
    scene.clock.advance(TimeDelta::hours(1) + TimeDelta::seconds(1));
    assert_eq!(scene.brings(&more).await, (200, json!("delivered")));

    let owner = Owner::of(&scene.app, &scene.acme).await;
    let conversation = scene.tickets().await[0]["conversation"]
        .as_str()
        .unwrap()
        .to_owned();
    let whose = owner.gets(&format!("/api/conversations/{conversation}")).await;
    let keep = format!("/api/visitors/{}/contact", whose["visitor"].as_str().unwrap());
    let (_, kept) = owner.asks(Method::POST, &keep, Value::Null).await;
    let contact = format!("/api/contacts/{}", kept["id"].as_str().unwrap());
    owner
        .asks(Method::PATCH, &contact, json!({ "email": "Ben@shop.example" }))
        .await;
    let (status, _) = owner
        .asks(
            Method::POST,
            &format!("{contact}/block"),
            json!({ "reason": "spam" }),
        )
        .await;
    assert!(status < 300);
    let last = mail(&to, "last", "", "Hello.");
    assert_eq!(scene.brings(&last).await, (200, json!("blocked")));
    assert_eq!(scene.tickets().await.len(), 12);
}
