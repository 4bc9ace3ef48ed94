//! Whose ticket it is, and who watches it, is mailed what others do to it.

use std::sync::Arc;

use chrono::TimeDelta;
use parlance::{
    domain::notify::ticket::REST,
    kernel::clock::{Clock, ManualClock, SystemClock},
};
use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;
use crate::{accounts::mail_to, support::Setup};

#[tokio::test]
async fn what_others_do_to_ones_ticket_within_minutes_is_one_mail() {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let app = Setup::default().clock(clock.clone()).start().await;
    let acme = app.workspace("acme").await;
    let olive = Desk::of(&app, &acme).await;
    let me = olive.get("/api/auth/me").await["user"]["id"].clone();
    let cole = Desk {
        app: &app,
        token: app.colleague(&acme, Role::Agent).await,
    };
    let waiting = "SELECT 1 AS n FROM jobs WHERE payload #>> '{errand,mail}' = 'ticket'";
    let mails = async || app.db().rows(waiting).await.unwrap().len();

    olive.make(&acme, "It hums").await;
    olive.change(1, json!({ "assignee": me })).await;
    olive.change(1, json!({ "status": "pending" })).await;
    assert_eq!(mails().await, 0, "she did it herself");

    cole.make(&acme, "It rattles").await;
    cole.change(2, json!({ "tags": ["noise"] })).await;
    assert_eq!(mails().await, 0, "it is no concern of hers");
    cole.change(2, json!({ "assignee": me })).await;
    let note = json!({ "text": "The customer sent a recording." });
    let (status, _) = cole.call(Method::POST, "/api/tickets/2/notes", note).await;
    assert_eq!(status, 201);
    cole.change(2, json!({ "status": "pending" })).await;
    assert_eq!(mails().await, 1);
    clock.advance(REST + TimeDelta::seconds(1));
    let mail = mail_to(&app, &acme.email, "Ticket #2: It rattles").await;
    let text = mail["text"].as_str().unwrap();
    for line in [
        "Something happened to your ticket #2:",
        "Cole League assigned it to you.",
        "Cole League wrote a note:\n\nThe customer sent a recording.",
        "Cole League changed its status from open to pending.",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(mail["links"][0].as_str().unwrap().ends_with("/app/tickets/2"));

    // Who watches is told too, until they do not want it.
    cole.change(2, json!({ "assignee": null })).await;
    let path = format!("/api/tickets/2/watchers/{}", me.as_str().unwrap());
    let (status, _) = olive.call(Method::PUT, &path, Value::Null).await;
    assert_eq!(status, 200);
    cole.change(2, json!({ "status": "resolved" })).await;
    clock.advance(REST + TimeDelta::seconds(1));
    let watched = async || {
        let mail = mail_to(&app, &acme.email, "Ticket #2").await;
        let text = mail["text"].as_str().unwrap().to_owned();
        text.contains("from pending to resolved").then_some(text)
    };
    let text = crate::support::eventually(watched).await;
    assert!(text.contains("ticket #2, which you watch:"), "{text}");
    let off = json!({ "ticket_mail": false });
    let (_, wanted) = olive.call(Method::PATCH, "/api/auth/notifications", off).await;
    assert_eq!(wanted["ticket_mail"], false);
    let before = mails().await;
    cole.change(2, json!({ "status": "open" })).await;
    assert_eq!(mails().await, before);
}
