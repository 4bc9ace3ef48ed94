//! Frames that are none.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{
    MaybeTlsStream,
    tungstenite::{
        Message,
        protocol::frame::{
            CloseFrame, Frame,
            coding::{Data, OpCode},
        },
    },
};
use uuid::Uuid;

use super::{is_answered, refused};
use crate::support::{Socket, TestApp, answer_of, says};

/// What was refused left the socket usable.
async fn still_answers(socket: &mut Socket) {
    socket.send(&says("When are refunds paid?")).await;
    assert_eq!(answer_of(&socket.until_answer().await)["state"], "complete");
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_is_an_error_and_the_socket_stays() {
    let (_app, _, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    let id = Uuid::new_v4();
    for wrong in [
        " ",
        "{",
        "null",
        "[1,2]",
        "\u{0}",
        r#"{"type":"fly"}"#,
        r#"{"no":"type"}"#,
        r#"{"type":"say","text":"no client id"}"#,
        r#"{"type":"say","client_id":"no uuid","text":"x"}"#,
        r#"{"type":"read","seq":-1}"#,
        r#"{"type":"rate","score":"five"}"#,
        r#"{"type":"feedback","message":"x","value":"sideways"}"#,
        &"[".repeat(10_000),
    ] {
        socket.0.send(Message::text(wrong)).await.unwrap();
        let short: String = wrong.chars().take(40).collect();
        assert_eq!(refused(&mut socket).await, "invalid_frame", "{short:?}");
    }
    socket
        .0
        .send(Message::binary(vec![0_u8, 159, 146, 150]))
        .await
        .unwrap();
    assert_eq!(refused(&mut socket).await, "invalid_frame");
    let hello = json!({ "type": "hello", "token": visitor.token, "conversation": null, "after": 0 });
    socket.send(&hello).await;
    assert_eq!(refused(&mut socket).await, "invalid_frame", "hello twice");
    for (text, code) in [
        ("x".repeat(4_001), "text_too_long"),
        (String::new(), "invalid_request"),
        (" \n\t".to_owned(), "invalid_request"),
        ("\u{0}".to_owned(), "invalid_request"),
    ] {
        socket
            .send(&json!({ "type": "say", "client_id": id, "text": text }))
            .await;
        let error = socket.next_of("error").await;
        assert_eq!(
            (&error["code"], &error["client_id"]),
            (&json!(code), &json!(id)),
            "{error}"
        );
    }
    for (frame, code) in [
        (json!({ "type": "rate", "score": 6 }), "invalid_request"),
        (
            json!({ "type": "rate", "score": 5, "comment": "x".repeat(2_001) }),
            "text_too_long",
        ),
        (
            json!({ "type": "feedback", "message": Uuid::new_v4(), "value": "up" }),
            "not_found",
        ),
    ] {
        socket.send(&frame).await;
        assert_eq!(refused(&mut socket).await, code, "{frame}");
    }
    still_answers(&mut socket).await;
}

/// Frames that say nothing are work too: past their rate the socket is closed, whatever they are.
#[tokio::test]
async fn a_flood_of_pings_is_ended_with_4029() {
    let (_app, _, visitor) = TestApp::chat().await;
    for flood in [Message::Ping(Vec::new().into()), Message::Pong(Vec::new().into())] {
        let (_, mut socket) = visitor.connects().await;
        // Far more than fit into a moment; the server may hang up before the last.
        for _ in 0..20_000 {
            if socket.0.feed(flood.clone()).await.is_err() {
                break;
            }
        }
        let _ = socket.0.flush().await;
        assert_eq!(socket.ends().await, Some(4029));
    }
    let (_, mut other) = visitor.connects().await;
    still_answers(&mut other).await;
}

/// The longest text that is allowed goes through, whatever its characters.
#[tokio::test]
async fn a_text_of_the_full_length_is_taken() {
    let (_app, _, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    for text in ["x".repeat(4_000), "𝄞".repeat(4_000)] {
        socket.send(&says(&text)).await;
        let frames = socket.until_answer().await;
        let said: &Value = frames
            .iter()
            .find(|frame| frame["author"]["kind"] == "visitor")
            .unwrap();
        assert_eq!(said["text"], json!(text));
    }
}

#[tokio::test]
async fn a_giant_frame_ends_the_socket_with_1009() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    let giant = json!({ "type": "say", "client_id": Uuid::new_v4(), "text": "x".repeat(65_536) });
    socket.try_send(&giant).await;
    assert_eq!(socket.ends().await, Some(1009));
    let (_, mut pieces) = visitor.connects().await;
    // Not one more than it takes: what nobody reads would reset the connection.
    for n in 0..17 {
        let kind = if n == 0 {
            OpCode::Data(Data::Text)
        } else {
            OpCode::Data(Data::Continue)
        };
        let piece = Frame::message(vec![b'x'; 4_096], kind, false);
        if pieces.0.send(Message::Frame(piece)).await.is_err() {
            break;
        }
    }
    assert_eq!(pieces.ends().await, Some(1009), "in many small pieces");
    let (_, mut endless) = visitor.connects().await;
    let MaybeTlsStream::Plain(line) = endless.0.get_mut() else {
        panic!("a plain socket");
    };
    // The header of a masked text frame of a gigabyte, and a little more of it than may lie unread.
    let header = [&[0x81, 0xff], &(1_u64 << 30).to_be_bytes()[..], &[0; 4]].concat();
    line.write_all(&header).await.unwrap();
    let _ = line.write_all(&vec![b'x'; 300_000]).await;
    let ended = endless.ends().await;
    assert!(
        matches!(ended, Some(1009) | None),
        "it does not wait for the rest: {ended:?}"
    );
    is_answered(&app.visitor(&acme).await).await;
}

#[tokio::test]
async fn text_that_is_not_utf8_ends_the_socket_with_1007() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    let frame = Frame::message(vec![0xff, 0xfe, b'x'], OpCode::Data(Data::Text), true);
    socket.0.send(Message::Frame(frame)).await.unwrap();
    assert_eq!(socket.ends().await, Some(1007));
    is_answered(&app.visitor(&acme).await).await;
}

/// What RFC 6455 forbids, as bytes on the line; a mask of zeros changes nothing.
#[tokio::test]
async fn what_is_no_frame_ends_the_socket_with_1002() {
    let (app, acme, visitor) = TestApp::chat().await;
    for (what, bytes) in [
        ("reserved bits", &[0xc1, 0x80, 0, 0, 0, 0][..]),
        ("no mask", &[0x81, 0x01, b'x']),
        ("an opcode that is none", &[0x83, 0x80, 0, 0, 0, 0]),
        ("the end of what never began", &[0x80, 0x80, 0, 0, 0, 0]),
        ("a ping in pieces", &[0x09, 0x80, 0, 0, 0, 0]),
        ("a close with half a code", &[0x88, 0x81, 0, 0, 0, 0, 3]),
        (
            "a close with a code of nobody",
            &[0x88, 0x82, 0, 0, 0, 0, 3, 0xed],
        ),
    ] {
        let (_, mut socket) = visitor.connects().await;
        let MaybeTlsStream::Plain(line) = socket.0.get_mut() else {
            panic!("a plain socket");
        };
        line.write_all(bytes).await.unwrap();
        assert_eq!(socket.ends().await, Some(1002), "{what}");
    }
    is_answered(&app.visitor(&acme).await).await;
}

#[tokio::test]
async fn a_goodbye_is_said_back_with_its_code() {
    let (_app, _, visitor) = TestApp::chat().await;
    for code in [1000, 1001, 3000, 4321] {
        let (_, mut socket) = visitor.connects().await;
        let bye = CloseFrame {
            code: code.into(),
            reason: "bye".into(),
        };
        socket.0.close(Some(bye)).await.unwrap();
        assert_eq!(socket.ends().await, Some(code));
    }
    let (_, mut socket) = visitor.connects().await;
    socket.0.close(None).await.unwrap();
    assert_eq!(socket.ends().await, None);
    let mut silent = visitor.socket().await;
    let away = CloseFrame {
        code: 1001.into(),
        reason: "".into(),
    };
    silent.0.close(Some(away)).await.unwrap();
    assert_eq!(silent.ends().await, Some(1001), "before hello");
}

#[tokio::test]
async fn a_flood_is_refused_and_then_ended_with_4029() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    let (mut pongs, mut refusals) = (0, 0);
    for _ in 0..400 {
        if !socket.try_send(&json!({ "type": "ping" })).await {
            break;
        }
    }
    let ended = loop {
        match socket.next().await {
            Ok(frame) if frame["type"] == "pong" => pongs += 1,
            Ok(frame) => {
                assert_eq!(
                    (&frame["code"], &frame["retry_after"]),
                    (&json!("rate_limited"), &json!(1)),
                    "{frame}"
                );
                refusals += 1;
            }
            Err(code) => break code,
        }
    };
    assert_eq!(ended, Some(4029));
    assert!(
        (60..100).contains(&pongs) && refusals >= 100,
        "{pongs} and {refusals}"
    );
    is_answered(&app.visitor(&acme).await).await;
}

#[tokio::test]
async fn a_conversation_open_in_too_many_places_takes_no_more() {
    let (_app, _, visitor) = TestApp::chat().await;
    let (conversation, mut first) = visitor.connects().await;
    let mut others = Vec::new();
    for _ in 1..32 {
        others.push(visitor.resumes(&conversation, 0).await.1);
    }
    let mut late = visitor.socket().await;
    let hello = json!({ "type": "hello", "token": visitor.token, "conversation": conversation, "after": 0 });
    late.send(&hello).await;
    let error = late.next_of("error").await;
    assert_eq!(
        (&error["code"], &error["retry_after"]),
        (&json!("too_many_listeners"), &json!(30))
    );
    assert_eq!(late.ends().await, Some(4029));
    let stream = visitor.get(&format!("/conversation/{conversation}/events"));
    assert_eq!(stream.send().await.unwrap().status(), 429);
    still_answers(&mut first).await;
    for other in &mut others {
        other.until_answer().await;
    }
}
