//! Jobs as a member's socket tells them.

use chrono::TimeDelta;
use parlance_store::{
    control::Role,
    ids::JobId,
    queries::jobs::{self, NewJob},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{begins, until};
use crate::{
    knowledge::rest::{Admin, Moody},
    support::{Setup, Socket, Words},
};

async fn pasted(admin: &Admin, title: &str, text: &str) -> Value {
    let accepted: Value = admin.pastes(title, text).await.json().await.unwrap();
    accepted["job"]["id"].clone()
}

#[tokio::test]
async fn a_job_is_told_as_rest_has_it_from_its_beginning_to_its_end() {
    let admin = Admin::start().await;
    let viewer = admin.app.colleague(&admin.acme, Role::Viewer).await;
    let (begin, mut owner) = admin.app.console(&admin.token).await;
    assert_eq!(begin, [json!({ "type": "job.all", "more": false })]);
    let (_, mut viewer) = admin.app.console(&viewer).await;

    let job = pasted(&admin, "Ladders", "They reach 3.8 metres.").await;
    let said = until(&mut owner, &job, "done").await;
    let rest = admin.get(&format!("/api/jobs/{}", job.as_str().unwrap())).await;
    assert_eq!(said.last(), Some(&rest));
    assert_eq!(until(&mut viewer, &job, "done").await.last(), Some(&rest));

    let accepted = admin.uploads("broken.pdf", b"%PDF-1.7 and then nothing").await;
    let accepted: Value = accepted.json().await.unwrap();
    let said = until(&mut owner, &accepted["job"]["id"], "dead").await;
    assert!(!said.last().unwrap()["error"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn who_comes_again_is_told_what_runs_and_waits_and_nothing_else() {
    let admin = Admin::on(Setup::default().embedder(Moody(Words))).await;
    let (_, mut socket) = admin.app.console(&admin.token).await;
    let job = pasted(&admin, "Slow", "WAIT for it").await;
    let said = until(&mut socket, &job, "running").await;
    assert!(said.len() <= 2, "waiting, then running: {said:?}");
    drop(socket);

    let (begin, mut socket) = admin.app.console(&admin.token).await;
    assert_eq!((begin.len(), &begin[0]["job"]["id"]), (2, &job));
    assert_eq!(begin[0]["job"]["state"], "running");
    let path = format!("/api/jobs/{}/cancel", job.as_str().unwrap());
    admin.request(Method::POST, &path).send().await.unwrap();
    until(&mut socket, &job, "cancelled").await;
    drop(socket);
    let (begin, _) = admin.app.console(&admin.token).await;
    assert_eq!(begin, [json!({ "type": "job.all", "more": false })]);
}

#[tokio::test]
async fn a_foreign_tenant_hears_nothing_of_it() {
    let admin = Admin::on(Setup::default().embedder(Moody(Words))).await;
    let globex = admin.app.workspace("globex").await;
    let token = admin.app.log_in(&globex.email).await;
    let (_, mut foreign) = admin.app.console(&token).await;
    let (_, mut own) = admin.app.console(&admin.token).await;
    let held = pasted(&admin, "Slow", "WAIT for it").await;
    until(&mut own, &held, "running").await;

    let theirs = format!("/api/chat-spaces/{}/documents/text", globex.space);
    let request = admin.app.http.post(admin.app.url(&theirs)).bearer_auth(&token);
    let body = json!({ "title": "T", "text": "Theirs" });
    let accepted: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
    let job = &accepted["job"]["id"];
    loop {
        let frame = foreign.next().await.unwrap();
        // Who is there is told in between.
        if frame["type"] == "presence" {
            continue;
        }
        assert_eq!(&frame["job"]["id"], job, "the first that they hear of: {frame}");
        if frame["job"]["state"] == "done" {
            break;
        }
    }
    let (begin, _) = admin.app.console(&token).await;
    assert_eq!(begin.len(), 1, "{begin:?}");
}

#[tokio::test]
async fn what_another_process_does_is_seen_too() {
    let admin = Admin::start().await;
    let (_, mut socket) = admin.app.console(&admin.token).await;
    let (db, now) = (
        admin.app.services.db.tenant(admin.acme.tenant),
        admin.app.services.clock.now(),
    );
    let id = JobId::new();
    let new = NewJob {
        id,
        space_id: None,
        kind: "test",
        key: "test",
        payload: json!({}),
        priority: 0,
        due_at: now + TimeDelta::hours(1),
        at: now,
    };
    db.transaction(async |conn| jobs::enqueue(conn, new).await)
        .await
        .unwrap();
    until(&mut socket, &json!(id), "queued").await;
    db.transaction(async |conn| jobs::cancel(conn, id, now).await)
        .await
        .unwrap();
    until(&mut socket, &json!(id), "cancelled").await;
}

#[tokio::test]
async fn who_does_not_read_is_closed_and_may_come_again() {
    let admin = Admin::start().await;
    let mut slow = Socket::narrow(&admin.app.console_url()).await;
    slow.send(&json!({ "type": "hello", "token": admin.token })).await;
    begins(&mut slow).await;
    let (_, mut quick) = admin.app.console(&admin.token).await;
    let long = json!({ "type": "test", "text": "x".repeat(60_000) }).to_string();
    // A few megabytes fit into the kernel's buffers, and 32 events into the queue.
    for n in 0..400 {
        let mark = json!({ "type": "mark", "n": n }).to_string();
        let frames = vec![long.clone().into(), mark.into()];
        admin.app.services.consoles.tell(admin.acme.tenant, frames);
        assert_eq!(quick.next_of("mark").await["n"], n, "the others miss nothing");
    }
    assert_eq!(slow.ends().await, Some(4008));
    let (begin, _) = admin.app.console(&admin.token).await;
    assert_eq!(begin.len(), 1);
}
