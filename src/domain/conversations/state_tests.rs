use proptest::prelude::*;

use super::*;

fn id() -> MessageId {
    MessageId::new()
}

fn bot() -> State {
    State::loaded(Status::Bot, [])
}

fn after(state: &State, command: Command) -> State {
    apply(state, command).next
}

#[test]
fn a_question_starts_a_turn_and_the_next_one_waits() {
    let (first, second) = (id(), id());
    let one = apply(&bot(), Command::Say { message: first });
    assert_eq!(
        one.effects,
        [Effect::StartTurn {
            turn: TurnNumber(1),
            question: first
        }]
    );
    let two = apply(&one.next, Command::Say { message: second });
    assert_eq!(two.effects, []);
    assert_eq!(two.next.queue, [second]);
    let ended = apply(&two.next, Command::TurnEnded { turn: TurnNumber(1) });
    assert_eq!(
        ended.effects,
        [Effect::StartTurn {
            turn: TurnNumber(2),
            question: second
        }]
    );
}

#[test]
fn a_stale_turn_changes_nothing() {
    let running = after(&bot(), Command::Say { message: id() });
    let stale = apply(&running, Command::TurnEnded { turn: TurnNumber(7) });
    assert_eq!(stale.next, running);
    assert_eq!(stale.effects, []);
}

#[test]
fn stop_cancels_once_and_the_queue_goes_on_after_the_end() {
    let next = id();
    let state = after(
        &after(&bot(), Command::Say { message: id() }),
        Command::Say { message: next },
    );
    let stopped = apply(&state, Command::Stop);
    assert_eq!(stopped.effects, [Effect::CancelTurn { turn: TurnNumber(1) }]);
    assert_eq!(apply(&stopped.next, Command::Stop).effects, []);
    let ended = apply(&stopped.next, Command::TurnEnded { turn: TurnNumber(1) });
    assert_eq!(
        ended.effects,
        [Effect::StartTurn {
            turn: TurnNumber(2),
            question: next
        }]
    );
}

#[test]
fn asking_for_a_person_silences_the_bot() {
    let queued = id();
    let state = after(
        &after(&bot(), Command::Say { message: id() }),
        Command::Say { message: queued },
    );
    let asked = apply(&state, Command::AskHuman);
    assert_eq!(
        asked.status,
        Some(StatusChange {
            status: Status::Waiting,
            reason: Reason::VisitorAsked
        })
    );
    assert_eq!(
        asked.effects,
        [
            Effect::CancelTurn { turn: TurnNumber(1) },
            Effect::Release { question: queued }
        ]
    );
    let quiet = after(&asked.next, Command::TurnEnded { turn: TurnNumber(1) });
    assert!(quiet.is_quiet());
    assert_eq!(apply(&quiet, Command::Say { message: id() }).effects, []);
    assert_eq!(apply(&quiet, Command::AskHuman).status, None);
}

#[test]
fn what_a_crash_left_is_answered_by_the_bot_only_where_it_still_answers() {
    let question = id();
    let bot = apply(&State::loaded(Status::Bot, [question]), Command::Resume);
    let turn = TurnNumber(1);
    assert_eq!(bot.effects, [Effect::StartTurn { turn, question }]);
    for status in [Status::Waiting, Status::Human] {
        let left = apply(&State::loaded(status, [question]), Command::Resume);
        assert_eq!(left.effects, [Effect::Release { question }]);
        assert!(left.next.is_quiet());
    }
}

/// Every status against every command: does the bot start answering, and does the status move?
#[test]
fn table() {
    use Status::{Bot, Human, Resolved, Snoozed, Waiting};
    let say = Command::Say { message: id() };
    let rows = [
        (Bot, say, Bot, true),
        (Waiting, say, Waiting, false),
        (Human, say, Human, false),
        (Snoozed, say, Bot, true),
        (Resolved, say, Bot, true),
        (Bot, Command::AskHuman, Waiting, false),
        (Waiting, Command::AskHuman, Waiting, false),
        (Human, Command::AskHuman, Human, false),
        (Snoozed, Command::AskHuman, Waiting, false),
        (Resolved, Command::AskHuman, Waiting, false),
    ];
    for (status, command, then, starts) in rows {
        let out = apply(&State::loaded(status, []), command);
        assert_eq!(out.next.status, then, "{status:?} {command:?}");
        assert_eq!(
            out.status.map(|change| change.status),
            (then != status).then_some(then)
        );
        assert_eq!(out.next.running.is_some(), starts, "{status:?} {command:?}");
    }
    for status in [Bot, Waiting, Human, Snoozed, Resolved] {
        for command in [
            Command::Stop,
            Command::TurnEnded { turn: TurnNumber(1) },
            Command::Resume,
        ] {
            let state = State::loaded(status, []);
            assert_eq!(apply(&state, command).next, state, "{status:?} {command:?}");
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Say,
    Stop,
    AskHuman,
    End,
    EndStale,
}

proptest! {
    /// Whatever happens, at most one turn runs, questions start in the order they were said, and
    /// every question the bot took is started or released exactly once.
    #[test]
    fn questions_are_started_in_order_or_released_once(
        steps in proptest::collection::vec(
            prop_oneof![4 => Just(Step::Say), 1 => Just(Step::Stop), 1 => Just(Step::AskHuman),
                        4 => Just(Step::End), 1 => Just(Step::EndStale)], 0..60)
    ) {
        let mut state = bot();
        let (mut taken, mut settled) = (Vec::new(), Vec::new());
        for step in steps {
            let turn = state.running.map(|running| running.turn);
            let command = match step {
                Step::Say => Command::Say { message: id() },
                Step::Stop => Command::Stop,
                Step::AskHuman => Command::AskHuman,
                Step::End => Command::TurnEnded { turn: turn.unwrap_or_default() },
                Step::EndStale => Command::TurnEnded { turn: TurnNumber(u64::MAX) },
            };
            if let Command::Say { message } = command && state.bot_answers() {
                taken.push(message);
            }
            let out = apply(&state, command);
            let starts = out.effects.iter().filter(|e| matches!(e, Effect::StartTurn { .. })).count();
            prop_assert!(starts <= 1);
            prop_assert!(starts == 0 || state.running.is_none() || matches!(step, Step::End));
            settled.extend(out.effects.iter().filter_map(|effect| match effect {
                Effect::StartTurn { question, .. } | Effect::Release { question } => Some(*question),
                Effect::CancelTurn { .. } => None,
            }));
            state = out.next;
        }
        settled.extend(state.queue.iter().copied());
        prop_assert_eq!(settled, taken);
    }
}
