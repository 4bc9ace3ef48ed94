//! Visitors by the hundred: each opens a session, asks over WebSocket or SSE and reads until the
//! durable answer. `chat.rs` is the scenario, `turn.rs` follows one answer, `report.rs` sums up;
//! `idle.rs` measures what an open conversation costs, `urgency.rs` how soon an agent sees who is angry. Only servers on this machine are driven.

pub mod chat;
pub mod idle;
pub mod leaving;
pub mod process;
pub mod report;
mod session;
mod sse;
mod turn;
pub mod urgency;
mod ws;

pub use self::session::Server;

#[cfg(test)]
mod tests;
