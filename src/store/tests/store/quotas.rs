//! What a plan gives is never given twice, and given anew when its period begins.

use futures_util::future::join_all;
use parlance_store::{
    Db, StoreError, TenantDb,
    control::plans::{self, PlanRow},
    ids::{ClientId, DocumentId, SpaceId},
    queries::{
        documents::{self, NewDocument},
        ledger::{self, Marked, NewReservation},
        messages,
        quotas::{self, Quota, Reached, Standing},
        spaces,
    },
};
use serde_json::{Value, json};

use crate::support::{Chat, admin, at, chat, database, new_space};

/// One plan of these limits, which everybody has, and `large` without any.
pub async fn keep(db: &Db, limits: Value) {
    let plan = |id: &str, is_default, limits| PlanRow {
        id: id.to_owned(),
        is_default,
        price: "14.500".to_owned(),
        currency: "KWD".to_owned(),
        limits,
    };
    let plans = [plan("small", true, limits), plan("large", false, json!({}))];
    db.control().keep_plans(&plans).await.unwrap();
}

async fn take(db: &TenantDb, quota: Quota, n: i64, seconds: i64) -> Result<(), Reached> {
    let taken = db.transaction(async |conn| quotas::take(conn, quota, n, at(seconds)).await);
    match taken.await {
        Ok(()) => Ok(()),
        Err(StoreError::QuotaReached(reached)) => Err(reached),
        Err(error) => panic!("{error}"),
    }
}

async fn standing(db: &TenantDb, quota: Quota, seconds: i64) -> Standing {
    let all = db.read(async |conn| quotas::standings(conn, at(seconds)).await);
    let all = all.await.unwrap();
    all.into_iter().find(|standing| standing.quota == quota).unwrap()
}

/// Says something, and tells whether the plan left nothing for its answer.
async fn is_refused(acme: &Chat) -> bool {
    let question = acme.question(ClientId::new(), "and now?");
    let said = acme.db.at_once(async |conn| messages::say(conn, question).await);
    said.await.unwrap().refused
}

#[tokio::test]
async fn two_hundred_that_race_for_the_last_ten_get_ten() {
    let test = database().await;
    keep(
        test.db(),
        json!({ "messages_per_month": 110, "queries_per_day": 110 }),
    )
    .await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    take(&acme.db, Quota::QueriesPerDay, 100, 0).await.unwrap();
    let raced = join_all((0..200).map(|_| take(&acme.db, Quota::QueriesPerDay, 1, 0))).await;
    assert_eq!(raced.iter().filter(|taken| taken.is_ok()).count(), 10);
    let refused = raced.into_iter().find_map(Result::err).unwrap();
    assert_eq!(
        (refused.quota, refused.at_most, refused.used),
        (Quota::QueriesPerDay, 110, 110)
    );
    assert_eq!(
        standing(&globex.db, Quota::QueriesPerDay, 0).await.used,
        0,
        "each its own"
    );

    take(&acme.db, Quota::MessagesPerMonth, 100, 1).await.unwrap();
    let raced = join_all((0..40).map(|_| is_refused(&acme))).await;
    assert_eq!(raced.iter().filter(|refused| !**refused).count(), 10);
    assert_eq!(standing(&acme.db, Quota::MessagesPerMonth, 1).await.used, 110);
    assert_eq!(acme.log().await.len(), 40, "nothing that is said is lost");
}

#[tokio::test]
async fn more_than_is_left_takes_nothing() {
    let test = database().await;
    keep(test.db(), json!({ "queries_per_day": 5 })).await;
    let acme = chat(test.db(), "acme").await;
    assert_eq!(
        take(&acme.db, Quota::QueriesPerDay, 6, 0).await.unwrap_err().used,
        0
    );
    take(&acme.db, Quota::QueriesPerDay, 3, 0).await.unwrap();
    assert_eq!(
        take(&acme.db, Quota::QueriesPerDay, 3, 0).await.unwrap_err().used,
        3
    );
    take(&acme.db, Quota::QueriesPerDay, 2, 0).await.unwrap();
}

