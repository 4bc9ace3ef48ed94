//! Whatever writers do, at once and rolled back, the counters are what there is: at any moment.

use chrono::TimeDelta;
use futures_util::future::join_all;
use parlance_store::{
    StoreError, TenantConn,
    ids::{ClientId, ConversationId, MessageId, ReservationId},
    queries::{
        conversations::{self, ConversationStatus},
        ledger,
        messages::{self, FeedbackValue, MessageState, NewFeedback, NewRating, RatedVia},
        moods::{self, Reread, Weight},
        rollups,
    },
};
use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

use super::{agent_says, channels::by_mail, counted, differences, sentiment::reading, status};
use crate::support::{Chat, at, chat, database, new_conversation};

/// Conversations of a story, and of how many lanes each may be written to at once.
const CONVERSATIONS: usize = 3;
const LANES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Act {
    Say {
        valence: f32,
        anger: f32,
    },
    /// The lane's last message there is read once more.
    ReadAgain {
        valence: f32,
        anger: f32,
    },
    Answer {
        state: MessageState,
        abstained: bool,
        cached: bool,
        grounding: Option<f32>,
    },
    AgentSays,
    Status(ConversationStatus),
    Thumb(FeedbackValue),
    Rate(i16),
    Record,
    Fold(i64),
}

#[derive(Clone, Copy, Debug)]
struct Step {
    act: Act,
    conversation: usize,
    /// Not in the order of the steps: clocks do not agree.
    seconds: i64,
    rolled_back: bool,
}

