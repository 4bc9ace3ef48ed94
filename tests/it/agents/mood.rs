//! Who is angry, or says what cannot wait: seen by agents at once, on top of the inbox, and handed over to them.

use parlance::adapters::llm::scripted::{Script, Scripted};
use parlance_store::control::Role;
use serde_json::{Value, json};

use super::Agent;
use crate::support::{Setup, Socket, TestApp, Workspace, eventually, paced, says};

const CALM: &str = "How long does the warranty last?";
const ANGRY: &str =
    "You are liars and thieves! This is a scam, I am furious and I hate your terrible service!";
const UNSAFE: &str = "The charger is on fire, there is smoke everywhere!";

async fn top(agent: &Agent, app: &TestApp) -> Value {
    let list = agent.get(app, "/api/conversations?sort=urgency").await;
    list["items"][0].clone()
}

fn kinds(seen: &Value) -> Vec<&str> {
    let reasons = seen["urgency"]["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|reason| reason["kind"].as_str().unwrap())
        .collect()
}

/// A visitor who has waited before, and one who comes.
async fn one_waits(app: &TestApp, acme: &Workspace) -> String {
    let (waiting, mut socket) = app.visitor(acme).await.connects().await;
    socket.send(&says("I want to talk to a person")).await;
    socket.next_of("status").await;
    waiting
}

async fn reasons(socket: &mut Socket) -> (Value, Value) {
    let status = socket.next_of("status").await;
    (status["status"].clone(), status["reason"].clone())
}

#[tokio::test]
async fn an_angry_message_is_on_top_of_the_inbox_while_it_is_answered() {
    let (app, acme, visitor) = Setup::upstream(paced(20.0)).chat().await;
    let waiting = one_waits(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    assert_eq!(top(&cole, &app).await["id"], *waiting);
    let (conversation, mut socket) = visitor.connects().await;
    cole.watch(&conversation, 0).await;

    socket.send(&says(ANGRY)).await;
    let told = cole.socket.next_of("mood").await;
    assert_eq!(
        (&told["conversation"], &told["angry"]),
        (&json!(conversation), &json!(true))
    );
    let seen = cole
        .inbox(|seen| seen["id"] == *conversation && seen["mood"]["angry"] == true)
        .await;
    // Consoles are told ten times a second: the bot may have answered by then.
    assert_eq!(kinds(&seen)[0], "angry");
    let words = seen["mood"]["words"].as_array().unwrap();
    assert!(words.iter().any(|word| word["kind"] == "angry"), "{words:?}");
    assert_eq!(top(&cole, &app).await["id"], *conversation);
    // It is answered, and then a person is asked for.
    let answer = socket.next_of("answer.start").await;
    assert_eq!(socket.next_of("message").await["id"], answer["message"]);
    assert_eq!(reasons(&mut socket).await, (json!("waiting"), json!("sentiment")));
    let seen = match seen["status"] == "waiting" {
        true => seen,
        false => cole.inbox(|seen| seen["status"] == "waiting").await,
    };
    assert_eq!(kinds(&seen), ["angry", "waiting"]);
    assert_eq!(
        cole.get(&app, &format!("/api/conversations/{conversation}"))
            .await,
        seen
    );

    // Whoever comes later is told, too; the visitor is not.
    let mut ada = Agent::owner(&app, &acme).await;
    let backlog = ada.watch(&conversation, 0).await;
    let moods: Vec<_> = backlog.iter().filter(|event| event["type"] == "mood").collect();
    assert_eq!((moods.len(), &moods[0]["message"]), (1, &told["message"]));
    let log = visitor.log(&conversation).await;
    assert!(
        log.iter()
            .all(|event| event["type"] != "mood" && event.get("anger").is_none())
    );
}

#[tokio::test]
async fn handed_back_it_is_not_handed_over_again_for_the_same_message() {
    let (mut app, acme, visitor) = Setup::default().chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(UNSAFE)).await;
    assert_eq!(reasons(&mut socket).await, (json!("waiting"), json!("urgency")));
    let ada = Agent::owner(&app, &acme).await;
    let path = format!("/api/conversations/{conversation}");
    let (_, back) = ada.post(&app, &format!("{path}/release"), &json!({})).await;
    assert_eq!((&back["status"], &back["urgency"]), (&json!("bot"), &Value::Null));
    assert_eq!(back["mood"]["urgency"], "safety", "it was said");
    app.restart().await;
    assert_eq!(ada.get(&app, &path).await, back);
    let (_, mut socket) = visitor.at(&app).resumes(&conversation, 0).await;
    socket.send(&says(CALM)).await;
    socket.until_answer().await;
    let after = ada.get(&app, &path).await;
    assert_eq!(
        (&after["status"], &after["urgency"]),
        (&json!("bot"), &Value::Null)
    );
    socket.send(&says(UNSAFE)).await;
    assert_eq!(reasons(&mut socket).await, (json!("waiting"), json!("urgency")));
}

#[tokio::test]
async fn where_it_is_off_the_bot_goes_on_and_agents_see_it_all_the_same() {
    let app = TestApp::start().await;
    let off = json!({ "handoff": { "on_sentiment": false, "on_urgency": "never" }, "queue": { "plans": [{ "plan": "pro", "minutes": 60 }] } });
    let acme = app.workspace_with("acme", off, &[]).await;
    let waiting = one_waits(&app, &acme).await;
    let ada = Agent::owner(&app, &acme).await;
    let visitor = app.visitor(&acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(ANGRY)).await;
    socket.until_answer().await;
    let seen = top(&ada, &app).await;
    assert_eq!(
        (&seen["id"], &seen["status"]),
        (&json!(conversation), &json!("bot"))
    );
    // As the visitor calms down, it goes below who waits, and is no longer of those that need somebody.
    for question in [CALM, CALM] {
        socket.send(&says(question)).await;
        socket.until_answer().await;
    }
    assert_eq!(top(&ada, &app).await["id"], *waiting);
    let calmed = ada.get(&app, &format!("/api/conversations/{conversation}")).await;
    assert_eq!(
        (&calmed["mood"]["angry"], &calmed["urgency"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(calmed["mood"]["recent"].as_array().unwrap().len(), 3);
}

/// What the lexicon is not sure of, however it changes: the first that it finds so.
fn unsure() -> &'static str {
    let candidates = [
        "I am not happy with this answer.",
        "This is annoying, I have asked before.",
        "I already told you that twice, please read it.",
        "This is ridiculous.",
        "I am disappointed by your service.",
        "Why does nobody answer me?",
        "That is really frustrating!",
    ];
    let read = |text: &&str| parlance::domain::mood::read(text, None);
    let unsure = |text: &&&str| parlance::domain::answering::mood::is_unsure(&read(text));
    candidates
        .iter()
        .find(unsure)
        .copied()
        .expect("one that is not sure")
}

#[tokio::test]
async fn where_it_is_set_a_model_is_asked_about_what_is_not_sure() {
    let (model, script) = Scripted::new("anthropic");
    let app = Setup::default().model(model).start().await;
    let set = json!({ "handoff": { "sentiment_by_model": true } });
    let acme = app.workspace_with("acme", set, &[]).await;
    let mut ada = Agent::owner(&app, &acme).await;
    let (conversation, mut socket) = app.visitor(&acme).await.connects().await;
    socket.send(&json!({ "type": "human" })).await;
    socket.next_of("status").await;
    script.push(Script::says(
        "{\"valence\": -0.9, \"anger\": 0.95, \"urgency\": \"money\"}",
    ));
    socket.send(&says(unsure())).await;
    let seen = ada.inbox(|seen| seen["mood"]["urgency"] == "money").await;
    assert_eq!(
        (&seen["id"], kinds(&seen)),
        (&json!(conversation), vec!["angry", "urgent", "waiting"])
    );
    let asked = script.requests();
    assert_eq!((asked.len(), &*asked[0].turns[0].text), (1, unsure()));
    let calls = eventually(async || {
        let rows = app
            .db()
            .rows("SELECT kind, state FROM reservations")
            .await
            .unwrap();
        rows.iter().all(|row| row["state"] == "settled").then_some(rows)
    })
    .await;
    let classify = calls.iter().filter(|row| row["kind"] == "classify").count();
    assert_eq!(classify, 1, "{calls:?}");

    // What is sure asks nobody, and one that says nothing sound changes nothing.
    socket.send(&says(CALM)).await;
    socket.send(&says(ANGRY)).await;
    let before = ada
        .inbox(|seen| seen["seq"] == 5 && seen["mood"]["recent"].as_array().unwrap().len() == 3)
        .await;
    assert_eq!(script.requests().len(), 1);
    assert_eq!(before["mood"]["angry"], true);
}
