//! The record of acts: found by who, what and when, page by page, and never another tenant's.

use parlance_store::{
    StoreError, TenantDb,
    ids::AuditEventId,
    queries::audit::{self, ActorKind, AuditCursor, AuditEvent, AuditFilter},
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{at, chat, database};

fn event(action: &str, actor: Uuid, target: Uuid, seconds: i64) -> AuditEvent {
    AuditEvent {
        id: AuditEventId::new(),
        at: at(seconds),
        actor_kind: ActorKind::User,
        actor_id: Some(actor),
        actor_name: "ada@acme.example".to_owned(),
        address: Some("192.0.2.7".to_owned()),
        action: action.to_owned(),
        target_kind: Some("space".to_owned()),
        target_id: Some(target),
        before: None,
        after: Some(json!({ "name": "Shop" })),
    }
}

async fn list(db: &TenantDb, filter: AuditFilter, after: Option<AuditCursor>, limit: i64) -> Vec<AuditEvent> {
    let found = db
        .read(async |conn| audit::list(conn, &filter, after, limit).await)
        .await;
    found.unwrap_or_else(|error: StoreError| panic!("{error}"))
}

#[tokio::test]
async fn acts_are_found_by_who_what_and_when() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (ada, bob, space, other) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let events = [
        event("space.create", ada, space, 1),
        event("space.publish", ada, space, 2),
        // At the same moment: the later id is the newer.
        event("space.publish", bob, other, 2),
        event("member.invite", bob, other, 4),
    ];
    for event in events.clone() {
        acme.db
            .transaction(async |conn| audit::record(conn, event).await)
            .await
            .unwrap();
    }
    let [create, publish, also, invite] = events;
    let all = AuditFilter::default();
    let newest = [invite.clone(), also.clone(), publish.clone(), create.clone()];
    assert_eq!(list(&acme.db, all.clone(), None, 10).await, newest);
    let mut paged = Vec::new();
    while let page = list(&acme.db, all.clone(), paged.last().map(AuditCursor::from), 1).await
        && !page.is_empty()
    {
        paged.extend(page);
    }
    assert_eq!(paged, newest, "one by one");
    assert!(
        list(&globex.db, all, None, 10).await.is_empty(),
        "a foreign tenant's"
    );
    let found = async |filter| list(&acme.db, filter, None, 10).await;
    let filter = AuditFilter {
        actor: Some(ada),
        ..AuditFilter::default()
    };
    assert_eq!(found(filter).await, [publish.clone(), create.clone()]);
    for (action, expected) in [
        ("space.", vec![&also, &publish, &create]),
        ("space.publish", vec![&also, &publish]),
        ("space", vec![]),
    ] {
        let filter = AuditFilter {
            action: Some(action.to_owned()),
            ..AuditFilter::default()
        };
        assert!(found(filter).await.iter().eq(expected), "{action}");
    }
    let filter = AuditFilter {
        target: Some(other),
        from: Some(at(2)),
        to: Some(at(4)),
        ..AuditFilter::default()
    };
    assert_eq!(found(filter).await, [also]);
}
