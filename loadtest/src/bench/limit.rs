//! How many streams a server holds, in as few steps as possible.

/// The next try is at least this much more than what is held.
const FINE: f64 = 1.11;
/// Nothing is tried beyond: the visitors would be what is slow.
pub(crate) const MOST: usize = 1_000;
/// The first try where nothing is known.
const FIRST: usize = 20;

/// What is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    held: usize,
    /// The least that was too many.
    over: Option<usize>,
}

impl Search {
    /// Learns how a try went. What holds more than what did not is luck, and is not gone on from.
    pub(crate) fn learn(&mut self, visitors: usize, holds: bool) {
        let above = self.over.is_some_and(|over| visitors >= over);
        match holds {
            true if !above => self.held = self.held.max(visitors),
            false if visitors > self.held => self.over = Some(self.over.unwrap_or(MOST).min(visitors)),
            _ => {}
        }
    }

    /// How many to try next: twice as many until it is too many, and then in between, by ratio.
    pub(crate) fn next(self) -> Option<usize> {
        let Self { held, over } = self;
        let next = match over {
            None if held == 0 => FIRST,
            None => (held * 2).min(MOST),
            Some(over) if held == 0 => over / 2,
            Some(over) => between(held, over)?,
        };
        (next > held && next <= MOST && next > 1).then_some(next)
    }

    pub(crate) fn held(self) -> usize {
        self.held
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "thousands of visitors"
)]
fn between(held: usize, over: usize) -> Option<usize> {
    let (low, high) = (held as f64, over as f64);
    (high / low > FINE).then(|| (low * high).sqrt().round() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tries until `limit` is known, from what is known.
    fn tries(mut search: Search, limit: usize) -> (usize, usize) {
        let mut tries = 0;
        while let Some(next) = search.next() {
            search.learn(next, next <= limit);
            tries += 1;
        }
        (search.held(), tries)
    }

    #[test]
    fn a_limit_is_found_to_a_tenth_in_a_few_tries() {
        let mut known = Search::default();
        known.learn(100, true);
        known.learn(500, false);
        for limit in [100, 104, 160, 237, 330, 499] {
            let (held, tries) = tries(known, limit);
            assert!(held <= limit && limit * 100 <= held * 112, "{limit}: {held}");
            assert!(tries <= 4, "{tries}");
        }
        let mut more = Search::default();
        more.learn(500, true);
        assert_eq!(tries(more, 1_200), (MOST, 1));
        let (held, tries) = tries(more, 900);
        assert!((810..=900).contains(&held) && tries <= 5, "{held} {tries}");
        assert_eq!(tries_of_none().0, 0);
    }

    fn tries_of_none() -> (usize, usize) {
        tries(Search::default(), 0)
    }

    #[test]
    fn luck_beyond_what_was_too_many_is_not_gone_on_from() {
        let mut search = Search::default();
        search.learn(100, false);
        search.learn(500, true);
        assert_eq!((search.held(), search.next()), (0, Some(50)));
    }
}
