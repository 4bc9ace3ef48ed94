//! The database refuses an answer for good, or cannot store it just now: the model is not asked for
//! it again and again.

use serde_json::json;

use crate::support::{MODEL, TestApp, says};

const QUESTION: &str = "How long does the warranty last?";

/// What the ledger says: one call, as the upstream counted it, and nothing left open.
async fn one_call_is_booked(app: &TestApp) {
    app.services.ledger.flush().await;
    let calls = app.upstream.requests();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let usage = "SELECT model, input, output, estimated FROM usage_events";
    let told = calls[0].told;
    assert_eq!(
        app.db().rows(usage).await.unwrap(),
        [json!({ "model": MODEL, "input": told.input, "output": told.output, "estimated": false })]
    );
    let open = "SELECT id FROM reservations WHERE state = 'open'";
    assert!(app.db().rows(open).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_apology_takes_the_place_of_an_answer_that_is_refused() {
    let (app, _, visitor) = TestApp::chat().await;
    let refuse = "ALTER TABLE messages ADD CONSTRAINT no_months CHECK (text NOT LIKE '%24 months%')";
    app.db().run(refuse).await.unwrap();
    let answer = visitor.asks(None, QUESTION).await;
    assert_eq!(
        (&answer["state"], &answer["citations"]),
        (&json!("failed"), &json!([]))
    );
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("ask for a person"), "{text}");
    one_call_is_booked(&app).await;
    let conversation = answer["conversation"].as_str().unwrap();
    let next = visitor.asks(Some(conversation), "When are refunds paid?").await;
    assert_eq!((&next["state"], &next["seq"]), (&json!("complete"), &json!(4)));
}

#[tokio::test]
async fn an_answer_that_cannot_be_stored_just_now_is_stored_later() {
    let (app, _, visitor) = TestApp::chat().await;
    // A sequence counts the tries, for what is rolled back does not take it back.
    let full_twice = "CREATE SEQUENCE tries; GRANT USAGE ON tries TO parlance_app; \
                      CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                      IF nextval('tries') <= 2 THEN RAISE disk_full; END IF; RETURN NEW; END $$; \
                      CREATE TRIGGER is_full BEFORE INSERT ON messages FOR EACH ROW \
                      WHEN (NEW.author_kind = 'assistant') EXECUTE FUNCTION is_full()";
    app.db().run(full_twice).await.unwrap();
    let answer = visitor.asks(None, QUESTION).await;
    assert_eq!(answer["state"], "complete");
    one_call_is_booked(&app).await;
}

#[tokio::test]
async fn a_turn_whose_every_answer_is_refused_is_given_up() {
    let (mut app, _, visitor) = TestApp::chat().await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                  $$ BEGIN RAISE check_violation; END $$; \
                  CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW \
                  WHEN (NEW.author_kind = 'assistant') EXECUTE FUNCTION refuse()";
    app.db().run(refuse).await.unwrap();
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(QUESTION)).await;
    assert_eq!(socket.ends().await, Some(4009), "to see what is true");
    one_call_is_booked(&app).await;
    app.restart().await;
    let (ready, _socket) = visitor.at(&app).resumes(&conversation, 0).await;
    assert_eq!(ready["seq"], json!(1), "nobody answers it any more");
    one_call_is_booked(&app).await;
}
