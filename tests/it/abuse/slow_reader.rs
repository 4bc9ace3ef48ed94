//! Somebody who does not read: closed with 4008, resumes exactly, costs the others nothing.

use std::time::Duration;

use parlance_loadtest::upstream::Behaviour;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Reader, Setup, Socket, paced, says};

#[tokio::test]
async fn who_does_not_read_is_closed_resumes_exactly_and_slows_nobody() {
    // Some 150 KB on the wire for each answer; a few megabytes fit into the kernel's buffers.
    let long = Behaviour {
        tokens: 800,
        ..paced(4_000.0)
    };
    let (app, acme, visitor) = Setup::upstream(long).set("DELTA_WINDOW_MS", "0").chat().await;
    let (conversation, mut quick) = visitor.connects().await;
    let mut slow = Socket::narrow(&visitor.socket_url()).await;
    let hello = json!({ "type": "hello", "token": visitor.token, "conversation": conversation, "after": 0 });
    slow.send(&hello).await;
    slow.next_of("ready").await;

    let mut reader = Reader::default();
    let mut slowest = Duration::ZERO;
    let (mut lagged, mut turns) = (false, 0);
    while !lagged {
        turns += 1;
        assert!(turns < 60, "nobody was closed");
        let asked = Instant::now();
        quick.send(&says("How long does the warranty last?")).await;
        loop {
            match quick.next().await {
                Ok(frame) if reader.take(&frame) => break,
                Ok(_) => {}
                // On a machine that is very busy nobody is quick.
                Err(Some(4008)) => {
                    reader.lost();
                    (_, quick) = visitor.resumes(&conversation, reader.cursor).await;
                }
                Err(code) => panic!("closed with {code:?}"),
            }
        }
        slowest = slowest.max(asked.elapsed());
        let actor = app
            .services
            .registry
            .conversation(acme.tenant, conversation.parse().unwrap());
        lagged = actor.unwrap().observe().await.unwrap().subscribers == 1;
    }
    assert!(slowest < Duration::from_secs(5), "an answer took {slowest:?}");
    assert_eq!(
        reader.log,
        visitor.log(&conversation).await,
        "the quick one missed nothing"
    );

    let mut behind = Reader::default();
    let ended = loop {
        match slow.next().await {
            Ok(frame) => {
                behind.take(&frame);
            }
            Err(code) => break code,
        }
    };
    assert_eq!(ended, Some(4008));
    assert!(behind.cursor < reader.cursor, "it was behind");
    behind.lost();
    let (_, mut again) = visitor.resumes(&conversation, behind.cursor).await;
    while behind.cursor < reader.cursor {
        behind.take(&again.next().await.unwrap());
    }
    assert_eq!(behind.log, reader.log);
}
