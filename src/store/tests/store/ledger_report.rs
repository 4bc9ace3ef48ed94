//! What the payer reads of the ledger is the sum of its rows, by any grouping, in any time zone.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, ReservationId, SpaceId, TenantId},
    queries::{
        ledger::{self, CallKind, NewReservation, Settlement, UsageBy, UsageFilter, UsageGroup, UsageSum},
        spaces,
    },
};

use crate::support::{Chat, admin, at, chat, database, new_space, settlement};

const MODELS: [&str; 3] = ["claude-test", "gpt-test", "unknown-test"];
const KINDS: [CallKind; 3] = [CallKind::Chat, CallKind::Embedding, CallKind::Draft];

fn all(seconds: i64) -> UsageFilter {
    UsageFilter {
        from: at(0) - TimeDelta::days(30),
        to: at(seconds),
        space: None,
        model: None,
        kind: None,
    }
}

/// A call that is reserved, settled and recorded.
async fn charge(chat: &Chat, space: SpaceId, kind: CallKind, bill: Settlement) {
    let call = NewReservation {
        id: bill.reservation,
        space_id: space,
        kind,
        conversation_id: (kind == CallKind::Chat).then_some(chat.conversation),
        ..chat.reservation()
    };
    let charged = chat.db.transaction(async |conn| {
        ledger::reserve(conn, call).await?;
        ledger::settle(conn, &bill).await?;
        ledger::record_settled(conn, 10, at(4)).await
    });
    let charged: Result<i64, StoreError> = charged.await;
    assert_eq!(charged.unwrap(), 1);
}

fn bill(model: &str, cost_nanos: i64, at: DateTime<Utc>) -> Settlement {
    Settlement {
        model: model.to_owned(),
        at,
        estimated: cost_nanos % 2 == 0,
        ..settlement(ReservationId::new(), cost_nanos)
    }
}

/// A hundred calls over four days, of two spaces, three models and three kinds.
async fn busy(chat: &Chat) -> SpaceId {
    let other = SpaceId::new();
    let made = chat
        .db
        .transaction(async |conn| spaces::create(conn, new_space(other, "acme-two")).await);
    made.await.unwrap();
    for n in 0..100_usize {
        let number = i64::try_from(n).unwrap();
        let mut bill = bill(MODELS[n % 3], number * 1_001, at(number * 3_577));
        if MODELS[n % 3] == "unknown-test" {
            (bill.cost_nanos, bill.price_effective) = (0, None);
        }
        bill.usage.output = number;
        let space = if n % 7 < 3 { chat.space } else { other };
        charge(chat, space, KINDS[n % 5 % 3], bill).await;
    }
    other
}

async fn groups(db: &TenantDb, filter: &UsageFilter, by: UsageBy, zone: &str) -> Vec<UsageGroup> {
    let read = db.read(async |conn| ledger::usage_groups(conn, filter, by, zone, 1_000).await);
    read.await.unwrap()
}

fn sum(groups: &[UsageGroup]) -> UsageSum {
    let mut sum = UsageSum::default();
    groups.iter().for_each(|group| sum.add(&group.sum));
    sum
}

#[tokio::test]
async fn every_grouping_in_every_zone_is_the_sum_of_the_rows() {
    let test = database().await;
    let (acme, globex, admin) = (
        chat(test.db(), "acme").await,
        chat(test.db(), "globex").await,
        admin(&test).await,
    );
    let other = busy(&acme).await;
    charge(
        &globex,
        globex.space,
        CallKind::Chat,
        bill("claude-test", 5, at(1)),
    )
    .await;
    let tenant = acme.db.tenant_id().to_string();
    for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"] {
        for bits in 0..16_u8 {
            let by = UsageBy {
                day: bits & 1 != 0,
                space: bits & 2 != 0,
                model: bits & 4 != 0,
                kind: bits & 8 != 0,
            };
            let rows = admin
                .query(
                    "SELECT coalesce((CASE WHEN $3 THEN (at AT TIME ZONE $2)::date END)::text, '') \
                            || coalesce((CASE WHEN $4 THEN space_id END)::text, '') \
                            || coalesce(CASE WHEN $5 THEN model END, '') || coalesce(CASE WHEN $6 THEN kind END, ''), \
                            count(*), sum(output)::bigint, sum(cache_write_5m + cache_write_1h)::bigint, \
                            sum(cost_nanos)::bigint, count(*) FILTER (WHERE estimated), \
                            count(*) FILTER (WHERE price_effective IS NULL) \
                     FROM usage_events WHERE tenant_id::text = $1 GROUP BY 1 ORDER BY 1",
                    &[&tenant, &zone, &by.day, &by.space, &by.model, &by.kind],
                )
                .await
                .unwrap();
            let raw: Vec<(String, [i64; 6])> = rows
                .iter()
                .map(|row| (row.get(0), [1, 2, 3, 4, 5, 6].map(|n| row.get(n))))
                .collect();
            let read = groups(&acme.db, &all(1_000_000), by, zone).await;
            let mut read: Vec<(String, [i64; 6])> = read
                .into_iter()
                .map(|group| {
                    let day = group.day.map(|day| day.to_string()).unwrap_or_default();
                    let space = group.space_id.map(|space| space.to_string()).unwrap_or_default();
                    let kind = group.kind.map(|kind| kind.to_string()).unwrap_or_default();
                    let name = format!("{day}{space}{}{kind}", group.model.unwrap_or_default());
                    let sum = group.sum;
                    let figures = [
                        sum.calls,
                        sum.output,
                        sum.cache_write,
                        sum.cost_nanos,
                        sum.estimated,
                        sum.unpriced,
                    ];
                    (name, figures)
                })
                .collect();
            read.sort();
            assert_eq!(read, raw, "{zone} {by:?}");
        }
    }
    // What a filter lets through and what it does not are all there is.
    let whole = sum(&groups(&acme.db, &all(1_000_000), UsageBy::default(), "UTC").await);
    assert_eq!((whole.calls, whole.input, whole.cache_read), (100, 10_000, 5_000));
    let mut parts = UsageSum::default();
    for space in [acme.space, other] {
        for model in MODELS {
            let filter = UsageFilter {
                space: Some(space),
                model: Some(model.to_owned()),
                ..all(1_000_000)
            };
            parts.add(&sum(&groups(&acme.db, &filter, UsageBy::default(), "UTC").await));
        }
    }
    assert_eq!(parts, whole);
    let chats = UsageFilter {
        kind: Some(CallKind::Chat),
        ..all(1_000_000)
    };
    let chats = sum(&groups(&acme.db, &chats, UsageBy::default(), "UTC").await);
    let conversation = acme
        .db
        .read(async |conn| ledger::usage_of_conversation(conn, acme.conversation).await)
        .await
        .unwrap();
    assert_eq!(sum(&conversation), chats);
}

