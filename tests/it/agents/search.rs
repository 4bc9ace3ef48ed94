//! Agents search what was said.

use parlance_store::control::Role;
use serde_json::json;

use super::Agent;
use crate::support::TestApp;

#[tokio::test]
async fn an_agent_finds_a_conversation_by_what_was_said_in_it() {
    let (app, acme, visitor) = TestApp::chat().await;
    let asked = visitor.asks(None, "Where is my parcel ZX-77?").await;
    visitor.asks(None, "Another question").await;
    let conversation = asked["conversation"].as_str().unwrap();
    let viewer = Agent::colleague(&app, &acme, Role::Viewer).await;
    let finds = async |query: &str| {
        viewer
            .get(&app, &format!("/api/conversations/search?{query}"))
            .await
    };

    let found = finds("q=parc%20zx-77").await;
    let one = &found["items"][0];
    assert_eq!(one["conversation"]["id"], *conversation, "{found}");
    assert_eq!(one["message"]["text"], "Where is my parcel ZX-77?");
    assert_eq!(
        (&one["message"]["by"], &one["message"]["seq"]),
        (&json!("visitor"), &json!(1))
    );
    assert_eq!(
        (found["items"].as_array().unwrap().len(), &found["next"]),
        (1, &json!(null))
    );
    for (query, many) in [
        (
            format!("q=parcel&space={}&status=bot,waiting&assignee=nobody", acme.space),
            1,
        ),
        ("q=parcel&status=resolved".to_owned(), 0),
        ("q=parcel&assignee=me".to_owned(), 0),
        ("q=%22parcel%20is%22".to_owned(), 0),
    ] {
        assert_eq!(
            finds(&query).await["items"].as_array().unwrap().len(),
            many,
            "{query}"
        );
    }

    let first = finds("q=parcel&limit=1").await;
    let next = first["next"].as_str().unwrap();
    let rest = finds(&format!("q=parcel&limit=1&cursor={next}")).await;
    assert_eq!(rest, json!({ "items": [], "next": null }));
    for wrong in [
        "",
        "q=",
        "q=%3F!",
        "q=a&cursor=b",
        "q=a&status=lost",
        "q=a&limit=0",
    ] {
        assert_eq!(finds(wrong).await["code"], "invalid_request", "{wrong}");
    }
}

#[tokio::test]
async fn what_is_said_elsewhere_is_not_found() {
    let (app, _, visitor) = TestApp::chat().await;
    visitor.asks(None, "Where is my parcel?").await;
    let globex = app.workspace("globex").await;
    let stranger = Agent::owner(&app, &globex).await;
    let found = stranger.get(&app, "/api/conversations/search?q=parcel").await;
    assert_eq!(found, json!({ "items": [], "next": null }));
}
