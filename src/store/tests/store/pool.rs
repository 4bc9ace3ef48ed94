//! A connection comes back from a tenant's transaction with no tenant, or it does not come back.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use parlance_store::{Db, DbConfig, StoreError, queries::conversations, testing};

use crate::support::{admin, chat, database};

/// Drops its future after so many polls: wherever it was waiting, it is cancelled there.
struct GiveUpAfter<F> {
    future: F,
    polls: usize,
}

impl<F: Future + Unpin> Future for GiveUpAfter<F> {
    type Output = Option<F::Output>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        Pin::new(&mut self.future).poll(cx).map(Some)
    }
}

async fn one_connection(test: &testing::TestDb) -> Db {
    Db::connect(DbConfig {
        pool_size: 1,
        ..DbConfig::new(test.url())
    })
    .await
    .unwrap()
}

async fn assert_clean(db: &Db) {
    let seen = testing::inspect(db)
        .await
        .expect("a connection outside a transaction");
    assert_eq!(seen.role, "parlance_app");
    assert_eq!(seen.tenant, "", "a pooled connection carries a tenant");
    let read = testing::sql_on_pool(db, "SELECT * FROM conversations").await;
    assert!(read.is_err(), "a connection without a tenant can read");
}

#[tokio::test]
async fn a_connection_carries_no_tenant_after_commit_rollback_or_a_failed_statement() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let db = one_connection(&test).await;
    assert_clean(&db).await;
    let tenant = db.tenant(acme.db.tenant_id());

    tenant
        .transaction(async |conn| conversations::load(conn, acme.conversation).await)
        .await
        .unwrap()
        .unwrap();
    assert_clean(&db).await;

    let rolled_back: Result<(), StoreError> = tenant.transaction(async |_| Err(StoreError::NotFound)).await;
    assert!(matches!(rolled_back, Err(StoreError::NotFound)));
    assert_clean(&db).await;

    let failed = tenant
        .transaction(async |conn| testing::sql_in(conn, "SELECT 1/0").await)
        .await;
    assert!(matches!(failed, Err(StoreError::Query(_))));
    assert_clean(&db).await;
}

#[tokio::test]
async fn a_cancelled_transaction_leaves_nothing_behind_wherever_it_was_cancelled() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    let db = one_connection(&test).await;
    let tenant = db.tenant(acme.db.tenant_id());
    let write = "UPDATE visitors SET locale = 'xx'";
    let mut cancelled = 0;
    for polls in 1.. {
        let work = Box::pin(tenant.transaction(async |conn| {
            testing::sql_in(conn, write).await?;
            testing::sql_in(conn, "SELECT 1").await
        }));
        let done = GiveUpAfter { future: work, polls }.await;
        assert_clean(&db).await;
        if let Some(result) = done {
            result.unwrap();
            break;
        }
        cancelled += 1;
        // The row's lock is free again, and nobody sits in a transaction.
        admin
            .batch_execute("SET lock_timeout = '3s'; UPDATE visitors SET locale = 'en'")
            .await
            .unwrap();
    }
    // Before each answer: the first statement, the second, the commit.
    assert!(cancelled >= 3, "cancelled in {cancelled} places only");
    let idle = admin
        .query_one(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                    AND datname = current_database()",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(idle.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_cancelled_transaction_frees_its_locks_while_nobody_asks_for_a_connection() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    let (locked, wait) = tokio::sync::oneshot::channel();
    let transaction = acme.db.transaction(async |conn| {
        testing::sql_in(conn, "UPDATE visitors SET locale = 'xx'").await?;
        locked.send(()).ok();
        std::future::pending::<Result<(), StoreError>>().await
    });
    tokio::select! {
        _ = transaction => unreachable!("it waits for ever"),
        _ = wait => {}
    }
    admin
        .batch_execute("SET lock_timeout = '3s'; UPDATE visitors SET locale = 'en'")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_read_refuses_to_write() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let written = acme
        .db
        .read(async |conn| testing::sql_in(conn, "UPDATE visitors SET locale = 'xx'").await)
        .await;
    assert!(written.is_err());
}

#[tokio::test]
async fn an_exhausted_pool_says_so_and_a_lost_connection_is_replaced() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let config = DbConfig {
        pool_size: 1,
        acquire_timeout: std::time::Duration::from_secs(1),
        ..DbConfig::new(test.url())
    };
    let db = Db::connect(config).await.unwrap();
    let refused = db
        .tenant(acme.db.tenant_id())
        .transaction(async |_| db.ping().await)
        .await;
    assert!(refused.is_err_and(|error| error.is_transient()));

    let db = one_connection(&test).await;
    let admin = admin(&test).await;
    admin
        .execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()",
            &[],
        )
        .await
        .unwrap();
    // The first caller may still find the dead one; it is told that trying again helps.
    if let Err(error) = db.ping().await {
        assert!(error.is_transient(), "{error}");
        db.ping().await.unwrap();
    }
}

#[test]
fn futures_can_be_sent_to_another_thread() {
    fn sendable<T: Send>(_: T) {}
    #[expect(dead_code, reason = "compiling it is the test")]
    fn proof(db: Db, id: parlance_store::ids::ConversationId, tenant: parlance_store::ids::TenantId) {
        sendable(async move {
            let tenant = db.tenant(tenant);
            tenant
                .transaction(async |conn| conversations::load(conn, id).await)
                .await
        });
    }
}
