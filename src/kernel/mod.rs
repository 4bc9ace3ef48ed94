//! What every layer above leans on: the clock, the tasks, the table of error codes. Nothing here
//! knows what Parlance is for.

pub mod address;
pub mod bearer;
pub mod clock;
pub mod code;
pub mod object;
pub mod origin;
pub mod page;
pub mod problem;
pub mod route;
pub mod tasks;
pub mod text;
pub mod upload;
pub mod vault;
pub mod vector;
pub mod words;
