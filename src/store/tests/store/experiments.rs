//! A/B tests: one at a time, counted exactly, gone with their space, and never another tenant's.

use parlance_store::{
    StoreError, TenantDb,
    ids::{ClientId, ConversationId, ExperimentId, MessageId, SpaceId},
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        experiments::{self, Arm, ArmFigures, Assigned, Experiment},
        messages::{self, FeedbackValue, FinishedAnswer, NewFeedback, NewRating, RatedVia},
        space_life,
    },
    testing::TestDb,
};
use serde_json::json;

use crate::support::{Chat, admin, at, chat, database, new_conversation, refused_by};

fn experiment(space: SpaceId) -> Experiment {
    Experiment {
        id: ExperimentId::new(),
        space_id: space,
        name: "Shorter".to_owned(),
        version_a: 3,
        version_b: 1,
        ai_a: json!({ "top_k": 6 }),
        ai_b: json!({ "top_k": 2 }),
        share_b: 50,
        actor_name: "ada@acme.example".to_owned(),
        started_at: at(0),
        ended_at: None,
        used: None,
    }
}

async fn start(db: &TenantDb, new: &Experiment) -> Result<(), StoreError> {
    db.transaction(async |conn| experiments::start(conn, new).await)
        .await
}

async fn end(db: &TenantDb, id: ExperimentId, used: Option<Arm>, now: i64) -> bool {
    db.transaction(async |conn| experiments::end(conn, id, used, at(now)).await)
        .await
        .unwrap()
}

async fn figures(db: &TenantDb, id: ExperimentId) -> Vec<ArmFigures> {
    db.read(async |conn| experiments::figures(conn, id).await)
        .await
        .unwrap()
}

impl Chat {
    /// Another conversation of the same visitor.
    async fn another(&self) -> Self {
        let other = Self {
            db: self.db.clone(),
            conversation: ConversationId::new(),
            ..*self
        };
        let new = new_conversation(&other, other.conversation);
        self.db
            .transaction(async |conn| conversations::create(conn, new).await)
            .await
            .unwrap();
        other
    }

    /// Asks, and is answered under this arm.
    async fn answered(&self, assigned: Assigned, change: impl FnOnce(&mut FinishedAnswer)) -> MessageId {
        let question = self.question(ClientId::new(), "why?");
        let reservation = question.reservation.as_ref().unwrap().id;
        let mut answer = self.answer(question.id, reservation);
        answer.assigned = Some(assigned);
        change(&mut answer);
        let id = answer.id;
        self.db
            .transaction(async |conn| {
                messages::say(conn, question).await?;
                messages::finish_answer(conn, answer).await
            })
            .await
            .unwrap();
        id
    }

