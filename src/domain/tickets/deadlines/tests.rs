//! Named days, and years of several zones against a walk minute by minute.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    clock::{Counting, Round, State},
    policy::{Conditions, Facts, Policy, Target},
};
use crate::domain::hours::tests::{Wall, years};

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

fn business(value: Value) -> Counting {
    Counting::Business(serde_json::from_value(value).unwrap())
}

/// Monday to Friday from nine to five in Berlin, and nobody there at Christmas.
fn office() -> Counting {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    business(json!({
        "time_zone": "Europe/Berlin",
        "week": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
        "holidays": [{ "date": "2026-12-25" }, { "date": "2026-12-24", "intervals": [{ "from": "09:00", "to": "12:00" }] }],
    }))
}

/// Open day and night from Saturday to Sunday.
fn weekend() -> Counting {
    let day = json!([{ "from": "00:00", "to": "24:00" }]);
    business(json!({ "time_zone": "Europe/Berlin", "week": { "saturday": day, "sunday": day } }))
}

/// When a resolution of so many minutes is due that was asked for at the first of these.
fn due(counting: &Counting, minutes: i64, happened: &[(&str, State)]) -> Option<DateTime<Utc>> {
    let changes: Vec<_> = happened.iter().map(|(when, state)| (at(when), *state)).collect();
    let rounds = Round::resolutions(&changes);
    rounds
        .last()
        .unwrap()
        .reached(counting, TimeDelta::minutes(minutes))
}

#[test]
fn a_deadline_is_right_across_nights_weekends_holidays_and_changed_clocks() {
    use State::{Paused, Running};
    let asked = |when| [(when, Running)];
    for (why, counting, minutes, happened, is_due) in [
        // Winter: an hour ahead of UTC.
        (
            "within a day",
            office(),
            240,
            &asked("2026-12-07T09:00")[..],
            "2026-12-07T13:00",
        ),
        (
            "over night",
            office(),
            240,
            &asked("2026-12-07T14:00"),
            "2026-12-08T10:00",
        ),
        (
            "over a weekend",
            office(),
            240,
            &asked("2026-12-11T15:30"),
            "2026-12-14T11:30",
        ),
        (
            "before it opens",
            office(),
            60,
            &asked("2026-12-12T03:00"),
            "2026-12-14T09:00",
        ),
        (
            "until the last minute",
            office(),
            480,
            &asked("2026-12-07T08:00"),
            "2026-12-07T16:00",
        ),
        // On the 24th there are three hours, on the 25th none.
        (
            "over holidays",
            office(),
            8 * 60,
            &asked("2026-12-23T14:00"),
            "2026-12-28T11:00",
        ),
        // 29 March has 23 hours, 25 October 25.
        (
            "clocks put forward",
            weekend(),
            36 * 60,
            &asked("2026-03-27T23:00"),
            "2026-03-29T11:00",
        ),
        (
            "and into the next week",
            weekend(),
            48 * 60,
            &asked("2026-03-27T23:00"),
            "2026-04-03T23:00",
        ),
        (
            "clocks put back",
            weekend(),
            49 * 60,
            &asked("2026-10-23T22:00"),
            "2026-10-25T23:00",
        ),
        (
            "hours after the change",
            office(),
            8 * 60,
            &asked("2026-03-27T15:00"),
            "2026-03-30T14:00",
        ),
        (
            "all time",
            Counting::Calendar,
            1440,
            &asked("2026-03-28T12:00"),
            "2026-03-29T12:00",
        ),
        (
            "what was used before a pause counts, and the pause does not",
            office(),
            240,
            &[
                ("2026-12-07T09:00", Running),
                ("2026-12-07T10:30", Paused),
                ("2026-12-09T15:00", Running),
            ],
            "2026-12-10T09:30",
        ),
        (
            "a pause at night is none",
            office(),
            240,
            &[
                ("2026-12-07T15:00", Running),
                ("2026-12-07T20:00", Paused),
                ("2026-12-08T05:00", Running),
            ],
            "2026-12-08T11:00",
        ),
        (
            "two pauses across the change of clocks",
            weekend(),
            40 * 60,
            &[
                ("2026-10-23T22:00", Running),
                ("2026-10-24T10:00", Paused),
                ("2026-10-24T12:00", Running),
                ("2026-10-25T00:30", Paused),
                ("2026-10-25T01:30", Running),
            ],
            "2026-10-25T17:00",
        ),
    ] {
        let found = due(&counting, minutes, happened);
        assert_eq!(found, Some(at(is_due)), "{why}");
    }
}

