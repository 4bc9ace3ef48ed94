//! Tickets.

pub mod deadlines;
