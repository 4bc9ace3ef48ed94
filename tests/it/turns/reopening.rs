//! A resolved conversation that goes on begins a new epoch: the model is not told the old one.

use parlance_store::queries::conversations::{self, ConversationStatus, StatusChange};
use serde_json::{Value, json};

use crate::support::TestApp;

const OLD: &str = "How long does the warranty last?";
const NEW: &str = "When are refunds paid after the return?";
const NEXT: &str = "How many days does the shipping take?";

#[tokio::test]
async fn a_new_epoch_begins_without_the_old_one() {
    let (mut app, acme, visitor) = TestApp::chat().await;
    let first = visitor.asks(None, OLD).await;
    let conversation = first["conversation"].as_str().unwrap().to_owned();
    app.stop().await;
    let resolved = StatusChange {
        conversation_id: conversation.parse().unwrap(),
        status: ConversationStatus::Resolved,
        assignee: None,
        snoozed_until: None,
        event_body: json!({ "type": "status", "status": "resolved", "reason": "agent" }),
        at: app.services.clock.now(),
    };
    let db = app.db().db().tenant(acme.tenant);
    db.transaction(async |conn| conversations::set_status(conn, resolved).await)
        .await
        .unwrap();
    app.restart().await;

    let visitor = visitor.at(&app);
    visitor.asks(Some(&conversation), NEW).await;
    visitor.asks(Some(&conversation), NEXT).await;
    let log = visitor.log(&conversation).await;
    let statuses: Vec<&Value> = log.iter().filter(|event| event["type"] == "status").collect();
    assert_eq!(statuses.len(), 2, "resolved, and open again");
    assert_eq!(
        (&statuses[1]["status"], &statuses[1]["reason"]),
        (&json!("bot"), &json!("reopened"))
    );
    let told = app.upstream.requests();
    let tells = |call: usize, text: &str| told[call].body.contains(text);
    assert!(tells(0, OLD) && tells(1, NEW) && tells(2, NEXT));
    assert!(!tells(1, OLD) && !tells(2, OLD), "the old epoch is over");
    assert!(tells(2, NEW), "the new one goes on");
}
