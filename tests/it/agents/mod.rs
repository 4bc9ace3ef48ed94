//! Agents in conversations: they watch, take over, answer, and do not get in each other's way.

mod acts;
mod attachments;
mod canned;
mod drafts;
mod gone;
mod handing_over;
mod hours;
mod lock;
mod mail;
mod mood;
mod presence;
mod queue;
mod search;
mod takeover;
mod told;
mod weight;

use parlance_store::control::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Socket, TestApp, Workspace};

/// Somebody with a console open.
struct Agent {
    token: String,
    id: String,
    socket: Socket,
}

impl Agent {
    /// The console of whoever this token is of.
    async fn opens(app: &TestApp, token: &str) -> Self {
        let mut socket = Socket::open(&app.console_url()).await;
        socket.send(&json!({ "type": "hello", "token": token })).await;
        let ready = socket.next_of("ready").await;
        socket.next_of("job.all").await;
        Self {
            token: token.to_owned(),
            id: ready["user"].as_str().unwrap().to_owned(),
            socket,
        }
    }

    /// The owner's console.
    async fn owner(app: &TestApp, workspace: &Workspace) -> Self {
        Self::opens(app, &app.log_in(&workspace.email).await).await
    }

    /// The console of somebody else, in this role.
    async fn colleague(app: &TestApp, workspace: &Workspace, role: Role) -> Self {
        Self::opens(app, &app.colleague(workspace, role).await).await
    }

    async fn send(&mut self, kind: &str, conversation: &str, more: Value) {
        let mut frame = json!({ "type": kind, "conversation": conversation });
        let object = frame.as_object_mut().unwrap();
        object.extend(more.as_object().cloned().unwrap_or_default());
        self.socket.send(&frame).await;
    }

    async fn take(&mut self, conversation: &str) {
        self.send("take", conversation, json!({})).await;
    }

    /// Says something; its client id.
    async fn say(&mut self, conversation: &str, text: &str, after: u64) -> Uuid {
        let client_id = Uuid::new_v4();
        let more = json!({ "client_id": client_id, "text": text, "after": after });
        self.send("say", conversation, more).await;
        client_id
    }

    /// Watches, and gives what there was.
    async fn watch(&mut self, conversation: &str, after: u64) -> Vec<Value> {
        self.send("watch", conversation, json!({ "after": after })).await;
        let mut seen = Vec::new();
        loop {
            let frame = self.socket.next().await.unwrap();
            match frame["type"].as_str().unwrap() {
                "watching" => return seen,
                "inbox.upsert" | "viewers" | "presence" => {}
                kind if kind.starts_with("job.") => {}
                _ => seen.push(frame),
            }
        }
    }

    /// The next message or status of a conversation that is watched.
    async fn next_event(&mut self) -> Value {
        loop {
            let frame = self.socket.next().await.unwrap();
            if frame.get("seq").is_some() && matches!(frame["type"].as_str(), Some("message" | "status")) {
                return frame;
            }
        }
    }

    /// The summary that says so of it.
    async fn inbox(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let upsert = self.socket.next_of("inbox.upsert").await;
            if wanted(&upsert["conversation"]) {
                return upsert["conversation"].clone();
            }
        }
    }

    /// What REST answers to a GET.
    async fn get(&self, app: &TestApp, path: &str) -> Value {
        let request = app.http.get(app.url(path)).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// What REST answers to a POST, and its status.
    async fn post(&self, app: &TestApp, path: &str, body: &Value) -> (u16, Value) {
        let request = app.http.post(app.url(path)).bearer_auth(&self.token).json(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }
}

/// Nothing more comes to a visitor until the pong, but for these types.
async fn quiet(socket: &mut Socket, but: &[&str]) {
    socket.send(&json!({ "type": "ping" })).await;
    loop {
        let frame = socket.next().await.unwrap();
        let kind = frame["type"].as_str().unwrap();
        if kind == "pong" {
            return;
        }
        assert!(but.contains(&kind), "{frame}");
    }
}