#[tokio::test]
async fn pages_of_single_calls_have_each_once_and_nobody_elses() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    busy(&acme).await;
    let page = async |db: &TenantDb, conversation: Option<ConversationId>, after| {
        let read =
            db.read(async |conn| ledger::usage_page(conn, &all(1_000_000), conversation, after, 33).await);
        read.await.unwrap()
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let calls = page(&acme.db, None, after).await;
        let Some(last) = calls.last() else { break };
        after = Some((last.at, last.reservation_id));
        seen.extend(calls);
    }
    assert_eq!(seen.len(), 100);
    assert!(seen.windows(2).all(|pair| pair[0].at > pair[1].at));
    assert_eq!(
        seen.iter().filter(|call| call.price_effective.is_none()).count(),
        33
    );
    assert!(page(&globex.db, None, None).await.is_empty());
    assert!(page(&globex.db, Some(acme.conversation), None).await.is_empty());
    let of_conversation = globex
        .db
        .read(async |conn| ledger::usage_of_conversation(conn, acme.conversation).await)
        .await
        .unwrap();
    assert!(of_conversation.is_empty());
    let everything = groups(&globex.db, &all(1_000_000), UsageBy::default(), "UTC").await;
    assert!(everything.is_empty());
}

#[tokio::test]
async fn a_month_is_that_of_the_clock_of_the_workspace() {
    let test = database().await;
    let (acme, admin) = (chat(test.db(), "acme").await, admin(&test).await);
    let zone = "UPDATE tenants SET time_zone = 'Asia/Tokyo'";
    admin.execute(zone, &[]).await.unwrap();
    // Tokyo is nine hours ahead: there 2027 began at 15:00 UTC.
    for (cost, moment) in [
        (1, "2026-12-31T14:59:59Z"),
        (10, "2026-12-31T15:00:00Z"),
        (100, "2027-01-02T00:00:00Z"),
        (1_000, "2027-01-14T09:10:00Z"),
    ] {
        let moment = moment.parse().unwrap();
        charge(
            &acme,
            acme.space,
            CallKind::Chat,
            bill("claude-test", cost, moment),
        )
        .await;
    }
    let month = acme
        .db
        .read(async |conn| ledger::month_cost(conn, at(0)).await)
        .await
        .unwrap();
    assert_eq!(month.begins.to_rfc3339(), "2026-12-31T15:00:00+00:00");
    assert_eq!(month.ends.to_rfc3339(), "2027-01-31T15:00:00+00:00");
    assert_eq!((month.cost_nanos, month.week_nanos), (1_110, 1_000));
    assert_eq!(
        month.week_begins.unwrap().to_rfc3339(),
        "2027-01-14T09:00:00+00:00"
    );
    let nothing = test
        .db()
        .tenant(TenantId::new())
        .read(async |conn| ledger::month_cost(conn, at(0)).await)
        .await;
    assert!(matches!(nothing, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn of_a_call_without_a_price_is_told_once_a_day() {
    let test = database().await;
    let (acme, admin) = (chat(test.db(), "acme").await, admin(&test).await);
    charge(&acme, acme.space, CallKind::Chat, bill("claude-test", 7, at(0))).await;
    let told = async || {
        let jobs = "SELECT payload ->> 'day' FROM jobs WHERE kind = 'tell_unpriced' ORDER BY 1";
        let rows = admin.query(jobs, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    assert!(told().await.is_empty());
    for hours in [0, 1, 2, 20, 21] {
        let unpriced = Settlement {
            price_effective: None,
            ..bill("unknown-test", 0, at(hours * 3_600))
        };
        charge(&acme, acme.space, CallKind::Embedding, unpriced).await;
    }
    assert_eq!(told().await, ["2027-01-15", "2027-01-16"]);
    let models = async |from: i64, to: i64| {
        let read = acme
            .db
            .read(async |conn| ledger::unpriced_models(conn, at(from), at(to)).await);
        read.await.unwrap()
    };
    assert_eq!(models(0, 90_000).await, ["unknown-test"]);
    assert!(models(80_000, 90_000).await.is_empty());
}
