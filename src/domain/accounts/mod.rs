//! Who is who: spaces and their settings ([`space`]), the tokens of visitors and of people who
//! log in ([`token`]), passwords ([`password`]) and logging in ([`login`]).

pub mod login;
pub mod password;
pub mod settings;
pub mod space;
pub mod token;
