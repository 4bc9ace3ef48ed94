use proptest::prelude::*;

use super::*;

fn id() -> MessageId {
    MessageId::new()
}

fn bot() -> State {
    State::loaded(Status::Bot, None, 0, [])
}

fn after(state: &State, command: Command) -> State {
    apply(state, command).next
}

const TRIGGERS: Triggers = Triggers {
    after_abstentions: 2,
    on_failure: true,
    on_limit: true,
};
const ASKS: Command = Command::HandOver {
    reason: Reason::VisitorAsked,
};

fn ends(turn: u64, ending: Ending) -> Command {
    Command::TurnEnded {
        turn: TurnNumber(turn),
        ending,
        triggers: TRIGGERS,
    }
}

/// Asks a question of the bot, which ends so.
fn asked(state: &State, ending: Ending, triggers: Triggers) -> Transition {
    let running = after(state, Command::Say { message: id() });
    let turn = running.running.unwrap().turn;
    apply(
        &running,
        Command::TurnEnded {
            turn,
            ending,
            triggers,
        },
    )
}

fn why(transition: &Transition) -> Option<(Status, Reason)> {
    transition.status.map(|change| (change.status, change.reason))
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
    let ended = apply(&two.next, ends(1, Ending::Answered));
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
    let stale = apply(&running, ends(7, Ending::Answered));
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
    let ended = apply(&stopped.next, ends(1, Ending::Answered));
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
    let asked = apply(&state, ASKS);
    assert_eq!(
        asked.status,
        Some(StatusChange {
            status: Status::Waiting,
            reason: Reason::VisitorAsked,
            assignee: None,
        })
    );
    assert_eq!(
        asked.effects,
        [
            Effect::CancelTurn { turn: TurnNumber(1) },
            Effect::Release { question: queued }
        ]
    );
    let quiet = after(&asked.next, ends(1, Ending::Answered));
    assert!(quiet.is_quiet());
    assert_eq!(apply(&quiet, Command::Say { message: id() }).effects, []);
    assert_eq!(apply(&quiet, ASKS).status, None);
}

#[test]
fn what_a_crash_left_is_answered_by_the_bot_only_where_it_still_answers() {
    let question = id();
    let bot = apply(&State::loaded(Status::Bot, None, 0, [question]), Command::Resume);
    let turn = TurnNumber(1);
    assert_eq!(bot.effects, [Effect::StartTurn { turn, question }]);
    for status in [Status::Waiting, Status::Human] {
        let left = apply(&State::loaded(status, None, 0, [question]), Command::Resume);
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
        (Bot, ASKS, Waiting, false),
        (Waiting, ASKS, Waiting, false),
        (Human, ASKS, Human, false),
        (Snoozed, ASKS, Waiting, false),
        (Resolved, ASKS, Waiting, false),
    ];
    for (status, command, then, starts) in rows {
        let out = apply(&State::loaded(status, None, 0, []), command);
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
            ends(1, Ending::Answered),
            Command::Resume,
            Command::DropOff { agent: UserId::new() },
        ] {
            let state = State::loaded(status, None, 0, []);
            assert_eq!(apply(&state, command).next, state, "{status:?} {command:?}");
        }
    }
}

