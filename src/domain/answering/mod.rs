//! From passages to an answer: the prompt, the stream of cited text, how far each claim is
//! supported, and what is said when nothing is found. Pure: no model is called here and no time
//! is read. Start at [`stream::AnswerStream`], which turns an upstream's deltas into what a
//! visitor may see.

pub mod abstain;
pub mod claim;
pub mod grounding;
pub mod history;
pub mod human;
pub mod injection;
pub mod marker_reader;
pub mod markers;
pub mod model_list;
pub mod prompt;
pub mod settings;
pub mod small_talk;
mod small_talk_phrases;
pub mod stream;
pub mod tokens;
