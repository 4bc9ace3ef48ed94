//! Who is given a conversation that waits: in which order, how many, and never twice.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::{domain::conversations::event, kernel::clock::ManualClock};
use parlance_store::control::Role;
use serde_json::{Value, json};

use super::Agent;
use crate::support::{Setup, Socket, TestApp, TestVisitor, Workspace};

async fn assigning(app: &TestApp, queue: Value) -> Workspace {
    app.workspace_with("acme", json!({ "queue": queue }), &[]).await
}

/// Somebody who asks for a person, and has been told to wait.
async fn waits(app: &TestApp, workspace: &Workspace) -> (TestVisitor, String, Socket) {
    let visitor = app.visitor(workspace).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&json!({ "type": "human" })).await;
    assert_eq!(socket.next_of("status").await["status"], "waiting");
    (visitor, conversation, socket)
}

/// Who is given it next.
async fn given(socket: &mut Socket) -> String {
    let status = socket.next_of("status").await;
    assert_eq!(
        (&status["status"], &status["reason"], &status["by"]["kind"]),
        (&json!("human"), &json!("assigned"), &json!("system")),
        "{status}"
    );
    status["assignee"]["id"].as_str().unwrap().to_owned()
}

fn statuses(log: &[Value]) -> Vec<String> {
    let words = log.iter().filter(|event| event["type"] == "status");
    words
        .map(|event| {
            format!(
                "{} {}",
                event["status"].as_str().unwrap(),
                event["reason"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn it_goes_round_until_all_have_enough_and_on_when_one_has_less() {
    let app = TestApp::start().await;
    let acme = assigning(&app, json!({ "assign": "round_robin", "per_agent": 2 })).await;
    let mut ada = Agent::owner(&app, &acme).await;
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let _looks_on = Agent::colleague(&app, &acme, Role::Viewer).await;
    let mut had = Vec::new();
    for _ in 0..4 {
        let (_, conversation, mut socket) = waits(&app, &acme).await;
        had.push((given(&mut socket).await, conversation));
    }
    assert_ne!(had[0].0, had[1].0);
    assert_eq!((&had[0].0, &had[1].0), (&had[2].0, &had[3].0), "in turn");
    let seen = ada
        .inbox(|seen| seen["id"] == *had[3].1 && seen["status"] == "human")
        .await;
    assert_eq!(
        (&seen["assignee"]["id"], &seen["reason"]),
        (&json!(had[3].0), &json!("assigned"))
    );
    let (_, fifth, mut socket) = waits(&app, &acme).await;
    let (visitor, sixth, _other) = waits(&app, &acme).await;
    let (_, of_cole) = had.iter().find(|(agent, _)| *agent == cole.id).unwrap();
    let (status, _) = cole
        .post(&app, &format!("/api/conversations/{of_cole}/resolve"), &json!({}))
        .await;
    assert_eq!(status, 200);
    assert_eq!(given(&mut socket).await, cole.id, "who waits longest comes first");
    assert_eq!(statuses(&visitor.log(&sixth).await), ["waiting visitor_asked"]);
    // As the database has it.
    let read = ada.get(&app, &format!("/api/conversations/{fifth}")).await;
    assert_eq!(
        (&read["status"], &read["reason"]),
        (&json!("human"), &json!("assigned"))
    );
}

#[tokio::test]
async fn by_load_it_goes_to_who_has_fewest() {
    let app = TestApp::start().await;
    let acme = assigning(&app, json!({ "assign": "least_loaded" })).await;
    let ada = Agent::owner(&app, &acme).await;
    for _ in 0..2 {
        let (_, _, mut socket) = waits(&app, &acme).await;
        assert_eq!(given(&mut socket).await, ada.id);
    }
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    for _ in 0..2 {
        let (_, _, mut socket) = waits(&app, &acme).await;
        assert_eq!(given(&mut socket).await, cole.id);
    }
}

#[tokio::test]
async fn who_is_away_is_given_nothing_until_they_are_back() {
    let app = TestApp::start().await;
    let acme = assigning(&app, json!({ "assign": "least_loaded", "per_agent": 1 })).await;
    let mut ada = Agent::owner(&app, &acme).await;
    ada.socket.send(&json!({ "type": "away", "on": true })).await;
    while ada.socket.next_of("presence").await["agents"][0]["away"] != true {}
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let (_, _, mut first) = waits(&app, &acme).await;
    assert_eq!(given(&mut first).await, cole.id);
    let (_, _, mut second) = waits(&app, &acme).await;
    ada.socket.send(&json!({ "type": "away", "on": false })).await;
    assert_eq!(given(&mut second).await, ada.id);
}

#[tokio::test]
async fn nothing_is_assigned_where_nobody_has_asked_for_it() {
    let app = TestApp::start().await;
    let globex = app.workspace("globex").await;
    let ben = Agent::owner(&app, &globex).await;
    let (visitor, conversation, mut socket) = waits(&app, &globex).await;
    let acme = assigning(&app, json!({ "assign": "round_robin" })).await;
    let ada = Agent::owner(&app, &acme).await;
    let (_, _, mut other) = waits(&app, &acme).await;
    assert_eq!(given(&mut other).await, ada.id);
    assert_eq!(
        statuses(&visitor.log(&conversation).await),
        ["waiting visitor_asked"]
    );
    // Switched on, what waits by then is given, too.
    let patch = json!({ "settings": { "queue": { "assign": "least_loaded" } } });
    let url = app.url(&format!("/api/chat-spaces/{}", globex.space));
    let changed = app.http.patch(url).bearer_auth(&ben.token).json(&patch);
    assert_eq!(changed.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(given(&mut socket).await, ben.id);
}

#[tokio::test]
async fn what_somebody_had_who_dropped_off_goes_to_another() {
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let app = Setup::default().clock(clock.clone()).start().await;
    let acme = assigning(&app, json!({ "assign": "round_robin" })).await;
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let (visitor, conversation, mut socket) = waits(&app, &acme).await;
    assert_eq!(given(&mut socket).await, cole.id);
    let mut ada = Agent::owner(&app, &acme).await;
    drop(cole);
    while ada.socket.next_of("presence").await["agents"]
        .as_array()
        .unwrap()
        .len()
        > 1
    {}
    clock.advance(TimeDelta::seconds(30));
    assert_eq!(socket.next_of("status").await["reason"], "agent_left");
    assert_eq!(given(&mut socket).await, ada.id);
    assert_eq!(
        statuses(&visitor.log(&conversation).await),
        [
            "waiting visitor_asked",
            "human assigned",
            "waiting agent_left",
            "human assigned"
        ]
    );
}

/// Of who takes it by hand and who it is assigned to at that moment one has it.
#[tokio::test]
async fn a_race_with_who_takes_it_has_one_winner() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let ada = Agent::owner(&app, &acme).await;
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let assignee = event::Agent {
        id: cole.id.parse::<uuid::Uuid>().unwrap().into(),
        name: "Cole League".to_owned(),
    };
    let nothing = json!({});
    for _ in 0..8 {
        let (visitor, conversation, _socket) = waits(&app, &acme).await;
        let id = conversation.parse::<uuid::Uuid>().unwrap().into();
        let actor = app.services.registry.conversation(acme.tenant, id).unwrap();
        let path = format!("/api/conversations/{conversation}/take");
        let (taken, assigned) = tokio::join!(ada.post(&app, &path, &nothing), actor.assign(assignee.clone()));
        let assigned = assigned.unwrap();
        assert_eq!(taken.0, if assigned { 409 } else { 200 });
        let how = if assigned { "human assigned" } else { "human agent" };
        assert_eq!(
            statuses(&visitor.log(&conversation).await),
            ["waiting visitor_asked", how]
        );
        // Nor does it go to anybody later.
        assert_eq!(actor.assign(assignee.clone()).await.unwrap(), assigned);
        assert_eq!(visitor.log(&conversation).await.len(), 3);
    }
}

#[tokio::test]
async fn what_waited_through_a_restart_goes_to_who_comes_first() {
    let mut app = TestApp::start().await;
    let acme = assigning(&app, json!({ "assign": "round_robin" })).await;
    let (visitor, conversation, socket) = waits(&app, &acme).await;
    drop(socket);
    app.restart().await;
    let visitor = visitor.at(&app);
    let (ready, mut socket) = visitor.resumes(&conversation, 2).await;
    assert_eq!(ready["conversation"]["status"], "waiting");
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    assert_eq!(given(&mut socket).await, cole.id);
}
