//! What the database and the upstream say in the end.

use std::collections::{BTreeMap, BTreeSet};

use parlance::domain::insight::keeping;
use parlance_loadtest::upstream::Record;
use parlance_store::{queries::rollups::Window, testing::TestDb};
use serde_json::Value;

use super::visitors::Story;

pub async fn agree(db: &TestDb, requests: &[Record], stories: &[Story]) {
    messages(db, stories).await;
    turns(db).await;
    reservations(db).await;
    usage(db, requests).await;
    counters(db).await;
}

/// What was counted is what there is.
async fn counters(db: &TestDb) {
    let tenants = db.db().control().tenants().await.unwrap();
    for tenant in tenants {
        let checked = keeping::check(&db.db().tenant(tenant), Window::default(), false).await;
        assert_eq!(checked.unwrap().differences, []);
    }
    let counted = db
        .rows("SELECT 1 FROM rollup_deltas UNION ALL SELECT 1 FROM rollups")
        .await;
    assert_ne!(counted.unwrap().len(), 0);
}

/// Every acknowledged message is there once, where the acknowledgement said; `seq` has no gap.
async fn messages(db: &TestDb, stories: &[Story]) {
    let rows = db
        .rows("SELECT id, client_id, seq FROM messages WHERE author_kind = 'visitor'")
        .await
        .unwrap();
    let mut stored: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in &rows {
        stored
            .entry(row["client_id"].as_str().unwrap())
            .or_default()
            .push(row);
    }
    let mut acknowledged = 0;
    for said in stories.iter().flat_map(|story| &story.said) {
        let found = stored.remove(said.client_id.to_string().as_str()).unwrap();
        assert_eq!(found.len(), 1, "said once");
        let (message, seq) = said.ack.as_ref().expect("everything was acknowledged in the end");
        assert_eq!(found[0]["id"], message.as_str());
        assert_eq!(found[0]["seq"], *seq);
        acknowledged += 1;
    }
    assert!(stored.is_empty(), "nobody said {stored:?}");
    println!("{acknowledged} messages");
    let gaps = "SELECT conversation_id FROM conversation_events GROUP BY conversation_id \
                HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(DISTINCT seq) <> count(*)";
    assert_eq!(db.rows(gaps).await.unwrap(), [] as [Value; 0]);
}

async fn turns(db: &TestDb) {
    let not_once = "SELECT m.id, count(a.id) FROM messages m LEFT JOIN messages a ON a.in_reply_to = m.id \
                    WHERE m.author_kind = 'visitor' GROUP BY m.id HAVING count(a.id) <> 1";
    assert_eq!(
        db.rows(not_once).await.unwrap(),
        [] as [Value; 0],
        "answered exactly once"
    );
}

async fn reservations(db: &TestDb) {
    let wrong = "SELECT id, state, sent_at, recorded_at FROM reservations WHERE state = 'open' \
                 OR (state = 'settled' AND recorded_at IS NULL) OR (state = 'released' AND sent_at IS NOT NULL)";
    assert_eq!(db.rows(wrong).await.unwrap(), [] as [Value; 0]);
    let unmatched = "SELECT r.id FROM reservations r FULL JOIN usage_events u ON u.reservation_id = r.id \
                     WHERE (r.state = 'settled') <> (u.reservation_id IS NOT NULL)";
    assert_eq!(
        db.rows(unmatched).await.unwrap(),
        [] as [Value; 0],
        "a usage row for each"
    );
    let sums = "SELECT a.* FROM (SELECT sum(input) AS i, sum(output) AS o, sum(cache_read) AS r, \
                sum(cache_write_5m) AS w, sum(cost_nanos) AS c, count(*) AS n FROM usage_events) a, \
                (SELECT sum(input) AS i, sum(output) AS o, sum(cache_read) AS r, sum(cache_write_5m) AS w, \
                sum(cost_nanos) AS c, sum(calls) AS n FROM usage_daily) b WHERE \
                (a.i, a.o, a.r, a.w, a.c, a.n) IS DISTINCT FROM (b.i, b.o, b.r, b.w, b.c, b.n)";
    assert_eq!(
        db.rows(sums).await.unwrap(),
        [] as [Value; 0],
        "the days add up to the rows"
    );
}

/// What was told is booked as told; what is estimated was cut, by the kill or by the visitor.
async fn usage(db: &TestDb, requests: &[Record]) {
    let query = "SELECT u.*, a.state AS answer, (SELECT count(*) FROM reservations o \
                 WHERE o.message_id = r.message_id AND o.id <> r.id AND o.created_at > r.created_at) AS again \
                 FROM usage_events u JOIN reservations r ON r.id = u.reservation_id \
                 LEFT JOIN messages a ON a.in_reply_to = r.message_id";
    let rows = db.rows(query).await.unwrap();
    let mut told = BTreeSet::new();
    let (mut estimated, mut sums) = (0, [0_u64; 4]);
    for row in &rows {
        let id = row["reservation_id"].as_str().unwrap();
        let calls: Vec<&Record> = requests.iter().filter(|call| call.request_id == id).collect();
        assert!(calls.len() <= 1, "one call for one reservation");
        told.insert(id);
        if row["estimated"] == true {
            estimated += 1;
            let cut = row["answer"] == "interrupted" || row["again"].as_u64() > Some(0);
            assert!(cut, "estimated, though it was not cut: {row}");
            continue;
        }
        let call = calls.first().expect("what was told was asked");
        let booked =
            ["input", "output", "cache_write_5m", "cache_read"].map(|name| row[name].as_u64().unwrap());
        let usage = call.told;
        assert_eq!(
            booked,
            [usage.input, usage.output, usage.cache_write_5m, usage.cache_read]
        );
        sums.iter_mut()
            .zip(booked)
            .for_each(|(sum, booked)| *sum += booked);
    }
    let unbooked: Vec<&Record> = requests
        .iter()
        .filter(|call| !told.contains(call.request_id.as_str()))
        .collect();
    assert!(unbooked.is_empty(), "calls in no book: {unbooked:?}");
    println!("{} calls, {estimated} estimated, told {sums:?}", rows.len());
    assert!(rows.len() > estimated, "something was told");
}
