//! Members at work: for each tenant whose console is open somewhere, a task that looks after those
//! who listen, and tells them what they are to see: jobs, conversations, and who else is there.

mod frames;
mod handle;
mod hub;
mod inbox;
mod listeners;
mod presence;
mod queues;

pub use frames::{InboxEvent, Present};
pub use handle::{Consoles, NotHeard};
pub use listeners::{Event, Listening};
pub use presence::Seat;
pub use queues::Look;
