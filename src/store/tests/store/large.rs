//! Spaces with indexes of their own: found as without them, kept up, and nobody else's to see.

use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, DocumentVersionId, PassageId, SpaceId},
    queries::{
        bulk::{self, WholeDocument},
        documents::{self, NewDocument},
        large::{self, Step},
        passages::{self, NewPassage, NewVersion},
        search::{self, Candidate, Search},
        space_life,
    },
    testing,
};

use crate::support::{Chat, admin, at, chat, database};

const MODEL: &str = "test";
const PASSAGES: i64 = 6_000;
const DIMENSIONS: usize = 32;

/// 6,000 passages in three documents: a vector around one of 50 centres, and five of 2,000 words, the
/// first of them the more frequent. As the administrator, for it would take the server a minute.
async fn filled(admin: &tokio_postgres::Client, chat: &Chat) {
    let (tenant, space) = (chat.db.tenant_id(), chat.space);
    let fill = format!(
        "SELECT setseed(.5);
         INSERT INTO documents (tenant_id, id, space_id, name, status, content_hash, bytes, created_at, updated_at)
         SELECT '{tenant}', gen_random_uuid(), '{space}', 'd' || n, 'ready', '', 0, now(), now()
         FROM generate_series(1, 3) n;
         INSERT INTO document_versions (tenant_id, id, document_id, content_hash, recipe, text, markdown, live, created_at)
         SELECT tenant_id, gen_random_uuid(), id, '', 'r', '', false, true, now() FROM documents
         WHERE tenant_id = '{tenant}';
         INSERT INTO passages (tenant_id, id, version_id, document_id, ordinal, kind, heading, start_char, end_char,
                               context_start, context, tokens, embed_hash)
         SELECT v.tenant_id, gen_random_uuid(), v.id, v.document_id, n, 'paragraph', '{{}}', 0, 1, 0,
                (SELECT string_agg('w' || floor(2000 * pow(random(), 3))::int, ' ') FROM generate_series(1, 5 + 0 * n)), 1, ''
         FROM document_versions v, generate_series(1, {each}) n WHERE v.tenant_id = '{tenant}';
         INSERT INTO passage_lexemes (tenant_id, passage_id, space_id, live, lexemes)
         SELECT tenant_id, id, '{space}', true, to_tsvector('english', context) FROM passages WHERE tenant_id = '{tenant}';
         INSERT INTO passage_vectors (tenant_id, passage_id, space_id, live, model, embedding)
         SELECT tenant_id, id, '{space}', true, '{MODEL}',
                (SELECT array_agg(sin(7 * i * (ordinal % 50 + 1)) + random() - .5 ORDER BY i)
                 FROM generate_series(1, {DIMENSIONS}) i WHERE ordinal > 0)::real[]::halfvec
         FROM passages WHERE tenant_id = '{tenant}'",
        each = PASSAGES / 3,
    );
    admin.batch_execute(&fill).await.unwrap();
}

/// Near the `n`-th centre, and four words of which two are rare.
fn question(n: usize) -> (Vec<f32>, Vec<(String, f64)>) {
    let centre = (n % 50 + 1) as f32;
    let vector = (1..=DIMENSIONS)
        .map(|i| (7.0 * i as f32 * centre).sin() + ((n * i * 37 % 101) as f32 / 101.0 - 0.5))
        .collect();
    let words = [n % 4, 10 + n, 600 + 13 * n, 1_500 + 7 * n];
    let terms = words
        .iter()
        .zip([0.5, 2.0, 5.0, 6.0])
        .map(|(word, weight)| (format!("w{word}"), weight));
    (vector, terms.collect())
}

async fn both(db: &TenantDb, space: SpaceId, n: usize) -> (Vec<Candidate>, Vec<Candidate>) {
    let (vector, terms) = question(n);
    let search = Search {
        space,
        vector: &vector,
        model: MODEL,
        terms: &terms,
        leg: 50,
        pool: 32,
    };
    let text: Vec<&str> = terms.iter().map(|(word, _)| word.as_str()).collect();
    let exact = db.search(async |conn| search::hybrid(conn, &search).await).await;
    let indexed = db
        .read(async |conn| {
            let counted = large::terms(conn, space, &text.join(" ")).await?;
            let passages: Vec<i64> = counted.iter().map(|term| term.passages).collect();
            large::hybrid(conn, &search, &passages).await
        })
        .await;
    (exact.unwrap(), indexed.unwrap())
}

