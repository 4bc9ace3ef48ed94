//! Ratings: figures that are exactly what the rows say, comments of which few are read, and nothing of another
//! tenant's.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        messages::{self, NewRating, RatedVia},
        ratings::{self, Comment, Ratings, Wanted},
    },
    testing::{self, TestDb},
};
use serde_json::json;

use crate::{
    rollups::agent_says,
    support::{Chat, admin, at, chat, database},
};

/// Where days begin in these tests.
fn midnight() -> DateTime<Utc> {
    "2027-01-16T00:00:00Z".parse().unwrap()
}

/// Seven days, of which the ratings below are of nine.
fn edges() -> Vec<DateTime<Utc>> {
    (0..=7).map(|day| midnight() + TimeDelta::days(day)).collect()
}

/// Rates 2,000 conversations of two spaces of a tenant in nine days: some by a category, some of an agent.
async fn rate_many(test: &TestDb, chat: &Chat) {
    let (tenant, space, visitor) = (chat.db.tenant_id(), chat.space, chat.visitor);
    let fill = format!(
        "INSERT INTO spaces (tenant_id, id, slug, name, public_key, settings, published, allowed_origins, created_at, updated_at)
         SELECT tenant_id, gen_random_uuid(), slug || '-2', 'Second', public_key || '2', settings, published, allowed_origins, created_at, updated_at
         FROM spaces WHERE id = '{space}';
         INSERT INTO ticket_categories (tenant_id, id, name, created_at, updated_at)
         SELECT '{tenant}', gen_random_uuid(), name, now(), now() FROM unnest(ARRAY['Billing', 'Shipping']) name;
         INSERT INTO conversations (tenant_id, id, space_id, visitor_id, status, created_at, updated_at)
         SELECT '{tenant}', gen_random_uuid(), '{space}', '{visitor}', 'resolved', now(), now() FROM generate_series(1, 2000);
         INSERT INTO ratings (tenant_id, conversation_id, space_id, score, comment, via, agent_id, agent_name, at)
         SELECT tenant_id, id, CASE WHEN n % 3 = 0 THEN (SELECT id FROM spaces WHERE name = 'Second' AND tenant_id = '{tenant}') ELSE space_id END,
                1 + n % 7 % 5, CASE WHEN n % 4 = 0 THEN 'Comment ' || n END, 'widget',
                CASE WHEN n % 11 < 4 THEN ('00000000-0000-7000-8000-00000000000' || n % 11)::uuid END,
                CASE WHEN n % 11 < 4 THEN 'Agent ' || n % 11 END,
                '2027-01-15T00:00:00Z'::timestamptz + n * interval '388 s' + n * interval '1 us'
         FROM (SELECT c.*, row_number() OVER (ORDER BY id) AS n FROM conversations c
               WHERE tenant_id = '{tenant}' AND id <> '{first}') c;
         INSERT INTO tickets (tenant_id, id, number, space_id, conversation_id, subject, status, priority, via, resolved_at,
                              category_id, category_by, created_at, updated_at)
         SELECT tenant_id, gen_random_uuid(), n, space_id, conversation_id, 'A ticket', 'closed', 'normal', 'handoff', now(),
                (SELECT id FROM ticket_categories k WHERE k.tenant_id = r.tenant_id AND k.name = CASE n % 5 WHEN 0 THEN 'Billing' WHEN 1 THEN 'Shipping' END),
                CASE WHEN n % 5 < 2 THEN 'person' END, now(), now()
         FROM (SELECT r.*, row_number() OVER (ORDER BY at) AS n FROM ratings r WHERE tenant_id = '{tenant}') r
         WHERE n % 2 = 0 UNION ALL
         SELECT tenant_id, gen_random_uuid(), 10000 + n, space_id, conversation_id, 'A later one', 'closed', 'normal', 'handoff', now(),
                (SELECT id FROM ticket_categories k WHERE k.tenant_id = r.tenant_id AND k.name = 'Shipping'), 'person', now(), now()
         FROM (SELECT r.*, row_number() OVER (ORDER BY at) AS n FROM ratings r WHERE tenant_id = '{tenant}') r
         WHERE n % 20 = 0",
        first = chat.conversation,
    );
    admin(test).await.batch_execute(&fill).await.unwrap();
}

type Told = BTreeMap<(String, String), Vec<i64>>;

