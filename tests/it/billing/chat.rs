//! A plan without a message left brings in people, and asks no model.

use serde_json::{Value, json};

use super::{moves_to, used};
use crate::{
    spaces::Owner,
    support::{Setup, TestApp, TestVisitor, Workspace, paced, says},
};

const QUESTION: &str = "How long does the warranty last?";

async fn one_message(setup: Setup, handoff: Value) -> (TestApp, Workspace, TestVisitor) {
    let app = setup.limited(&[("messages_per_month", 1)]).start().await;
    let settings = json!({ "handoff": handoff });
    let acme = app.workspace_with("acme", settings, &[]).await;
    let visitor = app.visitor(&acme).await;
    (app, acme, visitor)
}

/// Each event as who spoke, or as what the status became and why.
fn outline(log: &[Value]) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |event: &Value| match event["type"].as_str() {
        Some("status") => format!("{} {}", word(&event["status"]), word(&event["reason"])),
        _ => word(&event["author"]["kind"]),
    };
    log.iter().map(told).collect()
}

async fn nothing_is_open(app: &TestApp) {
    let open = "SELECT id FROM reservations WHERE state = 'open'";
    assert!(app.db().rows(open).await.unwrap().is_empty());
}

#[tokio::test]
async fn at_the_limit_people_are_brought_in_and_no_model_is_asked() {
    let (app, acme, visitor) = one_message(Setup::default(), json!({})).await;
    let owner = Owner::of(&app, &acme).await;
    let conversation = visitor.conversation().await;
    visitor.asks(Some(&conversation), QUESTION).await;
    assert_eq!(used(&owner, "messages_per_month").await, (1, Some(1)));

    let refused = visitor.asks(Some(&conversation), "When are refunds paid?").await;
    assert_eq!(
        (&refused["state"], &refused["model"]),
        (&json!("complete"), &Value::Null)
    );
    let said = refused["text"].as_str().unwrap();
    assert!(
        said.starts_with("Thank you for your message.") && !said.contains('?'),
        "{said}"
    );
    let (ready, mut socket) = visitor.resumes(&conversation, 0).await;
    assert_eq!(ready["conversation"]["status"], "waiting");
    socket.send(&says("Hello?")).await;
    socket.next_of("ack").await;
    let log = visitor.log(&conversation).await;
    let told = [
        "visitor",
        "assistant",
        "visitor",
        "assistant",
        "waiting limit",
        "system",
        "visitor",
    ];
    assert_eq!(outline(&log), told);
    assert_eq!(app.upstream.totals().requests, 1);
    assert_eq!(used(&owner, "messages_per_month").await, (1, Some(1)));
    nothing_is_open(&app).await;

    // A larger plan counts at once, for everybody.
    moves_to(&app, &acme, "pro").await;
    let next = app.visitor(&acme).await;
    let answer = next.asks(None, QUESTION).await;
    assert!(answer["model"].is_string(), "{answer}");
    assert_eq!(used(&owner, "messages_per_month").await, (2, None));
}

#[tokio::test]
async fn where_that_is_off_the_bot_says_so_and_offers_a_person() {
    let (app, _, visitor) = one_message(Setup::default(), json!({ "on_limit": false })).await;
    let conversation = visitor.conversation().await;
    visitor.asks(Some(&conversation), QUESTION).await;
    for _ in 0..2 {
        let refused = visitor.asks(Some(&conversation), "When are refunds paid?").await;
        let said = refused["text"].as_str().unwrap();
        assert!(
            said.ends_with("Would you like to talk to a person from our team?"),
            "{said}"
        );
    }
    assert_eq!(
        outline(&visitor.log(&conversation).await),
        ["visitor", "assistant"].repeat(3)
    );
    assert_eq!(app.upstream.totals().requests, 1);
    nothing_is_open(&app).await;
}

/// What waits in line was refused when it was said, and what is said before a crash stays so.
#[tokio::test]
async fn what_was_refused_is_not_asked_when_its_turn_comes_nor_after_a_restart() {
    let (mut app, acme, visitor) = one_message(Setup::upstream(paced(4.0)), json!({})).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(QUESTION)).await;
    socket.next_of("answer.start").await;
    socket.send(&says("When are refunds paid?")).await;
    socket.next_of("ack").await;
    app.restart().await;
    let visitor = visitor.at(&app);
    let (_, mut socket) = visitor.resumes(&conversation, 0).await;
    while socket.next_of("status").await["reason"] != "limit" {}
    socket.next_of("message").await;
    let log = visitor.log(&conversation).await;
    let told = [
        "visitor",
        "visitor",
        "assistant",
        "assistant",
        "waiting limit",
        "system",
    ];
    assert_eq!(outline(&log), told);
    assert_eq!(log[3]["model"], Value::Null);
    let owner = Owner::of(&app, &acme).await;
    assert_eq!(used(&owner, "messages_per_month").await, (1, Some(1)));
    nothing_is_open(&app).await;
}

#[tokio::test]
async fn a_question_that_a_person_takes_over_is_given_back() {
    let setup = Setup::upstream(paced(4.0)).limited(&[("messages_per_month", 9)]);
    let (app, acme, visitor) = setup.chat().await;
    let owner = Owner::of(&app, &acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(QUESTION)).await;
    socket.next_of("answer.start").await;
    socket.send(&says("When are refunds paid?")).await;
    socket.next_of("ack").await;
    assert_eq!(used(&owner, "messages_per_month").await, (2, Some(9)));
    let take = format!("/api/conversations/{conversation}/take");
    let (taken, _) = owner.asks(reqwest::Method::POST, &take, json!({})).await;
    assert_eq!(taken, 200);
    assert_eq!(used(&owner, "messages_per_month").await, (1, Some(9)));
}
