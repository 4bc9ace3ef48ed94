//! Somebody on the business's site.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Socket, TestApp, Workspace};

/// A visitor with a session.
#[derive(Clone, Debug)]
pub struct TestVisitor {
    pub token: String,
    pub id: String,
    pub slug: String,
    base: String,
    http: reqwest::Client,
}

/// A `say` frame with a client id of its own.
pub fn says(text: &str) -> Value {
    json!({ "type": "say", "client_id": Uuid::new_v4(), "text": text })
}

impl TestApp {
    /// A new visitor of the workspace's space.
    pub async fn visitor(&self, workspace: &Workspace) -> TestVisitor {
        let url = self.url(&format!("/api/widget/{}/session", workspace.slug));
        let answer = self.http.post(url).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        self.visitor_of(workspace, &answer.json().await.unwrap())
    }

    /// The visitor whose session this is.
    pub fn visitor_of(&self, workspace: &Workspace, session: &Value) -> TestVisitor {
        let text = |pointer: &str| {
            session
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap()
                .to_owned()
        };
        TestVisitor {
            token: text("/token"),
            id: text("/visitor/id"),
            slug: workspace.slug.clone(),
            base: self.base.clone(),
            http: self.http.clone(),
        }
    }
}

impl TestVisitor {
    /// The same visitor at a server that was started anew.
    pub fn at(&self, app: &TestApp) -> Self {
        Self {
            base: app.base.clone(),
            ..self.clone()
        }
    }

    /// The same visitor's address with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/widget/{}{path}", self.base, self.slug)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path)).bearer_auth(&self.token)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path)).bearer_auth(&self.token)
    }

    /// Opens a conversation.
    pub async fn conversation(&self) -> String {
        let answer = self.post("/conversation").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let opened: Value = answer.json().await.unwrap();
        opened
            .get("conversation")
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    }

    /// Opens a conversation and a socket on it, past `ready`.
    pub async fn connects(&self) -> (String, Socket) {
        let mut socket = self.socket().await;
        socket
            .send(&json!({ "type": "hello", "token": self.token, "conversation": null, "after": 0 }))
            .await;
        let ready = socket.next_of("ready").await;
        (
            ready
                .pointer("/conversation/id")
                .and_then(Value::as_str)
                .unwrap()
                .to_owned(),
            socket,
        )
    }

    /// Reconnects to a conversation, past `ready`, which comes back too.
    pub async fn resumes(&self, conversation: &str, after: u64) -> (Value, Socket) {
        let mut socket = self.socket().await;
        let hello =
            json!({ "type": "hello", "token": self.token, "conversation": conversation, "after": after });
        socket.send(&hello).await;
        (socket.next_of("ready").await, socket)
    }

    pub fn socket_url(&self) -> String {
        self.url("/socket").replace("http://", "ws://")
    }

    /// A socket that has not said hello.
    pub async fn socket(&self) -> Socket {
        Socket::open(&self.socket_url()).await
    }

    /// Sends one frame over HTTP; its answer.
    pub async fn frame(&self, conversation: &str, frame: &Value) -> (StatusCode, Value) {
        let path = format!("/conversation/{conversation}/frames");
        let answer = self.post(&path).json(frame).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Asks and waits for the finished answer.
    pub async fn asks(&self, conversation: Option<&str>, text: &str) -> Value {
        let body = json!({ "conversation": conversation, "client_id": Uuid::new_v4(), "text": text });
        let answer = self.post("/chat").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    /// All durable events of a conversation.
    pub async fn log(&self, conversation: &str) -> Vec<Value> {
        let answer = self
            .get(&format!("/conversation/{conversation}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let page: Value = answer.json().await.unwrap();
        page.get("events").and_then(Value::as_array).unwrap().clone()
    }
}
