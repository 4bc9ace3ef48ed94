//! The three transports of the one log: WebSocket ([`ws`]), server-sent events ([`sse`]) and long
//! polling ([`poll`]). They know framing; [`session`] knows what a visitor may do; conversations
//! decide. [`visitor`] has the routes. Frames are in [`protocol`].

mod bounded;
pub mod poll;
pub mod protocol;
pub mod session;
pub mod sse;
pub mod visitor;
pub mod ws;