#[tokio::test]
async fn a_period_begins_by_the_clock_of_the_workspace() {
    let test = database().await;
    keep(
        test.db(),
        json!({ "queries_per_day": 1, "messages_per_month": 1 }),
    )
    .await;
    let (acme, admin) = (chat(test.db(), "acme").await, admin(&test).await);
    // 15 January 2027, 08:00 UTC, which is 22:00 the day before in Honolulu.
    let zone = "UPDATE tenants SET time_zone = $1";
    admin.execute(zone, &[&"Pacific/Honolulu"]).await.unwrap();
    take(&acme.db, Quota::QueriesPerDay, 1, 0).await.unwrap();
    let reached = take(&acme.db, Quota::QueriesPerDay, 1, 7_199).await.unwrap_err();
    assert_eq!(reached.resets_at, Some(at(7_200)));
    take(&acme.db, Quota::QueriesPerDay, 1, 7_200).await.unwrap();
    let month = standing(&acme.db, Quota::MessagesPerMonth, 0).await;
    assert_eq!(month.resets_at.unwrap().to_rfc3339(), "2027-02-01T10:00:00+00:00");
    // Where clocks change, a day has another length.
    admin.execute(zone, &[&"Europe/Berlin"]).await.unwrap();
    let march = (chrono::DateTime::parse_from_rfc3339("2027-03-28T00:30:00Z").unwrap()
        - at(0).fixed_offset())
    .num_seconds();
    let sunday = standing(&acme.db, Quota::QueriesPerDay, march).await;
    assert_eq!(
        sunday.resets_at.unwrap().to_rfc3339(),
        "2027-03-28T22:00:00+00:00"
    );
}

#[tokio::test]
async fn a_plan_counts_from_the_moment_it_is_changed() {
    let test = database().await;
    keep(test.db(), json!({ "messages_per_month": 1, "spaces": 1 })).await;
    let acme = chat(test.db(), "acme").await;
    let change = async |plan: &str| {
        let changed = acme.db.transaction(async |conn| plans::change(conn, plan).await);
        let changed: Result<(), StoreError> = changed.await;
        changed.unwrap();
    };
    assert!(!is_refused(&acme).await);
    assert!(
        is_refused(&acme).await,
        "its plan is in no file, so it has what all have"
    );
    change("large").await;
    assert!(!is_refused(&acme).await);
    assert_eq!(standing(&acme.db, Quota::MessagesPerMonth, 0).await.at_most, None);
    change("small").await;
    let standing = standing(&acme.db, Quota::MessagesPerMonth, 0).await;
    assert_eq!((standing.used, standing.at_most), (2, Some(1)));
    assert!(is_refused(&acme).await);
    keep(test.db(), json!({ "messages_per_month": 4 })).await;
    assert!(!is_refused(&acme).await, "and so does another plan file");
}

#[tokio::test]
async fn whose_limit_is_raised_is_told_of_the_new_one_too() {
    let test = database().await;
    keep(test.db(), json!({ "queries_per_day": 10 })).await;
    let acme = chat(test.db(), "acme").await;
    let told = async || {
        let rows = test.rows("SELECT percent, at_most FROM quota_notices ORDER BY at_most, percent");
        let rows = rows.await.unwrap();
        let pair = |row: &Value| (row["percent"].as_i64().unwrap(), row["at_most"].as_i64().unwrap());
        rows.iter().map(pair).collect::<Vec<_>>()
    };
    take(&acme.db, Quota::QueriesPerDay, 8, 0).await.unwrap();
    take(&acme.db, Quota::QueriesPerDay, 1, 0).await.unwrap();
    take(&acme.db, Quota::QueriesPerDay, 1, 0).await.unwrap();
    assert_eq!(told().await, [(80, 10), (100, 10)], "each once");
    keep(test.db(), json!({ "queries_per_day": 100 })).await;
    take(&acme.db, Quota::QueriesPerDay, 70, 0).await.unwrap();
    assert_eq!(told().await, [(80, 10), (100, 10), (80, 100)]);
}

