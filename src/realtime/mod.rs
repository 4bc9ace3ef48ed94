//! The three transports of the one log: WebSocket ([`ws`]), server-sent events ([`sse`]) and long
//! polling ([`poll`]). They know framing; [`session`] knows what a visitor may do; conversations
//! decide. [`visitor`] has the routes. Frames are in [`protocol`], the lines they travel on in
//! [`upgrade`] and `websocket`, what all sockets keep to in `socket`. [`console`] is the socket of
//! those who work for a business.

mod attachments;
pub mod console;
mod listening;
pub mod poll;
pub mod protocol;
pub mod session;
mod socket;
pub mod sse;
pub mod upgrade;
pub mod visitor;
mod websocket;
pub mod ws;
