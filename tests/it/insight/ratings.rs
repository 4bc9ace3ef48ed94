//! How visitors rated conversations: figures, words, and tables of both.

use reqwest::Method;
use serde_json::{Value, json};

use super::{at_night, pointer};
use crate::{spaces::Owner, support::says};

#[tokio::test]
async fn ratings_are_told_by_who_answered_with_the_words_that_came_with_them() {
    let (_, app, acme, visitor) = at_night().await;
    let (bots, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.until_answer().await;
    let other = app.visitor(&acme).await;
    let adas = other.conversation().await;
    let owner = Owner::of(&app, &acme).await;
    let path = format!("/api/conversations/{adas}");
    let body = json!({ "client_id": uuid::Uuid::new_v4(), "text": "Hello." });
    let (status, _) = owner.asks(Method::POST, &format!("{path}/messages"), body).await;
    assert!(status < 300);
    let rate = json!({ "type": "rate", "score": 2, "comment": "=1+1" });
    visitor.frame(&bots, &rate).await;
    other.frame(&adas, &json!({ "type": "rate", "score": 5 })).await;

    let told = owner.gets("/api/analytics/ratings?compare=previous").await;
    for (path, there) in [
        ("/totals/count", json!(2)),
        ("/totals/mean", json!(3.5)),
        ("/totals/satisfied", json!(0.5)),
        ("/totals/scores", json!([0, 1, 0, 0, 1])),
        ("/bot/scores", json!([0, 1, 0, 0, 0])),
        ("/agents/0/name", json!("Olive Owner")),
        ("/agents/0/csat/mean", json!(5.0)),
        ("/agents/1", Value::Null),
        ("/categories/0/key", Value::Null),
        ("/categories/0/csat/count", json!(2)),
        ("/series/29/csat/count", json!(2)),
        ("/series/28/csat/mean", Value::Null),
        ("/previous/totals/count", json!(0)),
    ] {
        assert_eq!(pointer(&told, path), &there, "{path}: {told}");
    }
    let comments = owner.gets("/api/analytics/ratings/comments").await;
    let items = comments["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{comments}");
    assert_eq!(
        (
            &items[0]["conversation"],
            &items[0]["comment"],
            &items[0]["agent"]
        ),
        (&json!(bots), &json!("=1+1"), &Value::Null)
    );

    let token = app.log_in(&acme.email).await;
    let table = async |path: &str| {
        let asked = app.http.get(app.url(path)).header("accept", "text/csv");
        asked
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let lines = table("/api/analytics/ratings").await;
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines[1], "total,,,2,3.500,0.500,0,1,0,0,1");
    assert_eq!(lines[2], "bot,,,1,2.000,0.000,0,1,0,0,0");
    assert!(lines[3].starts_with("agent,") && lines[3].contains(",Olive Owner,1,5.000,"));
    assert_eq!(lines.len(), 1 + 4 + 30);
    let said = table("/api/analytics/ratings/comments").await;
    assert!(
        said.lines().nth(1).unwrap().contains(",2,'=1+1,,widget,"),
        "{said}"
    );

    // Another workspace has none of it, and no days are none.
    let globex = app.workspace("globex").await;
    let stranger = Owner::of(&app, &globex).await;
    let theirs = stranger
        .gets(&format!("/api/analytics/ratings?space={}", acme.space))
        .await;
    assert_eq!(pointer(&theirs, "/totals/count"), 0);
    let theirs = stranger.gets("/api/analytics/ratings/comments").await;
    assert_eq!(theirs["items"], json!([]));
    for wrong in [
        "ratings?from=yesterday",
        "ratings/comments?cursor=x",
        "ratings/comments?limit=0",
    ] {
        let path = format!("/api/analytics/{wrong}");
        let (status, refused) = owner.asks(Method::GET, &path, Value::Null).await;
        assert_eq!(
            (status, &refused["code"]),
            (400, &json!("invalid_request")),
            "{wrong}"
        );
    }
}
