//! What goes wrong, by a seed: the same seed, the same faults.

use crate::upstream::Fault;

/// An endless row of faults, every second of them none. `SplitMix64`: <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Clone, Debug)]
pub struct Chaos(u64);

impl Chaos {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `most`, which is not 0.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most.max(1)
    }

    /// Text tokens before something happens.
    fn after(&mut self) -> usize {
        usize::try_from(self.below(12)).unwrap_or(0)
    }
}

impl Iterator for Chaos {
    type Item = Fault;

    fn next(&mut self) -> Option<Fault> {
        Some(match self.below(20) {
            0 => Fault::Cut(0),
            1 | 2 => Fault::Cut(self.after()),
            3 => Fault::Garbage(0),
            4 => Fault::Garbage(self.after()),
            5 => Fault::ErrorEvent {
                after: self.after(),
                kind: "overloaded_error".to_owned(),
            },
            6 => Fault::RateLimited {
                retry_after: Some(self.below(2)),
            },
            7 => Fault::Status(529),
            8 => Fault::Status(500),
            _ => Fault::None,
        })
    }
}
