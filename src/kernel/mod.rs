//! What every layer above leans on: the clock and the table of error codes. Nothing here knows
//! what Parlance is for.

pub mod clock;
