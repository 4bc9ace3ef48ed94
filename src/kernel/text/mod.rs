//! Plain facts about written language: words and their stems, numbers and units, where a
//! sentence ends. Pure functions over `&str`, no model, no allocation that grows beyond the
//! text given. English is known best; other languages fall back to what all scripts share.
//! Start at [`words::words`] and [`sentences::sentences`].

pub mod language;
pub mod numbers;
pub mod sentences;
pub mod stem;
pub mod stop;
pub mod words;