async fn step(chat: &Chat, space: SpaceId, model: &str, step: Step) -> bool {
    chat.db
        .transaction(async |conn| large::index(conn, space, model, step).await)
        .await
        .unwrap()
}

async fn index(chat: &Chat, space: SpaceId) -> bool {
    for next in Step::ALL {
        if !step(chat, space, MODEL, next).await {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_large_space_is_found_in_as_without_indexes_and_by_its_tenant_alone() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let admin = admin(&test).await;
    filled(&admin, &acme).await;
    assert!(!index(&globex, globex.space).await, "too small");
    assert!(!index(&globex, acme.space).await, "not theirs");
    assert!(index(&acme, acme.space).await);
    assert!(index(&acme, acme.space).await, "once more is no work");

    let (mut same, mut all) = (0, 0);
    for n in 0..40 {
        let (exact, indexed) = both(&acme.db, acme.space, n).await;
        all += exact.len();
        same += exact
            .iter()
            .filter(|found| {
                let again = indexed
                    .iter()
                    .find(|other| other.passage.passage_id == found.passage.passage_id);
                again.is_some_and(|again| {
                    (again.cosine - found.cosine).abs() < 1e-3 && again.matches == found.matches[..4]
                })
            })
            .count();
    }
    assert!(same * 100 >= all * 99, "{same} of {all}");

    // The functions and the table show another tenant nothing.
    assert!(both(&globex.db, acme.space, 1).await.1.is_empty());
    let counted = globex
        .db
        .read(async |conn| large::terms(conn, acme.space, "w0 w1").await)
        .await
        .unwrap();
    assert!(counted.iter().all(|term| term.passages == 0), "{counted:?}");
    let part = format!("large_passages_{}", acme.space.to_string().replace('-', ""));
    for table in ["large_passages", "large_spaces", &part] {
        let seen = format!("DO $$ BEGIN IF EXISTS (SELECT FROM {table}) THEN RAISE 'seen'; END IF; END $$");
        let look = async |db: &TenantDb| {
            db.transaction(async |conn| testing::sql_in(conn, &seen).await)
                .await
        };
        assert!(look(&globex.db).await.is_ok(), "{table}");
        assert!(look(&acme.db).await.is_err(), "{table} is empty");
    }

    // Removed documents are gone from it.
    let (tenant, left) = (acme.db.tenant_id(), PASSAGES * 2 / 3);
    let removed = format!("DELETE FROM documents WHERE tenant_id = '{tenant}' AND name = 'd1'");
    admin.batch_execute(&removed).await.unwrap();
    let rows = admin.query_one("SELECT count(*) FROM large_passages", &[]).await;
    assert_eq!(rows.unwrap().get::<_, i64>(0), left);
    let isolated = admin
        .query_one(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = $1",
            &[&part],
        )
        .await
        .unwrap();
    assert!(isolated.get::<_, bool>(0));
}

/// A document of one passage, the vector of the first question and a word of its own.
async fn publish(chat: &Chat, space: SpaceId) -> Result<(), StoreError> {
    let (document, passage) = (DocumentId::new(), PassageId::new());
    chat.db
        .transaction(async |conn| {
            let new = NewDocument {
                id: document,
                space_id: space,
                name: "new.txt",
                source_url: None,
                content_hash: b"v1",
                content: b"v1",
                at: at(1),
            };
            documents::put(conn, new).await?;
            let version = NewVersion {
                id: DocumentVersionId::new(),
                document_id: document,
                content_hash: b"v1",
                recipe: "r",
                text: "zebra",
                markdown: false,
                at: at(1),
            };
            let version = passages::begin_version(conn, version).await?;
            let new = NewPassage {
                id: passage,
                ordinal: 0,
                kind: "paragraph",
                heading: &[],
                page: None,
                start_char: 0,
                end_char: 5,
                context_start: 0,
                context: "zebra",
                text: "zebra",
                tokens: 1,
                embed_hash: b"",
            };
            passages::add(conn, version, document, space, "", &[new]).await?;
            passages::add_vectors(conn, document, space, MODEL, &[(passage, question(0).0)]).await?;
            passages::publish(conn, version, document, space, "", "text/plain", at(2)).await?;
            Ok::<_, StoreError>(())
        })
        .await
}

#[tokio::test]
async fn what_is_published_in_a_large_space_is_found() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let texts: Vec<String> = (0..PASSAGES)
        .map(|n| format!("w{} w{}", n % 7, n % 300))
        .collect();
    let vectors: Vec<Vec<f32>> = (0..texts.len()).map(|n| question(1 + n % 49).0).collect();
    let whole = WholeDocument {
        space: acme.space,
        name: "whole.txt",
        texts: &texts,
        vectors: &vectors,
        model: MODEL,
        at: at(1),
    };
    let globex = chat(test.db(), "globex").await;
    let add = async |chat: &Chat| {
        chat.db
            .transaction(async |conn| bulk::add(conn, &whole).await)
            .await
    };
    assert!(add(&globex).await.is_err(), "not their space");
    add(&acme).await.unwrap();
    assert!(index(&acme, acme.space).await);

    publish(&acme, acme.space).await.unwrap();
    assert!(publish(&globex, acme.space).await.is_err(), "not their space");
    let (vector, terms) = (question(0).0, [("zebra".to_owned(), 1.0)]);
    let search = Search {
        space: acme.space,
        vector: &vector,
        model: MODEL,
        terms: &terms,
        leg: 5,
        pool: 5,
    };
    let (counted, found) = acme
        .db
        .read(async |conn| {
            let counted = large::terms(conn, acme.space, "zebra").await?;
            let passages = large::frequencies(&terms, &counted);
            Ok::<_, StoreError>((counted, large::hybrid(conn, &search, &passages).await?))
        })
        .await
        .unwrap();
    assert_eq!(counted[0].passages, 1);
    // The index of vectors is approximate, and thousands here are alike: it may miss one, words do not.
    let zebra = found.iter().find(|found| found.passage.context == "zebra");
    let zebra = zebra.expect("it is found");
    assert!(zebra.cosine > 0.99 && zebra.matches[0], "{found:?}");
}

#[tokio::test]
async fn nobody_but_the_function_says_which_spaces_are_large() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (tenant, space) = (acme.db.tenant_id(), acme.space);
    for statement in [
        format!("INSERT INTO large_spaces VALUES ('{tenant}', '{space}', 'm', now())"),
        "DELETE FROM large_passages".to_owned(),
        "UPDATE large_passages SET lexemes = ''".to_owned(),
        "SELECT parlance_isolate('large_spaces', 'ALL')".to_owned(),
    ] {
        let done = acme
            .db
            .transaction(async |conn| {
                testing::sql_in(conn, &statement).await?;
                Ok::<_, StoreError>(())
            })
            .await;
        assert!(done.is_err(), "{statement}");
    }
}

