//! Another node wrote to the log of a conversation that is alive here.

use parlance_store::{
    ids::{ConversationId, MessageId},
    queries::messages::{self, AuthorKind, NewMessage},
};
use serde_json::json;

use super::{question, read_answer, slow};
use crate::support::{Reader, TestApp, Workspace};

async fn another_node_writes(app: &TestApp, acme: &Workspace, conversation: ConversationId) {
    let id = MessageId::new();
    let body = json!({ "type": "message", "id": id, "text": "hello", "author": { "kind": "system" } });
    let new = NewMessage {
        id,
        conversation_id: conversation,
        author_kind: AuthorKind::System,
        author_id: None,
        author_name: None,
        client_id: None,
        text: "hello".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: body,
        at: app.services.clock.now(),
    };
    let db = app.services.db.tenant(acme.tenant);
    db.transaction(async |conn| messages::append_message(conn, new).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_another_node_wrote_is_noticed_and_nobody_reads_a_gap() {
    let (app, acme, visitor) = slow(0.0).chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut reader = Reader::default();
    socket.send(&question()).await;
    read_answer(&mut socket, &mut reader).await;
    another_node_writes(&app, &acme, conversation.parse().unwrap()).await;
    socket.send(&question()).await;
    let ended = loop {
        match socket.next().await {
            Ok(frame) => {
                reader.take(&frame);
            }
            Err(code) => break code,
        }
    };
    assert_eq!((ended, reader.cursor), (Some(4009), 2));
    reader.lost();
    let (_, mut socket) = visitor.resumes(&conversation, reader.cursor).await;
    read_answer(&mut socket, &mut reader).await;
    assert_eq!(reader.log, visitor.log(&conversation).await);
    assert_eq!(reader.cursor, 5);
}
