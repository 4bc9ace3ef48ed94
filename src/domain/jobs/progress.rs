//! How far a piece of work is, told by who does it and read by who watches.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// Percent that are done, never less than before. Cheap to clone: all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU8>);

impl Progress {
    /// `percent` are done, 100 at most.
    pub fn at(&self, percent: u8) {
        self.0.fetch_max(percent.min(100), Ordering::Relaxed);
    }

    /// `done` of `of` steps are done that lead from `from` to `to` percent.
    pub fn within(&self, from: u8, to: u8, done: usize, of: usize) {
        let way = usize::from(to.saturating_sub(from)) * done.min(of) / of.max(1);
        self.at(from.saturating_add(u8::try_from(way).unwrap_or(100)));
    }

    #[must_use]
    pub fn percent(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_only_grows_and_ends_at_a_hundred() {
        let progress = Progress::default();
        progress.within(20, 90, 1, 2);
        assert_eq!(progress.percent(), 55);
        progress.at(30);
        assert_eq!(progress.percent(), 55);
        progress.within(20, 90, 0, 0);
        progress.within(20, 90, 9, 3);
        assert_eq!(progress.percent(), 90);
        progress.at(200);
        assert_eq!(progress.percent(), 100);
    }
}