async fn count(admin: &tokio_postgres::Client, query: &str) -> i64 {
    admin.query_one(query, &[]).await.unwrap().get(0)
}

/// Whoever makes the indexes may be killed between any two steps, and documents come and go meanwhile.
#[tokio::test]
async fn what_was_begun_is_gone_on_with_and_nothing_is_missed_meanwhile() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let admin = admin(&test).await;
    filled(&admin, &acme).await;
    let (tenant, space) = (acme.db.tenant_id(), acme.space);
    let part = format!("large_passages_{}", space.to_string().replace('-', ""));
    let table = format!("SELECT '{part}'::regclass::oid::bigint");
    let remove = async |name: &str| {
        let removed = format!("DELETE FROM documents WHERE tenant_id = '{tenant}' AND name = '{name}'");
        admin.batch_execute(&removed).await.unwrap();
    };
    assert!(step(&acme, space, MODEL, Step::Build).await);
    let built = count(&admin, &table).await;
    remove("d1").await;
    assert!(step(&acme, space, MODEL, Step::Build).await, "after a kill");
    assert_eq!(count(&admin, &table).await, built, "what was built is there");
    assert!(!step(&globex, space, MODEL, Step::Bind).await, "not theirs");
    for _ in 0..2 {
        assert!(step(&acme, space, MODEL, Step::Bind).await);
    }
    publish(&acme, space).await.unwrap();
    for _ in 0..2 {
        assert!(step(&acme, space, MODEL, Step::Check).await);
    }
    remove("d2").await;
    let indexed = async || {
        let indexed = acme
            .db
            .read(async |conn| large::is_indexed(conn, space, MODEL).await);
        indexed.await.unwrap()
    };
    assert!(!indexed().await);
    let live = format!("SELECT count(*) FROM passage_lexemes WHERE tenant_id = '{tenant}' AND live");
    for _ in 0..2 {
        assert!(index(&acme, space).await);
        assert!(indexed().await);
        let rows = count(&admin, "SELECT count(*) FROM large_passages").await;
        assert_eq!((rows, count(&admin, &live).await), (2_001, 2_001));
    }
    let counted = format!("SELECT reltuples::bigint FROM pg_class WHERE oid = '{part}'::regclass");
    assert_eq!(count(&admin, &counted).await, 2_001, "analyzed");
    remove("d3").await;
    assert_eq!(count(&admin, "SELECT count(*) FROM large_passages").await, 1);
}

