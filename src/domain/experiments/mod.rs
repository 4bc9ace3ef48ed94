//! A/B tests of how a space answers: some conversations are answered as the space is set (arm A), the
//! others as it was in another version (arm B), and [`results`] says which does better.
//!
//! [`arm`] decides which conversation is whose; `accounts::space` has the space as each arm has it.
//! [`run`] begins and ends one. An arm is all of `settings.ai`, and nothing else of the settings: what
//! else is changed meanwhile counts for both. While one runs `settings.ai` stays as it is
//! (`spaces::change`).

pub mod arm;
pub mod interval;
pub mod results;
pub mod run;
