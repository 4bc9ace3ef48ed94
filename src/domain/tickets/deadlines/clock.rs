//! The clock of a deadline: which time counts, when it runs, and the instant at which a target is used up.
//! Pure: what happened is given, and the present nowhere.
//!
//! A **first response** is waited for from when a ticket is made until the first reply of an agent, and is
//! never paused: the customer has heard nothing yet. A ticket that is resolved without a word was answered
//! then. A **resolution** is waited for from when a ticket is made until it is resolved or closed, and not
//! while the ticket is pending, for then the customer is to answer. A ticket that is opened again begins
//! another round, with all of its target.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::hours::Hours;

/// Which time counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counting {
    /// All of it.
    Calendar,
    /// That in which it is open.
    Business(Hours),
}

impl Counting {
    /// How much counts of the time between two instants.
    #[must_use]
    pub fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        match self {
            Self::Calendar => (until - from).max(TimeDelta::zero()),
            Self::Business(hours) => hours.open_between(from, until),
        }
    }

    /// The first instant, from `from` on, by which so much has counted; `None` where that is not within a
    /// year of business hours.
    #[must_use]
    pub fn after(&self, from: DateTime<Utc>, time: TimeDelta) -> Option<DateTime<Utc>> {
        match self {
            Self::Calendar => from.checked_add_signed(time.max(TimeDelta::zero())),
            Self::Business(hours) => hours.after_open(from, time),
        }
    }
}

/// What a ticket's status means to the clock of its resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Paused,
    Done,
}

/// Time that runs until it is paused or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: DateTime<Utc>,
    /// `None` where it still runs.
    until: Option<DateTime<Utc>>,
}

/// One wait, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub started_at: DateTime<Utc>,
    /// Since when it is paused.
    pub paused_at: Option<DateTime<Utc>>,
    pub met_at: Option<DateTime<Utc>>,
    /// In order and apart; only the last one may still run.
    stretches: Vec<Stretch>,
}

impl Round {
    fn begin(at: DateTime<Utc>) -> Self {
        Self {
            started_at: at,
            paused_at: Some(at),
            met_at: None,
            stretches: Vec::new(),
        }
    }

    fn run(&mut self, at: DateTime<Utc>) {
        if self.paused_at.take().is_some() {
            self.stretches.push(Stretch {
                from: at,
                until: None,
            });
        }
    }

    fn pause(&mut self, at: DateTime<Utc>) {
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.until.get_or_insert(at);
        }
        self.paused_at.get_or_insert(at);
    }

    fn end(&mut self, at: DateTime<Utc>) {
        self.pause(at);
        (self.paused_at, self.met_at) = (None, Some(at));
    }

    /// The wait for a first response, which ends with the first reply, or else when the ticket is done.
    #[must_use]
    pub fn first_response(
        created_at: DateTime<Utc>,
        replied_at: Option<DateTime<Utc>>,
        changes: &[(DateTime<Utc>, State)],
    ) -> Self {
        let mut round = Self::begin(created_at);
        round.run(created_at);
        let done = changes.iter().find(|(_, state)| *state == State::Done);
        let ended = [replied_at, done.map(|(at, _)| *at)].into_iter().flatten().min();
        if let Some(at) = ended {
            round.end(at.max(created_at));
        }
        round
    }

    /// The waits for a resolution, in order, from every change of status since the ticket was made, the
    /// first of which is the making of it. Instants that go back count as the one before.
    #[must_use]
    pub fn resolutions(changes: &[(DateTime<Utc>, State)]) -> Vec<Self> {
        let (mut ended, mut round) = (Vec::new(), None::<Self>);
        let mut latest = DateTime::<Utc>::MIN_UTC;
        for (at, state) in changes {
            latest = latest.max(*at);
            match state {
                State::Running => round.get_or_insert_with(|| Self::begin(latest)).run(latest),
                State::Paused => round.get_or_insert_with(|| Self::begin(latest)).pause(latest),
                State::Done => ended.extend(round.take().map(|mut round| {
                    round.end(latest);
                    round
                })),
            }
        }
        ended.extend(round);
        ended
    }

    /// The instant at which so much has counted; `None` while it is paused before that, and where it is not
    /// within a year of business hours.
    #[must_use]
    pub fn reached(&self, counting: &Counting, time: TimeDelta) -> Option<DateTime<Utc>> {
        let mut left = time;
        for stretch in &self.stretches {
            let counted = match stretch.until {
                Some(until) => counting.between(stretch.from, until),
                None => return counting.after(stretch.from, left),
            };
            if left <= counted {
                return counting.after(stretch.from, left);
            }
            left -= counted;
        }
        None
    }

    /// How much has counted until it was paused or ended; of one that runs, before it last began to.
    #[must_use]
    pub fn used(&self, counting: &Counting) -> TimeDelta {
        let ended = self.stretches.iter();
        let ended = ended.filter_map(|stretch| Some(counting.between(stretch.from, stretch.until?)));
        ended.fold(TimeDelta::zero(), |sum, part| sum + part)
    }
}