/// What the rows say, counted one by one.
async fn counted(test: &TestDb, chat: &Chat, space: Option<SpaceId>) -> Told {
    let rows = format!(
        "SELECT r.score, r.space_id, r.at, r.agent_id, t.category_id FROM ratings r
         LEFT JOIN tickets t ON t.conversation_id = r.conversation_id
           AND t.number = (SELECT max(number) FROM tickets n WHERE n.conversation_id = r.conversation_id)
         WHERE r.tenant_id = '{}'",
        chat.db.tenant_id()
    );
    let rows = test.rows(&rows).await.unwrap();
    assert_eq!(rows.len(), 2_000);
    let mut told = Told::new();
    for row in rows {
        let given: DateTime<Utc> = row["at"].as_str().unwrap().parse().unwrap();
        let day = (given - midnight()).num_seconds().div_euclid(86_400);
        let elsewhere = space.is_some_and(|space| row["space_id"] != json!(space));
        if elsewhere || !(0..7).contains(&day) {
            continue;
        }
        let score = usize::try_from(row["score"].as_i64().unwrap()).unwrap() - 1;
        let id = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        for (by, key) in [
            ("total", String::new()),
            ("slot", day.to_string()),
            ("agent", id("agent_id")),
            ("category", id("category_id")),
        ] {
            let scores = told.entry((by.to_owned(), key)).or_insert_with(|| vec![0; 5]);
            scores[score] += 1;
        }
    }
    told
}

async fn figures(db: &TenantDb, space: Option<SpaceId>) -> Told {
    let edges = edges();
    let found = db.read(async |conn| ratings::figures(conn, &edges, space).await);
    let found: Result<Vec<Ratings>, StoreError> = found.await;
    let told = found.unwrap().into_iter().map(|told| {
        let slot = told.slot.map(|slot| slot.to_string());
        let key = slot.or(told.key).unwrap_or_default();
        ((told.by.to_string(), key), told.scores)
    });
    told.collect()
}

#[tokio::test]
async fn figures_are_exactly_what_the_rows_say() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    rate_many(&test, &acme).await;
    let told = figures(&acme.db, None).await;
    assert_eq!(told.keys().filter(|(by, _)| by == "slot").count(), 7);
    assert_eq!(
        told.keys().filter(|(by, _)| by == "agent").count(),
        5,
        "and the bot"
    );
    assert_eq!(
        told.keys().filter(|(by, _)| by == "category").count(),
        3,
        "and none"
    );
    assert_eq!(told, counted(&test, &acme, None).await);
    let of_space = figures(&acme.db, Some(acme.space)).await;
    assert_eq!(of_space, counted(&test, &acme, Some(acme.space)).await);
    assert_ne!(of_space, told);
    for space in [None, Some(acme.space)] {
        let theirs = figures(&globex.db, space).await;
        assert_eq!(
            theirs,
            Told::from([(("total".to_owned(), String::new()), vec![0; 5])])
        );
    }
}

async fn page(db: &TenantDb, wanted: Wanted) -> Vec<Comment> {
    let found = db.read(async |conn| ratings::comments(conn, wanted, 200).await);
    let found: Result<Vec<Comment>, StoreError> = found.await;
    found.unwrap()
}

#[tokio::test]
async fn every_comment_is_on_one_page_and_no_other_tenants() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    rate_many(&test, &acme).await;
    for space in [None, Some(acme.space)] {
        let mut wanted = Wanted {
            from: midnight(),
            to: midnight() + TimeDelta::days(7),
            space,
            after: None,
        };
        let mut all = Vec::new();
        loop {
            let found = page(&acme.db, wanted).await;
            let Some(last) = found.last() else { break };
            wanted.after = Some((last.at, last.conversation_id));
            all.extend(found);
        }
        assert!(all.is_sorted_by(|a, b| (a.at, a.conversation_id) > (b.at, b.conversation_id)));
        let of = space
            .map(|space| format!("AND space_id = '{space}'"))
            .unwrap_or_default();
        let rows = format!(
            "SELECT conversation_id FROM ratings WHERE comment IS NOT NULL \
             AND at >= '2027-01-16T00:00:00Z' AND at < '2027-01-23T00:00:00Z' {of}"
        );
        assert_eq!(all.len(), test.rows(&rows).await.unwrap().len());
        assert!(all.len() > 200);
        wanted.after = None;
        assert_eq!(page(&globex.db, wanted).await, []);
    }
}

