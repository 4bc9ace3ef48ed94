//! The three transports of the one log: WebSocket ([`ws`]), server-sent events ([`sse`]) and long
//! polling ([`poll`]). They know framing; [`session`] knows what a visitor may do; conversations
//! decide. [`visitor`] has the routes. Frames are in [`protocol`], the lines they travel on in
//! [`upgrade`] and `websocket`.

pub mod poll;
pub mod protocol;
pub mod session;
pub mod sse;
pub mod upgrade;
pub mod visitor;
mod websocket;
pub mod ws;
