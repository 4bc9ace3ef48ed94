//! Who is who: spaces and their settings ([`space`]), the tokens of visitors and of people who
//! log in ([`token`]), passwords ([`password`]) and logging in ([`login`]).

pub mod caller;
pub mod keys;
pub mod login;
pub mod members;
pub mod password;
pub mod permission;
pub mod settings;
pub mod space;
pub mod team;
pub mod token;
