//! Open widgets hear of changed settings, on every transport, and of their own space alone.

use parlance_store::queries::spaces::{self, SpaceChange};
use serde_json::{Value, json};

use crate::support::{Sse, TestApp, Workspace};

impl TestApp {
    async fn sets(&self, workspace: &Workspace, settings: Value) {
        let owner = self.log_in(&workspace.email).await;
        let url = self.url(&format!("/api/chat-spaces/{}", workspace.space));
        let request = self
            .http
            .patch(url)
            .bearer_auth(owner)
            .json(&json!({ "settings": settings }));
        request.send().await.unwrap().error_for_status().unwrap();
    }

    async fn config(&self, workspace: &Workspace) -> Value {
        let url = self.url(&format!("/api/widget/{}/config", workspace.slug));
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn a_change_reaches_every_open_widget_of_the_space() {
    let (app, acme, visitor) = TestApp::chat().await;
    let globex = app.workspace("globex").await;
    let (conversation, mut socket) = visitor.connects().await;
    let (_, mut elsewhere) = app.visitor(&globex).await.connects().await;
    let events = format!("/conversation/{conversation}/events");
    let mut stream = Sse::open(visitor.get(&events)).await;
    assert_eq!(stream.next().await.unwrap().kind, "ready");
    let polling = async {
        let answer = visitor.get(&format!("{events}?wait=30")).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let changing = async {
        // The poll listens as well by then.
        crate::support::eventually(async || {
            let seen = app
                .services
                .registry
                .conversation(acme.tenant, conversation.parse().unwrap());
            (seen.unwrap().observe().await.unwrap().subscribers == 3).then_some(())
        })
        .await;
        app.sets(&acme, json!({ "color": "#112233", "greeting": "Hello there" }))
            .await;
    };
    let (polled, ()) = tokio::join!(polling, changing);
    let told = socket.next().await.unwrap();
    assert_eq!(
        (&told["type"], &told["config"]["greeting"]),
        (&json!("settings"), &json!("Hello there"))
    );
    assert_eq!(told.get("seq"), None);
    assert_eq!(told["config"], app.config(&acme).await, "what config gives");
    let streamed = stream.next().await.unwrap();
    assert_eq!(
        (streamed.kind.as_str(), streamed.id, &streamed.data),
        ("settings", None, &told)
    );
    assert_eq!((&polled["events"], &polled["next"]), (&json!([told]), &json!(0)));
    elsewhere.send(&json!({ "type": "ping" })).await;
    assert_eq!(elsewhere.next().await.unwrap()["type"], "pong", "and nobody else");

    // What visitors do not see is no news to them.
    app.sets(&acme, json!({ "ai": { "top_k": 3 } })).await;
    app.sets(&acme, json!({ "position": "left" })).await;
    let next = socket.next().await.unwrap();
    assert_eq!(
        next["config"]["theme"],
        json!({ "mode": "auto", "color": "#112233", "position": "left" })
    );
    let (_, session) = app.comes(&acme, &json!({})).await;
    assert_eq!(
        session["config"], next["config"],
        "who comes later has it with the session"
    );
}

/// As another process, or an operator, changes a space.
#[tokio::test]
async fn a_change_made_elsewhere_is_seen_too() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    let db = app.services.db.tenant(acme.tenant);
    let change = SpaceChange {
        slug: acme.slug.clone(),
        name: "Acme".to_owned(),
        public_key: acme.public_key.clone(),
        settings: json!({ "greeting": "From afar" }),
        published: true,
        allowed_origins: Vec::new(),
        at: app.services.clock.now(),
    };
    db.transaction(async |conn| spaces::update(conn, acme.space, change).await)
        .await
        .unwrap();
    assert_eq!(socket.next().await.unwrap()["config"]["greeting"], "From afar");
}
