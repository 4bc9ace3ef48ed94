//! The bot brings in a person by itself: what makes it, that it is durable, and that it does not go on
//! for ever.

use parlance_loadtest::upstream::{Behaviour, Fault};
use serde_json::{Value, json};

use super::{Agent, quiet};
use crate::support::{MODEL, Socket, TestApp, TestVisitor, Workspace, says};

const QUESTION: &str = "How long does the warranty last?";
/// The documents say nothing of either.
const NOTHING: &str = "Who won the football cup in 1998?";
const NOTHING_ELSE: &str = "Which painter lived in Delft?";

/// A space that is set so, and a visitor of it.
async fn set(handoff: Value) -> (TestApp, Workspace, TestVisitor) {
    let app = TestApp::start().await;
    let acme = app
        .workspace_with("acme", json!({ "handoff": handoff }), &[])
        .await;
    let visitor = app.visitor(&acme).await;
    (app, acme, visitor)
}

/// Durable events up to what the system says, which comes last.
async fn until_told(socket: &mut Socket) -> Vec<Value> {
    let mut log = Vec::new();
    loop {
        let frame = socket.next().await.unwrap();
        if frame["seq"].is_u64() && frame["type"] != "ack" && frame["type"] != "ready" {
            let told = frame["author"]["kind"] == "system";
            log.push(frame);
            if told {
                return log;
            }
        }
    }
}

/// Each event as who spoke, or as what the status became and why.
fn outline(log: &[Value]) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    log.iter()
        .map(|event| match event["type"].as_str() {
            Some("status") => format!("{} {}", word(&event["status"]), word(&event["reason"])),
            _ => word(&event["author"]["kind"]),
        })
        .collect()
}

/// Brings a conversation back to the bot.
async fn release(app: &TestApp, acme: &Workspace, conversation: &str) {
    let ada = Agent::owner(app, acme).await;
    let path = format!("/api/conversations/{conversation}/release");
    assert_eq!(ada.post(app, &path, &json!({})).await.0, 200);
}

#[tokio::test]
async fn two_answers_in_a_row_that_found_nothing_also_over_a_restart() {
    let (mut app, _, visitor) = TestApp::chat().await;
    let first = visitor.asks(None, NOTHING).await;
    assert_eq!(first["abstained"], true, "{first}");
    let conversation = first["conversation"].as_str().unwrap().to_owned();
    app.restart().await;
    let visitor = visitor.at(&app);
    let (ready, mut socket) = visitor.resumes(&conversation, 0).await;
    assert_eq!(ready["conversation"]["status"], "bot");
    socket.send(&says(NOTHING_ELSE)).await;
    let told = until_told(&mut socket).await;
    let all = [
        "visitor",
        "assistant",
        "visitor",
        "assistant",
        "waiting abstained",
        "system",
    ];
    assert_eq!(outline(&told), all);
    assert_eq!(told[4]["by"]["kind"], "system");
    // Who is handed over is not asked first whether they would like to be.
    let offers = |event: &Value| event["text"].as_str().unwrap().contains("Would you like to talk");
    assert_eq!((offers(&told[1]), offers(&told[3])), (true, false));
    assert_eq!(
        told[5]["text"].as_str().unwrap().find("Nobody from our team"),
        Some(0)
    );

    // From here on people answer, and nothing is said twice.
    socket.send(&says(QUESTION)).await;
    socket.next_of("ack").await;
    quiet(&mut socket, &["message"]).await;
    app.restart().await;
    let log = visitor.at(&app).log(&conversation).await;
    assert_eq!(outline(&log[..6]), all);
    assert_eq!(outline(&log[6..]), ["visitor"]);
    assert_eq!(app.upstream.totals().requests, 0);
}

#[tokio::test]
async fn an_answer_between_begins_the_count_anew() {
    let (_app, _, visitor) = TestApp::chat().await;
    let conversation = visitor.conversation().await;
    for (question, status) in [
        (NOTHING, "bot"),
        (QUESTION, "bot"),
        (NOTHING, "bot"),
        (NOTHING_ELSE, "waiting"),
    ] {
        // Also where it hands over, the answer is what was asked for.
        let answer = visitor.asks(Some(&conversation), question).await;
        assert_eq!(answer["author"]["kind"], "assistant", "{question}");
        let (ready, _) = visitor.resumes(&conversation, 0).await;
        assert_eq!(ready["conversation"]["status"], status, "{question}");
    }
}

