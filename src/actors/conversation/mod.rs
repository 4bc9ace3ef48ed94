//! A live conversation. [`ConversationHandle`] is the face; `actor.rs` sequences, `live.rs` holds
//! what is loaded, `write.rs` commits, `turn.rs` runs the answer beside the mailbox, `ended.rs`
//! decides what follows it, `finish.rs` stores both, `notice.rs` is what a visitor is told who
//! waits for a person, `mail.rs` what leads to mail to them, or away from it, `heard.rs` what is
//! read of what they say, `ticket.rs` what its ticket follows, and `attach.rs` binds files to what
//! they are sent with. Decisions are in `domain::conversations::state`.

mod actor;
mod agent;
mod attach;
mod ended;
mod finish;
mod handle;
mod heard;
mod identify;
mod live;
mod mail;
mod messages;
mod mirror;
mod moved;
mod notice;
mod opinion;
mod refusal;
mod release;
mod say;
mod subscribers;
mod tail;
mod ticket;
mod turn;
mod write;

use std::{sync::Arc, time::Duration};

pub(crate) use attach::{agent as agent_uploader, visitor as visitor_uploader};
pub use handle::ConversationHandle;
pub use messages::{Ack, ActorError, AgentCommand, Mailed, Observation, Published, Subscription};
use parlance_store::db::Db;
pub use subscribers::Audience;

use super::{availability::Availabilities, console::Consoles, ledger::LedgerHandle, tenant::Tenants};
use crate::{
    domain::{accounts::space::SpaceDirectory, answering::answerer::Answerer, attachments::Links},
    kernel::{clock::SharedClock, tasks::Tasks},
};

/// What every conversation needs.
#[derive(Debug)]
pub struct Deps {
    pub db: Db,
    pub clock: SharedClock,
    pub answerer: Arc<Answerer>,
    pub spaces: SpaceDirectory,
    pub links: Links,
    pub tenants: Tenants,
    pub ledger: LedgerHandle,
    pub consoles: Consoles,
    pub availabilities: Availabilities,
    pub tasks: Tasks,
    /// Whether mail goes out, or may be read where it stays.
    pub mails: bool,
    /// An actor nobody listens to and that has nothing to do ends after this time.
    pub passivate_after: Duration,
}
