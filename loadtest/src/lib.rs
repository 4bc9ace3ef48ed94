//! Load generator and mock upstream. The mock ([`upstream`]) is what Parlance's own tests use
//! too: it speaks the real streaming formats at an exact pace and misbehaves on demand. The
//! visitors ([`visitor`]) drive a running server as `docs/PROTOCOL.md` describes and measure it.
//! The commands are in `main.rs`, how to run them in `README.md`.

pub mod ledger;
mod own;
pub mod upstream;
pub mod visitor;
