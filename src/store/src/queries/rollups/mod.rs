//! What happened, counted by quarters of an hour: see `docs/ANALYTICS.md`.
//!
//! Triggers count (migration `rollups`), in the transaction of what they count: a row of
//! `rollup_deltas` each, which nobody waits for. [`fold`] adds them to `rollups`. What stands is the
//! sum of the two, so it is whole at any moment; [`sums`] reads it, [`check`] compares it with the rows
//! that it counts.

mod check;
mod fold;
mod read;

pub use check::{Difference, Window, check, checked, last_check, repair};
pub use fold::{begin_folding, fold, wait_to_fold};
pub use read::{Channel, Place, Scope, Sum, Visitors, places, sums, visitors};
