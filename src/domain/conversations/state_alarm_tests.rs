//! What the visitor says calls for a person: the bot answers it, then hands over, once.

use super::*;

const ANGRY: Reason = Reason::Sentiment;
const ALARM: Command = Command::Alarm { reason: ANGRY };
const TRIGGERS: Triggers = Triggers {
    after_abstentions: 1,
    on_failure: true,
    on_limit: true,
};

fn standing(status: Status) -> State {
    let assignee = (status == Status::Human).then(UserId::new);
    State::loaded(status, assignee, 0, [])
}

fn says(state: &State, alarm: Option<Reason>) -> State {
    let say = Command::Say {
        message: MessageId::new(),
    };
    apply(state, say).alarmed(alarm).next
}

fn ends(state: &State, ending: Ending) -> Transition {
    let turn = state.running.unwrap().turn;
    let ended = Command::TurnEnded {
        turn,
        ending,
        triggers: TRIGGERS,
    };
    apply(state, ended)
}

fn why(transition: &Transition) -> Option<(Status, Reason)> {
    transition.status.map(|change| (change.status, change.reason))
}

#[test]
fn an_alarm_waits_for_the_answer_and_then_hands_over() {
    let waits = |reason| Some((Status::Waiting, reason));
    for (ending, then) in [
        (Ending::Answered, waits(ANGRY)),
        (Ending::Broken, waits(ANGRY)),
        (Ending::Abstained, waits(Reason::Abstained)),
        (Ending::HandOver, waits(Reason::Model)),
    ] {
        let asked = says(&standing(Status::Bot), Some(ANGRY));
        assert_eq!((asked.status, asked.running.is_some()), (Status::Bot, true));
        let ended = ends(&asked, ending);
        assert_eq!(why(&ended), then, "{ending:?}");
        assert!(ended.next.is_quiet() && ended.next.alarm.is_none());
    }
}

/// Read while the answer is written, or when it has ended: in every status.
#[test]
fn an_alarm_that_comes_late_is_heeded_where_the_bot_still_answers() {
    let asked = says(&standing(Status::Bot), None);
    let alarmed = apply(&asked, ALARM);
    assert_eq!(alarmed.status, None);
    assert_eq!(
        why(&ends(&alarmed.next, Ending::Answered)),
        Some((Status::Waiting, ANGRY))
    );

    use Status::{Bot, Human, Resolved, Snoozed, Waiting};
    for (status, then) in [
        (Bot, Some((Waiting, ANGRY))),
        (Waiting, None),
        (Human, None),
        (Snoozed, None),
        (Resolved, None),
    ] {
        let state = standing(status);
        let out = apply(&state, ALARM);
        assert_eq!(why(&out), then, "{status:?}");
        assert!(then.is_some() || out.next == state);
    }
}

#[test]
fn nothing_is_handed_over_twice_for_the_same_message() {
    let agent = UserId::new();
    let handed = ends(&says(&standing(Status::Bot), Some(ANGRY)), Ending::Answered).next;
    let back = act(&handed, agent, Act::Release).unwrap().next;
    assert_eq!((back.status, back.alarm), (Status::Bot, None));
    let calm = ends(&says(&back, None), Ending::Answered);
    assert_eq!(calm.status, None);
    let again = ends(&says(&calm.next, Some(ANGRY)), Ending::Answered);
    assert!(again.status.is_some(), "another message");
    // Whom a person has need not be handed over, nor what they take while the bot answers.
    assert_eq!(says(&standing(Status::Human), Some(ANGRY)).alarm, None);
    let taken = act(&says(&back, Some(ANGRY)), agent, Act::Take).unwrap().next;
    assert_eq!((taken.alarm, ends(&taken, Ending::Broken).status), (None, None));
}
