//! One answer at a time, and what ends it: its own end, the visitor, a person, the upstream.

mod asking_for_a_person;
mod database_away;
mod faults;
mod noted;
mod one_at_a_time;
mod opinions;
mod panics;
mod refused;
mod reopening;