    async fn becomes(&self, status: ConversationStatus, now: i64) {
        let change = StatusChange {
            conversation_id: self.conversation,
            status,
            assignee: None,
            snoozed_until: None,
            event_body: json!({ "status": status }),
            at: at(now),
        };
        self.db
            .transaction(async |conn| conversations::set_status(conn, change).await)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn one_runs_in_a_space_at_a_time() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (first, second) = (experiment(acme.space), experiment(acme.space));
    start(&acme.db, &first).await.unwrap();
    assert!(refused_by(
        start(&acme.db, &second).await,
        "experiments_one_running"
    ));
    let running = async || {
        let found = acme.db.read(async |conn| {
            let runs = experiments::runs(conn, acme.space).await?;
            let space = experiments::with_space(conn, acme.space).await?;
            Ok::<_, StoreError>((runs, space.unwrap().1.map(|running| running.id)))
        });
        found.await.unwrap()
    };
    assert_eq!(running().await, (true, Some(first.id)));
    assert!(end(&acme.db, first.id, Some(Arm::B), 9).await);
    assert!(!end(&acme.db, first.id, Some(Arm::A), 10).await, "it has ended");
    assert_eq!(running().await, (false, None));
    start(&acme.db, &second).await.unwrap();
    let listed = acme
        .db
        .read(async |conn| experiments::list(conn, acme.space, 10).await);
    let listed = listed.await.unwrap();
    assert_eq!((listed.len(), &listed[0]), (2, &second));
    assert_eq!((listed[1].used, listed[1].ended_at), (Some(Arm::B), Some(at(9))));
}

#[tokio::test]
async fn each_arm_is_counted_from_the_rows() {
    let test = database().await;
    let first = chat(test.db(), "acme").await;
    let new = experiment(first.space);
    start(&first.db, &new).await.unwrap();
    let of = |arm| Assigned {
        experiment: new.id,
        arm,
    };
    let (second, third, fourth) = (
        first.another().await,
        first.another().await,
        first.another().await,
    );
    // What was before the first answer under the test is not its doing.
    first.becomes(ConversationStatus::Waiting, 1).await;
    first.becomes(ConversationStatus::Bot, 1).await;
    let liked = first.answered(of(Arm::A), |_| ()).await;
    first
        .answered(of(Arm::A), |answer| {
            answer.grounding = Some(1.0);
            answer.at = at(5);
        })
        .await;
    first.becomes(ConversationStatus::Resolved, 6).await;
    second
        .answered(of(Arm::A), |answer| {
            answer.abstained = true;
            answer.grounding = None;
            answer.settlement = None;
        })
        .await;
    second.becomes(ConversationStatus::Waiting, 6).await;
    second.becomes(ConversationStatus::Resolved, 7).await;
    let disliked = third
        .answered(of(Arm::B), |answer| {
            answer.state = messages::MessageState::Failed;
            answer.settlement.as_mut().unwrap().price_effective = None;
        })
        .await;
    let opinions = first.db.transaction(async |conn| {
        for (message_id, value) in [(liked, FeedbackValue::Up), (disliked, FeedbackValue::Down)] {
            let new = NewFeedback {
                message_id,
                visitor_id: first.visitor,
                value,
                comment: None,
                at: at(7),
            };
            messages::feedback(conn, new).await?;
        }
        for (chat, score) in [(&first, 5), (&second, 2)] {
            let new = NewRating {
                conversation_id: chat.conversation,
                visitor_id: first.visitor,
                score,
                comment: None,
                via: RatedVia::Widget,
                at: at(8),
            };
            messages::rate(conn, new).await?;
        }
        Ok::<_, StoreError>(())
    });
    opinions.await.unwrap();
    // Of no test, and after the end.
    fourth.says("and I?").await;
    assert!(end(&first.db, new.id, None, 9).await);
    third.becomes(ConversationStatus::Waiting, 10).await;

    let found = figures(&first.db, new.id).await;
    let a = ArmFigures {
        arm: Arm::A,
        conversations: 2,
        abstained: 1,
        handed_over: 1,
        resolved_alone: 1,
        ratings: 2,
        rating_mean: Some(3.5),
        rating_variance: Some(4.5),
        answers: 3,
        grounded: 2,
        grounding_mean: Some(0.75),
        grounding_variance: Some(0.125),
        thumbs_up: 1,
        thumbs_down: 0,
        tokens_mean: Some(350.0 / 3.0),
        tokens_variance: Some(175.0_f64.powi(2) / 3.0),
        cost_mean: Some(2_000_000.0 / 3.0),
        cost_variance: Some(1e12 / 3.0),
        unpriced: 0,
        timed: 3,
        took_ms: Some(2_000.0),
        took_ms_low: Some(2_000.0),
        took_ms_high: Some(4_000.0),
    };
    close(&found[0], &a);
    let b = &found[1];
    assert_eq!(
        (b.arm, b.conversations, b.answers, b.handed_over),
        (Arm::B, 1, 1, 0)
    );
    assert_eq!((b.thumbs_down, b.unpriced, b.timed, b.took_ms), (1, 1, 0, None));
    assert_eq!(found.len(), 2);
}

/// The same, but for the last digits of what was divided.
fn close(found: &ArmFigures, expected: &ArmFigures) {
    let near = |one: Option<f64>, other: Option<f64>| {
        let (one, other) = (one.unwrap(), other.unwrap());
        (one - other).abs() <= other.abs() * 1e-9
    };
    assert!(near(found.tokens_mean, expected.tokens_mean), "{found:?}");
    assert!(near(found.tokens_variance, expected.tokens_variance), "{found:?}");
    assert!(near(found.cost_mean, expected.cost_mean), "{found:?}");
    assert!(near(found.cost_variance, expected.cost_variance), "{found:?}");
    let divided = ArmFigures {
        tokens_mean: found.tokens_mean,
        tokens_variance: found.tokens_variance,
        cost_mean: found.cost_mean,
        cost_variance: found.cost_variance,
        ..expected.clone()
    };
    assert_eq!(*found, divided);
}

#[tokio::test]
async fn another_tenant_sees_and_changes_nothing_of_it() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let new = experiment(acme.space);
    start(&acme.db, &new).await.unwrap();
    let assigned = Assigned {
        experiment: new.id,
        arm: Arm::B,
    };
    acme.answered(assigned, |_| ()).await;
    let looked = globex.db.read(async |conn| {
        assert!(experiments::with_space(conn, acme.space).await?.is_none());
        assert!(!experiments::runs(conn, acme.space).await?);
        assert!(experiments::list(conn, acme.space, 10).await?.is_empty());
        assert!(experiments::figures(conn, new.id).await?.is_empty());
        let found = experiments::get(conn, acme.space, new.id).await;
        assert!(matches!(found, Err(StoreError::NotFound)));
        Ok::<_, StoreError>(())
    });
    looked.await.unwrap();
    assert!(!end(&globex.db, new.id, Some(Arm::B), 9).await);
    assert!(
        start(&globex.db, &experiment(acme.space)).await.is_err(),
        "of a space that is none of theirs"
    );
    // An answer of theirs cannot be of it.
    let (question, reservation) = globex.says("hi").await;
    let mut answer = globex.answer(question, reservation);
    answer.assigned = Some(assigned);
    let finish = globex
        .db
        .transaction(async |conn| messages::finish_answer(conn, answer).await);
    assert!(finish.await.is_err());
    assert_eq!(figures(&acme.db, new.id).await[0].answers, 1);
}

#[tokio::test]
async fn it_goes_with_its_space() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let new = experiment(acme.space);
    start(&acme.db, &new).await.unwrap();
    let arm = Arm::A;
    let experiment = new.id;
    acme.answered(Assigned { experiment, arm }, |_| ()).await;
    assert_eq!(left(&test).await, [1, 1]);
    let remove = async |conn: &mut parlance_store::TenantConn<'_>| {
        space_life::remove(conn, acme.space, at(9)).await?;
        while space_life::empty(conn, acme.space, 100).await? > 0 {}
        Ok::<_, StoreError>(())
    };
    acme.db.transaction(remove).await.unwrap();
    assert_eq!(left(&test).await, [0, 0]);
}

/// Experiments and their answers, of everybody.
async fn left(test: &TestDb) -> [i64; 2] {
    let admin = admin(test).await;
    let row = admin
        .query_one(
            "SELECT (SELECT count(*) FROM experiments), (SELECT count(*) FROM experiment_answers)",
            &[],
        )
        .await
        .unwrap();
    [row.get(0), row.get(1)]
}