#[test]
fn a_paused_clock_is_due_at_no_time_unless_it_was_already() {
    use State::{Paused, Running};
    let happened = [("2026-12-07T09:00", Running), ("2026-12-07T11:00", Paused)];
    assert_eq!(due(&office(), 121, &happened), None);
    assert_eq!(due(&office(), 120, &happened), Some(at("2026-12-07T11:00")));
    let never = business(json!({ "time_zone": "UTC" }));
    assert_eq!(due(&never, 1, &happened[..1]), None);
}

#[test]
fn a_ticket_that_is_opened_again_has_another_round() {
    use State::{Done, Paused, Running};
    let rounds = Round::resolutions(&[
        (at("2026-12-07T09:00"), Running),
        (at("2026-12-07T10:00"), Paused),
        (at("2026-12-07T11:00"), Done),
        (at("2026-12-07T11:30"), Done),
        (at("2026-12-08T09:00"), Paused),
        (at("2026-12-08T10:00"), Running),
    ]);
    let [first, second] = rounds.as_slice() else {
        panic!("{rounds:?}")
    };
    assert_eq!(
        (first.started_at, first.met_at),
        (at("2026-12-07T09:00"), Some(at("2026-12-07T11:00")))
    );
    assert_eq!(first.used(&office()), TimeDelta::hours(1));
    assert_eq!((second.started_at, second.met_at), (at("2026-12-08T09:00"), None));
    assert_eq!(
        second.reached(&office(), TimeDelta::hours(2)),
        Some(at("2026-12-08T12:00"))
    );
    assert_eq!(
        (second.paused_at, second.used(&office())),
        (None, TimeDelta::zero())
    );
}

#[test]
fn a_first_response_is_never_paused_and_ends_with_a_word_or_the_ticket() {
    use State::{Done, Paused, Running};
    let made = at("2026-12-07T09:00");
    let changes = [
        (made, Running),
        (at("2026-12-07T10:00"), Paused),
        (at("2026-12-07T12:00"), Done),
    ];
    let open = Round::first_response(made, None, &changes[..2]);
    assert_eq!((open.paused_at, open.met_at), (None, None));
    assert_eq!(
        open.reached(&office(), TimeDelta::hours(2)),
        Some(at("2026-12-07T11:00"))
    );
    let replied = Round::first_response(made, Some(at("2026-12-07T11:00")), &changes);
    assert_eq!(replied.met_at, Some(at("2026-12-07T11:00")));
    assert_eq!(replied.used(&office()), TimeDelta::hours(2));
    let silent = Round::first_response(made, None, &changes);
    assert_eq!(silent.met_at, Some(at("2026-12-07T12:00")));
}

fn policy(change: &Value) -> Result<Vec<String>, serde_json::Error> {
    let mut words =
        json!({ "name": "Standard", "targets": { "high": { "first_response": 60, "resolution": 480 } } });
    for (field, value) in change.as_object().unwrap() {
        words[field] = value.clone();
    }
    let policy: Policy = serde_json::from_value(words)?;
    let problems = policy.tidy().problems(at("2026-12-07T09:00"));
    Ok(problems.into_iter().map(|problem| problem.field).collect())
}

#[test]
fn what_a_policy_cannot_be_is_named_by_its_field() {
    let sunday = json!({ "time_zone": "UTC", "week": { "sunday": [{ "from": "10:00", "to": "11:00" }] } });
    let wrong = json!({ "time_zone": "UTC", "week": { "sunday": [{ "from": "11:00", "to": "10:00" }] } });
    for (change, fields) in [
        (json!({}), &[][..]),
        (json!({ "name": " \u{0} " }), &["name"]),
        (json!({ "name": "x".repeat(61) }), &["name"]),
        (json!({ "targets": {} }), &["targets"]),
        (
            json!({ "targets": { "low": { "first_response": 0 } } }),
            &["targets.low.first_response"],
        ),
        (
            json!({ "targets": { "low": { "resolution": 86_401 } } }),
            &["targets.low.resolution"],
        ),
        (
            json!({ "targets": { "low": { "first_response": 61, "resolution": 60 } } }),
            &["targets.low.resolution"],
        ),
        (
            json!({ "conditions": { "plans": ["pro", " "] } }),
            &["conditions.plans.1"],
        ),
        (
            json!({ "conditions": { "plans": vec!["pro"; 101] } }),
            &["conditions.plans"],
        ),
        (json!({ "hours": "own" }), &["own_hours"]),
        (json!({ "own_hours": sunday }), &["own_hours"]),
        (
            json!({ "hours": "own", "own_hours": wrong }),
            &["own_hours.week.sunday.0.to"],
        ),
        (json!({ "hours": "own", "own_hours": sunday }), &[]),
        // 52 hours a year.
        (
            json!({ "hours": "own", "own_hours": sunday, "targets": { "low": { "first_response": 60, "resolution": 3_300 } } }),
            &["targets.low.resolution"],
        ),
    ] {
        assert_eq!(policy(&change).unwrap(), fields, "{change}");
    }
    for unknown in [
        json!({ "target": {} }),
        json!({ "targets": { "medium": {} } }),
        json!({ "hours": "team" }),
        json!({ "conditions": { "tags": [] } }),
    ] {
        assert!(policy(&unknown).is_err(), "{unknown}");
    }
}

