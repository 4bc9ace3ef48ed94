//! Agents who take conversations over, write and hand back, whatever happens to the server. What was not
//! acknowledged they say again.

use std::{sync::Arc, time::Duration};

use parlance::domain::accounts::password;
use parlance_store::{
    control::{NewUser, Role},
    ids::UserId,
    testing::TestDb,
};
use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::visitors::Progress;
use crate::support::{PASSWORD, Socket, Workspace};

/// What is not answered by then goes over another line.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// Between two things that an agent does, at most.
const PAUSE: Duration = Duration::from_millis(900);
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Somebody of the team.
pub struct Agent {
    pub email: String,
    pub server_at: watch::Receiver<Option<String>>,
    pub progress: Arc<Progress>,
    pub finishing: watch::Receiver<bool>,
    pub luck: StdRng,
}

/// What an agent said.
#[derive(Debug)]
pub struct Written {
    pub client_id: Uuid,
    conversation: String,
    /// Message and `seq` of the acknowledgement.
    pub ack: Option<(String, u64)>,
    /// Whether it was refused for good: nothing was said.
    pub refused: bool,
}

impl Written {
    fn is_open(&self) -> bool {
        self.ack.is_none() && !self.refused
    }

    fn frame(&self) -> Value {
        json!({ "type": "say", "conversation": self.conversation, "client_id": self.client_id,
                "text": "I am looking into it." })
    }

    fn take(&mut self, frame: &Value) {
        if frame["type"] == "ack" {
            let ack = (
                frame["message"].as_str().unwrap().to_owned(),
                frame["seq"].as_u64().unwrap(),
            );
            assert!(self.ack.as_ref().is_none_or(|before| *before == ack), "{frame}");
            self.ack = Some(ack);
        } else if frame["type"] == "error" && !frame["retry_after"].is_u64() {
            assert_eq!(frame["code"], "held", "{frame}");
            self.refused = true;
        }
    }
}

/// A workspace's owner and a colleague, by their addresses.
pub async fn team(db: &TestDb, workspace: &Workspace) -> [String; 2] {
    let control = db.db().control();
    let email = format!("agent@{}.example", workspace.slug);
    let user = NewUser {
        id: UserId::new(),
        email: email.clone(),
        name: "Cole League".to_owned(),
        password_hash: password::hash(PASSWORD).unwrap(),
        at: chrono::DateTime::UNIX_EPOCH,
    };
    let id = user.id;
    control.create_user(user).await.unwrap();
    control
        .add_membership(id, workspace.tenant, Role::Agent)
        .await
        .unwrap();
    [workspace.email.clone(), email]
}

impl Agent {
    /// Everything they said, in the end.
    pub async fn run(mut self) -> Vec<Written> {
        let (mut written, mut token) = (Vec::new(), None);
        loop {
            let at = self.server_at.wait_for(Option::is_some).await.unwrap().clone();
            if self.line(&at.unwrap(), &mut token, &mut written).await.is_some() {
                return written;
            }
            sleep(AGAIN_AFTER).await;
        }
    }

    /// One connection. None where it was lost.
    async fn line(
        &mut self,
        base: &str,
        token: &mut Option<String>,
        written: &mut Vec<Written>,
    ) -> Option<()> {
        if token.is_none() {
            *token = Some(log_in(base, &self.email).await?);
        }
        let url = format!("{base}/api/console/socket").replace("http", "ws");
        let mut socket = timeout(ANSWERED_WITHIN, Socket::reach(&url)).await.ok()??;
        let hello = json!({ "type": "hello", "token": token });
        socket.try_send(&hello).await.then_some(())?;
        loop {
            match socket.next_within(ANSWERED_WITHIN).await? {
                Ok(frame) if frame["type"] == "ready" => break,
                Ok(_) => {}
                Err(code) => {
                    // Its time is over, or the clock says so.
                    *token = token.take().filter(|_| code != Some(4001));
                    return None;
                }
            }
        }
        self.settles(&mut socket, written).await?;
        while !*self.finishing.borrow() {
            self.rests(&mut socket).await?;
            if let Some(conversation) = self.progress.any(&mut self.luck) {
                self.takes_over(&mut socket, &conversation, written).await?;
            }
        }
        Some(())
    }

    async fn takes_over(
        &mut self,
        socket: &mut Socket,
        conversation: &str,
        written: &mut Vec<Written>,
    ) -> Option<()> {
        let watches = self.luck.random_bool(0.5);
        if watches {
            let watch = json!({ "type": "watch", "conversation": conversation, "after": 0 });
            socket.try_send(&watch).await.then_some(())?;
        }
        let act = |kind: &str| json!({ "type": kind, "conversation": conversation });
        socket.try_send(&act("take")).await.then_some(())?;
        for _ in 0..self.luck.random_range(1..3) {
            written.push(Written {
                client_id: Uuid::new_v4(),
                conversation: conversation.to_owned(),
                ack: None,
                refused: false,
            });
            self.settles(socket, written).await?;
            self.rests(socket).await?;
        }
        socket.try_send(&act("release")).await.then_some(())?;
        if watches {
            socket.try_send(&act("unwatch")).await.then_some(())?;
        }
        Some(())
    }

    /// Says what is not acknowledged until all of it is, or is refused for good.
    async fn settles(&mut self, socket: &mut Socket, written: &mut [Written]) -> Option<()> {
        while let Some(open) = written.iter().find(|said| said.is_open()) {
            socket.try_send(&open.frame()).await.then_some(())?;
            let id = open.client_id.to_string();
            loop {
                let frame = socket.next_within(ANSWERED_WITHIN).await?.ok()?;
                if frame["client_id"] == *id && (frame["type"] == "ack" || frame["type"] == "error") {
                    let mut said = written.iter_mut();
                    said.find(|said| said.client_id.to_string() == id)
                        .unwrap()
                        .take(&frame);
                    break;
                }
            }
            sleep(AGAIN_AFTER).await;
        }
        Some(())
    }

    /// Reads for a while.
    async fn rests(&mut self, socket: &mut Socket) -> Option<()> {
        let pause = PAUSE.mul_f64(self.luck.random());
        let read = async { while socket.next().await.is_ok() {} };
        // Over before the pause is: the line was lost.
        timeout(pause, read).await.err().map(drop)
    }
}

async fn log_in(base: &str, email: &str) -> Option<String> {
    let body = json!({ "email": email, "password": PASSWORD });
    let url = format!("{base}/api/auth/login");
    let asked = reqwest::Client::new()
        .post(url)
        .json(&body)
        .timeout(ANSWERED_WITHIN);
    let logged_in: Value = asked.send().await.ok()?.json().await.ok()?;
    logged_in["access_token"].as_str().map(str::to_owned)
}
