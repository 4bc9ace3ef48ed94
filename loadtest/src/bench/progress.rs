//! What is being done, line by line, with the seconds since the beginning. To stderr: the table is for stdout.

use std::{
    fmt::Display,
    io::{self, Write},
    time::Instant,
};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress(Instant);

impl Progress {
    pub(crate) fn begin() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn say(self, what: impl Display) {
        let seconds = self.0.elapsed().as_secs();
        // Where nobody reads it, nothing is lost.
        let _ = writeln!(io::stderr().lock(), "[{seconds:>4} s] {what}");
    }
}
