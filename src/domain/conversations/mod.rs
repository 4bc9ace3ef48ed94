//! What a conversation is: the events of its log as clients see them ([`event`]) and the pure
//! state machine that decides what happens next ([`state`]), when that is to hand over to people
//! ([`handoff`]), how the visitor is ([`mood`]), by when a person is to write ([`urgency`]), and which agent is
//! given what waits ([`queue`]). No clock, no socket, no SQL: the
//! actor feeds commands in, commits what comes out, and carries out the effects.

pub mod event;
pub mod handoff;
pub mod mood;
pub mod queue;
pub mod search;
pub mod state;
pub mod summary;
pub mod text;
pub mod urgency;