/// Every status, held by nobody, by the agent and by another, against every act of the agent.
#[test]
fn acts() {
    use Status::{Bot, Human, Resolved, Snoozed, Waiting};
    let (me, other) = (UserId::new(), UserId::new());
    let stands = [
        (Bot, None),
        (Waiting, None),
        (Human, Some(me)),
        (Human, Some(other)),
        (Snoozed, Some(other)),
        (Resolved, None),
    ];
    let mine = Some((Human, Some(me)));
    let rows = [
        (Act::Take, [mine, mine, mine, None, mine, mine]),
        (Act::Say, [mine, mine, mine, None, mine, mine]),
        (Act::Transfer { to: other }, [Some((Human, Some(other))); 6]),
        (Act::Resolve, [Some((Resolved, None)); 6]),
        (
            Act::Snooze,
            [Some(me), Some(me), Some(me), Some(other), Some(other), Some(me)]
                .map(|has| Some((Snoozed, has))),
        ),
        (
            Act::Release,
            [
                Some((Bot, None)),
                Some((Bot, None)),
                Some((Bot, None)),
                Some((Bot, None)),
                Some((Snoozed, Some(other))),
                Some((Resolved, None)),
            ],
        ),
        (
            Act::Reopen,
            [
                Some((Bot, None)),
                Some((Waiting, None)),
                mine,
                Some((Human, Some(other))),
                mine,
                mine,
            ],
        ),
    ];
    for (what, thens) in rows {
        for ((status, assignee), then) in stands.into_iter().zip(thens) {
            let (running, queued) = (id(), id());
            let mut state = State::loaded(Bot, None, 0, [running, queued]);
            state = apply(&state, Command::Resume).next;
            (state.status, state.assignee) = (status, assignee);
            let out = act(&state, me, what);
            let Some(then) = then else {
                assert_eq!(out, Err(Held { by: other }), "{what:?} {status:?}");
                continue;
            };
            let out = out.unwrap();
            assert_eq!((out.next.status, out.next.assignee), then, "{what:?} {status:?}");
            let changes = then != (status, assignee) || what == Act::Snooze;
            let change = out
                .status
                .map(|change| (change.status, change.assignee, change.reason));
            assert_eq!(
                change,
                changes.then_some((then.0, then.1, Reason::Agent)),
                "{what:?} {status:?}"
            );
            let silenced = [
                Effect::CancelTurn { turn: TurnNumber(1) },
                Effect::Release { question: queued },
            ];
            let effects = if changes && then.0 != Bot {
                &silenced[..]
            } else {
                &[]
            };
            assert_eq!(out.effects, effects, "{what:?} {status:?}");
        }
    }
}

#[test]
fn what_an_agent_has_waits_for_another_when_they_are_gone() {
    let (agent, other) = (UserId::new(), UserId::new());
    let has = State::loaded(Status::Human, Some(agent), 0, []);
    assert_eq!(after(&has, Command::DropOff { agent: other }), has);
    let gone = apply(&has, Command::DropOff { agent });
    assert_eq!((gone.next.status, gone.next.assignee), (Status::Waiting, None));
    assert_eq!(gone.status.map(|change| change.reason), Some(Reason::AgentLeft));
}

#[test]
fn what_waits_is_assigned_and_nothing_else() {
    let agent = UserId::new();
    let given = apply(
        &State::loaded(Status::Waiting, None, 0, []),
        Command::Assign { agent },
    );
    assert_eq!(why(&given), Some((Status::Human, Reason::Assigned)));
    assert_eq!(given.next.assignee, Some(agent));
    for status in [Status::Bot, Status::Human, Status::Snoozed, Status::Resolved] {
        let state = State::loaded(status, None, 0, []);
        assert_eq!(after(&state, Command::Assign { agent }), state);
    }
}

#[test]
fn a_snoozed_one_comes_back_to_who_has_it() {
    let agent = UserId::new();
    let snoozed = State::loaded(Status::Snoozed, Some(agent), 0, []);
    for command in [Command::Wake, Command::Say { message: id() }] {
        let back = after(&snoozed, command);
        assert_eq!(
            (back.status, back.assignee),
            (Status::Human, Some(agent)),
            "{command:?}"
        );
        assert!(back.is_quiet(), "the bot does not answer");
    }
    let of_nobody = State::loaded(Status::Snoozed, None, 0, []);
    assert_eq!(after(&of_nobody, Command::Wake).status, Status::Waiting);
}

