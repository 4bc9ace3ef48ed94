//! The ledger's actor: turns settled reservations into usage rows, in batches. What it is told
//! is only a hint which tenant has some; the rows themselves are durable before, so a crash
//! loses nothing and a hint too many does nothing.

mod actor;
mod handle;

pub use handle::LedgerHandle;
