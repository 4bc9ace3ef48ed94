//! What the database and the upstream say in the end.

use std::collections::{BTreeMap, BTreeSet};

use parlance::domain::insight::keeping;
use parlance_loadtest::upstream::Record;
use parlance_store::{ids::TenantId, queries::rollups::Window, testing::TestDb};
use serde_json::Value;

use super::{
    agents::Written,
    story::{Story, waits},
};
use crate::support::eventually;

/// The books of a run in which the upstream does as it should.
pub async fn agree(db: &TestDb, requests: &[Record], stories: &[Story]) {
    messages(db, stories, &[]).await;
    turns(db).await;
    reservations(db).await;
    usage(db, requests).await;
    counters(db).await;
}

/// Lets the time of every reservation be over, by whatever clock.
pub async fn time_is_over(db: &TestDb) {
    let open = "SELECT kind, created_at, sent_at FROM reservations WHERE state = 'open'";
    println!("left to their time limit: {:?}", db.rows(open).await.unwrap());
    let over = "UPDATE reservations SET expires_at = created_at - interval '1 day' WHERE state = 'open'";
    db.run(over).await.unwrap();
}

/// Waits until no reservation is open, and all of them are in the books.
pub async fn settled(db: &TestDb) {
    let open =
        "SELECT id FROM reservations WHERE state = 'open' OR (state = 'settled' AND recorded_at IS NULL)";
    eventually(async || db.rows(open).await.unwrap().is_empty().then_some(())).await;
}

/// What was taken of a quota is what was used, and never more than there was: messages that the bot answered, at
/// whatever cost, and those whose answers failed or were broken off once a model had been asked.
pub async fn quotas(db: &TestDb, limited: TenantId, limit: i64) {
    let wrong = "SELECT t.id, c.used, r.used AS really FROM tenants t \
                 LEFT JOIN (SELECT tenant_id, sum(used) AS used FROM quota_counters \
                            WHERE quota = 'messages_per_month' GROUP BY 1) c ON c.tenant_id = t.id \
                 LEFT JOIN (SELECT r.tenant_id, count(DISTINCT r.message_id) AS used FROM reservations r \
                            LEFT JOIN messages a ON a.in_reply_to = r.message_id \
                            WHERE r.kind = 'chat' AND r.refused_by IS DISTINCT FROM 'messages_per_month' \
                              AND (r.state = 'settled' OR a.state <> 'failed') GROUP BY 1) r ON r.tenant_id = t.id \
                 WHERE coalesce(c.used, 0) <> coalesce(r.used, 0)";
    assert_eq!(db.rows(wrong).await.unwrap(), [] as [Value; 0], "counted as used");
    let used = "SELECT tenant_id, used FROM quota_counters WHERE quota = 'messages_per_month'";
    let used = db.rows(used).await.unwrap();
    let of_limited = used.iter().filter(|row| row["tenant_id"] == limited.to_string());
    for row in of_limited.clone() {
        assert!(row["used"].as_i64().unwrap() <= limit, "{row}");
    }
    assert_ne!(of_limited.count(), 0, "it was used");
    let by_model = format!(
        "SELECT count(*) AS answers FROM messages \
         WHERE tenant_id = '{limited}' AND author_kind = 'assistant' AND model IS NOT NULL"
    );
    let answers = db.rows(&by_model).await.unwrap()[0]["answers"].as_i64().unwrap();
    println!("{answers} answers, of {limit} that there may be");
    assert!(answers <= limit);
}

/// What was counted is what there is.
pub async fn counters(db: &TestDb) {
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

/// Every acknowledged message is there once, where the acknowledgement said, and what was refused is not;
/// `seq` has no gap.
pub async fn messages(db: &TestDb, stories: &[Story], written: &[Written]) {
    let of_people = "SELECT id, client_id, seq FROM messages WHERE author_kind IN ('visitor', 'agent')";
    let rows = db.rows(of_people).await.unwrap();
    let mut stored: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in &rows {
        let client_id = row["client_id"].as_str().unwrap();
        stored.entry(client_id).or_default().push(row);
    }
    let of_visitors = stories.iter().flat_map(|story| &story.said);
    let said = of_visitors.map(|said| (said.client_id, &said.ack));
    let of_agents = written.iter().filter(|written| !written.refused);
    let said = said.chain(of_agents.map(|written| (written.client_id, &written.ack)));
    let mut acknowledged = 0;
    for (client_id, ack) in said {
        let found = stored.remove(client_id.to_string().as_str()).unwrap_or_default();
        assert_eq!(found.len(), 1, "{client_id} is there once");
        let (message, seq) = ack.as_ref().expect("everything was acknowledged in the end");
        assert_eq!(found[0]["id"], message.as_str());
        assert_eq!(found[0]["seq"], *seq);
        acknowledged += 1;
    }
    assert!(stored.is_empty(), "nobody said {stored:?}");
    println!("{acknowledged} messages, {} of agents", written.len());
    let gaps = "SELECT conversation_id FROM conversation_events GROUP BY conversation_id \
                HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(DISTINCT seq) <> count(*)";
    assert_eq!(db.rows(gaps).await.unwrap(), [] as [Value; 0]);
}

/// Every turn has ended: what was said to the bot has one answer, or people have had the conversation since.
pub async fn turns(db: &TestDb) {
    let twice = "SELECT in_reply_to FROM messages WHERE in_reply_to IS NOT NULL \
                 GROUP BY in_reply_to HAVING count(*) > 1";
    assert_eq!(db.rows(twice).await.unwrap(), [] as [Value; 0], "answered twice");
    let all = "SELECT conversation_id, body FROM conversation_events ORDER BY conversation_id, seq";
    let mut logs: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for mut row in db.rows(all).await.unwrap() {
        let conversation = row["conversation_id"].as_str().unwrap().to_owned();
        logs.entry(conversation).or_default().push(row["body"].take());
    }
    for (conversation, log) in &logs {
        for (place, event) in log.iter().enumerate() {
            let asked = event["author"]["kind"] == "visitor";
            assert!(!asked || !waits(log, place), "{conversation}: {event} waits");
        }
    }
}

pub async fn reservations(db: &TestDb) {
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
    let doubled = "SELECT reservation_id FROM usage_events GROUP BY reservation_id HAVING count(*) > 1";
    assert_eq!(db.rows(doubled).await.unwrap(), [] as [Value; 0], "each once");
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
