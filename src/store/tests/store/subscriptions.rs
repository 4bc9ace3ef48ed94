//! What a tenant pays for: its own alone, by the answer to the last question, and events each once.

use chrono::TimeDelta;
use parlance_store::{
    StoreError,
    control::billing_events::NewEvent,
    queries::{
        invoices::{self, Charge, Invoice},
        paid_plans,
        subscriptions::{self, Subscription, SubscriptionStatus},
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database};

async fn begins(chat: &Chat, provider: &str, customer: &str) {
    let begun = chat
        .db
        .transaction(async |conn| subscriptions::begin(conn, provider, customer, None).await);
    let begun: Result<String, StoreError> = begun.await;
    begun.unwrap();
}

async fn known(chat: &Chat) -> Option<Subscription> {
    chat.db.read(subscriptions::read).await.unwrap()
}

async fn writes(chat: &Chat, one: &Subscription) {
    let written = chat
        .db
        .transaction(async |conn| subscriptions::write(conn, one).await);
    let written: Result<(), StoreError> = written.await;
    written.unwrap();
}

fn active(mut one: Subscription) -> Subscription {
    one.subscription = Some("sub_1".to_owned());
    one.status = Some(SubscriptionStatus::Active);
    one.plan = Some("pro".to_owned());
    one.granted = Some("pro".to_owned());
    one.current_period_end = Some(at(30));
    one.look_at = Some(at(40));
    one
}

#[tokio::test]
async fn a_subscription_is_its_tenants_alone() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    begins(&acme, "stripe", "cus_1").await;
    let theirs = active(known(&acme).await.unwrap());
    writes(&acme, &theirs).await;
    assert_eq!(known(&acme).await, Some(theirs.clone()));

    assert_eq!(known(&globex).await, None);
    assert_eq!(globex.db.transaction(subscriptions::lock).await.unwrap(), None);
    assert_eq!(globex.db.transaction(subscriptions::ask).await.unwrap(), None);
    let mut changed = theirs.clone();
    changed.status = Some(SubscriptionStatus::Canceled);
    writes(&globex, &changed).await;
    assert_eq!(known(&acme).await, Some(theirs));
    let taken = globex
        .db
        .transaction(async |conn| subscriptions::begin(conn, "stripe", "cus_1", None).await);
    assert!(taken.await.is_err(), "a customer is one tenant's");

    let keeps = acme
        .db
        .transaction(async |conn| subscriptions::keep_mock(conn, json!({ "a": 1 })).await);
    keeps.await.unwrap();
    let kept = acme.db.transaction(subscriptions::lock_mock).await.unwrap();
    assert_eq!(kept, Some(json!({ "a": 1 })));
    assert_eq!(
        globex.db.transaction(subscriptions::lock_mock).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn questions_are_numbered_and_another_provider_begins_anew() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    begins(&acme, "mock", "cus_1").await;
    let ask = async || acme.db.transaction(subscriptions::ask).await.unwrap().unwrap();
    let (first, second) = (ask().await, ask().await);
    assert!(first.number < second.number);
    assert_eq!(
        (second.provider.as_str(), second.customer.as_str()),
        ("mock", "cus_1")
    );
    writes(&acme, &active(known(&acme).await.unwrap())).await;
    begins(&acme, "mock", "cus_2").await;
    assert_eq!(known(&acme).await.unwrap().customer, "cus_1", "the first stays");
    begins(&acme, "stripe", "cus_3").await;
    let anew = known(&acme).await.unwrap();
    assert_eq!(
        (anew.customer.as_str(), anew.status, anew.granted),
        ("cus_3", None, None)
    );
}

#[tokio::test]
async fn whose_customer_it_is_and_what_is_due_is_found_over_all_tenants() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    begins(&acme, "stripe", "cus_1").await;
    begins(&globex, "stripe", "cus_2").await;
    writes(&acme, &active(known(&acme).await.unwrap())).await;
    let control = test.db().control();
    let owner = control.tenant_of_customer("stripe", "cus_2").await.unwrap();
    assert_eq!(owner, Some(globex.db.tenant_id()));
    assert_eq!(control.tenant_of_customer("mock", "cus_2").await.unwrap(), None);
    let due = async |now| control.subscriptions_to_look_at(now, 10).await.unwrap();
    assert_eq!(due(at(39)).await, []);
    assert_eq!(due(at(40)).await, [acme.db.tenant_id()]);
}

#[tokio::test]
async fn an_event_is_kept_once_handled_once_and_replayed() {
    let test = database().await;
    let control = test.db().control();
    let keep = async |id: &str| {
        let new = NewEvent {
            provider: "stripe",
            id,
            kind: "invoice.paid",
            customer: Some("cus_1"),
            body: b"{}",
            at: at(0),
            retry_at: at(10),
        };
        control.keep_billing_event(new).await.unwrap()
    };
    let open = async |now| {
        let found = control.billing_events_to_handle("stripe", now, 10).await.unwrap();
        found
            .into_iter()
            .map(|event| (event.id, event.tries))
            .collect::<Vec<_>>()
    };
    assert!(!keep("evt_1").await);
    assert!(!keep("evt_1").await, "it is not handled yet");
    assert_eq!(open(at(9)).await, []);
    assert_eq!(open(at(10)).await, [("evt_1".to_owned(), 0)]);
    let failed = Some(("away", at(20)));
    control
        .note_billing_event(("stripe", "evt_1"), failed, at(10))
        .await
        .unwrap();
    assert_eq!(open(at(19)).await, []);
    assert_eq!(open(at(20)).await, [("evt_1".to_owned(), 1)]);
    control
        .note_billing_event(("stripe", "evt_1"), None, at(20))
        .await
        .unwrap();
    assert!(keep("evt_1").await);
    assert_eq!(open(at(20) + TimeDelta::days(1)).await, []);
    assert_eq!(
        control
            .replay_billing_events("stripe", Some("evt_2"), at(30))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        control.replay_billing_events("mock", None, at(30)).await.unwrap(),
        0
    );
    assert_eq!(
        control
            .replay_billing_events("stripe", None, at(30))
            .await
            .unwrap(),
        1
    );
    assert_eq!(open(at(30)).await, [("evt_1".to_owned(), 0)]);
}

