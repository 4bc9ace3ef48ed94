//! A month's budget is never promised twice, and what calls cost takes the place of what was taken for them.

use futures_util::future::join_all;
use parlance_store::{
    StoreError,
    ids::ReservationId,
    queries::{
        ledger::{self, Marked, NewReservation, Settlement, TokenUsage},
        messages,
        quotas::{self, Quota, Reached, Standing},
    },
    testing::TestDb,
};
use serde_json::json;

use crate::{
    quotas::keep,
    support::{Chat, admin, at, chat, database, settlement},
};

async fn budget(chat: &Chat, nanos: Option<i64>) -> Option<i64> {
    let set = chat
        .db
        .transaction(async |conn| quotas::set_budget(conn, nanos).await);
    let set: Result<Option<i64>, StoreError> = set.await;
    set.unwrap()
}

async fn standing(chat: &Chat, seconds: i64) -> Standing {
    let read = chat
        .db
        .read(async |conn| quotas::standings(conn, at(seconds)).await);
    let mut all = read.await.unwrap().into_iter();
    all.find(|standing| standing.quota == Quota::CostPerMonth)
        .unwrap()
}

/// Reserves a call and is about to make it.
async fn send(chat: &Chat, nanos: i64, seconds: i64) -> (ReservationId, Marked) {
    let call = chat.reservation();
    let id = call.id;
    let reserved = chat
        .db
        .transaction(async |conn| ledger::reserve(conn, call).await);
    let reserved: Result<(), StoreError> = reserved.await;
    reserved.unwrap();
    let marked = chat
        .db
        .note(async |conn| ledger::mark_sent(conn, id, 7, nanos, at(seconds)).await);
    (id, marked.await.unwrap())
}

async fn settle(chat: &Chat, bill: Settlement) {
    let settled = chat
        .db
        .transaction(async |conn| ledger::settle(conn, &bill).await);
    assert!(settled.await.unwrap());
}

/// What the counter is to be: settled calls at their cost, open ones at what was taken for them.
async fn due(test: &TestDb, chat: &Chat) -> i64 {
    let sum = "SELECT coalesce(sum(CASE WHEN state = 'settled' THEN cost_nanos WHEN state = 'open' THEN reserved_nanos \
               ELSE 0 END), 0)::bigint FROM reservations WHERE tenant_id::text = $1";
    let tenant = chat.db.tenant_id().to_string();
    admin(test).await.query_one(sum, &[&tenant]).await.unwrap().get(0)
}

