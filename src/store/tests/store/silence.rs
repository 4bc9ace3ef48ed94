//! The server is gone and the line does not say so: nothing comes any more, and nothing is closed.

use std::time::Duration;

use parlance_store::{Db, DbConfig, StoreError, queries::conversations};

use crate::{
    support::{chat, database},
    wire::proxied,
};

fn impatient(url: String) -> DbConfig {
    DbConfig {
        call_timeout: Duration::from_millis(400),
        acquire_timeout: Duration::from_millis(600),
        ..DbConfig::new(url)
    }
}

/// No answer in time; the same again may have one.
fn unanswered<T>(result: Result<T, StoreError>) {
    let error = result.err().expect("an error");
    assert!(matches!(error, StoreError::Silent), "{error}");
    assert!(error.is_transient() && !error.is_refusal());
}

#[tokio::test]
async fn a_call_ends_and_its_connection_is_not_used_again() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (db, wire) = proxied(&test, impatient).await;
    let tenant = db.tenant(acme.db.tenant_id());
    let load = async || {
        tenant
            .transaction(async |conn| conversations::load(conn, acme.conversation).await)
            .await
    };
    let read = async || {
        tenant
            .read(async |conn| conversations::load(conn, acme.conversation).await)
            .await
    };
    let connections = |db: &Db| db.pool_status().size;

    load().await.unwrap().unwrap();
    wire.stall();
    unanswered(load().await);
    assert_eq!(connections(&db), 0);
    let refused = read().await;
    assert!(
        matches!(refused, Err(StoreError::Pool(_))),
        "no other can be had: {refused:?}"
    );
    wire.recover();
    read().await.unwrap().unwrap();

    wire.stall();
    unanswered(read().await);
    assert_eq!(connections(&db), 0);
    wire.recover();
    db.control().tenants().await.unwrap();

    wire.stall();
    unanswered(db.control().tenants().await);
    assert_eq!(connections(&db), 0);
    wire.recover();
    db.ping().await.unwrap();

    wire.stall();
    unanswered(db.ping().await);
    assert_eq!(connections(&db), 0);
    wire.recover();
    load().await.unwrap().unwrap();
}