#[tokio::test]
async fn a_rating_is_of_who_wrote_last_and_is_asked_for_once() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let rate = async |via, seconds| {
        let rating = NewRating {
            conversation_id: acme.conversation,
            visitor_id: acme.visitor,
            score: 4,
            comment: None,
            via,
            at: at(seconds),
        };
        let rated = acme
            .db
            .transaction(async |conn| messages::rate(conn, rating).await);
        let rated: Result<bool, StoreError> = rated.await;
        assert!(rated.unwrap());
        test.rows("SELECT via, agent_name, space_id FROM ratings")
            .await
            .unwrap()
    };
    acme.says("Where is my order?").await;
    let bots = rate(RatedVia::Widget, 5).await;
    assert_eq!(
        bots,
        [json!({ "via": "widget", "agent_name": null, "space_id": acme.space })]
    );
    let wrote = acme
        .db
        .transaction(async |conn| messages::append_message(conn, agent_says(&acme, 6)).await);
    wrote.await.unwrap();
    let adas = rate(RatedVia::Mail, 7).await;
    assert_eq!(
        adas,
        [json!({ "via": "mail", "agent_name": "Ada", "space_id": acme.space })]
    );

    let asking = async |db: &TenantDb| {
        let found = db.read(async |conn| {
            let given = ratings::given(conn, acme.conversation).await?;
            Ok::<_, StoreError>((ratings::asking(conn, acme.conversation).await?, given))
        });
        found.await.unwrap()
    };
    assert_eq!(asking(&globex.db).await, (None, None));
    for (db, seconds) in [(&globex.db, 8), (&acme.db, 9), (&acme.db, 10)] {
        let noted =
            db.transaction(async |conn| ratings::note_asked(conn, acme.conversation, at(seconds)).await);
        let noted: Result<(), StoreError> = noted.await;
        noted.unwrap();
    }
    let (asking, given) = asking(&acme.db).await;
    assert_eq!(
        asking.map(|asking| (asking.asked_at, asking.rated)),
        Some((Some(at(9)), true))
    );
    assert_eq!(given.map(|given| given.at), Some(at(7)));
}

/// Rows of a page, and of a day.
const MOST: i64 = 50 + 288 + 72;
/// Rows of ratings that were read in this transaction.
const ROWS: &str = "(SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables \
    WHERE relname = 'ratings')";

#[tokio::test]
async fn of_100_000_ratings_a_page_of_comments_and_a_day_read_few() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let fill = format!(
        "ALTER TABLE ratings SET (autovacuum_enabled = off);
         ALTER TABLE ratings DISABLE TRIGGER ALL;
         INSERT INTO ratings (tenant_id, conversation_id, space_id, score, comment, via, at)
         SELECT '{}', gen_random_uuid(), CASE WHEN n % 100 = 0 THEN '{}'::uuid ELSE gen_random_uuid() END,
                1 + n % 5, CASE WHEN n % 3 = 0 THEN 'A comment' END, 'widget',
                '2026-01-16T00:00:00Z'::timestamptz + n * interval '5 min'
         FROM generate_series(1, 100000) n;
         ANALYZE ratings",
        acme.db.tenant_id(),
        acme.space,
    );
    admin(&test).await.batch_execute(&fill).await.unwrap();
    for space in [None, Some(acme.space)] {
        let read = acme.db.read(async |conn| {
            let wanted = Wanted {
                from: midnight() - TimeDelta::days(300),
                to: midnight(),
                space,
                after: None,
            };
            let begin = format!("DO $$ BEGIN PERFORM set_config('test.rows', {ROWS}::text, true); END $$");
            testing::sql_in(conn, &begin).await?;
            assert_eq!(ratings::comments(conn, wanted, 50).await?.len(), 50);
            // 288 of a day.
            let day = [wanted.to - TimeDelta::days(30), wanted.to - TimeDelta::days(29)];
            ratings::figures(conn, &day, space).await?;
            let look = format!(
                "DO $$ DECLARE rows bigint := {ROWS} - current_setting('test.rows')::bigint; BEGIN
                   IF rows > {MOST} THEN RAISE EXCEPTION '% rows were read', rows; END IF;
                 END $$"
            );
            testing::sql_in(conn, &look).await
        });
        read.await.unwrap();
    }
}