#[tokio::test]
async fn what_the_bot_does_not_answer_is_given_back_once() {
    let test = database().await;
    keep(test.db(), json!({ "messages_per_month": 2 })).await;
    let acme = chat(test.db(), "acme").await;
    let (_, first) = acme.says("one").await;
    let (_, second) = acme.says("two").await;
    let third = acme.question(ClientId::new(), "three");
    let refused = third.reservation.as_ref().unwrap().id;
    let said = acme.db.transaction(async |conn| messages::say(conn, third).await);
    assert!(said.await.unwrap().refused);
    let used = async || standing(&acme.db, Quota::MessagesPerMonth, 0).await.used;
    let release = async |id| {
        let released = acme.db.transaction(async |conn| ledger::release(conn, id).await);
        let released: Result<bool, StoreError> = released.await;
        released.unwrap()
    };
    // A call that a limit refused is never made, and has nothing to give back.
    let sent = acme
        .db
        .note(async |conn| ledger::mark_sent(conn, refused, 1, 0, at(2)).await);
    assert_eq!(sent.await.unwrap(), Marked::NotOpen);
    assert!(release(refused).await);
    assert_eq!(used().await, 2);
    assert!(release(first).await && !release(first).await);
    assert_eq!(used().await, 1);
    let sent = acme
        .db
        .note(async |conn| ledger::mark_sent(conn, second, 1, 0, at(2)).await);
    assert_eq!(sent.await.unwrap(), Marked::Sent);
    assert!(!release(second).await);
    assert_eq!(used().await, 1);
    // The same said twice is one.
    let question = acme.question(ClientId::new(), "four");
    let again = messages::NewVisitorMessage {
        id: parlance_store::ids::MessageId::new(),
        ..acme.question(question.client_id, "four")
    };
    for said in [question, again] {
        let said = acme.db.transaction(async |conn| messages::say(conn, said).await);
        assert!(!said.await.unwrap().refused);
    }
    assert_eq!(used().await, 2);
}

#[tokio::test]
async fn what_the_bot_had_begun_to_answer_stays_used_when_a_second_try_is_given_up() {
    let test = database().await;
    keep(test.db(), json!({ "messages_per_month": 2 })).await;
    let acme = chat(test.db(), "acme").await;
    let (question, first) = acme.says("one").await;
    let sent = acme
        .db
        .note(async |conn| ledger::mark_sent(conn, first, 1, 0, at(2)).await);
    assert_eq!(sent.await.unwrap(), Marked::Sent);
    // A crash cut it off; whoever takes the question up reserves anew, and then a person takes over.
    let second = NewReservation {
        conversation_id: Some(acme.conversation),
        message_id: Some(question),
        ..acme.reservation()
    };
    let released = acme.db.transaction(async |conn| {
        let id = second.id;
        ledger::reserve(conn, second).await?;
        ledger::release(conn, id).await
    });
    let released: Result<bool, StoreError> = released.await;
    assert!(released.unwrap());
    assert_eq!(standing(&acme.db, Quota::MessagesPerMonth, 0).await.used, 1);
}

#[tokio::test]
async fn spaces_are_counted_from_those_that_are_there() {
    let test = database().await;
    keep(test.db(), json!({ "spaces": 3 })).await;
    let acme = chat(test.db(), "acme").await;
    let add = async |n: usize| {
        let made = acme.db.transaction(async |conn| {
            quotas::room_for_space(conn).await?;
            spaces::create(conn, new_space(SpaceId::new(), &format!("acme-{n}"))).await
        });
        made.await
    };
    let raced = join_all((0..10).map(add)).await;
    assert_eq!(raced.iter().filter(|made| made.is_ok()).count(), 2);
    let reached = |made: &Result<(), StoreError>| matches!(made, Err(StoreError::QuotaReached(reached)) if reached.used == 3 && reached.resets_at.is_none());
    assert_eq!(raced.iter().filter(|made| reached(made)).count(), 8);
    assert_eq!(standing(&acme.db, Quota::Spaces, 0).await.used, 3);
}

