//! How often a turn waits for the database: what the client sends before it has an answer is one
//! round trip.

use parlance_store::{
    DbConfig, StoreError,
    ids::{ClientId, TenantId},
    queries::{
        ledger,
        messages::{self, Said},
    },
};

use crate::{
    support::{Chat, at, chat, database, settlement},
    wire::proxied,
};

#[tokio::test]
async fn a_write_waits_for_itself_and_its_commit_and_a_read_for_itself() {
    let test = database().await;
    let (db, wire) = proxied(&test, DbConfig::new).await;
    let acme = chat(test.db(), "acme").await;
    let acme = Chat {
        db: db.tenant(acme.db.tenant_id()),
        ..acme
    };
    let finish = async |question, reservation| {
        let answer = acme.answer(question, reservation);
        acme.db
            .transaction(async |conn| messages::finish_answer(conn, answer).await)
            .await
            .unwrap();
    };
    let read = async |question| {
        let message = acme.db.read(async |conn| messages::message(conn, question).await);
        assert!(message.await.unwrap().is_some());
    };

    // The first turn prepares the statements.
    let (question, reservation) = acme.says("first").await;
    finish(question, reservation).await;
    read(question).await;

    let (question, reservation) = wire.within(2, acme.says("second")).await;
    wire.within(2, finish(question, reservation)).await;
    wire.within(1, read(question)).await;
}

#[tokio::test]
async fn what_the_first_word_waits_for_is_one_round_trip_even_on_a_new_connection() {
    let test = database().await;
    let (db, wire) = proxied(&test, DbConfig::new).await;
    let acme = chat(test.db(), "acme").await;
    let scoped = db.tenant(acme.db.tenant_id());

    let question = acme.question(ClientId::new(), "first");
    let (id, reservation) = (question.id, question.reservation.as_ref().unwrap().id);
    let say = scoped.at_once(async |conn| messages::say(conn, question).await);
    assert!(matches!(
        wire.within(1, say).await.unwrap().said,
        Said::New { .. }
    ));
    let mark = scoped.note(async |conn| ledger::mark_sent(conn, reservation, 7, 0, at(2)).await);
    assert_eq!(wire.within(1, mark).await.unwrap(), ledger::Marked::Sent);
    let checkpoint = scoped.note(async |conn| ledger::checkpoint_outputs(conn, &[reservation], &[9]).await);
    assert_eq!(wire.within(1, checkpoint).await.unwrap(), 1);

    let call = acme.reservation();
    let called = call.id;
    let reserved = scoped.note(async |conn| ledger::reserve_sent(conn, call, 5).await);
    assert_eq!(wire.within(1, reserved).await.unwrap(), ledger::Marked::Sent);
    let settled = scoped.at_once(async |conn| ledger::settle(conn, &settlement(called, 4)).await);
    assert!(wire.within(1, settled).await.unwrap());

    // It is committed, and nothing of the tenant is left on the connection.
    let open = acme.db.read(async |conn| ledger::open_of_message(conn, id).await);
    let open = open.await.unwrap();
    assert_eq!((open.len(), open[0].sent_at), (1, Some(at(2))));
    let globex = db.tenant(TenantId::new());
    let foreign = globex.at_once(async |conn| {
        let question = acme.question(ClientId::new(), "not mine");
        messages::say(conn, question).await
    });
    assert!(matches!(foreign.await, Err(StoreError::NotFound)));
    assert_eq!(acme.log().await.len(), 1);
}