fn act() -> impl Strategy<Value = Act> {
    use ConversationStatus::{Bot, Human, Resolved, Snoozed, Waiting};
    use MessageState::{Complete, Failed, Interrupted};
    let answer = (
        prop_oneof![4 => Just(Complete), 1 => Just(Interrupted), 1 => Just(Failed)],
        any::<(bool, bool)>(),
        proptest::option::of(0.0..=1.0_f32),
    );
    let answer = answer.prop_map(|(state, (abstained, cached), grounding)| Act::Answer {
        state,
        abstained,
        cached,
        grounding,
    });
    let mood = (-1.0..=1.0_f32, 0.0..=1.0_f32);
    let of_status = [Bot, Waiting, Human, Snoozed, Resolved, Resolved];
    prop_oneof![
        5 => mood.clone().prop_map(|(valence, anger)| Act::Say { valence, anger }),
        3 => mood.prop_map(|(valence, anger)| Act::ReadAgain { valence, anger }),
        4 => answer,
        2 => Just(Act::AgentSays),
        5 => proptest::sample::select(of_status.to_vec()).prop_map(Act::Status),
        2 => proptest::sample::select(vec![FeedbackValue::Up, FeedbackValue::Down]).prop_map(Act::Thumb),
        2 => (1..=5_i16).prop_map(Act::Rate),
        1 => Just(Act::Record),
        1 => (1..40_i64).prop_map(Act::Fold),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let parts = (
        act(),
        0..CONVERSATIONS,
        0..7_200_i64,
        proptest::bool::weighted(0.2),
    );
    parts.prop_map(|(act, conversation, seconds, rolled_back)| Step {
        act,
        conversation,
        seconds,
        rolled_back,
    })
}

/// What a lane did in a conversation that others can follow up.
#[derive(Clone, Copy, Default)]
struct Lane {
    asked: [Option<(MessageId, ReservationId)>; CONVERSATIONS],
    said: [Option<MessageId>; CONVERSATIONS],
    answered: [Option<MessageId>; CONVERSATIONS],
}

async fn write(
    conn: &mut TenantConn<'_>,
    chat: &Chat,
    lane: &mut Lane,
    step: Step,
) -> Result<(), StoreError> {
    let now = at(step.seconds) + TimeDelta::milliseconds(step.seconds % 997);
    match step.act {
        Act::Say { valence, anger } => {
            let mut question = chat.question(ClientId::new(), "and then?");
            (question.at, question.reading) = (now, reading(valence, anger));
            let ids = (question.id, question.reservation.as_ref().unwrap().id);
            messages::say(conn, question).await?;
            lane.asked[step.conversation] = Some(ids);
            lane.said[step.conversation] = Some(ids.0);
        }
        Act::ReadAgain { valence, anger } => {
            let Some(message_id) = lane.said[step.conversation] else {
                return Ok(());
            };
            let again = Reread {
                conversation_id: chat.conversation,
                message_id,
                reading: reading(valence, anger),
                weight: Weight::default(),
                said_at: now,
            };
            moods::read_again(conn, again).await?;
        }
        Act::Answer {
            state,
            abstained,
            cached,
            grounding,
        } => {
            let Some((question, reservation)) = lane.asked[step.conversation].take() else {
                return Ok(());
            };
            let mut answer = chat.answer(question, reservation);
            (answer.at, answer.state, answer.cached, answer.grounding) = (now, state, cached, grounding);
            answer.event_body = json!({ "type": "message", "abstained": abstained });
            lane.answered[step.conversation] = Some(answer.id);
            messages::finish_answer(conn, answer).await?;
        }
        Act::AgentSays => {
            messages::append_message(conn, agent_says(chat, step.seconds)).await?;
        }
        Act::Status(to) => {
            let change = status(chat, to, "agent", step.seconds);
            conversations::set_status(conn, change).await?;
        }
        Act::Thumb(value) => {
            let Some(message_id) = lane.answered[step.conversation] else {
                return Ok(());
            };
            let feedback = NewFeedback {
                message_id,
                visitor_id: chat.visitor,
                value,
                comment: None,
                at: now,
            };
            messages::feedback(conn, feedback).await?;
        }
        Act::Rate(score) => {
            let rating = NewRating {
                conversation_id: chat.conversation,
                visitor_id: chat.visitor,
                score,
                comment: None,
                via: RatedVia::Widget,
                at: now,
            };
            messages::rate(conn, rating).await?;
        }
        Act::Record => {
            ledger::record_settled(conn, 10, now).await?;
        }
        Act::Fold(most) => {
            if rollups::begin_folding(conn).await? {
                rollups::fold(conn, most).await?;
            }
        }
    }
    Ok(())
}

/// Each lane its own steps, one after the other; who looks meanwhile finds no difference.
async fn play(chats: &[Chat], lanes: &[Vec<Step>]) {
    let all = lanes.iter().map(async |steps| {
        let mut lane = Lane::default();
        for step in steps {
            let chat = &chats[step.conversation];
            let before = lane;
            let done = chat.db.transaction(async |conn| {
                write(conn, chat, &mut lane, *step).await?;
                if step.rolled_back {
                    return Err(StoreError::NotFound);
                }
                Ok(())
            });
            match done.await {
                Ok(()) => {}
                Err(StoreError::NotFound) if step.rolled_back => lane = before,
                Err(error) => panic!("{step:?}: {error}"),
            }
        }
        assert_eq!(differences(&chats[0].db).await, []);
    });
    join_all(all).await;
    assert_eq!(differences(&chats[0].db).await, [], "{lanes:?}");
    let stands = counted(&chats[0].db).await;
    super::fold(&chats[0].db, i64::MAX).await;
    assert_eq!(counted(&chats[0].db).await, stands, "{lanes:?}");
    assert_eq!(differences(&chats[0].db).await, [], "{lanes:?}");
}

#[tokio::test]
async fn whatever_happens_is_counted_once() {
    let test = database().await;
    let mut runner = TestRunner::new(Config::default());
    let lane = proptest::collection::vec(step(), 4..25);
    let lanes = proptest::collection::vec(lane, LANES);
    for story in 0..16 {
        let first = chat(test.db(), &format!("story{story}")).await;
        let mut chats = vec![by_mail(&first).await];
        for _ in 1..CONVERSATIONS {
            let conversation = ConversationId::new();
            let new = new_conversation(&first, conversation);
            let made = first
                .db
                .transaction(async |conn| conversations::create(conn, new).await);
            made.await.unwrap();
            chats.push(Chat {
                db: first.db.clone(),
                conversation,
                ..first
            });
        }
        let lanes = lanes.new_tree(&mut runner).unwrap().current();
        play(&chats, &lanes).await;
    }
}
