//! Every call is settled once and recorded once, however often and by however many it is tried.

use futures_util::future::join_all;
use parlance_store::{
    StoreError,
    ids::ReservationId,
    queries::{
        ledger::{self, Marked, NewReservation, UsageTotals},
        messages,
    },
};

use serde_json::json;

use crate::support::{Chat, admin, at, chat, database, settlement};

async fn reserve(chat: &Chat, reservation: NewReservation) -> ReservationId {
    let id = reservation.id;
    chat.db
        .transaction(async |conn| ledger::reserve(conn, reservation).await)
        .await
        .unwrap();
    id
}

async fn totals(chat: &Chat) -> UsageTotals {
    let day = at(0).date_naive();
    chat.db
        .read(async |conn| ledger::usage_totals(conn, day, day).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_question_without_an_answer_never_expires() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (_, waiting) = acme.says("Is anybody there?").await;
    let other = reserve(&acme, acme.reservation()).await;
    let expired = acme
        .db
        .read(async |conn| ledger::open_expired(conn, at(1_000_000), 10).await)
        .await
        .unwrap();
    let ids: Vec<_> = expired.iter().map(|open| open.id).collect();
    assert!(ids.contains(&other) && !ids.contains(&waiting), "{ids:?}");
}

#[tokio::test]
async fn what_is_being_settled_is_not_waited_for_to_note_what_streamed() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (settling, streaming) = (
        reserve(&acme, acme.reservation()).await,
        reserve(&acme, acme.reservation()).await,
    );
    let both = [settling, streaming];
    for id in both {
        let sent = acme
            .db
            .note(async |conn| ledger::mark_sent(conn, id, 7, 0, at(2)).await);
        assert_eq!(sent.await.unwrap(), Marked::Sent);
    }
    acme.db
        .transaction(async |conn| {
            assert!(ledger::settle(conn, &settlement(settling, 700)).await?);
            let noted = acme
                .db
                .note(async |conn| ledger::checkpoint_outputs(conn, &both, &[40, 50]).await);
            assert_eq!(noted.await?, 1);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let open = "SELECT state, estimate_output FROM reservations ORDER BY estimate_output";
    assert_eq!(
        test.rows(open).await.unwrap(),
        [
            json!({"state": "settled", "estimate_output": 0}),
            json!({"state": "open", "estimate_output": 50}),
        ]
    );
}

#[tokio::test]
async fn a_reservation_is_settled_once() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let id = reserve(&acme, acme.reservation()).await;
    acme.db
        .transaction(async |conn| {
            assert_eq!(ledger::mark_sent(conn, id, 812, 0, at(2)).await?, Marked::Sent);
            assert!(!ledger::release(conn, id).await?, "what was sent is not released");
            assert_eq!(ledger::checkpoint_outputs(conn, &[id], &[40]).await?, 1);
            assert_eq!(ledger::checkpoint_outputs(conn, &[id], &[30]).await?, 1);
            let open = ledger::open_expired(conn, at(121), 10).await?;
            assert_eq!(
                (open[0].estimate_input, open[0].estimate_output, open[0].sent_at),
                (812, 40, Some(at(2)))
            );
            assert!(ledger::open_expired(conn, at(120), 10).await?.is_empty());
            assert!(ledger::settle(conn, &settlement(id, 700)).await?);
            assert!(!ledger::settle(conn, &settlement(id, 900)).await?);
            assert_eq!(ledger::checkpoint_outputs(conn, &[id], &[99]).await?, 0);
            assert_eq!(ledger::mark_sent(conn, id, 1, 0, at(9)).await?, Marked::NotOpen);
            assert_eq!(ledger::record_settled(conn, 10, at(4)).await?, 1);
            assert_eq!(ledger::record_settled(conn, 10, at(5)).await?, 0);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(totals(&acme).await.cost_nanos, 700);
}

#[tokio::test]
async fn what_was_never_sent_is_released_and_costs_nothing() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let id = reserve(&acme, acme.reservation()).await;
    acme.db
        .transaction(async |conn| {
            assert!(ledger::release(conn, id).await?);
            assert!(!ledger::release(conn, id).await?);
            assert!(!ledger::settle(conn, &settlement(id, 900)).await?);
            assert_eq!(ledger::record_settled(conn, 10, at(4)).await?, 0);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(totals(&acme).await, UsageTotals::default());
}

#[tokio::test]
async fn finishing_again_charges_what_the_first_did() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (question, reservation) = acme.says("may I return it?").await;
    for cost in [500, 700, 900] {
        let mut answer = acme.answer(question, reservation);
        answer.settlement = Some(settlement(reservation, cost));
        acme.db
            .transaction(async |conn| messages::finish_answer(conn, answer).await)
            .await
            .unwrap();
    }
    acme.db
        .transaction(async |conn| ledger::record_settled(conn, 10, at(4)).await)
        .await
        .unwrap();
    let charged = totals(&acme).await;
    assert_eq!((charged.calls, charged.cost_nanos, charged.input), (1, 500, 100));
}

#[tokio::test]
async fn recorders_that_run_at_once_count_each_call_once() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let ids: Vec<ReservationId> = join_all((0..120).map(|_| reserve(&acme, acme.reservation()))).await;
    acme.db
        .transaction(async |conn| {
            for (id, cost) in ids.iter().zip(1..) {
                ledger::settle(conn, &settlement(*id, cost)).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let recorded = join_all((0..8).map(|_| async {
        let mut mine = 0;
        loop {
            let n = acme
                .db
                .transaction(async |conn| ledger::record_settled(conn, 7, at(4)).await)
                .await
                .unwrap();
            mine += n;
            if n == 0 {
                return mine;
            }
        }
    }))
    .await;
    // Skipped rows may be left to whoever still ran; another pass finds none twice.
    let late = acme
        .db
        .transaction(async |conn| ledger::record_settled(conn, 500, at(5)).await)
        .await
        .unwrap();
    assert_eq!(recorded.iter().sum::<i64>() + late, 120);
    let expected = UsageTotals {
        calls: 120,
        input: 12_000,
        output: 2_400,
        cache_write_5m: 360,
        cache_write_1h: 240,
        cache_read: 6_000,
        cost_nanos: (1..=120).sum(),
    };
    assert_eq!(totals(&acme).await, expected);
    let day = at(0).date_naive();
    let daily = acme
        .db
        .read(async |conn| ledger::usage_daily(conn, day, day).await)
        .await
        .unwrap();
    assert_eq!(daily.len(), 1);
    let row = admin(&test)
        .await
        .query_one("SELECT count(*), sum(cost_nanos)::bigint FROM usage_events", &[])
        .await
        .unwrap();
    assert_eq!(
        (row.get::<_, i64>(0), row.get::<_, i64>(1)),
        (120, expected.cost_nanos)
    );
}

#[tokio::test]
async fn the_sweeper_is_told_which_tenants_have_work_and_when_it_is_done() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let busy = async || test.db().control().tenants_with_open_work().await.unwrap();
    assert!(busy().await.is_empty());
    let (question, reservation) = acme.says("hello?").await;
    assert_eq!(busy().await, [acme.db.tenant_id()]);
    let answer = acme.answer(question, reservation);
    acme.db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await
        .unwrap();
    assert_eq!(busy().await, [acme.db.tenant_id()], "settled, not yet recorded");
    globex.says("hello?").await;
    acme.db
        .transaction(async |conn| ledger::record_settled(conn, 10, at(4)).await)
        .await
        .unwrap();
    assert_eq!(busy().await, [globex.db.tenant_id()]);
}

#[tokio::test]
async fn a_turn_that_is_taken_up_again_stays_open() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (question, reservation) = acme.says("hello?").await;
    let again = NewReservation {
        message_id: Some(question),
        ..acme.reservation()
    };
    let again_id = again.id;
    acme.db
        .transaction(async |conn| {
            let _ = ledger::mark_sent(conn, reservation, 10, 0, at(2)).await?;
            ledger::settle(conn, &settlement(reservation, 5)).await?;
            ledger::reserve(conn, again).await
        })
        .await
        .unwrap();
    let (turns, open) = acme
        .db
        .read(async |conn| {
            let turns = messages::unanswered(conn, acme.conversation).await?;
            Ok::<_, StoreError>((turns, ledger::open_of_message(conn, question).await?))
        })
        .await
        .unwrap();
    assert_eq!(turns.len(), 1);
    assert_eq!(open.iter().map(|r| r.id).collect::<Vec<_>>(), [again_id]);
}
