//! What a visitor's mood and plan do to the order of the inbox is neither lost nor kept too long: by a new
//! epoch, by who has the conversation loaded, by what happens at the same time, by a failure in the middle.

use chrono::{DateTime, TimeDelta};
use parlance::adapters::llm::scripted::Scripted;
use parlance_store::{StoreError, testing};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::Agent;
use crate::support::{Setup, TestApp, TestVisitor, Workspace, eventually, says};

const ANGRY: &str =
    "You are liars and thieves! This is a scam, I am furious and I hate your terrible service!";
const ANGRY_FOR_A_PERSON: &str = "You are liars and thieves! This is a scam! I want to talk to a person!";
const UNSURE: &str = "I am not happy with this answer.";

fn kinds(seen: &Value) -> Vec<&str> {
    let reasons = seen["urgency"]["reasons"].as_array().into_iter().flatten();
    reasons.filter_map(|reason| reason["kind"].as_str()).collect()
}

fn path(conversation: &str) -> String {
    format!("/api/conversations/{conversation}")
}

/// As the server has it in memory, and as it finds it when it starts anew.
async fn in_both(app: &mut TestApp, ada: &Agent, conversation: &str) -> Value {
    let seen = ada.get(app, &path(conversation)).await;
    app.restart().await;
    assert_eq!(ada.get(app, &path(conversation)).await, seen);
    seen
}

/// A conversation that was angry and is resolved.
async fn resolved(app: &TestApp, ada: &Agent, visitor: &TestVisitor) -> String {
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(ANGRY)).await;
    while socket.next_of("status").await["status"] != "waiting" {}
    let (status, _) = ada
        .post(app, &format!("{}/resolve", path(&conversation)), &json!({}))
        .await;
    assert_eq!(status, 200);
    conversation
}

#[tokio::test]
async fn what_reopens_a_conversation_and_asks_for_a_person_is_of_the_new_epoch() {
    let (mut app, acme, visitor) = TestApp::chat().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let conversation = resolved(&app, &ada, &visitor).await;
    let (_, mut socket) = visitor.resumes(&conversation, 0).await;
    socket.send(&says(ANGRY_FOR_A_PERSON)).await;
    let told = ada.inbox(|seen| seen["reason"] == "visitor_asked").await;
    assert_eq!(told["mood"]["recent"].as_array().unwrap().len(), 1);
    assert_eq!(kinds(&told), ["angry", "waiting"]);
    let seen = in_both(&mut app, &ada, &conversation).await;
    assert_eq!(
        (kinds(&seen), &seen["mood"]["angry"]),
        (vec!["angry", "waiting"], &json!(true))
    );
    let log = visitor.at(&app).log(&conversation).await;
    let last: Vec<&Value> = log.iter().rev().take(4).rev().collect();
    let kinds: Vec<_> = last
        .iter()
        .map(|event| (&event["type"], &event["reason"]))
        .collect();
    assert_eq!(kinds[0], (&json!("status"), &json!("reopened")));
    assert_eq!(last[1]["text"], ANGRY_FOR_A_PERSON);
    assert_eq!(kinds[2], (&json!("status"), &json!("visitor_asked")));
    assert_eq!(last[3]["author"]["kind"], "system");
}

#[tokio::test]
async fn a_new_epoch_begins_without_the_credit_of_the_last() {
    let (mut app, acme, visitor) = TestApp::chat().await;
    let ada = Agent::owner(&app, &acme).await;
    let conversation = resolved(&app, &ada, &visitor).await;
    let (_, mut socket) = visitor.resumes(&conversation, 0).await;
    socket.send(&json!({ "type": "human" })).await;
    while socket.next_of("status").await["reason"] != "visitor_asked" {}
    let seen = in_both(&mut app, &ada, &conversation).await;
    assert_eq!(kinds(&seen), ["waiting"]);
    let moment = |at: &Value| at.as_str().unwrap().parse::<DateTime<chrono::Utc>>().unwrap();
    let urgency = &seen["urgency"];
    assert_eq!(
        moment(&urgency["answer_by"]) - moment(&urgency["reasons"][0]["since"]),
        TimeDelta::minutes(60)
    );
}

/// A workspace that answers those of the plan `pro` an hour earlier.
async fn with_plans(app: &TestApp) -> Workspace {
    let set = json!({ "handoff": { "on_sentiment": false }, "queue": { "plans": [{ "plan": "pro", "minutes": 60 }] } });
    app.workspace_with("acme", set, &[]).await
}

