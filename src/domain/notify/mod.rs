//! Telling people things by mail. [`mail`] puts an errand in line, in the transaction that causes it,
//! and carries it out later; [`letter`] is what a mail says; [`templates`] are its words, which a
//! designer may change; [`waiting`] says who is told that somebody waits,
//! [`ticket`] who is of what happens to a ticket, [`quota`] who is that a plan is used up, and [`unpriced`] that a
//! model has no price.

pub mod letter;
pub mod mail;
pub mod quota;
pub mod templates;
pub mod ticket;
pub mod unpriced;
pub mod waiting;