#[tokio::test]
async fn nobody_is_brought_in_where_that_is_off() {
    let off = json!({ "after_abstentions": 0, "on_failure": false, "by_model": false });
    let (app, _, visitor) = set(off).await;
    let conversation = visitor.conversation().await;
    for question in [NOTHING, NOTHING_ELSE, NOTHING] {
        visitor.asks(Some(&conversation), question).await;
    }
    let calls = Behaviour {
        hand_over: true,
        ..Behaviour::default()
    };
    app.upstream.queue([Behaviour::faulty(Fault::Status(400)), calls]);
    assert_eq!(
        visitor.asks(Some(&conversation), QUESTION).await["state"],
        "failed"
    );
    assert_eq!(
        visitor.asks(Some(&conversation), QUESTION).await["state"],
        "complete"
    );
    let requests = app.upstream.requests();
    assert!(requests.iter().all(|request| !request.body.contains("hand_over")));
    let log = visitor.log(&conversation).await;
    assert_eq!(outline(&log), ["visitor", "assistant"].repeat(5));
}

#[tokio::test]
async fn a_model_that_cannot_be_reached_hands_over_once_for_each_question() {
    let (app, acme, visitor) = TestApp::chat().await;
    app.upstream.set_behaviour(Behaviour::faulty(Fault::Status(400)));
    let (conversation, mut socket) = visitor.connects().await;
    let once = ["visitor", "assistant", "waiting upstream", "system"];
    socket.send(&says(QUESTION)).await;
    let told = until_told(&mut socket).await;
    assert_eq!(outline(&told), once);
    assert_eq!(told[1]["state"], "failed");
    quiet(&mut socket, &[]).await;

    // Given back to the bot, it says nothing until it is asked.
    release(&app, &acme, &conversation).await;
    assert_eq!(socket.next_of("status").await["status"], "bot");
    quiet(&mut socket, &[]).await;
    socket.send(&says("When are refunds paid?")).await;
    assert_eq!(outline(&until_told(&mut socket).await), once);
    quiet(&mut socket, &[]).await;
    assert_eq!(app.upstream.totals().requests, 2);
    let open = "SELECT id FROM reservations WHERE state = 'open'";
    assert!(app.db().rows(open).await.unwrap().is_empty());
}

/// Both dialects; what the model said before stays the answer.
#[tokio::test]
async fn the_model_may_ask_for_a_person() {
    for model in [format!("anthropic/{MODEL}"), "openai/gpt-4.1-mini".to_owned()] {
        let app = TestApp::start().await;
        let settings = json!({ "ai": { "models": [model] } });
        let acme = app.workspace_with("acme", settings, &[]).await;
        let visitor = app.visitor(&acme).await;
        let mut ada = Agent::owner(&app, &acme).await;
        let says_nothing = Behaviour {
            tokens: 0,
            hand_over: true,
            ..Behaviour::default()
        };
        let says_first = Behaviour {
            tokens: 10,
            ..says_nothing.clone()
        };
        app.upstream.queue([says_first, says_nothing]);
        let (conversation, mut socket) = visitor.connects().await;
        ada.watch(&conversation, 0).await;
        let mut answers = Vec::new();
        for question in [QUESTION, "When are refunds paid?"] {
            socket.send(&says(question)).await;
            let told = until_told(&mut socket).await;
            assert_eq!(
                outline(&told[told.len() - 4..]),
                ["visitor", "assistant", "waiting model", "system"],
                "{model}"
            );
            assert_eq!(told[told.len() - 3]["state"], "complete");
            answers.push(told[told.len() - 3]["text"].as_str().unwrap().to_owned());
            // Why is for the team alone.
            let note = ada.socket.next_of("note").await;
            assert_eq!(note["text"], "wants a refund that only people give");
            assert_eq!(note["author"]["name"], "Assistant");
            quiet(&mut socket, &[]).await;
            release(&app, &acme, &conversation).await;
            assert_eq!(socket.next_of("status").await["status"], "bot");
        }
        assert!(answers[0].contains("warranty"), "{}", answers[0]);
        assert_eq!(answers[1], "This is better answered by a person.");
        assert!(app.upstream.requests()[0].body.contains("hand_over"));
    }
}

/// The answer, the change and what the visitor is told are written together or not at all.
#[tokio::test]
async fn nothing_of_it_is_written_alone() {
    let (mut app, _, visitor) = set(json!({ "after_abstentions": 1 })).await;
    let refuse = "ALTER TABLE messages ADD CONSTRAINT no_system CHECK (author_kind <> 'system')";
    app.db().run(refuse).await.unwrap();
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says(NOTHING)).await;
    assert_eq!(socket.ends().await, Some(4009), "to see what is true");
    app.restart().await;
    let visitor = visitor.at(&app);
    assert_eq!(outline(&visitor.log(&conversation).await), ["visitor"]);
    let (ready, _) = visitor.resumes(&conversation, 0).await;
    assert_eq!(ready["conversation"]["status"], "bot");
}