#[test]
fn what_finds_nothing_twice_in_a_row_goes_to_people() {
    let once = asked(&bot(), Ending::Abstained, TRIGGERS);
    assert_eq!(once.status, None);
    let twice = asked(&once.next, Ending::Abstained, TRIGGERS);
    assert_eq!(why(&twice), Some((Status::Waiting, Reason::Abstained)));
    assert_eq!(twice.effects, []);
    for (between, then) in [
        (Ending::Answered, None),
        (Ending::Broken, Some((Status::Waiting, Reason::Abstained))),
    ] {
        let again = asked(&once.next, between, TRIGGERS).next;
        assert_eq!(
            why(&asked(&again, Ending::Abstained, TRIGGERS)),
            then,
            "{between:?}"
        );
    }
    let loaded = State::loaded(Status::Bot, None, 1, []);
    assert_eq!(
        asked(&loaded, Ending::Abstained, TRIGGERS).status,
        twice.status,
        "the count outlives the process"
    );
}

/// Every ending against every setting.
#[test]
fn triggers() {
    let of = |after_abstentions, on_failure| Triggers {
        after_abstentions,
        on_failure,
        on_limit: on_failure,
    };
    let rows = [
        (Ending::Answered, of(1, true), None),
        (Ending::Abstained, of(0, true), None),
        (Ending::Abstained, of(2, true), None),
        (Ending::Abstained, of(1, false), Some(Reason::Abstained)),
        (Ending::Unreachable, of(1, false), None),
        (Ending::Unreachable, of(0, true), Some(Reason::Upstream)),
        (Ending::HandOver, of(0, false), Some(Reason::Model)),
    ];
    for (ending, triggers, reason) in rows {
        let out = asked(&bot(), ending, triggers);
        let then = reason.map(|reason| (Status::Waiting, reason));
        assert_eq!(why(&out), then, "{ending:?} {triggers:?}");
    }
    // A setting that was lowered meanwhile.
    let many = State::loaded(Status::Bot, None, 4, []);
    assert!(asked(&many, Ending::Abstained, TRIGGERS).status.is_some());
}

#[test]
fn what_waits_is_released_with_the_answer_that_hands_over() {
    let queued = id();
    let mut state = after(&bot(), Command::Say { message: id() });
    state = after(&state, Command::Say { message: queued });
    let failed = apply(&state, ends(1, Ending::Unreachable));
    assert_eq!(failed.effects, [Effect::Release { question: queued }]);
    assert!(failed.next.is_quiet());
}

#[test]
fn the_count_begins_anew_with_the_bot() {
    let agent = UserId::new();
    let once = asked(&bot(), Ending::Abstained, TRIGGERS).next;
    let act = |state: &State, what| act(state, agent, what).unwrap().next;
    let released = act(&act(&once, Act::Take), Act::Release);
    let reopened = act(&once, Act::Resolve);
    let handed_over = asked(&once, Ending::Abstained, TRIGGERS).next;
    let back = act(&handed_over, Act::Release);
    for state in [released, reopened, back] {
        let again = asked(&state, Ending::Abstained, TRIGGERS);
        assert_eq!(again.next.status, Status::Bot, "{state:?}");
        assert!(asked(&again.next, Ending::Abstained, TRIGGERS).status.is_some());
    }
}

#[test]
fn an_answer_that_ends_once_a_person_has_it_hands_nothing_over() {
    let running = after(&bot(), Command::Say { message: id() });
    let agent = UserId::new();
    let taken = act(&running, agent, Act::Take).unwrap().next;
    for ending in [Ending::HandOver, Ending::Unreachable, Ending::Abstained] {
        let out = apply(&taken, ends(1, ending));
        assert_eq!((out.status, out.next.status), (None, Status::Human), "{ending:?}");
    }
}

#[test]
fn a_visitor_who_asks_for_a_person_waits_whoever_put_it_off() {
    for agent in [None, Some(UserId::new())] {
        let asked = after(&State::loaded(Status::Snoozed, agent, 0, []), ASKS);
        assert_eq!((asked.status, asked.assignee), (Status::Waiting, None));
    }
}