#[tokio::test]
async fn documents_have_room_in_their_space_in_the_month_and_in_storage() {
    let test = database().await;
    let limits = |per_space: i64, month: i64| json!({ "documents_per_space": per_space, "documents_per_month": month, "storage_mb": 2 });
    keep(test.db(), limits(2, 9)).await;
    let acme = chat(test.db(), "acme").await;
    let other = SpaceId::new();
    let made = acme
        .db
        .transaction(async |conn| spaces::create(conn, new_space(other, "acme-two")).await);
    made.await.unwrap();
    let put = async |space: SpaceId, name: &str, megabytes: usize| {
        let content = vec![b'x'; megabytes * 1_000_000];
        let put = acme.db.transaction(async |conn| {
            let bytes = i64::try_from(content.len()).unwrap();
            quotas::room_for_document(conn, space, name, bytes, at(1)).await?;
            let new = NewDocument {
                id: DocumentId::new(),
                space_id: space,
                name,
                source_url: None,
                content_hash: &[u8::try_from(megabytes).unwrap()],
                content: &content,
                at: at(1),
            };
            documents::put(conn, new).await.map(drop)
        });
        match put.await {
            Ok(()) => None,
            Err(StoreError::QuotaReached(reached)) => Some((reached.quota, reached.used)),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(put(acme.space, "a.md", 1).await, None);
    assert_eq!(put(acme.space, "b.md", 0).await, None);
    assert_eq!(
        put(acme.space, "c.md", 0).await,
        Some((Quota::DocumentsPerSpace, 2))
    );
    assert_eq!(
        put(acme.space, "b.md", 1).await,
        None,
        "another version is not another document"
    );
    assert_eq!(put(other, "d.md", 1).await, Some((Quota::StorageMb, 2)));
    assert_eq!(put(acme.space, "a.md", 2).await, Some((Quota::StorageMb, 2)));
    assert_eq!(put(acme.space, "a.md", 0).await, None, "less is always welcome");
    let told = test.rows("SELECT percent FROM quota_notices WHERE quota = 'storage_mb' ORDER BY percent");
    let told = told.await.unwrap();
    assert_eq!(
        told.last().unwrap()["percent"],
        100,
        "what is refused is undone, that it was is told"
    );
    assert_eq!(standing(&acme.db, Quota::DocumentsPerMonth, 1).await.used, 2);
    keep(test.db(), limits(9, 2)).await;
    assert_eq!(put(other, "d.md", 0).await, Some((Quota::DocumentsPerMonth, 2)));
    assert_eq!(standing(&acme.db, Quota::DocumentsPerSpace, 1).await.used, 2);
    assert_eq!(standing(&acme.db, Quota::StorageMb, 1).await.used, 1);
    // Another tenant sees none of it, by whatever name it asks.
    let globex = chat(test.db(), "globex").await;
    for quota in [
        Quota::DocumentsPerSpace,
        Quota::DocumentsPerMonth,
        Quota::StorageMb,
    ] {
        assert_eq!(standing(&globex.db, quota, 1).await.used, 0, "{quota}");
    }
    let foreign = globex.db.transaction(async |conn| {
        quotas::room_for_document(conn, acme.space, "a.md", 1, at(1)).await?;
        quotas::standings(conn, at(1)).await
    });
    let standings = foreign.await.unwrap();
    let month = standings
        .iter()
        .find(|standing| standing.quota == Quota::DocumentsPerMonth);
    assert_eq!(month.unwrap().used, 1, "it is counted as their own");
}
