//! Migrations: undone and redone, and applied under a server that is running.

use std::path::{Path, PathBuf};

use parlance_store::{
    Db, DbConfig, StoreError, migrate,
    queries::{conversations, inbox, ledger, log, messages, spaces, visitors},
};

use crate::support::{Chat, admin, at, chat, database};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[tokio::test]
async fn every_migration_can_be_undone_and_done_again() {
    let test = database().await;
    let admin = admin(&test).await;
    assert!(
        migrate::run(test.url()).await.unwrap().is_empty(),
        "the template is up to date"
    );
    for folder in folders().iter().rev() {
        let down = std::fs::read_to_string(folder.join("down.sql")).unwrap();
        admin.batch_execute(&down).await.unwrap();
    }
    let left = admin
        .query_one(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
             AND relname <> '__diesel_schema_migrations'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(left.get::<_, i64>(0), 0);
    admin
        .batch_execute("DELETE FROM __diesel_schema_migrations")
        .await
        .unwrap();
    let applied = migrate::run(test.url()).await.unwrap();
    assert_eq!(applied.len(), folders().len());
    test.db().ping().await.unwrap();
}

#[tokio::test]
async fn nodes_that_start_together_migrate_once() {
    let test = database().await;
    let admin = admin(&test).await;
    for folder in folders().iter().rev() {
        let down = std::fs::read_to_string(folder.join("down.sql")).unwrap();
        admin.batch_execute(&down).await.unwrap();
    }
    admin
        .batch_execute("DELETE FROM __diesel_schema_migrations")
        .await
        .unwrap();
    let nodes = futures_util::future::join_all((0..3).map(|_| migrate::run(test.url()))).await;
    let applied: usize = nodes.into_iter().map(|node| node.unwrap().len()).sum();
    assert_eq!(applied, folders().len());
}

/// One whole turn and every read: what a running server has prepared.
async fn a_turn_and_its_reads(acme: &Chat) {
    let (question, reservation) = acme.says("may I return it?").await;
    let answer = acme.answer(question, reservation);
    let day = at(0).date_naive();
    acme.db
        .transaction(async |conn| {
            messages::finish_answer(conn, answer).await?;
            ledger::record_settled(conn, 10, at(4)).await?;
            spaces::load(conn, acme.space).await?;
            visitors::load(conn, acme.visitor).await?;
            conversations::load(conn, acme.conversation).await?;
            inbox::glimpses(conn, vec![acme.conversation]).await?;
            log::read_after(conn, acme.conversation, 0, 10).await?;
            messages::history(conn, acme.conversation, 0, Some(question), 10).await?;
            messages::unanswered(conn, acme.conversation).await?;
            messages::citations(conn, question).await?;
            ledger::open_expired(conn, at(0), 10).await?;
            ledger::usage_daily(conn, day, day).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_column_does_not_disturb_a_running_server() {
    let test = database().await;
    let db = Db::connect(DbConfig {
        pool_size: 1,
        ..DbConfig::new(test.url())
    })
    .await
    .unwrap();
    let acme = chat(&db, "acme").await;
    let find = async || {
        db.control()
            .space_by_slug_or_key("acme", at(0))
            .await
            .unwrap()
            .unwrap();
        db.control()
            .login_by_email("owner@acme.example")
            .await
            .unwrap()
            .unwrap();
    };
    a_turn_and_its_reads(&acme).await;
    find().await;
    let expand = "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class \
                  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
                  LOOP EXECUTE format('ALTER TABLE %s ADD COLUMN later integer', t); END LOOP; END $$";
    admin(&test).await.batch_execute(expand).await.unwrap();
    a_turn_and_its_reads(&acme).await;
    find().await;
}