#[derive(Clone, Copy, Debug)]
enum Happens {
    Say,
    Stop,
    AskHuman,
    End(Ending),
    EndStale,
    Act(Act),
    DropOff,
    Assign,
    Wake,
}

fn acts_of_an_agent() -> impl Strategy<Value = Happens> {
    let acts = [
        Act::Take,
        Act::Say,
        Act::Release,
        Act::Resolve,
        Act::Snooze,
        Act::Reopen,
    ];
    proptest::sample::select(acts.to_vec()).prop_map(Happens::Act)
}

fn an_ending() -> impl Strategy<Value = Happens> {
    let endings = [
        Ending::Answered,
        Ending::Abstained,
        Ending::Abstained,
        Ending::Unreachable,
        Ending::HandOver,
        Ending::Broken,
    ];
    proptest::sample::select(endings.to_vec()).prop_map(Happens::End)
}

proptest! {
    /// Whatever happens, at most one turn runs, questions start in the order they were said, and
    /// every question the bot took is started or released exactly once.
    #[test]
    fn questions_are_started_in_order_or_released_once(
        steps in proptest::collection::vec(
            prop_oneof![4 => Just(Happens::Say), 1 => Just(Happens::Stop), 1 => Just(Happens::AskHuman),
                        4 => an_ending(), 1 => Just(Happens::EndStale), 2 => acts_of_an_agent(),
                        1 => Just(Happens::DropOff), 1 => Just(Happens::Assign), 1 => Just(Happens::Wake)], 0..60)
    ) {
        let (mut state, agent) = (bot(), UserId::new());
        let (mut taken, mut settled) = (Vec::new(), Vec::new());
        for step in steps {
            let turn = state.running.map(|running| running.turn);
            let command = match step {
                Happens::Say => Command::Say { message: id() },
                Happens::Stop => Command::Stop,
                Happens::AskHuman => ASKS,
                Happens::End(ending) => ends(turn.unwrap_or_default().0, ending),
                Happens::EndStale => ends(u64::MAX, Ending::Unreachable),
                Happens::DropOff => Command::DropOff { agent },
                Happens::Assign => Command::Assign { agent },
                Happens::Wake => Command::Wake,
                Happens::Act(_) => Command::Resume,
            };
            if let Command::Say { message } = command && state.bot_answers() {
                taken.push(message);
            }
            let out = match step {
                Happens::Act(what) => act(&state, agent, what).unwrap(),
                _ => apply(&state, command),
            };
            let starts = out.effects.iter().filter(|e| matches!(e, Effect::StartTurn { .. })).count();
            prop_assert!(starts <= 1);
            prop_assert!(starts == 0 || state.running.is_none() || matches!(step, Happens::End(_)));
            settled.extend(out.effects.iter().filter_map(|effect| match effect {
                Effect::StartTurn { question, .. } | Effect::Release { question } => Some(*question),
                Effect::CancelTurn { .. } => None,
            }));
            let handed_over = out.status.is_some_and(|change| {
                matches!(change.reason, Reason::Abstained | Reason::Upstream | Reason::Model)
            });
            if handed_over {
                prop_assert!(matches!(step, Happens::End(_)) && state.status == Status::Bot, "only an answer of the bot's hands over");
                prop_assert_eq!(out.next.status, Status::Waiting);
                prop_assert!(out.next.is_quiet(), "and nothing is answered then");
            }
            // Not twice in a row: somebody gives it back to the bot between.
            prop_assert!(!(out.status.is_some_and(|change| change.status == Status::Waiting) && state.status == Status::Waiting));
            prop_assert_eq!(out.next.status == Status::Human, out.next.assignee.is_some() && out.next.status != Status::Snoozed);
            state = out.next;
        }
        settled.extend(state.queue.iter().copied());
        prop_assert_eq!(settled, taken);
    }
}
