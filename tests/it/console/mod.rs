//! The console's socket: who may listen, and jobs as they go on.

mod jobs;
mod tokens;

use serde_json::{Value, json};

use crate::support::{Socket, TestApp};

impl TestApp {
    pub fn console_url(&self) -> String {
        self.url("/api/console/socket").replace("http://", "ws://")
    }

    /// A member's socket, past what is as it is, which comes back too.
    async fn console(&self, token: &str) -> (Vec<Value>, Socket) {
        let mut socket = Socket::open(&self.console_url()).await;
        socket.send(&json!({ "type": "hello", "token": token })).await;
        let begin = begins(&mut socket).await;
        (begin, socket)
    }
}

/// From `ready` up to `job.all`.
async fn begins(socket: &mut Socket) -> Vec<Value> {
    assert_eq!(socket.next().await.unwrap()["type"], "ready");
    let mut begin = Vec::new();
    loop {
        let frame = socket.next().await.unwrap();
        let kind = frame["type"].as_str().unwrap().to_owned();
        if kind.starts_with("job.") {
            begin.push(frame);
        }
        if kind == "job.all" {
            return begin;
        }
    }
}

/// What is said of one job, up to and with this state.
async fn until(socket: &mut Socket, job: &Value, state: &str) -> Vec<Value> {
    let mut said = Vec::new();
    loop {
        let upsert = socket.next_of("job.upsert").await;
        if upsert["job"]["id"] != *job {
            continue;
        }
        said.push(upsert["job"].clone());
        if upsert["job"]["state"] == state {
            return said;
        }
    }
}
