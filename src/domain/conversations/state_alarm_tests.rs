//! What the visitor says calls for a person: the bot answers it, then hands over, once.

use super::*;

const ANGRY: Reason = Reason::Sentiment;
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
    told(state, MessageId::new(), alarm)
}

fn told(state: &State, message: MessageId, alarm: Option<Reason>) -> State {
    apply(state, Command::Say { message })
        .alarmed(message, alarm)
        .next
}

fn reread(state: &State, message: MessageId, alarm: Option<Reason>) -> Transition {
    apply(state, Command::Reread { message, alarm })
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
        assert!(ended.next.is_quiet() && ended.next.alarms.is_empty());
    }
}

/// Read while the answer is written, or when it has ended: in every status.
#[test]
fn an_alarm_that_comes_late_is_heeded_where_the_bot_still_answers() {
    let message = MessageId::new();
    let asked = told(&standing(Status::Bot), message, None);
    let alarmed = reread(&asked, message, Some(ANGRY));
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
        let out = reread(&state, MessageId::new(), Some(ANGRY));
        assert_eq!(why(&out), then, "{status:?}");
        assert!(then.is_some() || out.next == state);
    }
}

#[test]
fn nothing_is_handed_over_twice_for_the_same_message() {
    let agent = UserId::new();
    let handed = ends(&says(&standing(Status::Bot), Some(ANGRY)), Ending::Answered).next;
    let back = act(&handed, agent, Act::Release).unwrap().next;
    assert_eq!((back.status, back.alarm()), (Status::Bot, None));
    let calm = ends(&says(&back, None), Ending::Answered);
    assert_eq!(calm.status, None);
    let again = ends(&says(&calm.next, Some(ANGRY)), Ending::Answered);
    assert!(again.status.is_some(), "another message");
    // Whom a person has need not be handed over, nor what they take while the bot answers.
    assert_eq!(says(&standing(Status::Human), Some(ANGRY)).alarm(), None);
    let taken = act(&says(&back, Some(ANGRY)), agent, Act::Take).unwrap().next;
    assert_eq!((taken.alarm(), ends(&taken, Ending::Broken).status), (None, None));
}

/// What calls for a person is answered first, whatever is being answered when it is said.
#[test]
fn what_is_queued_is_answered_before_it_is_handed_over() {
    let (calm, angry) = (MessageId::new(), MessageId::new());
    let asked = told(&standing(Status::Bot), calm, None);
    let queued = told(&asked, angry, Some(ANGRY));
    assert_eq!(queued.alarm(), None, "the running answer is to another");
    let next = ends(&queued, Ending::Answered);
    assert_eq!((why(&next), next.starts(angry)), (None, true));
    assert_eq!(next.next.alarm(), Some(ANGRY));
    let waits = Some((Status::Waiting, ANGRY));
    assert_eq!(why(&ends(&next.next, Ending::Answered)), waits);
    // What is found out of the first too late is heeded when the second is answered.
    let late = reread(
        &ends(&told(&asked, angry, None), Ending::Answered).next,
        calm,
        Some(ANGRY),
    );
    assert_eq!(why(&late), None);
    assert_eq!(why(&ends(&late.next, Ending::Answered)), waits);
}

#[test]
fn an_alarm_is_withdrawn_where_its_message_turns_out_to_be_calm() {
    let message = MessageId::new();
    let asked = told(&standing(Status::Bot), message, Some(ANGRY));
    let calmed = reread(&asked, message, None);
    assert_eq!((why(&calmed), calmed.next.alarm()), (None, None));
    assert_eq!(why(&ends(&calmed.next, Ending::Answered)), None);
    let other = reread(&asked, MessageId::new(), None);
    assert_eq!(other.next.alarm(), Some(ANGRY), "another message was meant");
}