fn invoice(number: &str, net_thousandths: i64) -> Invoice {
    Invoice {
        provider: "stripe".to_owned(),
        number: number.to_owned(),
        at: at(5),
        net_thousandths,
        currency: "KWD".to_owned(),
        status: "open".to_owned(),
        charge: Charge::Renewal,
        plan: Some("pro".to_owned()),
    }
}

#[tokio::test]
async fn invoices_are_kept_as_they_are_now_to_the_thousandth_and_are_their_tenants_alone() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let keep = async |chat: &Chat, one: Invoice| {
        let kept = chat.db.transaction(async |conn| invoices::keep(conn, &one).await);
        let kept: Result<(), StoreError> = kept.await;
        kept.unwrap();
    };
    let of_day = async |chat: &Chat| {
        let day = at(5).date_naive();
        let read = chat.db.read(async |conn| invoices::of_day(conn, day).await);
        read.await.unwrap()
    };
    keep(&acme, invoice("A-1", 14_501)).await;
    let paid = Invoice {
        status: "paid".to_owned(),
        ..invoice("A-1", -14_501)
    };
    keep(&acme, paid.clone()).await;
    assert_eq!(of_day(&acme).await, [paid]);
    keep(&globex, invoice("A-1", 1)).await;
    assert_eq!(of_day(&globex).await, [invoice("A-1", 1)]);
    let renewal = Invoice {
        status: "paid".to_owned(),
        at: at(6),
        ..invoice("A-2", 49_000)
    };
    keep(&acme, renewal).await;
    let paid = async |chat: &Chat, until| {
        let read = chat
            .db
            .read(async |conn| invoices::paid(conn, at(5), until).await);
        let all: Result<_, StoreError> = read.await;
        let of = |one: &invoices::Paid| (one.currency.clone(), one.net_thousandths);
        all.unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let kwd = |thousandths| [("KWD".to_owned(), thousandths)];
    assert_eq!(paid(&acme, at(6)).await, kwd(-14_501));
    assert_eq!(paid(&acme, at(7)).await, kwd(34_499));
    assert_eq!(paid(&globex, at(7)).await, [], "its one is open");
    for (chat, since, charged) in [(&acme, at(4), true), (&acme, at(6), false)] {
        let read = chat
            .db
            .read(async |conn| invoices::is_charged_since(conn, since).await);
        assert_eq!(read.await.unwrap(), charged);
    }
}

#[tokio::test]
async fn bodies_of_events_are_forgotten_once_they_are_handled_and_their_ids_never() {
    let test = database().await;
    let control = test.db().control();
    for id in ["evt_1", "evt_2"] {
        let new = NewEvent {
            provider: "stripe",
            id,
            kind: "invoice.paid",
            customer: None,
            body: b"{}",
            at: at(0),
            retry_at: at(1),
        };
        assert!(!control.keep_billing_event(new).await.unwrap());
    }
    control
        .note_billing_event(("stripe", "evt_1"), None, at(2))
        .await
        .unwrap();
    assert_eq!(control.forget_billing_bodies(at(0), 10).await.unwrap(), 0);
    assert_eq!(control.forget_billing_bodies(at(3), 10).await.unwrap(), 1);
    assert_eq!(control.forget_billing_bodies(at(3), 10).await.unwrap(), 0);
    let rows = test.rows("SELECT id, body IS NULL AS gone FROM billing_events ORDER BY id");
    let rows = rows.await.unwrap();
    assert_eq!(rows[0], json!({ "id": "evt_1", "gone": true }));
    assert_eq!(rows[1], json!({ "id": "evt_2", "gone": false }));
}

/// What is paid for is noted when it becomes another, and never for somebody else.
#[tokio::test]
async fn what_was_paid_for_is_its_tenants_alone() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let notes = async |chat: &Chat, seconds: i64| {
        let noted = chat
            .db
            .transaction(async |conn| paid_plans::note(conn, at(seconds)).await);
        let noted: Result<(), StoreError> = noted.await;
        noted.unwrap();
    };
    begins(&acme, "stripe", "cus_1").await;
    let mut mine = active(known(&acme).await.unwrap());
    mine.status = Some(SubscriptionStatus::Trialing);
    writes(&acme, &mine).await;
    notes(&acme, 1).await;
    mine.status = Some(SubscriptionStatus::Active);
    writes(&acme, &mine).await;
    notes(&globex, 2).await;
    notes(&acme, 3).await;
    notes(&acme, 4).await;
    mine.granted = None;
    writes(&acme, &mine).await;
    notes(&acme, 5).await;
    let rows = test
        .rows("SELECT tenant_id, at, plan, price FROM paid_plans ORDER BY id")
        .await
        .unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row["tenant_id"].clone(), row["plan"].clone()))
        .collect();
    let tenant = json!(acme.db.tenant_id());
    assert_eq!(rows, [(tenant.clone(), json!("pro")), (tenant, json!(null))]);
}