/// Says that a visitor has the plan `pro`.
async fn is_pro(base: &str, token: &str, visitor: &str) {
    let call = async |method, path: &str, body: Value| -> Value {
        let request = reqwest::Client::new().request(method, format!("{base}{path}"));
        let answer = request.bearer_auth(token).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        answer.json().await.unwrap()
    };
    let kept = call(
        Method::POST,
        &format!("/api/visitors/{visitor}/contact"),
        json!({}),
    )
    .await;
    let contact = format!("/api/contacts/{}", kept["id"].as_str().unwrap());
    call(
        Method::PATCH,
        &contact,
        json!({ "attributes": { "plan": "pro" } }),
    )
    .await;
}

#[tokio::test]
async fn a_plan_counts_where_nobody_has_the_conversation_loaded() {
    let mut app = TestApp::start().await;
    let acme = with_plans(&app).await;
    let visitor = app.visitor(&acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("I want to talk to a person")).await;
    while socket.next_of("status").await["status"] != "waiting" {}
    app.restart().await;
    let ada = Agent::owner(&app, &acme).await;
    assert!(
        !app.services
            .registry
            .is_alive(acme.tenant, conversation.parse().unwrap())
    );
    is_pro(&app.base, &ada.token, &visitor.id).await;
    let seen = ada.get(&app, &path(&conversation)).await;
    assert_eq!(kinds(&seen), ["plan", "waiting"]);
}

#[tokio::test]
async fn what_a_plan_is_worth_is_written_before_the_next_message_is_weighed() {
    let app = TestApp::start().await;
    let acme = with_plans(&app).await;
    let ada = Agent::owner(&app, &acme).await;
    let visitor = app.visitor(&acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    // It waits here, before a row is locked.
    let gate = "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                IF current_query() LIKE 'UPDATE conversations SET credit%' THEN PERFORM pg_advisory_xact_lock(42); END IF; \
                RETURN NULL; END $$; \
                CREATE TRIGGER gate BEFORE UPDATE ON conversations FOR EACH STATEMENT EXECUTE FUNCTION gate()";
    app.db().run(gate).await.unwrap();
    let ((locked, is_locked), (open, opens)) = (oneshot::channel(), oneshot::channel::<()>());
    let db = app.db().db().tenant(acme.tenant);
    let held = db.transaction(async |conn| {
        testing::sql_in(conn, "SELECT pg_advisory_xact_lock(42)").await?;
        locked.send(()).unwrap();
        opens.await.unwrap();
        Ok::<_, StoreError>(())
    });
    let changed = async {
        is_locked.await.unwrap();
        is_pro(&app.base, &ada.token, &visitor.id).await;
    };
    let meanwhile = async {
        eventually(async || {
            let waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            (!app.db().rows(waits).await.unwrap().is_empty()).then_some(())
        })
        .await;
        socket.send(&says(ANGRY)).await;
        // The server is well and answers others meanwhile; the message waits its turn.
        for _ in 0..20 {
            let seen = ada.get(&app, &path(&conversation)).await;
            assert_eq!(seen["mood"], Value::Null);
        }
        open.send(()).unwrap();
    };
    let (held, (), ()) = tokio::join!(held, changed, meanwhile);
    held.unwrap();
    socket.next_of("ack").await;
    let rows = app.db().rows("SELECT credit FROM conversations").await.unwrap();
    assert_eq!(rows, [json!({ "credit": 24 * 60 + 60 })]);
}

#[tokio::test]
async fn a_late_reading_is_written_with_what_follows_from_it_or_not_at_all() {
    let (model, script) = Scripted::new("anthropic");
    let app = Setup::default().model(model).start().await;
    let set = json!({ "handoff": { "sentiment_by_model": true } });
    let acme = app.workspace_with("acme", set, &[]).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE check_violation; END $$; \
                  CREATE TRIGGER refuse BEFORE INSERT ON conversation_events FOR EACH ROW \
                  WHEN (NEW.kind = 'status') EXECUTE FUNCTION refuse()";
    app.db().run(refuse).await.unwrap();
    let visitor = app.visitor(&acme).await;
    let (_, mut socket) = visitor.connects().await;
    let reading = script.live();
    socket.send(&says(UNSURE)).await;
    socket.until_answer().await;
    reading
        .text("{\"valence\": -0.9, \"anger\": 0.95, \"urgency\": null}")
        .await;
    reading.done().await;
    // Whoever listens is sent away to see what is true.
    assert_eq!(socket.ends().await, Some(4009));
    let anger = "SELECT round(anger::numeric, 2) AS anger, alarmed_at FROM message_moods \
                 JOIN conversations ON id = conversation_id";
    let rows = app.db().rows(anger).await.unwrap();
    assert!(rows[0]["anger"].as_f64().unwrap() < 0.9, "{rows:?}");
    assert_eq!(rows[0]["alarmed_at"], Value::Null);
}