async fn notices(test: &TestDb) -> Vec<(i16, i64)> {
    let told = "SELECT n.percent, count(j.id) FROM quota_notices n LEFT JOIN jobs j \
                ON j.kind = 'tell_quota' AND j.payload ->> 'percent' = n.percent::text \
                WHERE n.quota = 'cost_per_month' GROUP BY 1 ORDER BY 1";
    let rows = admin(test).await.query(told, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_call_that_goes_out_at_once_is_taken_of_the_month_or_released() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    budget(&acme, Some(150)).await;
    let send = async |nanos| {
        let call = acme.reservation();
        let id = call.id;
        let sent = acme
            .db
            .note(async |conn| ledger::reserve_sent(conn, call, nanos).await);
        (id, sent.await.unwrap())
    };
    let (first, sent) = send(100).await;
    assert_eq!(sent, Marked::Sent);
    let refused = Reached {
        quota: Quota::CostPerMonth,
        at_most: 150,
        used: 100,
        resets_at: Some("2027-02-01T00:00:00Z".parse().unwrap()),
    };
    assert_eq!(send(51).await.1, Marked::Refused(refused));
    assert_eq!(send(0).await.1, Marked::Sent, "what costs nothing takes nothing");
    assert_eq!(
        (standing(&acme, 2).await.used, due(&test, &acme).await),
        (100, 100)
    );
    settle(&acme, settlement(first, 20)).await;
    assert_eq!((standing(&acme, 2).await.used, due(&test, &acme).await), (20, 20));
    let rows = "SELECT state, refused_by, sent_at IS NOT NULL AS sent FROM reservations ORDER BY reserved_nanos DESC, state DESC";
    assert_eq!(
        test.rows(rows).await.unwrap(),
        [
            json!({"state": "settled", "refused_by": null, "sent": true}),
            json!({"state": "released", "refused_by": "cost_per_month", "sent": false}),
            json!({"state": "open", "refused_by": null, "sent": true}),
        ]
    );
}

#[tokio::test]
async fn two_hundred_that_race_for_ten_calls_get_ten() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    assert_eq!(budget(&acme, Some(1_050)).await, None);
    let raced = join_all((0..200).map(|_| send(&acme, 100, 2))).await;
    let sent: Vec<ReservationId> = raced
        .iter()
        .filter(|(_, marked)| *marked == Marked::Sent)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(sent.len(), 10);
    let refused = raced.iter().filter_map(|(_, marked)| match marked {
        Marked::Refused(reached) => Some(reached),
        Marked::Sent | Marked::NotOpen => None,
    });
    let reached = Reached {
        quota: Quota::CostPerMonth,
        at_most: 1_050,
        used: 1_000,
        resets_at: Some("2027-02-01T00:00:00Z".parse().unwrap()),
    };
    assert_eq!(refused.filter(|refused| **refused == reached).count(), 190);
    assert_eq!(
        notices(&test).await,
        [],
        "nothing is spent, only taken for calls that are out"
    );
    assert_eq!(standing(&globex, 2).await.used, 0, "each its own");

    // Half of them cost nearly nothing, and leave room for as much again.
    join_all(sent.iter().take(5).map(|id| settle(&acme, settlement(*id, 1)))).await;
    assert_eq!(standing(&acme, 2).await.used, 505);
    let raced = join_all((0..40).map(|_| send(&acme, 100, 3))).await;
    let again: Vec<ReservationId> = raced
        .iter()
        .filter(|(_, marked)| *marked == Marked::Sent)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(again.len(), 5);
    assert_eq!(standing(&acme, 3).await.used, due(&test, &acme).await);
    assert_eq!(notices(&test).await, []);

    // What calls have cost is told, each once; that the budget is reached, where a call does not fit by itself.
    let rest: Vec<_> = sent.iter().skip(5).chain(&again).collect();
    for (settled, told) in [(8, vec![]), (9, vec![(80, 1)]), (10, vec![(80, 1)])] {
        settle(&acme, settlement(*rest[settled - 1], 100)).await;
        if settled == 8 {
            join_all(rest[..7].iter().map(|id| settle(&acme, settlement(**id, 100)))).await;
        }
        assert_eq!(notices(&test).await, told, "{settled} settled");
    }
    assert!(!standing(&acme, 3).await.reached);
    for _ in 0..2 {
        assert!(matches!(send(&acme, 100, 4).await.1, Marked::Refused(_)));
    }
    assert_eq!(notices(&test).await, [(80, 1), (100, 1)]);
    let now = standing(&acme, 3).await;
    assert_eq!(
        (now.used, now.reached),
        (1_005, true),
        "what is left is too little"
    );
}

#[tokio::test]
async fn what_a_call_costs_takes_the_place_of_what_was_taken_for_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    budget(&acme, Some(1_000)).await;
    let used = async || standing(&acme, 9).await.used;

    // It costs more than was thought: that is spent, and the next is refused.
    let (first, marked) = send(&acme, 600, 2).await;
    assert_eq!((marked, used().await), (Marked::Sent, 600));
    settle(&acme, settlement(first, 1_200)).await;
    assert_eq!(used().await, 1_200);
    let (refused, marked) = send(&acme, 1, 2).await;
    assert!(matches!(marked, Marked::Refused(reached) if reached.used == 1_200));
    let again = acme
        .db
        .note(async |conn| ledger::mark_sent(conn, refused, 7, 0, at(3)).await);
    assert_eq!(again.await.unwrap(), Marked::NotOpen, "what is refused stays so");
    // What costs nothing goes on.
    assert_eq!(send(&acme, 0, 2).await.1, Marked::Sent);
    assert_eq!(used().await, 1_200);

    // A further attempt is settled without having been announced.
    budget(&acme, Some(5_000)).await;
    let attempt = acme.reservation();
    let bill = settlement(attempt.id, 300);
    let made = acme.db.transaction(async |conn| {
        ledger::reserve(conn, attempt).await?;
        ledger::settle(conn, &bill).await
    });
    assert!(made.await.unwrap());
    assert_eq!(used().await, 1_500);

    // One that has no price keeps what was taken for it; one that was not made gives that back.
    let (unpriced, _) = send(&acme, 40, 2).await;
    let bill = Settlement {
        price_effective: None,
        ..settlement(unpriced, 0)
    };
    settle(&acme, bill.clone()).await;
    assert_eq!(used().await, 1_540);
    let (unmade, _) = send(&acme, 50, 2).await;
    let bill = Settlement {
        reservation: unmade,
        usage: TokenUsage::default(),
        ..bill
    };
    settle(&acme, bill).await;
    assert_eq!(used().await, 1_540);
    // Announced again it takes the difference, once.
    let (grown, _) = send(&acme, 10, 2).await;
    for nanos in [30, 30, 20] {
        let marked = acme
            .db
            .note(async |conn| ledger::mark_sent(conn, grown, 7, nanos, at(3)).await);
        assert_eq!(marked.await.unwrap(), Marked::Sent);
    }
    assert_eq!(used().await, 1_570);
    // Another month begins anew, and a call of this one is settled in this one.
    let february = 18 * 86_400;
    assert_eq!(standing(&acme, february).await.used, 0);
    let bill = Settlement {
        at: at(february),
        ..settlement(grown, 31)
    };
    settle(&acme, bill).await;
    assert_eq!((used().await, standing(&acme, february).await.used), (1_571, 0));
}

