//! A mock upstream: Anthropic's Messages API, OpenAI's chat completions and embeddings on one
//! port of the loopback interface. What it does to the next request comes, first found first
//! taken, from the queue ([`MockUpstream::queue`]) or the standing behaviour, and is then changed
//! by a directive in the model's name (`claude-sonnet-5-5#cut=3,crlf`) or in the last message
//! (`[[mock cut=3]]`). Everything told to a client as usage is recorded under the client's
//! request id, for ledgers to be compared with.
//!
//! Start reading at `server.rs` (who gets which answer), then `stream.rs` (the pace).

mod answer;
mod anthropic;
pub mod behaviour;
mod bills;
mod chat;
mod desk;
mod embeddings;
mod openai;
mod prompt;
pub mod records;
mod server;
mod stream;
mod wire;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, task::JoinSet};

pub use self::{
    answer::{now_micros, stamps_in},
    behaviour::{Behaviour, Fault},
    records::{Ending, Record, Told, Totals},
};
use self::{desk::Desk, records::Records};

/// A running mock. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct MockUpstream {
    address: SocketAddr,
    desk: Arc<Desk>,
    tasks: JoinSet<()>,
}

impl MockUpstream {
    /// Starts on a free port.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(behaviour: Behaviour) -> io::Result<Self> {
        Self::start_on(0, behaviour).await
    }

    /// Starts on `port` of the loopback interface.
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn start_on(port: u16, behaviour: Behaviour) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk::new(behaviour));
        let mut tasks = JoinSet::new();
        tasks.spawn(server::accept(listener, Arc::clone(&desk)));
        Ok(Self { address, desk, tasks })
    }

    /// `http://127.0.0.1:PORT`: the value of `ANTHROPIC_BASE_URL`; with `/v1` that of an
    /// OpenAI-compatible upstream.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Replaces the standing behaviour, for requests to come.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.desk.set_behaviour(behaviour);
    }

    /// What the next requests get, one each, before the standing behaviour applies again.
    pub fn queue(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.desk.queue(behaviours);
    }

    /// Forgets what is queued: the standing behaviour applies from now on.
    pub fn unqueue(&self) {
        self.desk.unqueue();
    }

    /// Every chat request so far, oldest first (at most the latest 200,000).
    #[must_use]
    pub fn requests(&self) -> Vec<Record> {
        self.records().all()
    }

    /// Sums over the requests, for ledgers.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.records().totals()
    }

    /// Forgets requests, sums and the simulated prompt cache.
    pub fn reset(&self) {
        self.desk.reset();
    }

    /// Connections accepted so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.desk.connections()
    }

    /// Waits until `condition` holds for the requests: for tests, instead of sleeping.
    pub async fn wait_for(&self, condition: impl Fn(&[Record]) -> bool) {
        self.records().wait_for(condition).await;
    }

    /// Ends when the mock does, which is never by itself.
    pub async fn run(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    fn records(&self) -> &Records {
        self.desk.records()
    }
}
