//! The proof of the ledger: a run in which everything goes wrong that may, and the books after it, judged by
//! `parlance reconcile` and by what the mock upstream knows. [`run`] drives a server of its own, [`judge`] is used by
//! the server's own tests too.

mod chaos;
mod judge;
mod run;

pub use self::{
    chaos::Chaos,
    judge::{Rates, Verdict, judge},
    run::{Plan, run},
};
