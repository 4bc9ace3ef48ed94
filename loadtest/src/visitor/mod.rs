//! Visitors by the hundred: each opens a session, asks over WebSocket or SSE and reads until the
//! durable answer. `chat.rs` is the scenario, `turn.rs` follows one answer, `report.rs` sums up;
//! `idle.rs` measures what an open conversation costs, `storm.rs` how soon all are back after a loss, `restart.rs` how
//! long they are without a server that is replaced, `urgency.rs` how soon an agent sees who is angry, `inbox.rs` how fast a
//! large inbox is; `soak.rs` is a steady load of all that visitors do, `stall.rs` those who never read. Only servers on this
//! machine are driven.

pub mod chat;
pub mod feed;
pub mod idle;
pub mod inbox;
pub mod leaving;
pub mod process;
pub mod report;
pub mod restart;
mod session;
pub mod soak;
mod sse;
pub mod stall;
pub mod storm;
mod turn;
pub mod urgency;
pub mod watch;
mod ws;

pub use self::session::Server;

#[cfg(test)]
mod tests;
