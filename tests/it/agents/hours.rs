//! What a space's hours do: nothing is assigned outside them, who waits is told when somebody is back, the
//! mail about it waits for them, and within them visitors know how long it usually takes.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use parlance_store::control::Role;
use serde_json::{Value, json};

use super::{Agent, mail::told};
use crate::{
    accounts::mail_to,
    support::{Setup, Socket, TestApp, TestVisitor, Workspace, eventually, says},
};

/// Ten minutes before hours begin, on a Monday.
const BEFORE: &str = "2027-01-18T07:50:00Z";
const BEGIN: &str = "2027-01-18T08:00:00Z";

async fn at(time: &str) -> (TestApp, Arc<ManualClock>) {
    let start: DateTime<chrono::Utc> = time.parse().unwrap();
    let clock = Arc::new(ManualClock::at(start));
    (Setup::default().clock(clock.clone()).start().await, clock)
}

/// Monday to Wednesday from nine to five in Berlin, and what else is set.
async fn with_hours(app: &TestApp, mut settings: Value) -> Workspace {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    let week = json!({ "monday": day, "tuesday": day, "wednesday": day });
    settings["hours"] = json!({ "time_zone": "Europe/Berlin", "week": week });
    app.workspace_with("acme", settings, &[]).await
}

/// Somebody asks for a person: what they are told.
async fn asks(visitor: &TestVisitor) -> (String, String, Socket) {
    let (conversation, mut socket) = visitor.connects().await;
    let told = asks_again(&mut socket).await;
    (conversation, told, socket)
}

async fn asks_again(socket: &mut Socket) -> String {
    socket.send(&json!({ "type": "human" })).await;
    loop {
        let message = socket.next_of("message").await;
        if message["author"]["kind"] == "system" {
            return message["text"].as_str().unwrap().to_owned();
        }
    }
}

/// What the widget is told next of what it may expect, of which this holds.
async fn expects(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let availability = socket.next_of("settings").await["config"]["availability"].take();
        if wanted(&availability) {
            return availability;
        }
    }
}

#[tokio::test]
async fn nothing_is_assigned_until_hours_begin_and_an_agent_may_take_by_hand() {
    let (app, clock) = at(BEFORE).await;
    let queue = json!({ "queue": { "assign": "round_robin" } });
    let acme = with_hours(&app, queue.clone()).await;
    let globex = app.workspace_with("globex", queue, &[]).await;
    let (ada, _ben) = (Agent::owner(&app, &acme).await, Agent::owner(&app, &globex).await);

    let (by_hand, _, mut one) = asks(&app.visitor(&acme).await).await;
    let (_, told, mut other) = asks(&app.visitor(&acme).await).await;
    assert_eq!(
        told,
        "Nobody from our team is here just now. A person will answer you here. Leave your e-mail address to get \
         the answer there, too. Our team is back Monday at 09:00 (Berlin time)."
    );
    // Who asks later where it is always open is given to somebody.
    let (_, _, mut open) = asks(&app.visitor(&globex).await).await;
    assert_eq!(open.next_of("status").await["reason"], "assigned");

    let taken = ada
        .post(&app, &format!("/api/conversations/{by_hand}/take"), &json!({}))
        .await;
    assert_eq!(taken.0, 200);
    assert_eq!(one.next_of("status").await["reason"], "agent");
    clock.advance(TimeDelta::minutes(10));
    let given = other.next_of("status").await;
    assert_eq!(
        (&given["reason"], &given["at"]),
        (&json!("assigned"), &json!(BEGIN))
    );
    assert_eq!(given["assignee"]["id"], ada.id);
}

#[tokio::test]
async fn who_still_waits_when_hours_begin_is_told_of_once_also_over_a_restart() {
    let (mut app, clock) = at(BEFORE).await;
    let acme = with_hours(&app, json!({})).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(asks(&app.visitor(&acme).await).await);
        clock.advance(TimeDelta::seconds(1));
    }
    assert_eq!(told(&app).await, []);
    // One is answered meanwhile by somebody who looks in.
    let ada = Agent::owner(&app, &acme).await;
    let resolve = format!("/api/conversations/{}/resolve", sockets[0].0);
    assert_eq!(ada.post(&app, &resolve, &json!({})).await.0, 200);
    drop(ada);
    app.restart().await;
    assert_eq!(told(&app).await, []);

    clock.advance(TimeDelta::minutes(10));
    let mails = eventually(async || Some(told(&app).await).filter(|mails| !mails.is_empty())).await;
    assert_eq!(mails, [(acme.email.clone(), sockets[1].0.clone())]);
    let mail = mail_to(&app, &acme.email, "Somebody waits for a person in acme").await;
    assert!(
        mail["text"]
            .as_str()
            .unwrap()
            .contains("\n1 more waits in your workspace."),
        "{mail}"
    );
    // All is done, and at the next opening there is nothing to tell.
    clock.advance(TimeDelta::days(1));
    let open = "SELECT 1 AS n FROM jobs WHERE kind IN ('tell_waiting', 'send_mail') AND state IN ('queued', 'running')";
    eventually(async || app.db().rows(open).await.unwrap().is_empty().then_some(())).await;
    assert_eq!(told(&app).await.len(), 1);
}

