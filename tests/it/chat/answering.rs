//! What a visitor gets for a question.

use serde_json::{Value, json};

use crate::support::{TestApp, answer_of, deltas_of, says};

#[tokio::test]
async fn an_answer_streams_is_cited_and_becomes_durable() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let question = says("How long does the warranty of my robot last?");
    socket.send(&question).await;
    let frames = socket.until_answer().await;
    let kinds: Vec<&str> = frames
        .iter()
        .filter_map(|frame| frame.get("type")?.as_str())
        .collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "ack").count(),
        1,
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&"answer.start") && kinds.contains(&"answer.delta"),
        "{kinds:?}"
    );
    let answer = answer_of(&frames);
    assert_eq!(
        answer["text"],
        json!(deltas_of(&frames)),
        "the text is what the deltas add up to"
    );
    assert_eq!(
        (&answer["seq"], &answer["state"]),
        (&json!(2), &json!("complete"))
    );
    assert_eq!(answer["conversation"], json!(conversation));
    let citation = answer.pointer("/citations/0").expect("the answer is cited");
    assert_eq!(
        (&citation["n"], &citation["document"]),
        (&json!(1), &json!(acme.document))
    );
    assert!(
        citation["excerpt"].as_str().unwrap().contains("24 months"),
        "{citation}"
    );
    assert!(answer["grounding"].as_f64().is_some() && !answer["claims"].as_array().unwrap().is_empty());
    assert_eq!(visitor.log(&conversation).await.last(), Some(answer));
    let source = app
        .http
        .get(app.url(citation["url"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    let page = source.text().await.unwrap();
    assert!(page.contains("<mark id=\"cited\">"), "{page}");
}

#[tokio::test]
async fn an_answer_is_found_in_nothing_older_than_its_question() {
    let (app, acme, visitor) = TestApp::chat().await;
    let question = "How long does the warranty of my robot last?";
    let excerpt = async || {
        let answer = visitor.asks(None, question).await;
        let citation = answer.pointer("/citations/0").expect("the answer is cited");
        citation["excerpt"].as_str().unwrap().to_owned()
    };
    let db = app.services.db.tenant(acme.tenant);
    let retriever = &app.services.answerer.retriever;
    retriever.load(&db, acme.space, 1).await.unwrap();
    assert!(excerpt().await.contains("24 months"));
    for months in [36, 60] {
        let text = format!("# Help\n\nThe warranty of every robot lasts {months} months from delivery.\n");
        acme.now_says(&app, &text).await;
        let said = excerpt().await;
        assert!(said.contains(&format!("{months} months")), "{said}");
    }
}

#[tokio::test]
async fn the_same_client_id_again_is_the_same_message() {
    let (_app, _, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let question = says("When are refunds paid?");
    socket.send(&question).await;
    let first = socket.next_of("ack").await;
    socket.until_answer().await;
    socket.send(&question).await;
    assert_eq!(socket.next_of("ack").await, first);
    assert_eq!(visitor.log(&conversation).await.len(), 2);
}

#[tokio::test]
async fn what_the_documents_do_not_say_is_not_answered_by_a_model() {
    let (app, _, visitor) = TestApp::chat().await;
    let answer = visitor
        .asks(None, "Which football club won the league in 1987?")
        .await;
    assert_eq!(
        (&answer["citations"], &answer["state"]),
        (&json!([]), &json!("complete"))
    );
    assert!(answer["text"].as_str().unwrap().contains("person"), "{answer}");
    assert_eq!(
        answer.get("model").filter(|model| !model.is_null()),
        None::<&Value>
    );
    assert_eq!(app.upstream.totals().requests, 0);
    let reserved = app.db().rows("SELECT state FROM reservations").await.unwrap();
    assert_eq!(reserved, [json!({ "state": "released" })]);
}
