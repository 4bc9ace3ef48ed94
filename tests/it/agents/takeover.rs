//! An agent takes over in the middle of an answer, and hands back.

use parlance_store::control::Role;
use serde_json::{Value, json};

use super::{Agent, quiet};
use crate::support::{Setup, paced, says};

#[tokio::test]
async fn the_answer_ends_where_it_is_and_the_visitor_sees_who_came() {
    let (app, acme, visitor) = Setup::upstream(paced(20.0)).chat().await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    let asked = cole.inbox(|seen| seen["id"] == *conversation).await;
    assert_eq!(asked["last"]["text"], "How long does the warranty last?");
    assert_eq!(
        (&asked["status"], &asked["assignee"]),
        (&json!("bot"), &Value::Null)
    );

    let seen = cole.watch(&conversation, 0).await;
    assert_eq!(seen[0]["author"]["kind"], "visitor");
    socket.next_of("answer.delta").await;
    let delta = cole.socket.next_of("answer.delta").await;
    assert_eq!(delta["conversation"], *conversation);
    cole.take(&conversation).await;

    let status = cole.next_event().await;
    assert_eq!(status["conversation"], *conversation);
    let interrupted = cole.next_event().await;
    let told = socket.next_of("status").await;
    for status in [&status, &told] {
        assert_eq!(
            (&status["status"], &status["reason"]),
            (&json!("human"), &json!("agent"))
        );
        for who in ["by", "assignee"] {
            assert_eq!(status[who]["kind"], "agent");
            assert_eq!(status[who]["name"], "Cole League");
            assert_eq!(status[who]["id"], *cole.id);
        }
    }
    assert_eq!(interrupted["state"], "interrupted");
    assert_eq!(socket.next_of("message").await["text"], interrupted["text"]);
    assert!(
        !interrupted["text"].as_str().unwrap().is_empty(),
        "what was said is kept"
    );

    // The bot is silent, and the agent is waited for until they write.
    socket.send(&says("Hello?")).await;
    socket.next_of("ack").await;
    let waits = cole.inbox(|seen| seen["last"]["text"] == "Hello?").await;
    assert!(waits["waiting_since"].is_string());
    assert_eq!(waits["assignee"]["id"], *cole.id);
    quiet(&mut socket, &["message"]).await;
    cole.say(&conversation, "Hello, I am Cole.", 4).await;
    let said = socket.next_of("message").await;
    assert_eq!(
        (&said["text"], &said["author"]["kind"], &said["author"]["name"]),
        (
            &json!("Hello, I am Cole."),
            &json!("agent"),
            &json!("Cole League")
        )
    );
    let ack = cole.socket.next_of("ack").await;
    assert_eq!((&ack["message"], &ack["seq"]), (&said["id"], &said["seq"]));
    let answered = cole.inbox(|seen| seen["seq"] == said["seq"]).await;
    assert_eq!(answered["waiting_since"], Value::Null);
    assert_eq!(answered["last"]["by"], "agent");

    // The bot answers again, and knows what was said meanwhile.
    cole.send("release", &conversation, json!({})).await;
    assert_eq!(socket.next_of("status").await["status"], "bot");
    socket.send(&says("And how long does shipping take?")).await;
    let answer = socket.until_answer().await;
    assert!(answer.iter().any(|frame| frame["type"] == "answer.delta"));
    let asked = app.upstream.requests().last().cloned().unwrap();
    assert!(asked.body.contains("Hello, I am Cole."), "{}", asked.body);
}

#[tokio::test]
async fn what_the_consoles_are_told_is_what_the_database_has() {
    let (mut app, acme, visitor) = Setup::default().chat().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    let path = format!("/api/conversations/{conversation}");
    socket.send(&says("How long does the warranty last?")).await;
    socket.until_answer().await;
    socket.send(&json!({ "type": "human" })).await;
    socket.next_of("status").await;
    socket.send(&says("Anybody?")).await;
    let mut seq = socket.next_of("ack").await["seq"].as_u64().unwrap();
    let until = (app.services.clock.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let steps = [
        ("take", json!({})),
        ("resolve", json!({})),
        ("reopen", json!({})),
        ("snooze", json!({ "until": until })),
        ("release", json!({})),
        ("transfer", json!({ "to": ada.id })),
        ("release", json!({})),
    ];
    for (act, more) in steps {
        let (status, answer) = ada.post(&app, &format!("{path}/{act}"), &more).await;
        assert_eq!(status, 200, "{act}: {answer}");
        assert_eq!(ada.get(&app, &path).await, answer, "{act}");
        if answer["seq"].as_u64() == Some(seq) {
            assert_eq!(
                (act, &answer["status"]),
                ("release", &json!("snoozed")),
                "nothing to hand back"
            );
            continue;
        }
        seq += 1;
        assert_eq!(answer["seq"], seq, "{act}");
        assert_eq!(ada.inbox(|seen| seen["seq"] == seq).await, answer, "{act}");
    }
    // A fresh look at the database gives the same.
    let last = ada.get(&app, &path).await;
    app.restart().await;
    assert_eq!(ada.get(&app, &path).await, last);
    let (_, again) = ada.post(&app, &format!("{path}/release"), &json!({})).await;
    assert_eq!(again, last, "it is the bot's already");
}