#[tokio::test]
async fn nobody_is_told_by_mail_who_is_there_when_hours_begin() {
    let (app, clock) = at(BEFORE).await;
    let acme = with_hours(&app, json!({})).await;
    asks(&app.visitor(&acme).await).await;
    let _ada = Agent::owner(&app, &acme).await;
    clock.advance(TimeDelta::minutes(10));
    let done = "SELECT 1 AS n FROM jobs WHERE kind = 'tell_waiting' AND state = 'done'";
    eventually(async || (app.db().rows(done).await.unwrap().len() == 1).then_some(())).await;
    assert_eq!(told(&app).await, []);
}

#[tokio::test]
async fn hours_that_are_taken_away_hold_nobody_back() {
    let (app, _clock) = at(BEFORE).await;
    let acme = with_hours(&app, json!({})).await;
    let (conversation, _, mut socket) = asks(&app.visitor(&acme).await).await;
    let (_, mut later) = app.visitor(&acme).await.connects().await;
    let token = app.log_in(&acme.email).await;
    let url = app.url(&format!("/api/chat-spaces/{}", acme.space));
    let patch = json!({ "settings": { "hours": null } });
    let changed = app
        .http
        .patch(url)
        .bearer_auth(token)
        .json(&patch)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status().as_u16(), 200);
    expects(&mut socket, |now| now["open"] == true).await;
    let mails = eventually(async || Some(told(&app).await).filter(|mails| !mails.is_empty())).await;
    assert_eq!(mails, [(acme.email.clone(), conversation)]);
    // A conversation that was loaded before goes by it, too.
    assert!(!asks_again(&mut later).await.contains("Our team is back"));
}

#[tokio::test]
async fn the_admins_words_say_when_hours_begin_in_the_visitors_language() {
    let (app, _clock) = at("2027-01-15T19:00:00Z").await;
    let handoff = json!({ "handoff": { "away_message": "Wieder da: {opens}." } });
    let acme = with_hours(&app, handoff).await;
    let (visitor, session) = app.comes(&acme, &json!({ "locale": "de-AT" })).await;
    let (_, told, _socket) = asks(&visitor).await;
    assert_eq!(told, "Wieder da: am Montag um 09:00 Uhr (Zeit in Berlin).");
    let availability = &session["config"]["availability"];
    assert_eq!(
        availability["text"]["de"],
        "Unser Team ist am Montag um 09:00 Uhr (Zeit in Berlin) wieder da"
    );
    assert_eq!(
        (
            &availability["open"],
            &availability["opens_at"],
            &availability["closes_at"]
        ),
        (&json!(false), &json!(BEGIN), &Value::Null)
    );
}

#[tokio::test]
async fn visitors_know_how_long_it_usually_takes_while_an_agent_is_there() {
    let (app, clock) = at(BEGIN).await;
    let acme = with_hours(&app, json!({})).await;
    let (_, mut widget) = app.visitor(&acme).await.connects().await;
    let mut ada = Agent::colleague(&app, &acme, Role::Agent).await;
    let mut waiting = Vec::new();
    for _ in 0..5 {
        let (conversation, told, socket) = asks(&app.visitor(&acme).await).await;
        assert_eq!(told, "A person from our team will join you here.");
        waiting.push((conversation, socket));
    }
    clock.advance(TimeDelta::minutes(4));
    for (conversation, socket) in &mut waiting {
        ada.send(
            "say",
            conversation,
            json!({ "client_id": uuid::Uuid::new_v4(), "text": "Hello" }),
        )
        .await;
        socket.next_of("message").await;
    }
    // What was measured counts for five minutes.
    clock.advance(TimeDelta::minutes(1));
    let (_, told, _) = asks(&app.visitor(&acme).await).await;
    assert_eq!(
        told,
        "A person from our team will join you here. Our team usually replies within 5 minutes."
    );
    // Open widgets hear of it once it is measured again, and when nobody is there any more.
    clock.advance(TimeDelta::minutes(5));
    let known = expects(&mut widget, |now| now["wait_seconds"] == 300).await;
    assert_eq!(
        known["text"]["fr"],
        "Notre équipe répond en général en moins de 5 minutes"
    );
    drop(ada);
    let gone = expects(&mut widget, |now| now["wait_seconds"].is_null()).await;
    assert_eq!((&gone["open"], &gone["text"]), (&json!(true), &json!({})));
}

#[tokio::test]
async fn an_open_widget_hears_when_hours_begin() {
    let (app, clock) = at(BEFORE).await;
    let acme = with_hours(&app, json!({})).await;
    let (_, mut widget) = app.visitor(&acme).await.connects().await;
    widget.send(&says("How long does the warranty last?")).await;
    widget.until_answer().await;
    clock.advance(TimeDelta::minutes(10));
    let open = expects(&mut widget, |now| now["open"] == true).await;
    assert_eq!(open["closes_at"], "2027-01-18T16:00:00Z");
    assert_eq!(open["opens_at"], "2027-01-19T08:00:00Z");
}
