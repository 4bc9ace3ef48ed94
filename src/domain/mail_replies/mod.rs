//! A conversation that goes on by mail, or begins with one ([`opening`]). [`outgoing`] sends what a visitor has not seen who has left;
//! [`address`] is where they answer to, and the link by which they want no more; [`incoming`] reads what
//! providers of mail post, and [`quoted`] takes from a reply what it quotes. Start at [`outgoing`]; what
//! becomes of a reply is decided in `http::mail`.

pub mod address;
pub mod incoming;
pub mod opening;
pub mod outgoing;
pub mod quoted;
pub mod words;