#[test]
fn all_conditions_hold_that_are_named() {
    let (space, team) = (
        parlance_store::ids::SpaceId::new(),
        parlance_store::ids::TeamId::new(),
    );
    let facts = Facts {
        space: Some(space),
        team: Some(team),
        category: None,
        plan: Some(" Enterprise ".to_owned()),
    };
    let conditions = |value: Value| serde_json::from_value::<Conditions>(value).unwrap();
    for (value, holds) in [
        (json!({}), true),
        (json!({ "spaces": [space] }), true),
        (
            json!({ "spaces": [space], "teams": [uuid::Uuid::now_v7(), team], "plans": ["pro", "ENTERPRISE"] }),
            true,
        ),
        (
            json!({ "spaces": [space], "teams": [uuid::Uuid::now_v7()] }),
            false,
        ),
        (json!({ "categories": [uuid::Uuid::now_v7()] }), false),
        (json!({ "plans": ["enter"] }), false),
    ] {
        assert_eq!(conditions(value.clone()).hold(&facts), holds, "{value}");
    }
    assert!(!conditions(json!({ "spaces": [space] })).hold(&Facts::default()));
}

/// The same by looking at every minute: the instant at which the last round has used `target` minutes.
fn walked(wall: &Wall, open: &[bool], happened: &[(usize, State)], target: usize) -> Option<DateTime<Utc>> {
    let (mut state, mut used, mut reached) = (State::Done, 0, None);
    let mut next = happened.iter().peekable();
    for (minute, open) in open.iter().enumerate() {
        while let Some((_, change)) = next.next_if(|(when, _)| *when == minute) {
            if state == State::Done && *change != State::Done {
                (used, reached) = (0, None);
            }
            state = *change;
        }
        if state == State::Running && *open && reached.is_none() {
            used += 1;
            if used == target {
                reached = Some(wall.at(minute + 1));
            }
        }
    }
    reached
}

fn happenings() -> impl Strategy<Value = Vec<(usize, State)>> {
    let state = prop_oneof![
        4 => Just(State::Running),
        4 => Just(State::Paused),
        1 => Just(State::Done)
    ];
    let changes = proptest::collection::vec((0..6_000_usize, state), 0..12);
    (0..400_000_usize, changes).prop_map(|(made, changes)| {
        let mut minute = made;
        let mut all = vec![(made, State::Running)];
        for (later, state) in changes {
            minute += later;
            all.push((minute, state));
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever was paused, opened again and promised anew, at every moment of it.
    #[test]
    fn a_deadline_is_what_walking_minute_by_minute_finds(
        (hours, year) in years(),
        happened in happenings(),
        targets in proptest::collection::vec(1..2_000_u32, 3),
    ) {
        let wall = Wall::of(hours.time_zone.tz(), year);
        let open = wall.open(&hours);
        let end = wall.at(open.len());
        let counting = Counting::Business(hours);
        // A priority that changes is another target from the beginning: the last one counts.
        for (part, target) in targets.into_iter().enumerate() {
            let told = &happened[..=(happened.len() - 1) * (part + 1) / 3];
            let changes: Vec<_> = told.iter().map(|(minute, state)| (wall.at(*minute), *state)).collect();
            let rounds = Round::resolutions(&changes);
            let round = rounds.last().unwrap();
            let minutes = target * 5;
            for (fast, slow) in [
                (round.reached(&counting, TimeDelta::minutes(minutes.into())), minutes),
                (round.reached(&counting, Target::at_risk(minutes)), target * 4),
            ] {
                match walked(&wall, &open, told, usize::try_from(slow).unwrap()) {
                    Some(found) => prop_assert_eq!(fast, Some(found)),
                    None => prop_assert!(fast.is_none_or(|fast| fast > end), "{:?}", fast),
                }
            }
        }
    }
}
