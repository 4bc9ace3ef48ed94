//! From passages to an answer: the prompt, the stream of cited text, how far each claim is
//! supported, and what is said when nothing is found. Start at [`answerer::Answerer`], which does
//! it all in order, then [`stream::AnswerStream`], which turns an upstream's deltas into what a
//! visitor may see. All but `answerer`, `aside`, `memory`, `mood`, `running`, `spending`, `trial` and the
//! store of `cache` is pure.

pub mod abstain;
pub mod answerer;
pub(crate) mod aside;
pub mod cache;
pub mod citing;
pub mod claim;
mod ending;
pub mod grounding;
pub mod history;
pub mod human;
pub mod injection;
pub mod marker_reader;
pub mod markers;
pub mod memory;
pub mod model_list;
pub mod mood;
mod pace;
pub mod pending;
pub mod prompt;
pub mod running;
pub mod settings;
pub mod small_talk;
mod small_talk_phrases;
pub mod source_link;
pub mod spending;
pub mod stream;
pub mod tokens;
mod trial;
pub mod turn;
