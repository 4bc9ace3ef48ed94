//! Members at work: for each tenant whose console is open somewhere, a task that looks after those
//! who listen, and tells them what they are to see. Jobs, so far; [`Consoles::tell`] is for all else.

mod handle;
mod hub;
mod listeners;

pub use handle::{Consoles, NotHeard};
pub use listeners::{Event, Listening};
