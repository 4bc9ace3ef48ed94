//! What the database refuses for good, and what it could not do just now, each as it says it.

use parlance_store::{Db, DbConfig, StoreError, testing, testing::TestDb};

use crate::support::{Chat, admin, chat, database};

/// What the application's role is told after `sql`.
async fn told(db: &Chat, sql: &str) -> StoreError {
    let told = db
        .db
        .transaction(async |conn| testing::sql_in(conn, sql).await)
        .await;
    told.expect_err(sql)
}

async fn tables(test: &TestDb) {
    let made = "CREATE TABLE narrow (word varchar(3), word_index text, whole integer CHECK (whole > 0), \
                                     sure integer NOT NULL DEFAULT 1, vector halfvec(3)); \
                CREATE INDEX ON narrow (word_index); \
                ALTER TABLE narrow ADD CONSTRAINT one UNIQUE (whole); \
                INSERT INTO narrow (whole) VALUES (7); \
                CREATE TABLE fenced (n integer); ALTER TABLE fenced ENABLE ROW LEVEL SECURITY; \
                CREATE POLICY none ON fenced USING (false); \
                GRANT ALL ON narrow, fenced TO parlance_app";
    test.run(made).await.unwrap();
}

#[tokio::test]
async fn what_can_never_be_stored_is_refused_for_good() {
    let test = database().await;
    tables(&test).await;
    let acme = chat(test.db(), "acme").await;
    for sql in [
        "INSERT INTO narrow (whole) VALUES (-1)",
        "INSERT INTO narrow (whole) VALUES (7)",
        "INSERT INTO narrow (sure) VALUES (NULL)",
        "UPDATE conversations SET visitor_id = gen_random_uuid()",
        "INSERT INTO narrow (word) VALUES ('four')",
        "INSERT INTO narrow (whole) VALUES (3000000000)",
        "INSERT INTO narrow (whole) VALUES ('three')",
        "INSERT INTO narrow (whole) VALUES ('30000000000')",
        "INSERT INTO narrow (vector) VALUES ('[1,2]')",
        "INSERT INTO narrow (vector) VALUES ('[1,2,NaN]')",
        "INSERT INTO narrow (vector) VALUES ('[1,2,Infinity]')",
        "INSERT INTO narrow (vector) VALUES ('[1,2,1e9]')",
        // Ten kilobytes that do not compress, where a page of an index has a third of eight.
        "INSERT INTO narrow (word_index) SELECT string_agg(md5(n::text), '') FROM generate_series(1, 320) n",
        "INSERT INTO fenced VALUES (1)",
        "SELECT 1/0",
        "SELECT 9000000000000000000::bigint * 9",
        "SELECT 30000::smallint * 30000::smallint",
        "SELECT 1000::numeric(2)",
        "SELECT 1e200::float8 * 1e200::float8",
        "SELECT '1000000-01-01'::timestamptz",
        "SELECT '2026-13-41'::date",
        "SELECT 'tomorrowish'::timestamptz",
        "SELECT 'not a uuid'::uuid",
        r#"SELECT '{"a": "\u0000"}'::jsonb"#,
        "SELECT '{'::jsonb",
        "SELECT convert_from('\\xff'::bytea, 'UTF8')",
        "SELECT to_tsvector('simple', string_agg(md5(n::text), ' ')) FROM generate_series(1, 40000) n",
    ] {
        let error = told(&acme, sql).await;
        assert!(error.is_refusal() && !error.is_transient(), "{sql}: {error}");
    }
}

#[tokio::test]
async fn what_could_not_be_done_just_now_is_no_refusal() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    // What cannot be brought about here, the database is made to say.
    let says = |state: &str, message: &str| {
        format!("DO $$ BEGIN RAISE USING ERRCODE = '{state}', MESSAGE = '{message}'; END $$")
    };
    let no_space = says(
        "53100",
        "could not extend file \"base/5/16384\": No space left on device",
    );
    for sql in [
        "SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)",
        "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1)",
        "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)",
        "SET TRANSACTION READ ONLY; UPDATE visitors SET locale = 'en'",
        &no_space,
        &says("53200", "out of memory"),
        &says("53300", "sorry, too many clients already"),
        &says("40001", "could not serialize access due to concurrent update"),
        &says("40P01", "deadlock detected"),
        &says("57P03", "the database system is starting up"),
        &says("58030", "could not read blocks 0..0 in file: Input/output error"),
        &says("XX000", "cache lookup failed for relation 1"),
        // A value that was sent is no message of the database's own.
        &says("53100", "could not write: integer out of range"),
    ] {
        let error = told(&acme, sql).await;
        assert!(error.is_transient() && !error.is_refusal(), "{sql}: {error}");
    }
    let admin = admin(&test).await;
    admin
        .batch_execute("BEGIN; LOCK TABLE visitors IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let error = told(&acme, "SET LOCAL lock_timeout = 20; SELECT * FROM visitors").await;
    assert!(error.is_transient() && !error.is_refusal(), "{error}");
}

/// Messages are told apart, so every session asks for them in one language.
#[tokio::test]
async fn messages_are_in_english_whatever_the_database_is_set_to() {
    let test = database().await;
    let name = test.url().rsplit('/').next().unwrap().split('?').next().unwrap();
    test.run(&format!("ALTER DATABASE {name} SET lc_messages = 'POSIX'"))
        .await
        .unwrap();
    let language = "DO $$ BEGIN RAISE '%', current_setting('lc_messages'); END $$";
    let db = Db::connect(DbConfig::new(test.url())).await.unwrap();
    let told = testing::sql_on_pool(&db, language).await.unwrap_err();
    assert_eq!(told.to_string(), "query failed: C");
}
