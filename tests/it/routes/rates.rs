//! Past the rate: 429 with when to come back, on every transport, and no trace of what was refused.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use serde_json::{Value, json};
use uuid::Uuid;

use super::problem;
use crate::support::{Setup, says};

fn few() -> (Setup, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let setup = Setup::default()
        .clock(clock.clone())
        .set("CHAT_RATE_VISITOR", "2/6");
    (setup, clock)
}

#[tokio::test]
async fn a_visitor_past_the_rate_is_told_when_to_come_back() {
    let (setup, clock) = few();
    let (app, acme, visitor) = setup.chat().await;
    let conversation = visitor.conversation().await;
    for _ in 0..2 {
        assert_eq!(
            visitor
                .frame(&conversation, &says("How long is the warranty?"))
                .await
                .0
                .as_u16(),
            200
        );
    }
    let body = json!({ "conversation": conversation, "client_id": Uuid::new_v4(), "text": "And?" });
    let refused = visitor.post("/chat").json(&body).send().await.unwrap();
    let header = |name: &str| {
        refused
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header("retry-after").as_deref(), Some("10"));
    assert_eq!(header("ratelimit").as_deref(), Some("\"default\";r=0;t=10"));
    assert_eq!(problem(refused).await, (429, "rate_limited".to_owned()));

    clock.advance(TimeDelta::milliseconds(9_999));
    let early = visitor.post("/chat").json(&body).send().await.unwrap();
    assert_eq!(problem(early).await.0, 429);
    let other = app
        .visitor(&acme)
        .await
        .asks(None, "How long is the warranty?")
        .await;
    assert_eq!(other["state"], "complete", "others are not touched");
    clock.advance(TimeDelta::milliseconds(1));
    let taken = visitor.post("/chat").json(&body).send().await.unwrap();
    assert!(taken.status().is_success());
    let said = visitor.log(&conversation).await;
    let mine: Vec<&Value> = said
        .iter()
        .filter(|event| event["author"]["kind"] == "visitor")
        .collect();
    assert_eq!(mine.len(), 3, "what was refused left no trace");
}

#[tokio::test]
async fn on_a_socket_it_is_an_error_frame_and_the_socket_stays() {
    let (setup, clock) = few();
    let (_app, _, visitor) = setup.chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    for _ in 0..2 {
        socket.send(&says("How long does the warranty last?")).await;
        socket.until_answer().await;
    }
    let third = says("And the battery?");
    socket.send(&third).await;
    let error = socket.next_of("error").await;
    assert_eq!(
        (&error["code"], &error["client_id"], &error["retry_after"]),
        (&json!("rate_limited"), &third["client_id"], &json!(10))
    );
    assert_eq!(visitor.log(&conversation).await.len(), 4);
    clock.advance(TimeDelta::seconds(10));
    socket.send(&third).await;
    assert_eq!(socket.next_of("ack").await["seq"], 5);
}

#[tokio::test]
async fn what_was_said_before_costs_nothing() {
    let (setup, _clock) = few();
    let (_app, _, visitor) = setup.chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let first = says("How long is the warranty?");
    socket.send(&first).await;
    let ack = socket.next_of("ack").await;
    for _ in 0..5 {
        socket.send(&first).await;
        assert_eq!(socket.next_of("ack").await, ack);
        let (status, again) = visitor.frame(&conversation, &first).await;
        assert_eq!((status.as_u16(), &again), (200, &ack));
    }
    let (status, _) = visitor.frame(&conversation, &says("And the battery?")).await;
    assert_eq!(status.as_u16(), 200, "the second of two");
    let (status, _) = visitor.frame(&conversation, &says("And the arm?")).await;
    assert_eq!(status.as_u16(), 429);
    assert_eq!(visitor.frame(&conversation, &first).await.1, ack);
}

#[tokio::test]
async fn frames_over_http_have_the_rate_that_a_socket_has() {
    let (setup, clock) = few();
    let (app, acme, visitor) = setup.chat().await;
    let conversation = visitor.conversation().await;
    let frames = [
        json!({ "type": "ping" }),
        json!({ "type": "typing", "on": false }),
        json!({ "type": "typing", "on": true }),
    ];
    for frame in frames.iter().cycle().take(60) {
        assert_eq!(visitor.frame(&conversation, frame).await.0.as_u16(), 200);
    }
    for frame in &frames {
        let (status, refused) = visitor.frame(&conversation, frame).await;
        assert_eq!((status.as_u16(), &refused["code"]), (429, &json!("rate_limited")));
    }
    let other = app.visitor(&acme).await;
    let theirs = other.conversation().await;
    assert_eq!(other.frame(&theirs, &frames[0]).await.0.as_u16(), 200);
    clock.advance(TimeDelta::milliseconds(50));
    assert_eq!(visitor.frame(&conversation, &frames[0]).await.0.as_u16(), 200);
    assert_eq!(visitor.frame(&conversation, &frames[0]).await.0.as_u16(), 429);
}

#[tokio::test]
async fn all_visitors_of_an_address_and_of_a_workspace_share_a_rate() {
    for (name, limit) in [("CHAT_RATE_ADDRESS", "6/6"), ("CHAT_RATE_TENANT", "2/6")] {
        let (setup, _clock) = few();
        let (app, acme, first) = setup.set(name, limit).chat().await;
        // An address pays for sessions and conversations too.
        let second = app.visitor(&acme).await;
        let (mine, theirs) = (first.conversation().await, second.conversation().await);
        let mut statuses = Vec::new();
        for (visitor, conversation) in [(&first, &mine), (&second, &theirs), (&first, &mine)] {
            statuses.push(visitor.frame(conversation, &says("Hello there")).await.0.as_u16());
        }
        assert_eq!(statuses, [200, 200, 429], "{name}");
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let app = crate::support::TestApp::start().await;
    let acme = app.workspace("acme").await;
    let body = json!({ "email": acme.email, "password": "guess" });
    let mut last = (0, String::new());
    for _ in 0..40 {
        let answer = app
            .http
            .post(app.url("/api/auth/login"))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().as_u16() != 429 || answer.headers().contains_key("retry-after"));
        last = problem(answer).await;
        if last.0 == 429 {
            break;
        }
    }
    assert_eq!(last, (429, "rate_limited".to_owned()));
}
