//! A model is asked while its question is being written, and nobody sees anything of it before that is done.

use parlance_store::{
    StoreError, TenantConn,
    ids::{ConversationId, UserId},
    queries::messages,
};
use serde_json::{Value, json};

use crate::support::{TestApp, TestVisitor, Workspace, eventually, says};

/// A conversation in a workspace of which it is known that its plan leaves enough.
async fn answered_once() -> (TestApp, Workspace, TestVisitor, String) {
    let (app, acme, visitor) = TestApp::chat().await;
    let answer = visitor.asks(None, "How long does the warranty last?").await;
    let conversation = answer["conversation"].as_str().unwrap().to_owned();
    (app, acme, visitor, conversation)
}

/// Takes the row that everybody takes who writes in the conversation.
async fn hold(conn: &mut TenantConn<'_>, conversation: &str) -> Result<(), StoreError> {
    let conversation: ConversationId = conversation.parse().unwrap();
    messages::another_agent_wrote(conn, conversation, UserId::new(), 0).await?;
    Ok(())
}

async fn calls(app: &TestApp, many: usize) {
    eventually(async || (app.upstream.requests().len() == many).then_some(())).await;
}

async fn reservations(app: &TestApp) -> Vec<Value> {
    let all = "SELECT state, sent_at IS NOT NULL AS sent, message_id IS NOT NULL AS caused, ahead_of IS NOT NULL AS ahead \
               FROM reservations";
    app.db().rows(all).await.unwrap()
}

#[tokio::test]
async fn the_model_is_asked_while_the_question_is_written_and_the_answer_waits_for_it() {
    let (app, acme, visitor, conversation) = answered_once().await;
    let (_, mut socket) = visitor.resumes(&conversation, 2).await;
    let asked = async {
        socket.send(&says("When are refunds paid?")).await;
        socket.until_answer().await
    };
    let held = async |conn: &mut TenantConn<'_>| hold(conn, &conversation).await;
    let seen = async |_: &mut TenantConn<'_>| {
        calls(&app, 2).await;
        let rows = reservations(&app).await;
        let ahead = json!({"state": "open", "sent": true, "caused": false, "ahead": true});
        assert!(rows.contains(&ahead), "{rows:?}");
        let written = app
            .db()
            .rows("SELECT seq FROM conversation_events")
            .await
            .unwrap();
        assert_eq!(written.len(), 2, "{written:?}");
        Ok(())
    };
    let frames = app.meanwhile(acme.tenant, (held, 1), asked, seen).await;
    let kinds: Vec<_> = frames
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect();
    let at = |kind: &str| kinds.iter().position(|one| *one == kind).unwrap();
    assert!(
        at("message") < at("answer.start") && at("answer.start") < at("answer.delta"),
        "{kinds:?}"
    );
    assert_eq!(app.upstream.requests().len(), 2, "and it is asked once");
    // Of each turn's two reservations one paid, and the other was never used.
    let rows = reservations(&app).await;
    let booked = |state, paid| json!({"state": state, "sent": paid, "caused": true, "ahead": paid});
    for wanted in [booked("settled", true), booked("released", false)] {
        assert_eq!(rows.iter().filter(|row| **row == wanted).count(), 2, "{rows:?}");
    }
    assert_eq!(rows.len(), 4, "{rows:?}");
}

#[tokio::test]
async fn a_call_ahead_of_a_question_that_is_not_written_is_broken_off_and_booked() {
    let (app, acme, visitor, conversation) = answered_once().await;
    let question = says("When are refunds paid?");
    let asked = visitor.frame(&conversation, &question);
    let held = async |conn: &mut TenantConn<'_>| hold(conn, &conversation).await;
    let lost = async |_: &mut TenantConn<'_>| {
        calls(&app, 2).await;
        let waits = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND wait_event_type = 'Lock'";
        assert_eq!(app.db().rows(waits).await.unwrap().len(), 1);
        Ok(())
    };
    let (status, refused) = app.meanwhile(acme.tenant, (held, 1), asked, lost).await;
    assert!(status.is_server_error(), "{refused}");
    let open = "SELECT id FROM reservations WHERE state = 'open'";
    eventually(async || app.db().rows(open).await.unwrap().is_empty().then_some(())).await;
    app.services.ledger.flush().await;
    let usage = "SELECT input > 0 AS sent, estimated FROM usage_events ORDER BY at";
    assert_eq!(
        app.db().rows(usage).await.unwrap(),
        [
            json!({"sent": true, "estimated": false}),
            json!({"sent": true, "estimated": true})
        ]
    );
    assert_eq!(visitor.log(&conversation).await.len(), 2, "nobody was told");
    let (status, said) = visitor.frame(&conversation, &question).await;
    assert!(status.is_success(), "{said}");
    eventually(async || (visitor.log(&conversation).await.len() == 4).then_some(())).await;
}
