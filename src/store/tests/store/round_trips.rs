//! How often a turn waits for the database: what the client sends before it has an answer is one
//! round trip.

use parlance_store::{DbConfig, queries::messages};

use crate::{
    support::{Chat, chat, database},
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