#[tokio::test]
async fn another_model_gets_an_index_in_the_place_of_the_one_before() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    filled(&admin, &acme).await;
    let (tenant, space) = (acme.db.tenant_id(), acme.space);
    assert!(index(&acme, space).await);
    let renamed = format!("UPDATE passage_vectors SET model = 'other' WHERE tenant_id = '{tenant}'");
    admin.batch_execute(&renamed).await.unwrap();
    for next in [Step::Build].into_iter().chain(Step::ALL) {
        assert!(step(&acme, space, "other", next).await, "{next:?}");
    }
    let near = "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%' AND indexdef LIKE '%other%' \
                AND indexname LIKE 'large_passages_%_near'";
    assert_eq!(count(&admin, near).await, 1);
    let all = "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%'";
    assert_eq!(count(&admin, all).await, 1);
    let indexed = acme
        .db
        .read(async |conn| large::is_indexed(conn, space, "other").await);
    assert!(indexed.await.unwrap());
}

/// Killed before the table was attached, the one for another model begins with nothing of it.
#[tokio::test]
async fn what_was_begun_for_another_model_is_cleared_first() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    filled(&admin, &acme).await;
    let (tenant, space) = (acme.db.tenant_id(), acme.space);
    for begun in [Step::Build, Step::Bind] {
        assert!(step(&acme, space, MODEL, begun).await);
    }
    let renamed = format!("UPDATE passage_vectors SET model = 'other' WHERE tenant_id = '{tenant}'");
    admin.batch_execute(&renamed).await.unwrap();
    assert!(step(&acme, space, "other", Step::Clear).await);
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'large_passages\\__%' AND relkind = 'r'";
    assert_eq!(count(&admin, left).await, 0);
    for next in Step::ALL {
        assert!(step(&acme, space, "other", next).await, "{next:?}");
    }
    let others = "SELECT count(*) FROM large_passages WHERE model = 'other'";
    assert!(count(&admin, others).await > 0);
}

#[tokio::test]
async fn a_removed_space_leaves_no_partition() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    filled(&admin, &acme).await;
    assert!(index(&acme, acme.space).await);
    let space = acme.space;
    let removed = acme
        .db
        .transaction(async |conn| space_life::remove(conn, space, at(9)).await);
    removed.await.unwrap();
    let step = async || {
        let empty = acme
            .db
            .transaction(async |conn| space_life::empty(conn, space, 50).await);
        empty.await.unwrap()
    };
    while step().await > 0 {}
    let left = "SELECT (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'large_passages_%') \
                     + (SELECT count(*) FROM large_spaces) + (SELECT count(*) FROM passages)";
    assert_eq!(admin.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
}