#[tokio::test]
async fn a_budget_counts_what_was_spent_before_it_was_set() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (call, _) = send(&acme, 70, 2).await;
    settle(&acme, settlement(call, 90)).await;
    let unbounded = standing(&acme, 3).await;
    assert_eq!((unbounded.used, unbounded.at_most), (90, None));
    assert!(notices(&test).await.is_empty());
    assert_eq!(budget(&acme, Some(100)).await, None);
    assert!(matches!(send(&acme, 11, 3).await.1, Marked::Refused(_)));
    assert_eq!(send(&acme, 10, 3).await.1, Marked::Sent);
    assert_eq!(budget(&acme, None).await, Some(100));
    assert_eq!(send(&acme, 1_000_000, 3).await.1, Marked::Sent);
    assert_eq!(budget(&acme, Some(0)).await, None);
    assert!(matches!(send(&acme, 1, 3).await.1, Marked::Refused(reached) if reached.at_most == 0));
}

#[tokio::test]
async fn a_question_that_the_budget_refuses_is_given_back_to_the_plan() {
    let test = database().await;
    keep(test.db(), json!({ "messages_per_month": 5 })).await;
    let acme = chat(test.db(), "acme").await;
    budget(&acme, Some(10)).await;
    let (question, reservation) = acme.says("may I return it?").await;
    let marked = acme
        .db
        .note(async |conn| ledger::mark_sent(conn, reservation, 7, 11, at(2)).await);
    assert!(matches!(marked.await.unwrap(), Marked::Refused(_)));
    let open = acme
        .db
        .read(async |conn| ledger::open_of_message(conn, question).await);
    let open = open.await.unwrap();
    assert_eq!(open[0].refused_by.as_deref(), Some("cost_per_month"));
    assert_eq!(open[0].sent_at, None);
    let messages = async || {
        let read = acme.db.read(async |conn| quotas::standings(conn, at(3)).await);
        let all = read.await.unwrap();
        let of = |standing: &&Standing| standing.quota == Quota::MessagesPerMonth;
        all.iter().find(of).unwrap().used
    };
    assert_eq!(messages().await, 1);
    let ended = acme.db.transaction(async |conn| {
        assert!(ledger::release(conn, reservation).await?);
        let mut answer = acme.answer(question, reservation);
        answer.settlement = None;
        messages::finish_answer(conn, answer).await
    });
    ended.await.unwrap();
    assert_eq!((messages().await, standing(&acme, 3).await.used), (0, 0));
}

#[tokio::test]
async fn the_budget_of_another_is_neither_read_nor_set() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    budget(&acme, Some(100)).await;
    assert_eq!(standing(&globex, 2).await.at_most, None);
    budget(&globex, Some(7)).await;
    assert_eq!(standing(&acme, 2).await.at_most, Some(100));
    let (call, _) = send(&acme, 100, 2).await;
    let foreign = globex.db.transaction(async |conn| {
        let marked = ledger::mark_sent(conn, call, 1, 1, at(3)).await?;
        let taken: NewReservation = globex.reservation();
        ledger::reserve(conn, taken).await?;
        Ok::<_, StoreError>(marked)
    });
    assert_eq!(foreign.await.unwrap(), Marked::NotOpen);
    assert_eq!(standing(&globex, 2).await.used, 0);
    // It is committed, whatever comes of it.
    let elsewhere = NewReservation {
        space_id: acme.space,
        ..globex.reservation()
    };
    let refused = globex
        .db
        .note(async |conn| ledger::reserve_sent(conn, elsewhere, 3).await);
    assert!(matches!(refused.await, Err(StoreError::NotFound)));
    assert_eq!(
        (standing(&globex, 2).await.used, standing(&acme, 2).await.used),
        (0, 100)
    );
}
