//! Readers who stall: they open a socket, are told things, and never read. Each has so small a buffer that it is soon full,
//! so that what is written to them waits in the server. What they cost is told by the same readers who do read.

use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    session::Server,
    watch,
    ws::{Reads, Socket},
};

const OPENING: usize = 32;

/// Who is there beside visitors, and stalls or reads.
#[derive(Clone, Debug)]
pub struct Company {
    pub stalls: bool,
    /// As many visitors who ask in conversations of their own, second tabs of conversations of the others, and
    /// conversations of the others that a console watches.
    pub each: usize,
    /// Whose console it is.
    pub email: String,
    pub password: String,
}

/// A conversation that somebody else reads.
#[derive(Clone, Debug)]
pub(super) struct Visited {
    pub(super) token: String,
    pub(super) conversation: String,
}

/// Their sockets, until this is dropped.
#[derive(Debug)]
pub(super) struct Present {
    _stalled: Vec<Socket>,
    _reading: JoinSet<()>,
}

impl Present {
    /// Opens them all, and has those in conversations of their own ask `question`.
    pub(super) async fn open(
        server: &Server,
        company: &Company,
        question: &str,
        visited: &[Visited],
    ) -> Result<Self> {
        let reads = match company.stalls {
            true => Reads::Never,
            false => Reads::AtOnce,
        };
        let with = visited.get(..company.each.min(visited.len())).unwrap_or_default();
        let tabs = stream::iter(with).map(async |Visited { token, conversation }| {
            let (tab, _) = Socket::visit(server, token, Some(conversation), reads).await?;
            anyhow::Ok(tab)
        });
        let mut sockets: Vec<Socket> = tabs.buffer_unordered(OPENING).try_collect().await?;
        let token = server.login(&company.email, &company.password).await?;
        for with in with.chunks(watch::OF_A_CONSOLE) {
            let conversations = with.iter().map(|visited| visited.conversation.as_str());
            sockets.push(watch::console(server, &token, conversations, reads).await?);
        }
        let asking = stream::iter(0..company.each).map(async |_| ask(server, question, reads).await);
        sockets.extend(asking.buffer_unordered(OPENING).try_collect::<Vec<_>>().await?);
        let mut reading = JoinSet::new();
        if reads == Reads::AtOnce {
            for mut socket in sockets.drain(..) {
                reading.spawn(async move { while socket.next().await.is_ok() {} });
            }
        }
        Ok(Self {
            _stalled: sockets,
            _reading: reading,
        })
    }
}

/// Asks in a conversation of its own, and reads nothing of the answer yet.
pub(super) async fn ask(server: &Server, question: &str, reads: Reads) -> Result<Socket> {
    let token = server.session().await?.token;
    let (mut socket, _) = Socket::visit(server, &token, None, reads).await?;
    socket
        .send(&json!({"type": "say", "client_id": Uuid::now_v7(), "text": question}))
        .await?;
    Ok(socket)
}
