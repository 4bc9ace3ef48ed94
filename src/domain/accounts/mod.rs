//! Who is who: spaces and their settings ([`space`]), the tokens of visitors and of people who
//! log in ([`token`]), passwords ([`password`]).

pub mod password;
pub mod token;
