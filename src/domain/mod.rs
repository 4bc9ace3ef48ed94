//! What Parlance decides, a folder per context, its `mod.rs` the public face. No HTTP, no
//! actix, no SQL of its own: rows come from `store`, the outside world from `adapters`.

pub mod accounts;
pub mod answering;
pub mod attachments;
pub mod audit;
pub mod availability;
pub mod billing;
pub mod canned;
pub mod contacts;
pub mod conversations;
pub mod csat;
pub mod drafting;
pub mod experiments;
pub mod gaps;
pub mod golden;
pub mod hours;
pub mod insight;
pub mod jobs;
pub mod knowledge;
pub mod mail_replies;
pub mod mood;
pub mod notify;
pub mod quota;
pub mod retrieval;
pub mod spaces;
pub mod tickets;
