//! Which questions are blamed for what, which replies are theirs, and whose a document is.

use parlance_store::{
    StoreError,
    ids::{DocumentId, MessageId, QuestionClusterId},
    queries::{
        conversations::ConversationStatus,
        documents::{self, NewDocument},
        messages::{self, AuthorKind, NewMessage},
        questions::{self, Candidates, Cluster, GapReason, Reply},
    },
};
use serde_json::json;

use crate::{
    questions::{MODEL, asks, becomes, filter, keep, waiting},
    support::{Chat, at, chat, database},
};

/// An agent says something.
async fn agent_says(chat: &Chat, text: &str, now: i64) {
    let new = NewMessage {
        id: MessageId::new(),
        conversation_id: chat.conversation,
        author_kind: AuthorKind::Agent,
        author_id: None,
        author_name: Some("Ben".to_owned()),
        client_id: None,
        text: text.to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(now),
    };
    let said = chat
        .db
        .transaction(async |conn| messages::append_message(conn, new).await);
    said.await.unwrap();
}

#[tokio::test]
async fn a_person_is_asked_for_because_of_what_was_asked_since_the_conversation_was_resolved() {
    use ConversationStatus::{Bot, Resolved, Waiting};
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    asks(&acme, "How long is the warranty?", 10, false).await;
    becomes(&acme, Resolved, "agent", 20).await;
    becomes(&acme, Bot, "reopened", 30).await;
    asks(&acme, "Do you repair boats?", 31, false).await;
    becomes(&acme, Waiting, "visitor_asked", 40).await;
    becomes(&acme, Resolved, "agent", 50).await;
    becomes(&acme, Waiting, "visitor_asked", 60).await;
    let said = waiting(&acme.db).await;
    assert_eq!(said.len(), 2);
    assert_eq!(said[0].handed_over, None, "that was settled");
    assert!(said[1].handed_over.is_some());
}

#[tokio::test]
async fn what_agents_said_to_another_question_or_later_is_no_reply_to_this_one() {
    use ConversationStatus::{Bot, Resolved};
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (gap, other) = (QuestionClusterId::new(), QuestionClusterId::new());
    let (boats, _) = asks(&acme, "Do you repair boats?", 10, true).await;
    keep(&acme, gap, boats, 10, &[GapReason::Abstained]).await;
    agent_says(&acme, "Up to six metres.", 20).await;
    let (parking, _) = asks(&acme, "May I park there?", 30, true).await;
    keep(&acme, other, parking, 30, &[GapReason::Abstained]).await;
    agent_says(&acme, "Behind the yard.", 40).await;
    becomes(&acme, Resolved, "agent", 50).await;
    becomes(&acme, Bot, "reopened", 60).await;
    agent_says(&acme, "Your parcel is on its way.", 70).await;
    becomes(&acme, Resolved, "agent", 80).await;
    let replies = async |cluster| {
        let read = acme
            .db
            .read(async |conn| questions::replies(conn, cluster, 8).await);
        let read: Result<Vec<Reply>, StoreError> = read.await;
        let texts = read.unwrap().into_iter().map(|reply| reply.text);
        texts.collect::<Vec<_>>()
    };
    assert_eq!(replies(gap).await, ["Up to six metres."]);
    assert_eq!(replies(other).await, ["Behind the yard."]);
}

#[tokio::test]
async fn a_name_is_anothers_unless_the_document_is_this_gaps_alone() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (gap, other) = (QuestionClusterId::new(), QuestionClusterId::new());
    for (cluster, now) in [(gap, 10), (other, 20)] {
        let (question, _) = asks(&acme, "Do you repair boats?", now, true).await;
        keep(&acme, cluster, question, now, &[GapReason::Abstained]).await;
    }
    let is_anothers = async |cluster| {
        let read = acme
            .db
            .read(async |conn| questions::is_anothers(conn, acme.space, cluster, "boats.md").await);
        let read: Result<bool, StoreError> = read.await;
        read.unwrap()
    };
    assert!(!is_anothers(gap).await, "there is none");
    let document = acme.db.transaction(async |conn| {
        let new = NewDocument {
            id: DocumentId::new(),
            space_id: acme.space,
            name: "boats.md",
            source_url: None,
            content_hash: &[1; 32],
            content: b"# Boats",
            at: at(30),
        };
        Ok::<_, StoreError>(documents::put(conn, new).await?.0)
    });
    let document = document.await.unwrap();
    assert!(is_anothers(gap).await, "somebody has uploaded it");
    let answered = async |cluster| {
        let done = acme.db.transaction(async |conn| {
            questions::answered(conn, acme.space, cluster, document, "Ada", at(40)).await
        });
        done.await.unwrap();
    };
    answered(gap).await;
    assert!(!is_anothers(gap).await && is_anothers(other).await);
    answered(other).await;
    assert!(is_anothers(gap).await, "two have it");
}

#[tokio::test]
async fn a_gap_is_called_by_the_nearest_of_those_that_are_looked_at() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (gap, other) = (QuestionClusterId::new(), QuestionClusterId::new());
    let (mut asked, texts) = (
        Vec::new(),
        ["Boats?", "Do you mend boats?", "Do you repair boats?"],
    );
    for (cluster, text) in texts.iter().map(|text| (gap, *text)).chain([(other, "Sails?")]) {
        let (question, _) = asks(&acme, text, 110, true).await;
        keep(&acme, cluster, question, 110, &[GapReason::Abstained]).await;
        asked.push(question);
    }
    let called = async |mean: [f32; 2], candidates: Candidates<'_>| {
        let cluster = Cluster {
            id: gap,
            centroid: mean.to_vec(),
            members: 3,
        };
        let gaps = acme.db.transaction(async |conn| {
            questions::put_clusters(conn, acme.space, MODEL, &[cluster], at(120)).await?;
            questions::settle(conn, &[gap], candidates).await?;
            questions::gaps(conn, &filter(&acme, None)).await
        });
        let gaps: Result<_, StoreError> = gaps.await;
        gaps.unwrap()
            .into_iter()
            .find(|one| one.id == gap)
            .unwrap()
            .question
    };
    let vectors: [(MessageId, &[f32]); 4] = [
        (asked[0], &[1.0, 0.0]),
        (asked[1], &[0.6, 0.8]),
        (asked[2], &[0.8, 0.6]),
        (asked[3], &[0.8, 0.6]),
    ];
    let put = acme
        .db
        .transaction(async |conn| questions::put_vectors(conn, MODEL, &vectors).await);
    put.await.unwrap();
    let mean = [0.8, 0.6];
    assert_eq!(called(mean, Candidates::Placed(&[])).await, texts[0]);
    assert_eq!(called(mean, Candidates::Placed(&asked[1..2])).await, texts[1]);
    assert_eq!(
        called(mean, Candidates::Placed(&asked[3..])).await,
        texts[1],
        "that is another's"
    );
    assert_eq!(called(mean, Candidates::All).await, texts[2]);
    assert_eq!(
        called([1.0, 0.0], Candidates::Placed(&asked[1..2])).await,
        texts[2]
    );
    assert_eq!(
        called([1.0, 0.0], Candidates::Placed(&asked[..1])).await,
        texts[0]
    );
}
